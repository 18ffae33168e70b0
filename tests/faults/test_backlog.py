"""A hundred thousand jobs wait; the next one is queued and found nearly as fast as if none did."""

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.db import connection
from django_tasks_db.models import DBTaskResult

from rapport.backbone.jobs import job, run_pending
from rapport.kit import clock
from tests.faults.desk import measured

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 3


@job
def nothing(number: int) -> None:
    """The cheapest job there is: what remains is the queue."""


@job(urgency="background")
def nothing_soon(number: int) -> None:
    """The same, for when nothing else waits."""


@dataclass(frozen=True)
class Rate:
    """Jobs a second, by the clock on the wall and by this process's own work."""

    wall: float
    cpu: float

    def __str__(self) -> str:
        return f"{self.wall:,.0f}/s ({self.cpu:,.0f} a CPU second)"


def rate(count: int, action: Callable[[], object]) -> Rate:
    wall, cpu = time.perf_counter(), time.process_time()
    action()
    return Rate(count / (time.perf_counter() - wall), count / (time.process_time() - cpu))


def rates(count: int, *, rounds: int = ROUNDS) -> tuple[Rate, Rate]:
    """Queueing and running, the best of a few rounds: a neighbour on the machine only ever makes it slower."""
    queueing, running = [], []
    for _ in range(rounds):
        queueing.append(rate(count, lambda: [nothing.enqueue(number) for number in range(count)]))
        running.append(rate(count, lambda: run_pending(limit=count)))
    return best(queueing), best(running)


def best(found: list[Rate]) -> Rate:
    return Rate(max(each.wall for each in found), max(each.cpu for each in found))


def wait_in_line(count: int) -> None:
    """So many jobs of both kinds, a tenth of them not before tomorrow."""
    nothing.enqueue(0)
    nothing_soon.enqueue(0)
    models = list(DBTaskResult.objects.all())
    tomorrow = clock.now() + timedelta(days=1)
    made = (
        DBTaskResult(
            id=uuid.uuid4(),
            args_kwargs=like.args_kwargs,
            priority=like.priority,
            task_path=like.task_path,
            backend_name=like.backend_name,
            run_after=like.run_after if number % 10 else tomorrow,
            exception_class_path="",
            traceback="",
        )
        for number, like in ((number, models[number % 2]) for number in range(count - 2))
    )
    DBTaskResult.objects.bulk_create(made, batch_size=2_000)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def test_a_hundred_thousand_waiting_jobs_slow_down_neither_queueing_nor_running(size):
    waiting, count = size(10_000, 100_000), size(40, 300)
    rates(10, rounds=1)  # what is only slow the first time
    queued_before, ran_before = rates(count)
    wait_in_line(waiting)
    # Others may have the machine for a moment: what is slow is slow each time.
    for _ in range(3):
        queued, ran = rates(count)
        measured(f"queueing: {queued_before} with none waiting, {queued} with {waiting:,}")
        measured(f"running: {ran_before} with none waiting, {ran} with {waiting:,}")
        if holds(queued_before, queued) and holds(ran_before, ran):
            break
    assert DBTaskResult.objects.filter(status="READY").count() == waiting
    assert holds(queued_before, queued)
    assert holds(ran_before, ran)


def holds(before: Rate, after: Rate) -> bool:
    """Where the database works in this process, its work can be told from that of others on the machine."""
    is_ours = connection.vendor == "sqlite" and after.cpu > before.cpu / 2
    return after.wall > before.wall / 2 or is_ours
