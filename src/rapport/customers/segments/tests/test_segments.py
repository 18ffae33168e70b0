"""Omar names groups of customers by what any room knows of them."""

from datetime import timedelta

import pytest
from django.db import connection

from rapport.backbone.custom_fields.defining import Definition, define
from rapport.backbone.filtering import FilterError
from rapport.conversations.models import Conversation
from rapport.customers.fields import FIELDS
from rapport.customers.lifecycle.moving import move
from rapport.customers.lifecycle.queries import stage_called
from rapport.customers.models import Company, Customer, CustomerEvent, Identity
from rapport.customers.segments import actions, queries, scoring
from rapport.customers.segments.errors import CannotSegment
from rapport.customers.segments.filters import CustomerFilter
from rapport.customers.segments.vocabulary import Vocabulary
from rapport.kit import clock
from rapport.sales.models import Order, Product
from rapport.sales.of_customers import orders_within
from rapport.team.models import Team


@pytest.fixture
def people(db):
    """Ten customers: every second one of Studio, a score each, those from 6 on German."""
    studio = Company.objects.create(name="Studio")
    made = []
    for number in range(10):
        person = Customer.objects.create(
            name=f"Person {number}",
            email=f"p{number}@studio.example",
            language="de" if number >= 6 else "en-gb",
            company=studio if number % 2 == 0 else None,
        )
        Identity.objects.create(customer=person, kind="email", value=person.email)
        made.append(person)
    scoring.score("churn_risk", {each.pk: scoring.Scored(0.1 * place) for place, each in enumerate(made)})
    return made


def asks(*lines, match="all"):
    return {"match": match, "conditions": [{"field": field, "op": op, "value": value} for field, op, value in lines]}


def meant(*lines, match="all", by=None):
    found = CustomerFilter.parse(asks(*lines, match=match)).apply(Customer.objects.all(), by)
    return [int(name.removeprefix("Person ")) for name in found.order_by("pk").values_list("name", flat=True)]


def test_lines_are_about_who_they_are(people):
    studio = str(people[0].company_id)
    assert meant(("company", "is", [studio]), ("language", "is", ["de"])) == [6, 8]
    assert meant(("language", "is", ["en"]), ("has_company", "is", False)) == [1, 3, 5]
    assert meant(("email", "has", "p3@"), ("name", "is", "person 4"), match="any") == [3, 4]
    assert meant(("company", "has_not", "stud")) == [1, 3, 5, 7, 9]
    assert meant(("phone", "empty", None)) == list(range(10))
    assert meant(("known_since", "newer_than", "1d")) == list(range(10))


def test_lines_are_about_scores_and_how_they_changed(people):
    assert meant(("score.churn_risk", "at_least", 0.65)) == [7, 8, 9]
    with clock.frozen(clock.now() + timedelta(days=31)):
        scoring.score("churn_risk", {people[2].pk: scoring.Scored(0.9, ["No order for a month."])})
        assert meant(("score_change.churn_risk", "at_least", 0.5)) == [2]
        assert meant(("score_change.churn_risk", "at_most", -0.5)) == []
    assert meant(("score.value", "at_least", 1)) == [], "a score that nobody has means nobody, and is no mistake"


def test_lines_are_about_conversations(people, write_in):
    write_in(people[1], days_ago=50)
    write_in(people[2], days_ago=50)
    write_in(people[2], days_ago=3)
    assert meant(("talk.last", "older_than", "4w")) == [1]
    assert meant(("talk.last", "newer_than", "1w")) == [2]
    assert meant(("talk.last", "empty", None), ("name", "has", "Person 3")) == [3]
    assert meant(("talk.count", "at_least", 2)) == [2]
    assert meant(("talk.count", "is", 1)) == [1]
    assert meant(("talk.count", "at_most", 0)) == [0, 3, 4, 5, 6, 7, 8, 9]
    assert meant(("talk.channel", "is", ["email"])) == [1, 2]
    Conversation.objects.filter(customer=people[1]).update(satisfaction=2)
    assert meant(("talk.rating", "at_most", 3)) == [1]


def test_lines_are_about_what_they_did(people):
    now = clock.now()
    for place, days in ((1, 3), (1, 5), (2, 45)):
        CustomerEvent.objects.create(customer=people[place], name="opened app", at=now - timedelta(days=days))
    assert meant(("event.opened app", "newer_than", "1w")) == [1]
    assert meant(("event.opened app", "older_than", "4w")) == [2]
    assert meant(("event.opened app", "empty", None)) == [0, 3, 4, 5, 6, 7, 8, 9]
    assert meant(("event_count.opened app", "at_least", 2)) == [1]
    assert meant(("event_count.opened app", "at_most", 0)) == [0, 2, 3, 4, 5, 6, 7, 8, 9]
    assert meant(("event.nobody did this", "filled", None)) == []


