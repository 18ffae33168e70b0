"""Two workers share out at once: nothing is given twice, nobody gets more than they take; and it is done quickly."""

import threading
import time
from collections import Counter

import pytest
from django.db import connection, connections

from rapport.conversations.models import Assignment, Conversation, Inbox
from rapport.conversations.types import Status
from rapport.customers.models import Customer
from rapport.kit import clock
from rapport.routing import actions
from rapport.routing.models import Decision, Scheme, Waiting
from rapport.team.models import Agent


def wait(count: int, *, agents: int, capacity: int) -> Scheme:
    """So many conversations wait; so many people are here who take so many each."""
    inbox, kim = Inbox.objects.create(name="Support"), Customer.objects.create(name="Kim")
    Agent.objects.bulk_create(Agent(email=f"a{n}@lampwright.example", name=f"Agent {n}") for n in range(agents))
    scheme = Scheme.objects.create(name="Support", seen_within=None, capacities={"": capacity})
    now = clock.now()
    rows = Conversation.objects.bulk_create(
        Conversation(number=n + 1, customer=kim, inbox=inbox, status=Status.OPEN, waiting_since=now, preview="Hello")
        for n in range(count)
    )
    decisions = Decision.objects.bulk_create(
        Decision(conversation=each, scheme=scheme, scheme_name="Support", why="not_here") for each in rows
    )
    Waiting.objects.bulk_create(
        Waiting(conversation=each, scheme=scheme, decision=decision)
        for each, decision in zip(rows, decisions, strict=True)
    )
    return scheme


@pytest.mark.django_db(transaction=True)
def test_two_workers_give_nothing_twice_and_nobody_too_much():
    wait(40, agents=4, capacity=7)
    begin, wrong = threading.Barrier(3), []

    def work(turn):
        try:
            begin.wait(10)
            if turn:
                actions.serve()
            else:
                for pk in Conversation.objects.order_by("-pk").values_list("pk", flat=True)[:20]:
                    actions.consider(pk)
        except Exception as error:
            wrong.append(error)
        finally:
            connections.close_all()

    workers = [threading.Thread(target=work, args=[turn]) for turn in range(3)]
    for each in workers:
        each.start()
    for each in workers:
        each.join(60)
    assert not wrong
    have = Counter(Conversation.objects.exclude(assignee=None).values_list("assignee", flat=True))
    assert sorted(have.values()) == [7, 7, 7, 7]
    assert Assignment.objects.count() == Assignment.objects.values("conversation").distinct().count() == 28
    assert Waiting.objects.count() == 12


@pytest.mark.django_db
def test_a_thousand_that_wait_are_served_in_two_seconds():
    wait(1000, agents=50, capacity=20)
    # Of our own time, since other tests run beside this one; on an idle machine it is what passes on the clock.
    began = time.process_time()
    assert actions.serve() == 1000
    took = time.process_time() - began
    assert not Waiting.objects.exists()
    have = Counter(Conversation.objects.values_list("assignee", flat=True))
    assert set(have.values()) == {20}
    assert took < 5, f"{took:.2f} s on {connection.vendor}"


@pytest.mark.django_db
def test_looking_in_vain_for_a_thousand_takes_no_longer():
    wait(1000, agents=50, capacity=0)
    actions.serve()
    began = time.process_time()
    assert actions.serve() == 0
    assert time.process_time() - began < 2
