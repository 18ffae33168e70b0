"""Moving in, page by page: read outside any transaction, written in one together with the place where it goes on."""

from dataclasses import replace
from datetime import timedelta
from enum import Enum
from typing import Any

from django.db import DataError, IntegrityError, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from rapport.backbone.events import announce
from rapport.backbone.jobs import every, job, progress
from rapport.conversations.models import Inbox
from rapport.exchange.moving_in import finding, previewing, undoing
from rapport.exchange.moving_in.announcements import MovedIn
from rapport.exchange.moving_in.errors import MovingError, MustWait
from rapport.exchange.moving_in.models import MoveIn, MoveState
from rapport.exchange.moving_in.seam import Source
from rapport.exchange.moving_in.types import Broken, Kind, Page
from rapport.exchange.moving_in.writing import articles, companies, conversations, files, macros, people
from rapport.exchange.moving_in.writing.ledger import Ledger, added
from rapport.exchange.moving_in.writing.letters import letter
from rapport.kit import clock

# A chunk of work: then the job makes room for others and queues itself again.
BUDGET = 20.0
MOST_FAILURES = 8
_TRIES = 4
_SILENT = timedelta(minutes=5)
_GIVEN_UP = timedelta(hours=24)
_LONGEST_WAIT = 3600.0


class After(Enum):
    """How a stretch of work ended."""

    AGAIN = "again"
    WAITING = "waiting"
    OVER = "over"


@job
def go_on(move_id: int) -> None:
    """Whatever this move is at, for a while, and then queued again."""
    move = MoveIn.objects.select_related("by", "inbox", "file").filter(pk=move_id).first()
    if move is None or not move.is_at_work:
        return
    after = work(move, seconds=BUDGET)
    if after == After.AGAIN:
        go_on.enqueue(move_id)
    elif after == After.WAITING:
        move.refresh_from_db(fields=["waits_until"])
        go_on.at(move.waits_until or clock.now() + timedelta(minutes=1)).enqueue(move_id)


@every(minutes=2)
def wake_moves() -> None:
    """Start anew what a lost job left behind; say so of what cannot be done."""
    now = clock.now()
    at_work = (MoveState.LOOKING, MoveState.MOVING, MoveState.UNDOING)
    for move in MoveIn.objects.filter(state__in=at_work, touched_at__lt=now - _SILENT):
        if move.touched_at < now - _GIVEN_UP:
            _stop(move, _("It could not go on, and was tried for a day. The log of Rapport says why."))
        elif move.waits_until is None or move.waits_until < now - _SILENT:
            go_on.enqueue(move.pk)


def work(move: MoveIn, *, seconds: float) -> After:
    """One stretch. Raises nothing that a source may cause: that is noted on the move."""
    deadline = clock.monotonic() + seconds
    with translation.override(move.by.language or None if move.by else None):
        try:
            if move.state == MoveState.UNDOING:
                return After.OVER if undoing.go_on(move, deadline=deadline) else After.AGAIN
            source = finding.open_source(move)
            if move.state == MoveState.LOOKING:
                previewing.look(move, source)
                return After.OVER
            return _move(move, source, deadline)
        except MustWait as error:
            return _wait(move, error)
        except MovingError as error:
            _stop(move, str(error))
            return After.OVER


def _move(move: MoveIn, source: Source, deadline: float) -> After:
    for kind in [kind for kind in move.every_kind if kind.value not in move.finished_kinds]:
        for page in source.pages(kind, move.cursors.get(kind.value, "")):
            if not _bring(move, source, kind, page):
                return After.OVER
            progress(sum(_done(move, each) for each in move.every_kind), _expected(move))
            if clock.monotonic() > deadline:
                return After.AGAIN
        if not _finish_kind(move, kind):
            return After.OVER
    return After.OVER if _finish(move) else After.AGAIN


