"""What somebody does with a connected system: set it up, say what goes where, look first, begin, pause, let go."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from rapport.exchange.syncing import ours
from rapport.exchange.syncing.errors import NotNow, NotUsable
from rapport.exchange.syncing.models import Connection, SyncedRecord, SyncRun
from rapport.exchange.syncing.running import go_on
from rapport.exchange.syncing.seam import Direction, Line, Noun
from rapport.exchange.syncing.systems import SYSTEMS, usual_mapping
from rapport.kit import clock
from rapport.kit.text import one_line
from rapport.team.models import Agent

# A trial that has not ended by then was lost with its worker.
TRIAL_LOST = timedelta(minutes=30)


@transaction.atomic
def connect(kind: str, *, name: str, settings: Mapping[str, Any], by: Agent) -> Connection:
    """Keep how it is reached. Nothing is written before `begin`."""
    system = SYSTEMS[kind]
    return Connection.objects.create(
        kind=kind,
        name=one_line(name)[:80] or system.label,
        settings=dict(settings),
        mapping=usual_mapping(system),
        by=by,
    )


@transaction.atomic
def change_settings(connection: Connection, *, name: str, settings: Mapping[str, Any]) -> None:
    held = Connection.objects.select_for_update(of=("self",)).get(pk=connection.pk)
    held.name, held.settings, held.error, held.failures = one_line(name)[:80] or held.name, dict(settings), "", 0
    held.next_at = None
    held.save(update_fields=["name", "settings", "error", "failures", "next_at"])


@transaction.atomic
def map_fields(connection: Connection, lines: Mapping[Noun, Sequence[Line]], options: Mapping[str, Any]) -> None:
    """Say what goes where; what is mapped anew is compared from scratch. Raises NotUsable."""
    for noun, chosen in lines.items():
        _check(noun, chosen)
    held = Connection.objects.select_for_update(of=("self",)).get(pk=connection.pk)
    before = held.mapping
    held.mapping = {
        noun: [
            {"ours": line.ours, "theirs": line.theirs, "direction": line.direction, "rule": line.rule}
            for line in chosen
        ]
        for noun, chosen in lines.items()
    }
    for name in ("makes_here", "makes_there", "has_companies", "every_minutes"):
        if name in options:
            setattr(held, name, options[name])
    if held.mapping != before:
        # Everything is read once more: a field that was not asked for so far has a value over there.
        held.cursors, held.looked_until, held.next_at = {}, {}, None
    if held.makes_there != connection.makes_there:
        held.looked_until = {}
    held.save()


@transaction.atomic
def look_first(connection: Connection) -> SyncRun:
    """Say what a run would do, without doing it. Raises NotNow."""
    held = Connection.objects.select_for_update(of=("self",)).get(pk=connection.pk)
    if held.runs.filter(is_trial=True, ended_at=None, began_at__gt=clock.now() - TRIAL_LOST).exists():
        raise NotNow(_("It is being looked through already."))
    run = SyncRun.objects.create(connection=held, is_trial=True)
    go_on.enqueue(held.pk, run.pk)
    return run


@transaction.atomic
def begin(connection: Connection, *, by: Agent) -> None:
    """From here on both are kept in step. Raises NotNow."""
    held = Connection.objects.select_for_update(of=("self",)).get(pk=connection.pk)
    if not held.runs.filter(is_trial=True, problem="").exclude(ended_at=None).exists():
        raise NotNow(_("Look first what would happen, then begin."))
    held.begun_at, held.paused_at, held.by = held.begun_at or clock.now(), None, by
    held.save(update_fields=["begun_at", "paused_at", "by"])
    go_on.enqueue(held.pk)


@transaction.atomic
def pause(connection: Connection) -> None:
    held = Connection.objects.select_for_update(of=("self",)).get(pk=connection.pk)
    held.paused_at = clock.now()
    held.save(update_fields=["paused_at"])


@transaction.atomic
def resume(connection: Connection) -> None:
    """Go on where it stood: what changed on both sides meanwhile is compared as ever. Raises NotNow."""
    held = Connection.objects.select_for_update(of=("self",)).get(pk=connection.pk)
    if held.begun_at is None:
        raise NotNow(_("It has not begun yet."))
    held.paused_at, held.next_at, held.error, held.failures = None, None, "", 0
    held.save(update_fields=["paused_at", "next_at", "error", "failures"])
    go_on.enqueue(held.pk)


@transaction.atomic
def run_now(connection: Connection) -> None:
    """Raises NotNow."""
    if not connection.is_running:
        raise NotNow(_("It is paused, or has not begun yet."))
    go_on.enqueue(connection.pk)


@transaction.atomic
def try_again(connection: Connection, record: SyncedRecord | None = None) -> None:
    """What was not taken is sent again with the next run, one of them or all."""
    rows = connection.records.exclude(problem="")
    rows = rows.filter(pk=record.pk) if record else rows
    rows.filter(their_id="").update(retry_at=None)
    rows.exclude(their_id="").update(retry_at=None, is_due=True)
    if connection.is_running:
        go_on.enqueue(connection.pk)


@transaction.atomic
def let_go(connection: Connection) -> None:
    """Forget it and who is who there. Customers stay, here and there."""
    connection.delete()


def _check(noun: Noun, lines: Sequence[Line]) -> None:
    known = ours.names(noun)
    told: set[str] = set()
    for line in lines:
        if line.ours not in known:
            raise NotUsable(_("There is no field called %(name)s here.") % {"name": line.ours[:60]})
        if line.ours in told:
            told_twice = {"name": str(known[line.ours])}
            raise NotUsable(_("%(name)s is in the table twice. Keep one line of it.") % told_twice)
        if not line.theirs:
            raise NotUsable(_("Say which field there %(name)s is.") % {"name": str(known[line.ours])})
        told.add(line.ours)
    needed = "email" if noun == Noun.CUSTOMER else "name"
    if not any(line.ours == needed and line.direction != Direction.OFF for line in lines):
        raise NotUsable(
            _("%(name)s has to be in the table: by it records are told apart.") % {"name": str(known[needed])}
        )
