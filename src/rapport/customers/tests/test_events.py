"""What Kim did, as other systems tell it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from rapport.backbone.intake import Row
from rapport.customers import actions, merging, timeline
from rapport.customers.events.intake import Events
from rapport.customers.events.recording import Happening, record
from rapport.customers.events.whose import Who
from rapport.customers.models import Customer, CustomerEvent, IdentityKind
from rapport.kit import clock
from rapport.kit.money import Money

pytestmark = pytest.mark.django_db
KIM = Who(email="KIM@studio.example")


def told(*happenings):
    return [(answer.word, answer.field) for answer in record(happenings, by=None)]


def rows(*cells):
    return [Row(number, said) for number, said in enumerate(cells, start=2)]


def test_what_kim_did_is_kept_with_its_amount(kim):
    (answer,) = record(
        [Happening("order placed", KIM, properties={"lamps": 3}, money=Money.of("219.90", "EUR"))], by=None
    )
    event = CustomerEvent.objects.get()
    assert answer.event == event
    assert (event.customer, event.properties, event.money) == (kim, {"lamps": 3}, Money(21990, "EUR"))


def test_kim_is_found_by_account_phone_and_number_too(kim):
    actions.add_identity(kim, kind=IdentityKind.EXTERNAL, value="LW-7", by=None)
    actions.add_identity(kim, kind=IdentityKind.PHONE, value="+49 30 23125100", by=None)
    people = (Who(account="LW-7"), Who(phone="+49 (0)30 23125-100"), Who(customer=kim.pk))
    assert told(*(Happening("signed in", who) for who in people)) == [("created", "")] * 3
    assert set(CustomerEvent.objects.values_list("customer", flat=True)) == {kim.pk}


def test_what_is_told_of_a_merged_record_is_of_the_one_that_stayed(kim, ada):
    other = actions.meet(kind=IdentityKind.EMAIL, value="kim@home.example")
    told(Happening("signed in", Who(customer=other.pk)))
    merging.merge(other, into=kim, by=ada)
    told(Happening("signed in", Who(customer=other.pk)), Happening("signed in", Who(email="kim@home.example")))
    assert set(CustomerEvent.objects.values_list("customer", flat=True)) == {kim.pk}


def test_nobody_is_made_unless_that_is_asked_for():
    lee = Who(email="lee@mail.example")
    assert told(Happening("signed in", lee)) == [("wrong", "email")]
    assert not Customer.objects.exists()
    twice = [Happening("signed in", lee, creates=True), Happening("left", lee, creates=True)]
    assert told(*twice) == [("created", ""), ("created", "")]
    assert Customer.objects.get().email == "lee@mail.example"
    assert told(Happening("x", Who(email="nonsense"), creates=True)) == [("wrong", "email")]


def test_what_is_sent_twice_is_kept_once(kim):
    order = Happening("order placed", KIM, source="shop", external_id="9310")
    assert told(order, order) == [("created", ""), ("same", "")]
    assert told(order) == [("same", "")]
    assert told(Happening("order placed", KIM, source="till", external_id="9310")) == [("created", "")]
    assert told(Happening("left", KIM), Happening("left", KIM)) == [("created", ""), ("created", "")]
    assert CustomerEvent.objects.count() == 4


@pytest.mark.parametrize(
    ("said", "where"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 81}, "name"),
        ({"who": Who()}, "customer"),
        ({"who": Who(customer=99999999)}, "customer"),
        ({"properties": {"all": "x" * 9000}}, "properties"),
        ({"properties": {"nul": "\x00"}}, "properties"),
        ({"properties": {"half": "\ud800"}}, "properties"),
        ({"at": clock.now() + timedelta(days=3)}, "at"),
        ({"external_id": "x" * 121}, "external_id"),
    ],
)
def test_what_has_no_meaning_is_left_out_and_the_rest_is_kept(kim, said, where):
    wrong = Happening(**{"name": "signed in", "who": KIM, **said})
    assert told(wrong, Happening("left", KIM)) == [("wrong", where), ("created", "")]


def test_a_thousand_cost_few_queries(kim):
    with CaptureQueriesContext(connection) as captured:
        record([Happening("ping", KIM, source="shop", external_id=str(n)) for n in range(1000)], by=None)
    # Parameters of one statement are limited, so that the rows go in a handful of times.
    assert len(captured) < 25


def test_events_stand_on_the_timeline_in_words(kim, ada):
    at = clock.now() - timedelta(days=1)
    properties = {"plan": "trade", "seats": 12, "list": [1], "none": None}
    record([Happening("order placed", KIM, at, properties, Money(21990, "EUR"), source="shop")], by=None)
    (entry,) = timeline.read(kim, viewer=ada, kinds=["events"]).entries
    assert (entry.title, entry.detail, entry.where, entry.badge) == (
        "order placed",
        "plan: trade, seats: 12",
        "shop",
        "€219.90",
    )


def test_a_table_of_events_comes_in_once_however_often_it_is_read(kim):
    table = rows(
        {"name": "signed in", "email": "kim@studio.example", "at": "2026-03-01"},
        {
            "name": "paid",
            "email": "kim@studio.example",
            "at": "2026-03-01T09:30:00Z",
            "amount": "9.90",
            "currency": "eur",
        },
        {"name": "paid", "email": "lee@mail.example", "at": "2026-03-02", "create": "yes"},
    )
    assert [each.word for each in Events().write(table, by=None, is_trial=False)] == ["created"] * 3
    assert [each.word for each in Events().write(table, by=None, is_trial=False)] == ["same"] * 3
    assert CustomerEvent.objects.get(customer=kim, name="paid").money == Money(990, "EUR")


@pytest.mark.parametrize(
    "cells",
    [
        {"name": "", "at": "2026-03-01", "email": "kim@studio.example"},
        {"name": "x", "at": "yesterday", "email": "kim@studio.example"},
        {"name": "x", "email": "kim@studio.example"},
        {"name": "x", "at": "2026-03-01", "email": "who@else.example"},
        {"name": "x", "at": "2026-03-01", "customer": "kim"},
        {"name": "x", "at": "2026-03-01", "email": "kim@studio.example", "amount": "1"},
        {"name": "x", "at": "2026-03-01", "email": "kim@studio.example", "amount": "one", "currency": "EUR"},
        {"name": "x", "at": "2026-03-01", "email": "kim@studio.example", "properties": "[1]"},
    ],
)
def test_a_row_that_is_wrong_says_why(kim, cells):
    (outcome,) = Events().write(rows(cells), by=None, is_trial=False)
    assert outcome.word == "wrong"
    assert outcome.problem.endswith(".")
    assert not CustomerEvent.objects.exists()
