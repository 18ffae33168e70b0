"""Moving in over HTTP: where from, a look around, the move itself, and taking it back."""

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db.models import Count, QuerySet
from ninja import Query, Router, Status

from rapport.conversations.models import Inbox
from rapport.exchange.filling import Settings, asked_by, filled, refused
from rapport.exchange.moving_in import shapes, starting
from rapport.exchange.moving_in.api_shapes import (
    MoveChanges,
    MoveInShape,
    MoveProblemShape,
    MovingFile,
    NewMove,
    PreviewShape,
    SourceShape,
    move_shape,
)
from rapport.exchange.moving_in.errors import MovingError, NotNow, WrongSettings
from rapport.exchange.moving_in.models import MoveIn, MoveProblem, MoveState
from rapport.exchange.moving_in.seam import Source, sources
from rapport.exchange.moving_in.types import Kind, Step
from rapport.exchange.moving_in.views import LARGEST_FILE
from rapport.kit.rest.paging import Page, Paging, page
from rapport.kit.rest.problems import Clash, Fault, Invalid, NotFound, TooLarge
from rapport.kit.rest.shapes import Id
from rapport.team.api import ApiRequest, agent_of
from rapport.team.types import Permission

moves_router = Router(tags=["Moving in"])


@moves_router.get("/move-ins/sources", response=list[SourceShape], summary="List where one can move in from")
def list_sources(request: ApiRequest) -> list[SourceShape]:
    """With what each asks for, and what to do over there first."""
    agent_of(request, Permission.MANAGE_TEAM)
    return [
        SourceShape(
            name=source.name,
            label=source.label,
            reads_file=source.reads_file,
            kinds=[kind.value for kind in source.kinds],
            settings=asked_by(source.form),
            steps=list(source.guide().steps),
            left_behind=list(source.guide().left_behind),
        )
        for source in sources().values()
    ]


@moves_router.get("/move-ins", response=Page[MoveInShape], summary="List moves from other desks")
def list_moves(request: ApiRequest, paging: Query[Paging]) -> dict[str, Any]:
    """The latest first."""
    return page(_moves(request), paging, shape=move_shape)


@moves_router.post("/move-ins", response={201: MoveInShape}, summary="Prepare to move in from another desk")
def add_move(request: ApiRequest, body: NewMove) -> Status[MoveInShape]:
    """The settings are tried first, and nothing is kept where they do not work. Then it looks around by itself;
    nothing is brought before it is run. A desk that is known already keeps its move and its id.
    """
    agent_of(request, Permission.MANAGE_TEAM)
    source = _source(body.source)
    if source.reads_file:
        raise Invalid.at("body.source", "It is read from a file: send that to /move-ins/files.")
    cleaned = _cleaned(source, body.settings, {})
    _try(source(cleaned).check)
    return Status(201, _prepare(request, source, cleaned, kinds=body.kinds, inbox=body.inbox))


@moves_router.post("/move-ins/files", response={201: MoveInShape}, summary="Prepare to move in from an export")
def add_move_from_file(request: ApiRequest, said: Query[MovingFile]) -> Status[MoveInShape]:
    """The body is the file itself, up to 50 MB (10 MB with an `Idempotency-Key`). It is read through, then it looks
    around by itself; nothing is brought before it is run.
    """
    agent_of(request, Permission.MANAGE_TEAM)
    source = _source(said.source, at="query.source")
    if not source.reads_file:
        raise Invalid.at("query.source", "It is asked over the network: post its settings to /move-ins.")
    told: Settings = {"address": said.address, "workspace": said.workspace}
    settings: Settings = {name: value for name, value in told.items() if name in source.form.base_fields}
    cleaned = _cleaned(source, settings, {}, at="query")
    # With a key the body was read already, to compare it.
    data = request.body if hasattr(request, "_body") else request.read(LARGEST_FILE + 1)
    if len(data) > LARGEST_FILE:
        raise TooLarge("A file may have 50 MB. A larger one goes by the command line.")
    if not data:
        raise Invalid.at("body", "Send the file as the body.")
    file = {"file": io.BytesIO(data), "file_name": said.name}
    return Status(201, _prepare(request, source, cleaned, kinds=said.kinds, inbox=said.inbox, **file))


@moves_router.get("/move-ins/{move_id}", response=MoveInShape, summary="Read how a move stands")
def read_move(request: ApiRequest, move_id: Id) -> MoveInShape:
    return move_shape(_move_for(request, move_id))


@moves_router.patch("/move-ins/{move_id}", response=MoveInShape, summary="Change what a move brings, or its settings")
def change_move(request: ApiRequest, move_id: Id, body: MoveChanges) -> MoveInShape:
    """What is left out stays as it is, a token too. The settings are tried first; one that has brought nothing yet
    looks around again.
    """
    move = _move_for(request, move_id)
    source = _source(move.source, at="path.move_id")
    cleaned = _cleaned(source, body.settings or {}, move.settings)
    with _told():
        if source(cleaned).account != move.account:
            raise Invalid.at("body.settings", "That is another desk, which is another move: prepare that one.")
    if not source.reads_file:
        _try(source(cleaned).check)
    says_inbox = "inbox" in body.model_fields_set
    return _prepare(
        request,
        source,
        cleaned,
        kinds=move.kinds if body.kinds is None else body.kinds,
        inbox=body.inbox if says_inbox else move.inbox_id,
    )


