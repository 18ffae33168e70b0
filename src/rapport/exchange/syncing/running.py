"""One run: first what changed there, then what changed here, companies before people."""

import logging
from collections.abc import Callable
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _

from rapport.backbone.jobs import job
from rapport.exchange.syncing.errors import SlowDown, SystemProblem
from rapport.exchange.syncing.models import Connection, SyncRun
from rapport.exchange.syncing.pulling import take_in
from rapport.exchange.syncing.pushing import send_out
from rapport.exchange.syncing.seam import Noun, System
from rapport.exchange.syncing.systems import system_of
from rapport.exchange.syncing.telling import Story
from rapport.kit import clock

log = logging.getLogger(__name__)

# Longer than any one request and its tries take.
_HELD_FOR = timedelta(minutes=5)
_LOOK_AGAIN = timedelta(seconds=10)
_LONGEST_WAIT = timedelta(hours=2)
_KEPT_FOR = timedelta(days=30)
_KEPT_TRIALS = 3


class _Over(Exception):
    """Somebody paused it, or another worker runs it."""


@job(retries=3)
def go_on(connection_id: int, run_id: int = 0) -> None:
    """Run it once; with a run that is a trial, only say what would happen."""
    connection = Connection.objects.select_related("by").filter(pk=connection_id).first()
    if connection is None:
        return
    if not _hold(connection):
        if run_id:
            # A run is at work; what it leaves is what the trial has to look at.
            go_on.at(clock.now() + _LOOK_AGAIN).enqueue(connection_id, run_id)
        return
    trial = SyncRun.objects.filter(pk=run_id, is_trial=True, ended_at=None).first() if run_id else None
    if trial is None and not connection.is_running:
        _release(connection)
        return
    run = trial or SyncRun.objects.create(connection=connection)
    with translation.override(connection.by.language or None if connection.by else None):
        _run(connection, run)


def wake() -> int:
    """Begin every run whose time has come; answers how many."""
    now = clock.now()
    _close_interrupted()
    due = Connection.objects.filter(begun_at__isnull=False, paused_at=None).filter(
        Q(next_at=None) | Q(next_at__lte=now), Q(held_until=None) | Q(held_until__lt=now)
    )
    count = 0
    for connection in due:
        # The next turn, should this one be lost; a run that ends sets it anew.
        Connection.objects.filter(pk=connection.pk).update(next_at=now + timedelta(minutes=connection.every_minutes))
        go_on.enqueue(connection.pk)
        count += 1
    return count


def forget_old() -> None:
    """Runs of more than thirty days ago, and of those in which nothing happened all but the latest."""
    SyncRun.objects.filter(began_at__lt=clock.now() - _KEPT_FOR).delete()
    for connection in Connection.objects.all():
        runs = connection.runs.exclude(ended_at=None)
        quiet = [run.pk for run in runs.filter(problem="")[200:1200] if run.is_quiet]
        trials = list(runs.filter(is_trial=True).values_list("pk", flat=True)[_KEPT_TRIALS:200])
        SyncRun.objects.filter(pk__in=[*quiet, *trials]).delete()


def _close_interrupted() -> None:
    """Runs whose process is gone; where they stood is in the connection, and the next one goes on there."""
    now = clock.now()
    lost = SyncRun.objects.filter(ended_at=None, began_at__lt=now - _HELD_FOR)
    lost = lost.filter(Q(connection__held_until=None) | Q(connection__held_until__lt=now))
    SyncRun.objects.filter(pk__in=list(lost.values_list("pk", flat=True))).update(
        ended_at=now, problem=_("It was interrupted. The next one goes on where it stood.")
    )


def _run(connection: Connection, run: SyncRun) -> None:
    story, problem, wait = Story(), "", timedelta(minutes=connection.every_minutes)
    is_failed = False
    try:
        _both_ways(connection, run, story)
    except (_Over, Connection.DoesNotExist):
        problem = _("It was stopped.")
    except SlowDown as error:
        problem, wait = str(error), max(wait, timedelta(seconds=error.seconds))
    except SystemProblem as error:
        problem, is_failed = str(error), True
    except Exception:
        log.exception("A run of connection %s failed", connection.pk)
        problem, is_failed = _("Something failed on our side. The log of Rapport says what."), True
    _finish(connection, run, story, problem, is_failed, wait)


def _both_ways(connection: Connection, run: SyncRun, story: Story) -> None:
    system = system_of(connection)

    def beat() -> None:
        now = clock.now()
        held = Connection.objects.filter(pk=connection.pk)
        held = held if run.is_trial else held.filter(begun_at__isnull=False, paused_at=None)
        if not held.update(held_until=now + _HELD_FOR):
            raise _Over
        SyncRun.objects.filter(pk=run.pk).update(counts=dict(story.counts))

    for noun in connection.nouns:
        began = clock.now()
        _pull(connection, noun, system, story, beat, is_trial=run.is_trial)
        send_out(connection, noun, system, story, beat=beat, is_trial=run.is_trial)
        if not run.is_trial:
            with transaction.atomic():
                held = Connection.objects.select_for_update().get(pk=connection.pk)
                held.looked_until = {**held.looked_until, noun.value: began.isoformat()}
                held.save(update_fields=["looked_until"])
            connection.looked_until = held.looked_until


def _pull(
    connection: Connection, noun: Noun, system: System, story: Story, beat: Callable[[], None], *, is_trial: bool
) -> None:
    names = [line.theirs for line in connection.lines(noun)]
    cursor = dict(connection.cursors.get(noun, {}))
    while True:
        beat()
        page = system.changed_since(noun, cursor, names)
        with transaction.atomic():
            take_in(connection, noun, page, story)
            if is_trial:
                transaction.set_rollback(True)
            else:
                held = Connection.objects.select_for_update().get(pk=connection.pk)
                held.cursors = {**held.cursors, noun.value: page.cursor}
                held.save(update_fields=["cursors"])
        cursor = dict(page.cursor)
        connection.cursors = {**connection.cursors, noun.value: cursor}
        if page.is_last:
            return


def _finish(connection: Connection, run: SyncRun, story: Story, problem: str, is_failed: bool, wait: timedelta) -> None:
    now = clock.now()
    # It may have been let go meanwhile.
    SyncRun.objects.filter(pk=run.pk).update(
        counts=dict(story.counts), notes=story.notes, problem=problem, ended_at=now
    )
    if run.is_trial:
        _release(connection)
        return
    held = Connection.objects.filter(pk=connection.pk)
    if is_failed:
        failures = min(connection.failures + 1, 100)
        wait = min(_LONGEST_WAIT, wait * 2 ** min(failures - 1, 8))
        held.update(error=problem, failures=failures, held_until=None, next_at=now + wait)
    else:
        held.update(error="", failures=0, held_until=None, next_at=now + wait, worked_at=now)


def _hold(connection: Connection) -> bool:
    now = clock.now()
    free = Connection.objects.filter(pk=connection.pk).filter(Q(held_until=None) | Q(held_until__lt=now))
    return bool(free.update(held_until=now + _HELD_FOR))


def _release(connection: Connection) -> None:
    Connection.objects.filter(pk=connection.pk).update(held_until=None)