def _bring(move: MoveIn, source: Source, kind: Kind, page: Page[Any]) -> bool:
    """Write a page; when it cannot be written as a whole, its things one by one, so that one holds up no other."""
    if kind != Kind.CONVERSATIONS:
        return _write_patiently(move, source, kind, page)
    with_letters, missing = _prepared(move, source, page)
    return _write_patiently(move, source, kind, with_letters, missing)


def _write_patiently(
    move: MoveIn, source: Source, kind: Kind, page: Page[Any], missing: dict[str, str] | None = None
) -> bool:
    try:
        return _write_some_times(move, source, kind, page, missing or {})
    except (IntegrityError, DataError, ValueError) as error:
        reason = str(error)
        if len(page.things) <= 1:
            key = _key_of(kind, page.things[0]) if page.things else ""
            told = _("The database did not take it (%(reason)s).") % {"reason": reason[:200]}
            return _write_chunk(move, source, kind, replace(page, things=(), broken=(Broken(key, told),)), {})
    before = move.cursors.get(kind.value, "")
    for number, thing in enumerate(page.things):
        is_last = number == len(page.things) - 1
        rest = page if number == 0 else replace(page, broken=(), seen=0)
        alone = replace(rest, things=(thing,), cursor=page.cursor if is_last else before)
        if not _write_patiently(move, source, kind, alone, missing):
            return False
    return True


def _write_some_times(move: MoveIn, source: Source, kind: Kind, page: Page[Any], missing: dict[str, str]) -> bool:
    for tries in range(_TRIES):
        try:
            return _write_chunk(move, source, kind, page, missing)
        except IntegrityError:
            # Somebody else met the same customer meanwhile; by now they have committed.
            if tries == _TRIES - 1:
                raise
    return False


@transaction.atomic
def _write_chunk(move: MoveIn, source: Source, kind: Kind, page: Page[Any], missing: dict[str, str]) -> bool:
    """False when somebody stopped it, or another worker is at it."""
    held = MoveIn.objects.select_for_update(of=("self",)).select_related("inbox", "by").get(pk=move.pk)
    if held.state != MoveState.MOVING or held.step != move.step:
        return False
    ledger = Ledger(held, finding.account_of(held))
    _write(held, source, kind, page, ledger)
    ledger.count(kind, "same", page.seen)
    for broken in page.broken:
        ledger.count(kind, "wrong")
        ledger.wrong(kind, broken.key, broken.problem)
    for key, problem in missing.items():
        ledger.wrong(kind, key, problem)
    ledger.close()
    counts = added(held.counts, ledger.counts)
    if page.total is not None:
        counts.setdefault(kind.value, {})["total"] = page.total
    said = {
        "cursors": held.cursors | {kind.value: page.cursor}, "counts": counts, "step": held.step + 1,
        "touched_at": clock.now(), "failures": 0, "waits_until": None, "problem": "",
    }  # fmt: skip
    MoveIn.objects.filter(pk=held.pk).update(**said)
    # Should the transaction fail after all, the job fails with it and begins at the row.
    for name, value in said.items():
        setattr(move, name, value)
    return True


def _write(move: MoveIn, source: Source, kind: Kind, page: Page[Any], ledger: Ledger) -> None:
    match kind:
        case Kind.COMPANIES:
            companies.write(page.things, ledger)
        case Kind.CUSTOMERS:
            people.write(page.things, ledger)
        case Kind.CONVERSATIONS:
            conversations.write(page.things, ledger, inbox=inbox_of(move, source), label=source.label)
        case Kind.MACROS:
            macros.write(page.things, ledger, by=finding.on_behalf_of(move))
        case Kind.ARTICLES:
            articles.write(page.things, ledger)


def inbox_of(move: MoveIn, source: Source) -> Inbox:
    """Where conversations are put; one of the source's name when none was chosen, or it is gone."""
    if move.inbox is None:
        move.inbox, _is_new = Inbox.objects.get_or_create(name=source.label)
        MoveIn.objects.filter(pk=move.pk).update(inbox=move.inbox)
    return move.inbox


