"""What a job is: a function, how often it is tried, and when it recurs."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, ParamSpec, TypeVar, overload

from django_tasks.base import Task, TaskResult

from rapport.backbone.watching import nudge

P = ParamSpec("P")
R = TypeVar("R")

Urgency = Literal["urgent", "normal", "background"]
PRIORITIES: dict[Urgency, int] = {"urgent": 50, "normal": 0, "background": -50}
JOBS = "rapport_jobs"


class GiveUp(Exception):
    """Trying this job again cannot help; its message says why and what to do."""


@dataclass(frozen=True, kw_only=True)
class Job(Task[P, R]):
    """A task of Django's with Rapport's patience. `call` and calling it run it here and now."""

    retries: int = 8
    first_wait: float = 5
    longest_wait: float = 3600
    period: timedelta | None = None

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        return self.func(*args, **kwargs)

    def at(self, moment: datetime) -> "Job[P, R]":
        """The same job, to be queued for no earlier than `moment`."""
        return self.using(run_after=moment)

    def enqueue(self, *args: P.args, **kwargs: P.kwargs) -> "TaskResult[R]":
        """Queue it in the caller's transaction: rolled back with it, runnable once it commits. Arguments are JSON."""
        result = super().enqueue(*args, **kwargs)
        nudge(JOBS)
        return result

    def wait_after(self, attempt: int) -> timedelta:
        """How long to wait after the given failed attempt (1, 2, ...): doubling, bounded, spread by a fifth."""
        seconds = min(self.longest_wait, self.first_wait * 2 ** min(attempt - 1, 30))
        return timedelta(seconds=seconds * random.uniform(0.8, 1.2))  # noqa: S311  # no secret


# Every recurring job by its path; filled as rooms are imported.
recurring: dict[str, Job[[], Any]] = {}


@overload
def job(function: Callable[P, R], /) -> Job[P, R]: ...


@overload
def job(
    *, retries: int = 8, first_wait: float = 5, longest_wait: float = 3600, urgency: Urgency = "normal"
) -> Callable[[Callable[P, R]], Job[P, R]]: ...


def job(
    function: Callable[P, R] | None = None,
    /,
    *,
    retries: int = 8,
    first_wait: float = 5,
    longest_wait: float = 3600,
    urgency: Urgency = "normal",
) -> Job[P, R] | Callable[[Callable[P, R]], Job[P, R]]:
    """Make a module-level function a job. Waits are seconds; `retries` counts the tries after the first."""

    def declare(function: Callable[P, R]) -> Job[P, R]:
        return Job(
            func=function,
            priority=PRIORITIES[urgency],
            retries=retries,
            first_wait=first_wait,
            longest_wait=longest_wait,
        )

    return declare(function) if function else declare


def every(
    *, seconds: float = 0, minutes: float = 0, hours: float = 0, urgency: Urgency = "normal"
) -> Callable[[Callable[[], R]], Job[[], R]]:
    """Run a function again and again, this long after it was last due; never twice at once, never a backlog of runs."""
    period = timedelta(seconds=seconds, minutes=minutes, hours=hours)
    if period <= timedelta(0):
        raise ValueError("A recurring job needs a period: seconds, minutes or hours.")

    def declare(function: Callable[[], R]) -> Job[[], R]:
        # The next turn is a retry too, so a failing one is not tried for hours.
        made: Job[[], R] = Job(
            func=function,
            priority=PRIORITIES[urgency],
            retries=2,
            first_wait=5,
            longest_wait=60,
            period=period,
        )
        recurring[made.module_path] = made
        return made

    return declare
