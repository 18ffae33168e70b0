"""Connected systems over HTTP: connect one, say what goes where, look first, begin, and see what it does."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db.models import QuerySet
from ninja import Query, Router, Status
from pydantic import BaseModel

from rapport.channels.forms import kind_form
from rapport.exchange.exporting.access import may_export
from rapport.exchange.filling import Settings, asked_by, filled, refused
from rapport.exchange.syncing import ours, queries, starting
from rapport.exchange.syncing.api_shapes import (
    ConnectionChanges,
    ConnectionShape,
    FieldsShape,
    MappingChanges,
    MappingLineShape,
    MappingShape,
    NewConnection,
    OurFieldShape,
    RecordShape,
    SyncRunShape,
    SystemShape,
    TheirFieldShape,
    connection_shape,
    mapping_shape,
    record_shape,
    run_shape,
)
from rapport.exchange.syncing.errors import NotUsable, SyncError
from rapport.exchange.syncing.models import Connection, SyncedRecord, SyncRun
from rapport.exchange.syncing.seam import Direction, Line, Noun, Rule, System
from rapport.exchange.syncing.systems import SYSTEMS, system_of
from rapport.kit.rest.paging import Page, Paging, page
from rapport.kit.rest.problems import Clash, Fault, Forbidden, Invalid, NotFound
from rapport.kit.rest.shapes import Id
from rapport.team.api import ApiRequest, agent_of
from rapport.team.models import Agent
from rapport.team.types import Permission

systems_router = Router(tags=["Connected systems"])


class RunFilters(Paging):
    is_trial: bool | None = None


class NounFilter(BaseModel):
    noun: Noun = Noun.CUSTOMER


@systems_router.get("/connected-systems/kinds", response=list[SystemShape], summary="List what can be connected")
def list_kinds(request: ApiRequest) -> list[SystemShape]:
    """With what each asks for, and what to do over there first."""
    _keeper(request)
    return [
        SystemShape(
            kind=system.name,
            label=system.label,
            settings=asked_by(system.form),
            steps=[str(sentence) for sentence in system.guide],
        )
        for system in SYSTEMS.values()
    ]


@systems_router.get("/connected-systems", response=Page[ConnectionShape], summary="List connected systems")
def list_connections(request: ApiRequest, paging: Query[Paging]) -> dict[str, Any]:
    _keeper(request)
    return page(queries.connections().select_related("by"), paging, shape=connection_shape)


@systems_router.post("/connected-systems", response={201: ConnectionShape}, summary="Connect a system")
def add_connection(request: ApiRequest, body: NewConnection) -> Status[ConnectionShape]:
    """It is tried first, and nothing is kept where it does not work. Nothing is written here or there before it is
    looked through and started.
    """
    agent = _keeper(request)
    if body.kind not in SYSTEMS:
        raise Invalid.at("body.kind", f"Choose one of {', '.join(SYSTEMS)}.")
    reached = _reached(SYSTEMS[body.kind], body.settings, {})
    made = starting.connect(reached.name, name=body.name, settings=reached.settings, by=agent)
    return Status(201, connection_shape(_connection_for(request, made.pk)))


@systems_router.get("/connected-systems/{connection_id}", response=ConnectionShape, summary="Read a connected system")
def read_connection(request: ApiRequest, connection_id: Id) -> ConnectionShape:
    return connection_shape(_connection_for(request, connection_id))


@systems_router.patch(
    "/connected-systems/{connection_id}", response=ConnectionShape, summary="Change how a system is reached"
)
def change_connection(request: ApiRequest, connection_id: Id, body: ConnectionChanges) -> ConnectionShape:
    """New settings are tried first, and nothing is kept where they do not work."""
    found = _connection_for(request, connection_id)
    settings = found.settings
    if body.settings:
        settings = dict(_reached(SYSTEMS[found.kind], body.settings, found.settings).settings)
    if body.settings or body.name is not None:
        starting.change_settings(found, name=found.name if body.name is None else body.name, settings=settings)
    return connection_shape(_connection_for(request, connection_id))


@systems_router.delete("/connected-systems/{connection_id}", response={204: None}, summary="Disconnect a system")
def delete_connection(request: ApiRequest, connection_id: Id) -> Status[None]:
    """Who is who there is forgotten. Customers stay as they are, here and there."""
    starting.let_go(_connection_for(request, connection_id))
    return Status(204, None)


@systems_router.get(
    "/connected-systems/{connection_id}/fields", response=FieldsShape, summary="List what can be mapped"
)
def list_their_fields(request: ApiRequest, connection_id: Id, filters: Query[NounFilter]) -> FieldsShape:
    """Fields of customers or companies, here and there; the system is asked for its own."""
    found = _connection_for(request, connection_id)
    with _told():
        theirs = system_of(found).fields(filters.noun)
    return FieldsShape(
        ours=[OurFieldShape(name=name, label=str(label)) for name, label in ours.names(filters.noun).items()],
        theirs=[
            TheirFieldShape(name=each.name, label=str(each.label), is_read_only=each.is_read_only) for each in theirs
        ],
    )


@systems_router.get("/connected-systems/{connection_id}/mapping", response=MappingShape, summary="Read what goes where")
def read_mapping(request: ApiRequest, connection_id: Id) -> MappingShape:
    return mapping_shape(_connection_for(request, connection_id))


@systems_router.patch(
    "/connected-systems/{connection_id}/mapping", response=MappingShape, summary="Say what goes where"
)
def change_mapping(request: ApiRequest, connection_id: Id, body: MappingChanges) -> MappingShape:
    """Once the fields are others, everything is compared from scratch."""
    found = _connection_for(request, connection_id)
    kept = mapping_shape(found)
    lines = {
        Noun.CUSTOMER: _lines(kept.customers if body.customers is None else body.customers),
        Noun.COMPANY: _lines(kept.companies if body.companies is None else body.companies),
    }
    options = body.model_dump(include={"makes_here", "makes_there", "has_companies", "every_minutes"})
    with _told():
        starting.map_fields(found, lines, {name: value for name, value in options.items() if value is not None})
    return mapping_shape(_connection_for(request, connection_id))


@systems_router.post("/connected-systems/{connection_id}/trial", response={202: SyncRunShape}, summary="Look first")
def look_first(request: ApiRequest, connection_id: Id) -> Status[SyncRunShape]:
    """Says what a run would do, and writes nothing on either side. Its outcome is among the runs."""
    found = _connection_for(request, connection_id)
    with _told():
        return Status(202, run_shape(starting.look_first(found)))


@systems_router.post(
    "/connected-systems/{connection_id}/start", response=ConnectionShape, summary="Begin to keep in step"
)
def start(request: ApiRequest, connection_id: Id) -> ConnectionShape:
    """Once it was looked through."""
    found = _connection_for(request, connection_id)
    with _told():
        starting.begin(found, by=_keeper(request))
    return connection_shape(_connection_for(request, connection_id))


@systems_router.post("/connected-systems/{connection_id}/pause", response=ConnectionShape, summary="Pause")
def pause(request: ApiRequest, connection_id: Id) -> ConnectionShape:
    starting.pause(_connection_for(request, connection_id))
    return connection_shape(_connection_for(request, connection_id))


@systems_router.delete("/connected-systems/{connection_id}/pause", response=ConnectionShape, summary="Go on")
def resume(request: ApiRequest, connection_id: Id) -> ConnectionShape:
    """What changed meanwhile on both sides is compared as ever."""
    found = _connection_for(request, connection_id)
    with _told():
        starting.resume(found)
    return connection_shape(_connection_for(request, connection_id))


@systems_router.post("/connected-systems/{connection_id}/run", response={202: ConnectionShape}, summary="Run now")
def run_now(request: ApiRequest, connection_id: Id) -> Status[ConnectionShape]:
    found = _connection_for(request, connection_id)
    with _told():
        starting.run_now(found)
    return Status(202, connection_shape(_connection_for(request, connection_id)))


@systems_router.get(
    "/connected-systems/{connection_id}/runs", response=Page[SyncRunShape], summary="What the runs did, newest first"
)
def list_runs(request: ApiRequest, connection_id: Id, filters: Query[RunFilters]) -> dict[str, Any]:
    """Where both sides had changed, the notes say which fields of whom."""
    rows: QuerySet[SyncRun] = _connection_for(request, connection_id).runs.all()
    if filters.is_trial is not None:
        rows = rows.filter(is_trial=filters.is_trial)
    return page(rows, filters, shape=run_shape)


@systems_router.get(
    "/connected-systems/{connection_id}/problems", response=Page[RecordShape], summary="List what was not taken"
)
def list_not_taken(request: ApiRequest, connection_id: Id, paging: Query[Paging]) -> dict[str, Any]:
    """The latest first."""
    found = _connection_for(request, connection_id)
    reached = system_of(found)
    rows: QuerySet[SyncedRecord] = found.records.exclude(problem="")
    return page(rows, paging, shape=lambda record: record_shape(record, reached))


@systems_router.post(
    "/connected-systems/{connection_id}/problems/retry",
    response={202: None},
    summary="Try all that was not taken again",
)
def retry_all(request: ApiRequest, connection_id: Id) -> Status[None]:
    """With the next run, which begins at once unless it is paused."""
    starting.try_again(_connection_for(request, connection_id))
    return Status(202, None)


@systems_router.post(
    "/connected-systems/{connection_id}/problems/{record_id}/retry",
    response={202: None},
    summary="Try one that was not taken again",
)
def retry_one(request: ApiRequest, connection_id: Id, record_id: Id) -> Status[None]:
    """With the next run, which begins at once unless it is paused."""
    found = _connection_for(request, connection_id)
    record = found.records.exclude(problem="").filter(pk=record_id).first()
    if record is None:
        raise NotFound("There is no such problem.")
    starting.try_again(found, record)
    return Status(202, None)


def _keeper(request: ApiRequest) -> Agent:
    agent = agent_of(request, Permission.EXPORT)
    if not may_export(agent):
        raise Forbidden("Only a role that sees every conversation may connect systems.")
    return agent


def _connection_for(request: ApiRequest, pk: int) -> Connection:
    _keeper(request)
    found = queries.connections().select_related("by").filter(pk=pk).first()
    if found is None:
        raise NotFound("There is no such connected system.")
    return found


def _reached(kind: type[System], said: Settings, kept: dict[str, Any]) -> System:
    """Tried, step by step. Raises Invalid with what does not work."""
    form = kind_form(kind.form, filled(kind.form, said, kept), kept=kept)
    if not form.is_valid():
        raise refused(form)
    reached = kind({**kept, **form.cleaned_data})
    wrong = [step for step in reached.check() if step.problem]
    if wrong:
        faults = [Fault(field="body.settings", message=f"{step.label}: {step.problem}") for step in wrong]
        raise Invalid("It was tried, and does not work yet.", errors=faults)
    return reached


def _lines(said: list[MappingLineShape]) -> list[Line]:
    return [Line(line.ours, line.theirs, Direction(line.direction), Rule(line.rule)) for line in said]


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except NotUsable as error:
        raise Invalid.at("body", str(error)) from error
    except SyncError as error:
        raise Clash(str(error)) from error