def _prepared(move: MoveIn, source: Source, page: Page[Any]) -> tuple[Page[Any], dict[str, str]]:
    """The conversations with their new letters cleaned and their files fetched, and what of the files is missing."""
    things = finding.things_of(move, Kind.CONVERSATIONS, [matter.key for matter in page.things])
    fetched = files.Fetched()
    missing: dict[str, str] = {}
    ready = []
    for matter in page.things:
        thing = things.get(matter.key)
        here = set(thing.parts) if thing else set()
        new = [said for said in matter.said if said.key not in here]
        files.fetch(source, [file for said in new for file in said.files], fetched)
        for file in (file for said in new for file in said.files if file.url in fetched.missing):
            missing[f"{matter.key}/{file.name}"] = f"{source.label} {matter.number}: {fetched.missing[file.url]}"
        ready.append(conversations.Ready(matter, tuple(letter(said, fetched) for said in new)))
    return replace(page, things=tuple(ready)), missing


def _key_of(kind: Kind, thing: Any) -> str:
    return str(thing.matter.key if kind == Kind.CONVERSATIONS else thing.key)


def _finish_kind(move: MoveIn, kind: Kind) -> bool:
    with transaction.atomic():
        held = MoveIn.objects.select_for_update(of=("self",)).get(pk=move.pk)
        if held.state != MoveState.MOVING or held.step != move.step:
            return False
        move.finished_kinds = [*held.finished_kinds, kind.value]
        MoveIn.objects.filter(pk=held.pk).update(finished_kinds=move.finished_kinds, touched_at=clock.now())
    return True


@transaction.atomic
def _finish(move: MoveIn) -> bool:
    held = MoveIn.objects.select_for_update(of=("self",)).get(pk=move.pk)
    if held.state != MoveState.MOVING or held.step != move.step:
        return True
    now = clock.now()
    said = {"state": MoveState.DONE, "finished_at": now, "touched_at": now, "problem": "", "waits_until": None}
    MoveIn.objects.filter(pk=held.pk).update(**said)
    new = {kind.value: held.counted(kind, "new") for kind in held.every_kind}
    news = MovedIn(
        held.pk, source=held.source, conversations=new.get(Kind.CONVERSATIONS, 0),
        customers=new.get(Kind.CUSTOMERS, 0), by=held.by_id,
    )  # fmt: skip
    announce(news, subject=f"move-in:{held.pk}")
    return True


def _wait(move: MoveIn, error: MustWait) -> After:
    """Note until when; a source that does not answer again and again stops the move."""
    held = MoveIn.objects.get(pk=move.pk)
    failures = held.failures + (not error.is_asked)
    if failures >= MOST_FAILURES:
        _stop(move, _("%(problem)s It was tried %(count)d times.") % {"problem": error, "count": failures})
        return After.OVER
    seconds = error.seconds if error.is_asked else min(error.seconds * 2 ** max(failures - 1, 0), _LONGEST_WAIT)
    now = clock.now()
    MoveIn.objects.filter(pk=move.pk, state=held.state).update(
        waits_until=now + timedelta(seconds=seconds), problem=str(error), failures=failures, touched_at=now
    )
    return After.WAITING if held.is_at_work else After.OVER


def _stop(move: MoveIn, problem: str) -> None:
    """Where it stands it stays: it can go on or be taken back."""
    state = {MoveState.LOOKING: previewing.at_rest(move)}.get(MoveState(move.state), MoveState.FAILED)
    now = clock.now()
    MoveIn.objects.filter(pk=move.pk, state=move.state).update(
        state=state, problem=problem, finished_at=now, waits_until=None
    )


def _done(move: MoveIn, kind: Kind) -> int:
    return sum(move.counted(kind, what) for what in ("new", "changed", "same", "left", "wrong"))


def _expected(move: MoveIn) -> int:
    return sum(max(move.counted(kind, "total"), _done(move, kind)) for kind in move.every_kind)
