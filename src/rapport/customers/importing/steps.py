"""What every import of a file goes through, whatever is in it, from its beginning to its being taken back."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any, TypeVar

from django.db import transaction
from django.utils.translation import gettext as _

from rapport.backbone import files
from rapport.customers.importing.errors import NotNow
from rapport.customers.importing.models import AT_WORK, FileImport, ImportState
from rapport.kit import clock
from rapport.team.models import Agent

T = TypeVar("T", bound=FileImport)
# What goes on with the import of this id, in the background.
GoOn = Callable[[int], Any]

COUNTED = ("created", "changed", "same", "skipped", "wrong")
UNDO_FOR = timedelta(days=30)
AT_REST = (ImportState.DRAFT, ImportState.CHECKED)
_SILENT = timedelta(minutes=5)
_GIVEN_UP = timedelta(hours=24)


def held(source: T, states: Sequence[str]) -> T:
    """Locked in the caller's transaction. Raises NotNow where it is at something else."""
    found: T = type(source)._base_manager.select_for_update(of=("self",)).select_related("file").get(pk=source.pk)
    if found.state not in states:
        told = {"state": str(found.get_state_display())}
        raise NotNow(_("This cannot be done now. The import is at: %(state)s.") % told)
    return found


def begin(source: FileImport, state: ImportState, *, go_on: GoOn) -> None:
    """From the first row; the caller holds it and has checked its columns."""
    for name in COUNTED:
        setattr(source, name, 0)
    source.state, source.position, source.problem, source.touched_at = state, 0, "", clock.now()
    source.save()
    go_on(source.pk)


@transaction.atomic
def stop(source: FileImport, *, by: Agent) -> None:
    """Leave it where it stands; it can go on, or be taken back. Raises NotNow."""
    source = held(source, (ImportState.CHECKING, ImportState.IMPORTING))
    if source.state == ImportState.CHECKING:
        source.state = ImportState.DRAFT
    else:
        source.state, source.finished_at = ImportState.FAILED, clock.now()
        source.problem = _("%(name)s stopped it.") % {"name": by.name}
    source.save(update_fields=["state", "problem", "finished_at"])


@transaction.atomic
def resume(source: FileImport, *, go_on: GoOn) -> None:
    """Go on where it stopped. Raises NotNow."""
    source = held(source, (ImportState.FAILED,))
    source.state, source.problem, source.touched_at = ImportState.IMPORTING, "", clock.now()
    source.save(update_fields=["state", "problem", "touched_at"])
    go_on(source.pk)


def is_recent(source: FileImport) -> bool:
    """Whether it is over, and not too long ago to be taken back."""
    is_over = source.state in (ImportState.DONE, ImportState.FAILED)
    return is_over and source.finished_at is not None and source.finished_at > clock.now() - UNDO_FOR


def begin_undoing(source: FileImport, *, by: Agent, go_on: GoOn) -> None:
    """The caller holds it and knows that it can be taken back."""
    source.state, source.undone_by, source.touched_at = ImportState.UNDOING, by, clock.now()
    source.taken_back = source.kept = 0
    source.save(update_fields=["state", "undone_by", "touched_at", "taken_back", "kept"])
    go_on(source.pk)


@transaction.atomic
def throw_away(source: FileImport) -> None:
    """Forget a file of which nothing was imported. Raises NotNow."""
    source = held(source, AT_REST)
    source.delete()
    if source.file_id:
        files.forget([source.file_id])


def wake(kind: type[FileImport], *, go_on: GoOn) -> int:
    """Start anew what a lost job left behind; say so of what cannot be done. Answers how many were started."""
    now = clock.now()
    woken = 0
    for source in kind._base_manager.filter(state__in=AT_WORK, touched_at__lt=now - _SILENT):
        if source.touched_at < now - _GIVEN_UP:
            fail(source, _("It could not go on, and was tried for a day. The log of Rapport says why."))
        else:
            go_on(source.pk)
            woken += 1
    return woken


def fail(source: FileImport, problem: str) -> None:
    """Trying it fails back to choosing columns; an import stays where it stands, and can go on or be taken back."""
    state = {ImportState.CHECKING: ImportState.DRAFT}.get(ImportState(source.state), ImportState.FAILED)
    at(source, source.state).update(state=state, problem=problem, finished_at=clock.now())


def at(source: FileImport, state: str) -> Any:
    """It, as long as it is at this."""
    return type(source)._base_manager.filter(pk=source.pk, state=state)
