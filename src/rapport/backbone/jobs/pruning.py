"""Keeping the queue in order: forgetting what is over, a little at a time so that nobody waits for the lock, and
pulling in what a clock that was set back put off."""

from datetime import datetime, timedelta

from django.db import transaction
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from rapport.backbone.jobs.choosing import AT_ONCE
from rapport.backbone.jobs.declaring import every
from rapport.backbone.models import Attempt, Heartbeat
from rapport.kit import clock

DONE_KEPT = timedelta(hours=1)
DEAD_KEPT = timedelta(days=90)
# An hour and a fifth, the longest that a job's waits reach, and a little.
LONGEST_RETRY = timedelta(minutes=75)
_AT_A_TIME = 500


@every(minutes=10, urgency="background")
def prune() -> None:
    """Delete finished tasks after an hour and dead letters after 90 days."""
    now = clock.now()
    _prune(TaskResultStatus.SUCCESSFUL, now - DONE_KEPT)
    _prune(TaskResultStatus.FAILED, now - DEAD_KEPT)
    Heartbeat.objects.filter(at__lt=now - timedelta(days=1)).delete()


@every(minutes=1, urgency="background")
def pull_in() -> None:
    """Let what is to be tried again be tried now, where its time is further away than any retry ever waits."""
    put_off = DBTaskResult.objects.filter(
        status=TaskResultStatus.READY,
        run_after__gt=clock.now() + LONGEST_RETRY,
        run_after__lt=AT_ONCE,
        attempt__count__gt=0,
    )
    put_off.order_by().update(run_after=AT_ONCE)


def _prune(status: TaskResultStatus, before: datetime) -> None:
    over = DBTaskResult.objects.filter(status=status, finished_at__lt=before).order_by()
    while ids := list(over.values_list("pk", flat=True)[:_AT_A_TIME]):
        with transaction.atomic():
            Attempt.objects.filter(task_id__in=ids).delete()
            DBTaskResult.objects.filter(pk__in=ids).delete()