def test_lines_are_about_orders_and_deals_and_stages(people, ada):
    lamp = Product.objects.create(sku="LW-1", name="Lamp")
    at = clock.now() - timedelta(days=10)
    for place, total in ((1, 5000), (2, 90000), (2, 2000)):
        said = {"external_id": f"{place}-{total}", "number": "1", "total": total, "currency": "EUR", "status": "paid"}
        order = Order.objects.create(customer=people[place], source="api", placed_at=at, **said)
        order.lines.create(product=lamp, title="Lamp", quantity=1, unit_price=total)
    assert meant(("order.last", "newer_than", "2w")) == [1, 2]
    assert meant(("order.count", "at_least", 2)) == [2]
    assert meant(("order.spent", "at_least", 900)) == [2]
    assert meant(("order.product", "is", ["LW-1"])) == [1, 2]
    assert orders_within([each.pk for each in people[:3]], 30) == {people[0].pk: 0, people[1].pk: 1, people[2].pk: 2}
    move(people[3], to=stage_called("loyal"), by=ada)
    assert meant(("stage.now", "is", ["loyal"])) == [3]
    assert len(meant(("stage.now", "is", ["none"]))) == 9


def test_who_sees_few_conversations_learns_nothing_of_the_others(people, write_in, omar, ada):
    secret = Team.objects.create(name="Legal")
    Conversation.objects.filter(pk=write_in(people[4], days_ago=2).pk).update(team=secret)
    write_in(people[5], days_ago=2)
    assert meant(("talk.last", "newer_than", "1w"), by=omar) == [4, 5]
    assert meant(("talk.last", "newer_than", "1w"), by=ada) == [5]
    assert meant(("talk.count", "at_least", 1), by=ada) == [5]
    assert meant(("talk.last", "older_than", "1d"), by=ada) == [5]


@pytest.fixture
def write_in(inbox):
    def written(customer, *, days_ago):
        at = clock.now() - timedelta(days=days_ago)
        number = Conversation.objects.count() + 1
        return Conversation.objects.create(
            customer=customer, inbox=inbox, number=number, subject="Lamp", last_at=at, created_at=at
        )

    return written


def test_every_line_that_is_offered_can_be_asked_and_said(people, ada):
    values = {
        "choices": ["1"],
        "words": "x",
        "number": 1,
        "day": "2026-01-01",
        "age": "3d",
        "yes_no": True,
        "none": None,
    }
    vocabulary = Vocabulary()
    for subject in vocabulary.offered:
        for op in subject.ops:
            kind = subject.input_of(op)
            value = [next(iter(subject.choices()), ("1", ""))[0]] if kind == "choices" else values[kind]
            wanted = CustomerFilter.parse(asks((subject.name, op, value)), vocabulary)
            assert wanted.apply(Customer.objects.all(), ada).count() <= len(people), subject.name
            assert wanted.describe()


def test_own_fields_are_asked_too(people):
    define(FIELDS, Definition("Seats", "number"))
    for place, person in enumerate(people):
        FIELDS.put(person.pk, {"seats": place})
    assert meant(("customer.seats", "at_least", 8)) == [8, 9]
    assert meant(("customer.seats", "is_not", 3), ("name", "has", "3")) == []
    with pytest.raises(FilterError, match="nothing called"):
        CustomerFilter.parse(asks(("customer.nothing", "filled", None)))


def test_a_dynamic_segment_is_whoever_fits_now(people, omar):
    segment = actions.save(None, by=omar, name="  At  risk ", filter=asks(("score.churn_risk", "at_least", 0.65)))
    assert (segment.name, queries.size_of(segment)) == ("At risk", 3)
    scoring.score("churn_risk", {people[0].pk: scoring.Scored(0.99)})
    assert queries.members_of(segment).count() == 4
    assert queries.size_of(segment) == 3, "a list says what was counted minutes ago"
    assert queries.size_of(segment, now=True) == 4
    assert queries.segments_of(people[0], omar) == [segment]
    assert queries.segments_of(people[1], omar) == []


