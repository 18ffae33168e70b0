"""Who runs a job until when. A worker that dies stops renewing, and another takes the job over."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult, get_date_max

from rapport.backbone.jobs import settling
from rapport.backbone.jobs.declaring import PRIORITIES
from rapport.backbone.models import Attempt
from rapport.kit import clock

# A job is run again this many seconds after its worker's last sign of life; the worker gives one five times as often.
LEASE = 15.0
BEATS_A_LEASE = 5

# What Django's tasks store for "as soon as possible"; unlike a moment it does not suffer when the clock is set back.
AT_ONCE = get_date_max()


@dataclass(frozen=True)
class Lease:
    """A claimed task and the token that proves the claim."""

    task: "DBTaskResult[Any, Any]"
    token: str
    count: int


def claim(worker: str, *, lease: float = LEASE) -> Lease | None:
    """Take the next job that is due, or None. No two workers take the same one."""
    with transaction.atomic():
        task = _next(lock=True)
        if task is None:
            return None
        now = clock.now()
        taken = Lease(task, secrets.token_hex(16), getattr(task, "attempt", Attempt()).count + 1)
        DBTaskResult.objects.filter(pk=task.pk).update(
            status=TaskResultStatus.RUNNING, started_at=now, worker_ids=[*task.worker_ids[-9:], worker]
        )
        Attempt.objects.update_or_create(
            task_id=task.pk,
            defaults={
                "count": taken.count,
                "token": taken.token,
                "leased_until": now + timedelta(seconds=lease),
                "done": 0,
                "total": 0,
            },
        )
    return taken


def is_anything_due() -> bool:
    """Whether a claim would find something; asked without a lock."""
    return _next(lock=False) is not None


def renew(tokens: Iterable[str], *, lease: float = LEASE) -> int:
    """Say that the workers holding these tokens are alive."""
    held = Attempt.objects.filter(token__in=list(tokens), leased_until__isnull=False)
    return held.update(leased_until=clock.now() + timedelta(seconds=lease))


def _next(*, lock: bool) -> "DBTaskResult[Any, Any] | None":
    for priority in sorted(PRIORITIES.values(), reverse=True):
        ready = DBTaskResult.objects.filter(status=TaskResultStatus.READY, priority=priority)
        # Two narrow reads of the index on (status, priority, run_after, enqueued_at). One `OR` over both would walk
        # past every job that is scheduled for later before it finds one that may run now.
        due = _first(ready.filter(run_after__lte=clock.now()).order_by("run_after", "enqueued_at"), lock)
        at_once = _first(ready.filter(run_after=AT_ONCE).order_by("enqueued_at"), lock)
        if due and at_once:
            return min(due, at_once, key=_since)
        if due or at_once:
            return due or at_once
    return None


def _first(tasks: "QuerySet[DBTaskResult[Any, Any]]", lock: bool) -> "DBTaskResult[Any, Any] | None":
    if lock:
        tasks = tasks.select_related("attempt").select_for_update(skip_locked=True, of=("self",))
    return tasks.first()


def _since(task: "DBTaskResult[Any, Any]") -> datetime:
    return task.enqueued_at if task.run_after == AT_ONCE else task.run_after


class Reaper:
    """Finds leases that nobody renews and gives their jobs back.

    The wall clock alone cannot tell: after a jump of two hours every lease looks expired, or none ever does.
    So a lease is lost when it has not changed for half its length as this process measures time and the wall
    clock agrees, or for its whole length whatever the wall clock says.
    """

    def __init__(self, *, lease: float = LEASE) -> None:
        self.lease = lease
        self._seen: dict[UUID, tuple[tuple[str, datetime | None], float]] = {}

    def reap(self) -> int:
        """Give back what was lost; returns how many jobs that were."""
        running = list(Attempt.objects.filter(leased_until__isnull=False))
        self._seen = {attempt.task_id: self._look(attempt) for attempt in running}
        lost = [attempt for attempt in running if self._is_lost(attempt)]
        return sum(settling.give_back(attempt) for attempt in lost)

    def _look(self, attempt: Attempt) -> tuple[tuple[str, datetime | None], float]:
        state = (attempt.token, attempt.leased_until)
        known = self._seen.get(attempt.task_id)
        return known if known and known[0] == state else (state, clock.monotonic())

    def _is_lost(self, attempt: Attempt) -> bool:
        silent = clock.monotonic() - self._seen[attempt.task_id][1]
        is_expired = attempt.leased_until is not None and attempt.leased_until < clock.now()
        return silent >= self.lease or (is_expired and silent >= self.lease / 2)