@moves_router.delete("/move-ins/{move_id}", response={204: None}, summary="Forget a move, with its token")
def delete_move(request: ApiRequest, move_id: Id) -> Status[None]:
    """Only where nothing came, or everything was taken back."""
    move = _move_for(request, move_id)
    with _told():
        starting.throw_away(move)
    return Status(204, None)


@moves_router.get("/move-ins/{move_id}/preview", response=list[PreviewShape], summary="Read what would come")
def read_preview(request: ApiRequest, move_id: Id) -> list[PreviewShape]:
    """How many there are of each kind, and the first twenty; empty before it has looked around."""
    return [PreviewShape.model_validate(vars(seen)) for seen in shapes.seen(_move_for(request, move_id))]


@moves_router.post("/move-ins/{move_id}/preview", response={202: MoveInShape}, summary="Look around once more")
def look_around(request: ApiRequest, move_id: Id) -> Status[MoveInShape]:
    """Before it was run for the first time. Nothing is written."""
    move = _move_for(request, move_id)
    with _told():
        starting.look(move)
    return Status(202, move_shape(_move_for(request, move_id)))


@moves_router.post(
    "/move-ins/{move_id}/run", response={202: MoveInShape}, summary="Move in, go on, or bring what is new"
)
def run_move(request: ApiRequest, move_id: Id) -> Status[MoveInShape]:
    """One that was paused or stopped goes on where it stands; one that is done brings what is new since."""
    agent = agent_of(request, Permission.MANAGE_TEAM)
    move = _move_for(request, move_id)
    with _told():
        starting.begin(move, by=agent)
    return Status(202, move_shape(_move_for(request, move_id)))


@moves_router.post("/move-ins/{move_id}/pause", response=MoveInShape, summary="Pause a move")
def pause_move(request: ApiRequest, move_id: Id) -> MoveInShape:
    """After what is being written right now. Run it to go on."""
    move = _move_for(request, move_id)
    with _told():
        starting.pause(move)
    return move_shape(_move_for(request, move_id))


@moves_router.post("/move-ins/{move_id}/undoing", response={202: MoveInShape}, summary="Take a move back")
def undo_move(request: ApiRequest, move_id: Id) -> Status[MoveInShape]:
    """For 30 days after it last brought something. What somebody here touched since stays."""
    agent = agent_of(request, Permission.MANAGE_TEAM)
    move = _move_for(request, move_id)
    with _told():
        starting.begin_undoing(move, by=agent)
    return Status(202, move_shape(_move_for(request, move_id)))


@moves_router.get("/move-ins/{move_id}/problems", response=Page[MoveProblemShape], summary="List what did not come")
def list_problems(request: ApiRequest, move_id: Id, paging: Query[Paging]) -> dict[str, Any]:
    rows: QuerySet[MoveProblem] = _move_for(request, move_id).problems.all()
    return page(rows, paging, shape=MoveProblemShape.model_validate, order=("id",))


def _moves(request: ApiRequest) -> QuerySet[MoveIn]:
    agent_of(request, Permission.MANAGE_TEAM)
    return MoveIn.objects.select_related("by", "inbox", "undone_by").annotate(problem_count=Count("problems"))


def _move_for(request: ApiRequest, pk: int) -> MoveIn:
    found = _moves(request).filter(pk=pk).first()
    if found is None:
        raise NotFound("There is no such move.")
    return found


def _source(name: str, *, at: str = "body.source") -> type[Source]:
    found = sources().get(name)
    if found is None:
        raise Invalid.at(at, f"Choose one of {', '.join(sources())}.")
    return found


def _cleaned(
    source: type[Source], said: Settings, kept: dict[str, Any], *, at: str = "body.settings"
) -> dict[str, Any]:
    form = source.form(filled(source.form, said, kept), kept=kept)
    if not form.is_valid():
        raise refused(form, at=at)
    return form.cleaned_data


def _prepare(
    request: ApiRequest,
    source: type[Source],
    cleaned: dict[str, Any],
    *,
    kinds: Sequence[str] | None,
    inbox: int | None,
    **file: Any,
) -> MoveInShape:
    """Keep it, and look around where nothing came yet. Raises Problem."""
    agent = agent_of(request, Permission.MANAGE_TEAM)
    wanted = [Kind(kind) for kind in (source.kinds if kinds is None else kinds)]
    if left := [kind.value for kind in wanted if kind not in source.kinds]:
        raise Invalid.at("body.kinds", f"{source.label} does not bring {', '.join(left)}.")
    place = Inbox.objects.filter(pk=inbox).first() if inbox else None
    if inbox and place is None:
        raise Invalid.at("body.inbox", "There is no such inbox.")
    with _told():
        move = starting.prepare(source.name, cleaned, kinds=wanted, inbox=place, by=agent, **file)
        if source.reads_file:
            _try(lambda: starting.check(move), at="body")
        if move.state == MoveState.DRAFT:
            starting.look(move)
    return move_shape(_move_for(request, move.pk))


def _try(check: Any, *, at: str = "body.settings") -> None:
    """Raises Invalid with what does not work."""
    with _told():
        steps: list[Step] = check()
    if wrong := [Fault(field=at, message=f"{step.label}: {step.problem}") for step in steps if not step.is_fine]:
        raise Invalid("It was tried, and does not work yet.", errors=wrong)


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except WrongSettings as error:
        raise Invalid.at(f"body.settings.{error.field}", str(error)) from error
    except NotNow as error:
        raise Clash(str(error)) from error
    except MovingError as error:
        raise Invalid.at("body.settings", str(error)) from error