def test_a_static_segment_stays_until_it_is_filled_again(people, omar):
    segment = actions.save(
        None, by=omar, name="Letter in May", kind="static", filter=asks(("score.churn_risk", "at_least", 0.65))
    )
    scoring.score("churn_risk", {people[0].pk: scoring.Scored(0.99)})
    assert queries.members_of(segment).count() == segment.size == 3
    assert actions.add(segment, people[:2], by=omar) == 2
    assert actions.add(segment, people[:2], by=omar) == 0
    assert actions.take_out(segment, people[:1], by=omar) == 1
    assert queries.segments_of(people[1], omar) == [segment]
    assert actions.fill(segment, by=omar) == 4
    dynamic = actions.save(None, by=omar, name="Germans", filter=asks(("language", "is", ["de"])))
    with pytest.raises(CannotSegment, match="by hand"):
        actions.add(dynamic, people, by=omar)


def test_segments_are_made_of_segments_but_never_of_themselves(people, omar):
    risk = actions.save(None, by=omar, name="At risk", filter=asks(("score.churn_risk", "at_least", 0.65)))
    german = actions.save(
        None,
        by=omar,
        name="Germans at risk",
        filter=asks(("segment", "is", [str(risk.pk)]), ("language", "is", ["de"])),
    )
    assert queries.members_of(german).count() == 3
    with pytest.raises(CannotSegment, match="made of itself"):
        actions.save(risk, by=omar, name="At risk", filter=asks(("segment", "is", [str(german.pk)])))
    with pytest.raises(CannotSegment, match="Germans at risk"):
        actions.remove(risk, by=omar)
    actions.remove(german, by=omar)
    actions.remove(risk, by=omar)
    actions.save(None, by=omar, name="At risk", filter=asks())
    with pytest.raises(CannotSegment, match="already"):
        actions.bring_back(risk, by=omar)


def test_a_round_of_segments_that_came_about_all_the_same_means_nobody(people, omar):
    one = actions.save(None, by=omar, name="One", filter=asks())
    one.filter = asks(("segment", "is", [str(one.pk)]))
    one.save()
    assert queries.members_of(one).count() == 0


@pytest.mark.parametrize(
    ("said", "reason"),
    [({"name": " "}, "a name"), ({"kind": "other"}, "whoever fits"), ({"name": "Taken"}, "called Taken")],
)
def test_what_cannot_be_saved_says_why(people, omar, said, reason):
    actions.save(None, by=omar, name="Taken", filter=asks())
    with pytest.raises(CannotSegment, match=reason):
        actions.save(None, by=omar, **{"name": "Other", "filter": asks(), **said})


def test_a_score_that_stays_the_same_is_not_written_again(people):
    assert scoring.score("churn_risk", {people[3].pk: scoring.Scored(0.1 * 3)}) == 0
    assert scoring.score("churn_risk", {people[3].pk: scoring.Scored(0.5), 10**9: scoring.Scored(1)}) == 1
    for name, value in (("Churn", 1.0), ("churn_risk", float("nan"))):
        with pytest.raises(CannotSegment):
            scoring.score(name, {people[3].pk: scoring.Scored(value)})


def test_conversations_are_asked_for_by_the_segment_of_their_customer(people, write_in, omar):
    from rapport.conversations.filtering import Filter

    mine, _other = write_in(people[9], days_ago=1), write_in(people[1], days_ago=1)
    risk = actions.save(None, by=omar, name="At risk", filter=asks(("score.churn_risk", "at_least", 0.65)))
    wanted = Filter.parse(asks(("segment", "is", [str(risk.pk)])))
    assert list(wanted.apply(Conversation.objects.all(), omar)) == [mine]
    assert wanted.describe() == "Customer segment is At risk"


def test_a_promise_and_a_rule_that_are_made_to_a_segment_hold_it(people, write_in, omar):
    from rapport.automation.models import Rule
    from rapport.conversations.arrangements import SavedView
    from rapport.routing.conditions import matches
    from rapport.routing.models import ServicePolicy
    from rapport.routing.queries import facts_of

    risk = actions.save(None, by=omar, name="At risk", filter=asks(("score.churn_risk", "at_least", 0.65)))
    asked = {"segment": [str(risk.pk)]}
    assert matches(asked, facts_of(write_in(people[9], days_ago=1)))
    assert not matches(asked, facts_of(write_in(people[0], days_ago=1)))
    ServicePolicy.objects.create(name="An hour for those at risk", conditions=asked)
    Rule.objects.create(name="Tell Omar", conditions=asks(("segment", "is", [str(risk.pk)])))
    SavedView.objects.create(name="Burning", by=omar, filter=asks(("segment", "is", [str(risk.pk)])))
    assert sorted(queries.uses_of(risk)) == ["An hour for those at risk", "Burning", "Tell Omar"]


def test_postgresql_keeps_whom_it_leaves_out_in_memory(db):
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SHOW work_mem")
            assert cursor.fetchone() == ("64MB",)
