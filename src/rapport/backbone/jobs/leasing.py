"""Who runs a job until when. A worker that dies stops renewing, and another takes the job over."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from rapport.backbone.jobs import settling
from rapport.backbone.jobs.choosing import next_task
from rapport.backbone.models import Attempt
from rapport.kit import clock

# A job is run again this many seconds after its worker's last sign of life; the worker gives one five times as often.
LEASE = 15.0
BEATS_A_LEASE = 5


@dataclass(frozen=True)
class Lease:
    """A claimed task and the token that proves the claim."""

    task: "DBTaskResult[Any, Any]"
    token: str
    count: int


def claim(worker: str, *, lease: float = LEASE) -> Lease | None:
    """Take the next job that is due, or None. No two workers take the same one."""
    with transaction.atomic():
        task_id = next_task()
        if task_id is None:
            return None
        task = DBTaskResult.objects.get(pk=task_id)
        now = clock.now()
        DBTaskResult.objects.filter(pk=task_id).update(
            status=TaskResultStatus.RUNNING, started_at=now, worker_ids=[*task.worker_ids[-9:], worker]
        )
        token = secrets.token_hex(16)
        return Lease(task, token, _begin(task_id, token, now + timedelta(seconds=lease)))


def _begin(task_id: UUID, token: str, until: datetime) -> int:
    """Note the attempt; how many this makes."""
    attempt = Attempt(task_id=task_id, count=1, token=token, leased_until=until)
    Attempt.objects.bulk_create([attempt], ignore_conflicts=True)
    begun = Attempt.objects.filter(task_id=task_id)
    if begun.filter(token=token).exists():
        return 1
    begun.update(count=F("count") + 1, token=token, leased_until=until, done=0, total=0)
    return begun.values_list("count", flat=True).get()


def renew(tokens: Iterable[str], *, lease: float = LEASE) -> int:
    """Say that the workers holding these tokens are alive."""
    held = Attempt.objects.filter(token__in=list(tokens), leased_until__isnull=False)
    return held.update(leased_until=clock.now() + timedelta(seconds=lease))


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
