"""What somebody does with a move: say where from, try it, look around, begin, pause, go on, bring what is new, undo."""

from collections.abc import Mapping, Sequence
from typing import IO, Any

from django.db import transaction
from django.utils.translation import gettext as _

from rapport.backbone import files
from rapport.conversations.models import Inbox
from rapport.exchange.moving_in.errors import NotNow
from rapport.exchange.moving_in.finding import kind_of_source, open_source
from rapport.exchange.moving_in.models import MoveIn, MoveState
from rapport.exchange.moving_in.previewing import at_rest
from rapport.exchange.moving_in.running import go_on
from rapport.exchange.moving_in.types import Kind, Step
from rapport.kit import clock
from rapport.kit.text import one_line
from rapport.team.models import Agent

_AT_REST = (MoveState.DRAFT, MoveState.PAUSED, MoveState.DONE, MoveState.FAILED, MoveState.UNDONE)
_GOES_ON = (MoveState.PAUSED, MoveState.FAILED)


def prepare(
    name: str,
    settings: Mapping[str, Any],
    *,
    kinds: Sequence[Kind],
    inbox: Inbox | None,
    by: Agent | None,
    file: IO[bytes] | None = None,
    file_name: str = "",
    takes_over: bool = False,
) -> MoveIn:
    """Note where from and what; the row of the same desk is taken up again. Nothing is read. Raises MovingError.

    `settings` are the cleaned data of the source's form. Some sources have to be asked which desk it is.
    With `takes_over` whoever is at it is stopped, as a command that was killed cannot be asked to.
    """
    source = kind_of_source(name)
    account = source(settings).account
    stored = files.keep(file) if file is not None else None
    with transaction.atomic():
        move = MoveIn.objects.select_for_update(of=("self",)).filter(source=name, account=account).first()
        move = move or MoveIn(source=name, account=account)
        if takes_over and move.state in (MoveState.MOVING, MoveState.LOOKING):
            move.state = MoveState.PAUSED if move.state == MoveState.MOVING else at_rest(move)
            move.step += 1
        if move.state not in _AT_REST:
            raise NotNow(_("This desk is being moved in right now. Pause it first."))
        move.settings, move.inbox, move.by = dict(settings), inbox, by or move.by
        move.kinds = [kind.value for kind in source.kinds if kind in kinds]
        if stored is not None:
            move.file, move.file_name = stored, one_line(file_name)[:200]
            move.cursors, move.finished_kinds = {}, []
        move.preview, move.problem = {}, ""
        if move.state == MoveState.UNDONE:
            move.state = MoveState.DRAFT
        move.save()
    return move


def check(move: MoveIn) -> list[Step]:
    """Try it, step by step; asks the source. Raises NotNow."""
    return open_source(move).check()


@transaction.atomic
def look(move: MoveIn) -> None:
    """See how many there are and the first of each. Raises NotNow."""
    held = _held(move, (MoveState.DRAFT,))
    _set(held, state=MoveState.LOOKING, problem="", waits_until=None, failures=0)
    go_on.enqueue(held.pk)


@transaction.atomic
def begin(move: MoveIn, *, by: Agent | None, queued: bool = True) -> None:
    """Start, go on, or bring what is new since it was done. Raises NotNow."""
    held = _held(move, (MoveState.DRAFT, *_GOES_ON, MoveState.DONE))
    now = clock.now()
    if held.state not in _GOES_ON:
        held.finished_kinds, held.counts, held.run_at = [], {}, now
    held.state, held.begun_at, held.by = MoveState.MOVING, held.begun_at or now, by or held.by
    held.problem, held.waits_until, held.failures, held.touched_at, held.finished_at = "", None, 0, now, None
    # Whoever was at it is no longer.
    held.step += 1
    held.save()
    if queued:
        go_on.enqueue(held.pk)


@transaction.atomic
def pause(move: MoveIn) -> None:
    """Stop after what is being written now; it goes on from there. Raises NotNow."""
    held = _held(move, (MoveState.MOVING, MoveState.LOOKING))
    state = at_rest(held) if held.state == MoveState.LOOKING else MoveState.PAUSED
    _set(held, state=state, waits_until=None, problem="")


@transaction.atomic
def begin_undoing(move: MoveIn, *, by: Agent | None, queued: bool = True) -> None:
    """Raises NotNow."""
    held = _held(move, (MoveState.DONE, MoveState.FAILED, MoveState.PAUSED))
    if not held.is_undoable:
        raise NotNow(_("This is too long ago to take back."))
    held.state, held.undone_by, held.taken_back, held.kept = MoveState.UNDOING, by, 0, 0
    held.problem, held.waits_until, held.touched_at = "", None, clock.now()
    held.step += 1
    held.save()
    if queued:
        go_on.enqueue(held.pk)


@transaction.atomic
def throw_away(move: MoveIn) -> None:
    """Forget where from and the token; only where nothing came, or everything was taken back. Raises NotNow."""
    held = _held(move, (MoveState.DRAFT, MoveState.UNDONE))
    stored = held.file_id
    held.delete()
    files.forget([stored] if stored else [])


def _held(move: MoveIn, allowed: Sequence[str]) -> MoveIn:
    held = MoveIn.objects.select_for_update(of=("self",)).select_related("by").filter(pk=move.pk).first()
    if held is None or held.state not in allowed:
        raise NotNow(_("This cannot be done now. Look at how far it is, and try again."))
    return held


def _set(move: MoveIn, **said: Any) -> None:
    MoveIn.objects.filter(pk=move.pk).update(touched_at=clock.now(), step=move.step + 1, **said)
