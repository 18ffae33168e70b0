"""How an attempt ends: done, to be tried again, or on the list of dead letters."""

import traceback
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult, get_date_max

from rapport.backbone.jobs.declaring import GiveUp, Job
from rapport.backbone.models import Attempt
from rapport.kit import clock

if TYPE_CHECKING:
    from rapport.backbone.jobs.leasing import Lease

_LOST = "The worker that ran it ended without a word."


@transaction.atomic
def finish(lease: "Lease") -> bool:
    """Note that it is done. False when the lease was taken meanwhile: then the other worker's word counts."""
    if not _let_go(lease.task.pk, lease.token, error=""):
        return False
    DBTaskResult.objects.filter(pk=lease.task.pk).update(
        status=TaskResultStatus.SUCCESSFUL, finished_at=clock.now(), exception_class_path="", traceback=""
    )
    return True


@transaction.atomic
def fail(lease: "Lease", error: BaseException) -> bool:
    """Queue it again after a wait, or put it on the list of dead letters when its tries are used up."""
    reason = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    if not _let_go(lease.task.pk, lease.token, error=reason[:2000]):
        return False
    job = job_of(lease.task)
    trace = "".join(traceback.format_exception(error))[-20_000:].replace("\0", "")
    kind = f"{type(error).__module__}.{type(error).__qualname__}"
    DBTaskResult.objects.filter(pk=lease.task.pk).update(traceback=trace, exception_class_path=kind)
    if isinstance(error, GiveUp) or job is None or lease.count > job.retries:
        die(lease.task)
    else:
        _requeue(lease.task.pk, clock.now() + job.wait_after(lease.count))
    return True


@transaction.atomic
def give_back(attempt: Attempt) -> bool:
    """Take a lease from a worker that gives no sign of life. False when it gave one just now."""
    if not _let_go(attempt.task_id, attempt.token, error=_LOST, leased_until=attempt.leased_until):
        return False
    task = attempt.task
    job = job_of(task)
    if job is None or attempt.count > job.retries:
        die(task)
    else:
        # Once is an accident and is repeated at once; a job that keeps killing its worker has to wait.
        again = get_date_max() if attempt.count < 2 else clock.now() + job.wait_after(attempt.count)
        _requeue(task.pk, again)
    return True


def die(task: "DBTaskResult[Any, Any]") -> None:
    """Put it on the list of dead letters. Of a recurring job only the newest stays there."""
    now = clock.now()
    DBTaskResult.objects.filter(pk=task.pk).update(status=TaskResultStatus.FAILED, finished_at=now)
    Attempt.objects.filter(task_id=task.pk).update(died_at=now)
    job = job_of(task)
    if job is not None and job.period:
        older = Attempt.objects.filter(died_at__isnull=False, task__task_path=task.task_path).exclude(task_id=task.pk)
        DBTaskResult.objects.filter(pk__in=list(older.values_list("task_id", flat=True))).delete()


def job_of(task: "DBTaskResult[Any, Any]") -> Job[..., Any] | None:
    """The job behind a task; None when the code no longer has it."""
    try:
        found: object = task.task
    except Exception:  # whatever importing a module can raise
        return None
    return found if isinstance(found, Job) else None


def _let_go(task_id: UUID, token: str, *, error: str, leased_until: datetime | None = None) -> bool:
    held = Attempt.objects.filter(task_id=task_id, token=token).exclude(token="")
    if leased_until is not None:
        held = held.filter(leased_until=leased_until)
    return bool(held.update(token="", leased_until=None, error=error.replace("\0", "")))


def _requeue(task_id: UUID, moment: datetime) -> None:
    DBTaskResult.objects.filter(pk=task_id).update(status=TaskResultStatus.READY, run_after=moment)
