"""Dead letters: jobs whose tries are used up, kept for a person to look at."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult, get_date_max

from rapport.backbone.jobs.declaring import JOBS
from rapport.backbone.jobs.settling import die
from rapport.backbone.models import Attempt
from rapport.backbone.watching import nudge


def dead_letters() -> QuerySet[Attempt]:
    """Attempts that gave up, newest first, each with its `task` (path, arguments, traceback) and its `error`."""
    return Attempt.objects.filter(died_at__isnull=False).select_related("task").order_by("-died_at", "-task_id")


@transaction.atomic
def redrive(task_id: UUID) -> bool:
    """Give a dead letter all its tries again. False when it is not on the list."""
    revived = Attempt.objects.filter(task_id=task_id, died_at__isnull=False).update(count=0, died_at=None, error="")
    if not revived:
        return False
    DBTaskResult.objects.filter(pk=task_id).update(
        status=TaskResultStatus.READY, run_after=get_date_max(), finished_at=None, traceback="", exception_class_path=""
    )
    nudge(JOBS)
    return True


@transaction.atomic
def bury(task_id: UUID, *, reason: str) -> bool:
    """Put a waiting job on the list of dead letters without trying it again. False when it is not waiting."""
    waiting: DBTaskResult[Any, Any] | None = (
        DBTaskResult.objects.select_for_update().filter(pk=task_id, status=TaskResultStatus.READY).first()
    )
    if waiting is None:
        return False
    Attempt.objects.update_or_create(task_id=waiting.pk, defaults={"error": reason, "token": "", "leased_until": None})
    die(waiting)
    return True
