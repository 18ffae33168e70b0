import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django_tasks_db.models import DBTaskResult

from rapport.backbone.jobs import dead_letters, every, run_pending
from rapport.backbone.jobs.declaring import recurring
from rapport.backbone.jobs.recurring import schedule
from rapport.backbone.models import Recurrence
from rapport.kit import clock

NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)
rung: list[datetime] = []


@every(minutes=5)
def ring() -> None:
    rung.append(clock.now())


@every(minutes=5)
def jam() -> None:
    raise RuntimeError("stuck")


ALL = {ring.module_path: ring, jam.module_path: jam}
for name in ALL:
    del recurring[name]


@pytest.fixture(autouse=True)
def only_the_bell(monkeypatch):
    """The recurring jobs of the whole house would run here too."""
    monkeypatch.setattr("rapport.backbone.jobs.recurring.recurring", {ring.module_path: ring})
    rung.clear()


def turn(moment):
    with clock.frozen(moment):
        schedule()
        return run_pending()


@pytest.mark.django_db
def test_a_recurring_job_rings_at_once_and_then_every_period():
    turns = [turn(NOON + timedelta(minutes=minute)) for minute in range(11)]
    assert turns == [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]
    assert rung == [NOON, NOON + timedelta(minutes=5), NOON + timedelta(minutes=10)]


@pytest.mark.django_db
def test_a_clock_that_jumps_two_hours_ahead_rings_once_and_starts_no_storm():
    turn(NOON)
    assert [turn(NOON + timedelta(hours=2, seconds=second)) for second in range(5)] == [1, 0, 0, 0, 0]


@pytest.mark.django_db
def test_a_clock_that_jumps_back_does_not_silence_the_bell_for_hours():
    turn(NOON)
    back = NOON - timedelta(hours=2)
    assert turn(back) == 0
    assert turn(back + timedelta(minutes=5)) == 1


@pytest.mark.django_db
def test_no_second_turn_is_queued_behind_one_that_is_still_waiting():
    for minute in range(0, 30, 5):
        with clock.frozen(NOON + timedelta(minutes=minute)):
            schedule()
    assert DBTaskResult.objects.count() == 1


@pytest.mark.django_db
def test_a_bell_that_jams_leaves_one_dead_letter_not_one_a_turn(monkeypatch):
    monkeypatch.setattr("rapport.backbone.jobs.recurring.recurring", {jam.module_path: jam})
    for minute in range(0, 120, 2):
        turn(NOON + timedelta(minutes=minute))
    assert dead_letters().count() == 1
    assert Recurrence.objects.get().last_at > NOON + timedelta(minutes=100)


def test_a_period_is_needed():
    with pytest.raises(ValueError, match="period"):
        every()


@pytest.mark.django_db(transaction=True)
def test_two_schedulers_queue_one_run():
    schedule()
    run_pending()
    Recurrence.objects.update(next_at=clock.now() - timedelta(seconds=1))
    together = threading.Barrier(4)
    queued = []

    def look():
        try:
            together.wait()
            queued.append(schedule())
        finally:
            connection.close()

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(queued) == [0, 0, 0, 1]
    assert run_pending() == 1
