"""Running a claimed job, and everything that is due at once for tests and the demo."""

import logging
from contextvars import ContextVar

from django.conf import settings
from django.db import Error, connection, transaction
from django.utils import translation

from rapport.backbone.jobs import settling
from rapport.backbone.jobs.leasing import Lease, claim
from rapport.backbone.models import Attempt
from rapport.kit import clock

log = logging.getLogger("rapport.jobs")

_current: ContextVar[Lease | None] = ContextVar("current_lease", default=None)
_last_progress: ContextVar[float] = ContextVar("last_progress", default=0.0)
_PROGRESS_SECONDS = 0.5


def attempt(lease: Lease) -> BaseException | None:
    """Run the job; the error it ended with, if any. Notes nothing: see `settle`."""
    token = _current.set(lease)
    try:
        with translation.override(settings.LANGUAGE_CODE):
            arguments = lease.task.args_kwargs
            lease.task.task.call(*arguments["args"], **arguments["kwargs"])
    except Exception as error:
        return error
    finally:
        _current.reset(token)
    return None


def settle(lease: Lease, error: BaseException | None) -> None:
    """Note how the attempt ended."""
    if error is None:
        is_ours = settling.finish(lease)
    else:
        log.warning("%s failed, attempt %d: %s", lease.task.task_path, lease.count, error, exc_info=error)
        is_ours = settling.fail(lease, error)
    if not is_ours:
        log.warning("%s was taken over by another worker before it ended here", lease.task.task_path)


def progress(done: int, total: int) -> None:
    """Say how far the running job is. Outside a job it does nothing; it writes at most twice a second."""
    lease = _current.get()
    is_last = done >= total
    if lease is None or (not is_last and clock.monotonic() - _last_progress.get() < _PROGRESS_SECONDS):
        return
    _last_progress.set(clock.monotonic())
    Attempt.objects.filter(task_id=lease.task.pk, token=lease.token).update(done=done, total=total)


def run_pending(*, strict: bool = False, limit: int = 100_000) -> int:
    """Run everything that is due, here and one by one, and what that queues in turn; returns how many jobs ran.

    For tests and for filling the demo. A failing job is queued again as a worker would; `strict` raises its error.
    """
    ran = 0
    while ran < limit and (lease := claim("here")):
        error = _attempt_apart(lease)
        settle(lease, error)
        if strict and error:
            raise error
        ran += 1
    return ran


def _attempt_apart(lease: Lease) -> BaseException | None:
    """Inside somebody's transaction a failed statement would poison everything: go back to before the job then.

    What a job did before it failed otherwise stays, as it does under a worker, where its statements commit one by one.
    """
    if not connection.in_atomic_block:
        return attempt(lease)
    before = transaction.savepoint()
    error = attempt(lease)
    if error and (isinstance(error, Error) or connection.needs_rollback):
        transaction.set_rollback(False)
        transaction.savepoint_rollback(before)
    else:
        transaction.savepoint_commit(before)
    return error
