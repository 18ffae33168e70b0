"""What falls due is announced: once, in order, in batches, and calmly when the machine's clock jumps."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection

from rapport.conversations import actions as conversations
from rapport.conversations.types import Writing
from rapport.kit import clock
from rapport.routing import actions
from rapport.routing.actions import watching
from rapport.routing.models import Promise, ServicePolicy
from rapport.routing.steadiness import Steadiness
from rapport.routing.tests.scene import look_at, moment, promise, told

pytestmark = pytest.mark.django_db


def test_ada_is_warned_once_and_told_once(policy, day, write):
    with day.at(0):
        conversation = write()
    first = promise(conversation)
    assert [look_at(47), look_at(48), look_at(49)] == [0, 1, 0]
    assert [look_at(59), look_at(60), look_at(61), look_at(300)] == [0, 1, 0, 0]
    assert told("PromiseWarned") == told("PromiseBroken") == [first.pk]
    first.refresh_from_db()
    assert (first.warned_at, first.breached_at) == (moment(48), moment(60))


def test_a_clock_that_jumps_two_hours_ahead_and_back_tells_nothing_twice(policy, day, write):
    made = []
    for minutes in range(5):
        with day.at(minutes):
            conversation = write()
        made.append(promise(conversation).pk)
    assert look_at(130) == 5
    for minutes in (10, 48, 60, 64, 130, 250):
        look_at(minutes)
    assert told("PromiseBroken") == made
    assert len(told("PromiseWarned")) == len(set(told("PromiseWarned")))


def test_what_fell_due_first_is_told_first(policy, day, write, ada):
    with day.at(0):
        later = write()
    with day.at(1):
        urgent = write()
        conversations.prioritise(urgent, priority=4, by=ada)
    look_at(200)
    assert told("PromiseBroken") == [promise(urgent).pk, promise(later).pk]


def test_many_are_told_in_batches(policy, day, write, monkeypatch):
    monkeypatch.setattr(watching, "BATCH", 3)
    with day.at(0):
        for _ in range(8):
            write()
    assert look_at(100) == 8
    monkeypatch.setattr(watching, "MOST_BATCHES", 2)
    assert look_at(470) == 6  # the solutions are nearly due now
    assert look_at(470) == 2


def test_what_was_answered_a_moment_ago_is_not_called_late(policy, day, write, ada):
    with day.at(0):
        conversation = write()
    with clock.frozen(moment(59)):
        conversations.write(conversation, writing=Writing(text="Here you are."), by=ada)
    assert look_at(61) == 0
    assert promise(conversation).met_at == moment(59)


def test_nobody_is_warned_while_the_customer_is_to_answer(policy, day, write, answer):
    with day.at(0):
        conversation = write()
    with day.at(450):
        answer(conversation)
    assert told("PromiseBroken") == [promise(conversation).pk]
    assert look_at(2000) == 0


def test_a_policy_may_warn_in_minutes_or_not_at_all(policy, day, write):
    ServicePolicy.objects.update(warns="minutes", warns_at=10)
    with day.at(0):
        write()
    assert [look_at(49), look_at(50)] == [0, 1]
    ServicePolicy.objects.update(warns_at=None)
    with day.at(100):
        write()
    assert promise(conversation=Promise.objects.latest("id").conversation).warn_at is None


def test_looking_reads_an_index_however_many_conversations_are_open(policy, write):
    conversation = write()
    Promise.objects.bulk_create(
        Promise(
            conversation=conversation,
            kind="next_answer",
            message_id=number,
            minutes=60,
            started_at=moment(0),
            due_at=moment(number),
            warn_at=moment(number),
            breached_at=moment(0) if number % 5 else None,
        )
        for number in range(1, 2000)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    open_ = Promise.objects.filter(Promise.OPEN, breached_at=None)
    broken = open_.filter(due_at__lte=moment(5)).order_by("due_at", "id")[:200]
    nearly = open_.filter(warned_at=None, warn_at__lte=moment(5)).order_by("warn_at", "id")[:200]
    assert "promise_to_break" in broken.explain()
    assert "promise_to_warn" in nearly.explain()


@time_machine.travel(moment(0), tick=False)
def test_a_jump_of_the_machine_is_not_believed_at_once(monkeypatch):
    steps = 0.0
    monkeypatch.setattr(clock, "monotonic", lambda: steps)
    steadiness = Steadiness()

    def look(after: float, wall: float) -> bool:
        nonlocal steps
        steps += after
        with clock.frozen(moment(0) + timedelta(seconds=wall)):
            return steadiness.is_steady()

    assert look(0, 0)
    assert look(30, 30)
    assert not look(30, 7260)  # two hours ahead
    assert look(30, 90)  # and put right
    assert look(30, -7000)  # back
    assert not look(30, 150)
    assert not look(30, 180)
    assert look(130, 310)  # it stays so: it is believed
    assert look(30, 340)


def test_the_job_holds_its_breath_and_tells_later(policy, day, write, monkeypatch):
    from rapport.routing import jobs

    monkeypatch.setattr(jobs, "_steadiness", Steadiness())
    with day.at(0):
        write()
        jobs.look_at_promises()
    with clock.frozen(moment(120)):
        jobs.look_at_promises()
    assert not told("PromiseBroken")
    with clock.frozen(moment(1)):
        jobs.look_at_promises()
    assert not told("PromiseBroken")
    assert actions.look() >= 1
