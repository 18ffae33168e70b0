"""Forgetting what is over, a little at a time so that nobody waits for the lock."""

from datetime import datetime, timedelta

from django.db import transaction
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from rapport.backbone.jobs.declaring import every
from rapport.backbone.models import Attempt, Heartbeat
from rapport.kit import clock

DONE_KEPT = timedelta(hours=1)
DEAD_KEPT = timedelta(days=90)
_AT_A_TIME = 500


@every(minutes=10, urgency="background")
def prune() -> None:
    """Delete finished tasks after an hour and dead letters after 90 days."""
    now = clock.now()
    _prune(TaskResultStatus.SUCCESSFUL, now - DONE_KEPT)
    _prune(TaskResultStatus.FAILED, now - DEAD_KEPT)
    Heartbeat.objects.filter(at__lt=now - timedelta(days=1)).delete()


def _prune(status: TaskResultStatus, before: datetime) -> None:
    over = DBTaskResult.objects.filter(status=status, finished_at__lt=before).order_by()
    while ids := list(over.values_list("pk", flat=True)[:_AT_A_TIME]):
        with transaction.atomic():
            Attempt.objects.filter(task_id__in=ids).delete()
            DBTaskResult.objects.filter(pk__in=ids).delete()
