import signal
import time
from collections import Counter

import pytest
from django.db import connection, transaction
from django_tasks_db.models import DBTaskResult

from rapport.backbone.jobs import dead_letters, redrive
from rapport.backbone.models import Heartbeat
from rapport.backbone.tests import chores
from rapport.backbone.worker import Worker


def test_a_job_begins_soon_after_its_commit(paper, at_work):
    with at_work():
        time.sleep(0.7)  # it is asleep by now
        for count in range(1, 11):
            chores.time_it.enqueue(paper.path, time.time())
            paper.wait_for(count)
            time.sleep(0.05)
    waits = sorted(float(line) for line in paper.lines)
    assert len(waits) == 10
    # 30 ms when the machine is ours; the bound leaves room for a busy one, and is far below the half second of a poll.
    assert waits[5] < 0.25


def test_a_job_is_not_seen_before_its_transaction_ends(paper, at_work):
    with at_work():
        with transaction.atomic():
            chores.note.enqueue(paper.path, "committed")
            time.sleep(0.5)
            assert paper.lines == []
        assert paper.wait_for(1) == ["committed"]


@pytest.mark.django_db(transaction=True)
def test_a_worker_ends_when_nothing_is_due(paper):
    with transaction.atomic():
        for number in range(30):
            chores.note.enqueue(paper.path, str(number))
    Worker(threads=3, until_idle=True, schedules=False).run()
    assert sorted(map(int, paper.lines)) == list(range(30))
    assert not Heartbeat.objects.exists()


def test_two_workers_never_run_one_job_twice(paper, worker_process):
    with transaction.atomic():
        for number in range(150):
            chores.note.enqueue(paper.path, str(number))
    workers = [worker_process(threads=3, lease=15, until_idle=True) for _ in range(2)]
    for worker in workers:
        assert worker.wait(60) == 0
    assert Counter(paper.lines) == Counter(map(str, range(150)))


def test_a_job_of_a_killed_worker_is_run_again_within_the_lease(paper, worker_process):
    chores.dawdle.enqueue(paper.path, 1.5)
    first = worker_process(lease=2.0)
    begun = paper.wait_for(1)
    assert begun == [f"begin {first.pid}"]
    first.send_signal(signal.SIGKILL)
    first.wait()
    second = worker_process(lease=2.0)
    lines = paper.wait_for(3)
    assert lines == [f"begin {first.pid}", f"begin {second.pid}", "end"]


def test_a_long_job_keeps_its_lease_by_its_workers_heartbeat(paper, worker_process):
    chores.dawdle.enqueue(paper.path, 3.0)
    worker_process(lease=0.8)
    paper.wait_for(1)
    worker_process(lease=0.8)
    paper.wait_for(2)
    time.sleep(0.5)
    assert [line.split()[0] for line in paper.lines] == ["begin", "end"]


def test_a_job_that_kills_its_workers_lets_the_others_through_and_can_be_redriven(paper, worker_process):
    chores.die_at_once.enqueue(paper.path)
    deadline = time.monotonic() + 40
    while not dead_letters().exists() and time.monotonic() < deadline:
        worker = worker_process(lease=0.6)
        while worker.poll() is None and not dead_letters().exists() and time.monotonic() < deadline:
            time.sleep(0.05)
    assert paper.lines == ["died"] * 3
    chores.note.enqueue(paper.path, "others go on")
    assert paper.wait_for(4)[-1] == "others go on"
    assert redrive(dead_letters().get().task_id)
    assert paper.wait_for(5)[-1] == "died"


def test_stopping_waits_for_the_job_at_hand(paper, at_work):
    with at_work(threads=1):
        chores.dawdle.enqueue(paper.path, 0.6)
        chores.note.enqueue(paper.path, "next")
        paper.wait_for(1)
    assert paper.lines[-1] == "end"
    assert DBTaskResult.objects.filter(status="SUCCESSFUL").count() == 1
    assert DBTaskResult.objects.filter(status="READY").count() == 1


def test_a_worker_says_that_it_is_alive(at_work):
    with at_work() as worker:
        deadline = time.monotonic() + 5
        while not Heartbeat.objects.exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        assert Heartbeat.objects.get().worker == worker.name


def test_an_idle_worker_costs_next_to_nothing(at_work):
    with at_work():
        time.sleep(0.5)
        before = time.process_time()
        time.sleep(2)
        used = (time.process_time() - before) / 2
    assert used < 0.1, f"{used:.0%} of a processor"


@pytest.mark.django_db(transaction=True)
def test_the_index_finds_the_next_job_among_many():
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL's planner decides by statistics that a small table does not have")
    from rapport.backbone.jobs.choosing import _all, _moments

    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {_all()}", _moments() * 3)
        plan = " ".join(row[3] for row in cursor.fetchall())
    assert plan.count("tasks_db_new_ordering_idx") == 6
    assert "SCAN django_tasks" not in plan
