"""Recurring jobs: when each is due next, and queueing it exactly once however many schedulers look."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from rapport.backbone.jobs.declaring import Job, recurring
from rapport.backbone.models import Recurrence
from rapport.kit import clock


def schedule() -> int:
    """Queue what is due; returns how many jobs that were.

    A clock set forward makes each job due once, not once for every turn it skipped. A clock set back would leave
    `next_at` hours away: a turn further off than one period is pulled in.
    """
    now = clock.now()
    rows = list(Recurrence.objects.filter(name__in=list(recurring)))
    if fresh := recurring.keys() - {row.name for row in rows}:
        Recurrence.objects.bulk_create([Recurrence(name=name, next_at=now) for name in fresh], ignore_conflicts=True)
        rows = list(Recurrence.objects.filter(name__in=list(recurring)))
    return sum(_take_turn(row, recurring[row.name], now) for row in rows)


def _take_turn(row: Recurrence, job: Job[[], Any], now: datetime) -> bool:
    period = job.period or timedelta(days=1)
    if row.next_at > now + period:
        Recurrence.objects.filter(name=row.name, next_at=row.next_at).update(next_at=now + period)
        return False
    if row.next_at > now:
        return False
    with transaction.atomic():
        # Whoever moves `next_at` queues the job: the other scheduler's update finds no row.
        if not Recurrence.objects.filter(name=row.name, next_at=row.next_at).update(next_at=now + period, last_at=now):
            return False
        if _is_still_going(row):
            return False
        result = job.enqueue()
        Recurrence.objects.filter(name=row.name).update(task_id=result.id)
    return True


def _is_still_going(row: Recurrence) -> bool:
    going = (TaskResultStatus.READY, TaskResultStatus.RUNNING)
    return row.task_id is not None and DBTaskResult.objects.filter(pk=row.task_id, status__in=going).exists()
