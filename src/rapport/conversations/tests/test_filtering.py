"""Filters: what they find, what they say, and what they refuse."""

from datetime import UTC, datetime, timedelta

import pytest

from rapport.backbone.custom_fields.defining import Definition, define, retire
from rapport.conversations import actions, queries
from rapport.conversations.fields import FIELDS
from rapport.conversations.filtering import Filter, FilterError
from rapport.conversations.models import Conversation
from rapport.customers import actions as customer_actions
from rapport.customers.fields import FIELDS as CUSTOMER_FIELDS
from rapport.kit import clock

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _at_noon():
    with clock.frozen(NOW):
        yield


@pytest.fixture
def two(write):
    """The conversation that is meant, and another."""
    return write("It flickers."), write("It is dark.")


def said(field, op, value=None):
    return {"field": field, "op": op, "value": value}


def found(agent, *lines, match="all"):
    wanted = Filter.parse({"version": 1, "match": match, "conditions": list(lines)})
    again = Filter.parse(wanted.as_json())
    assert again.as_json() == wanted.as_json()
    rows = set(wanted.apply(queries.visible_to(agent), agent))
    # One by one it is the same answer as for all of them.
    assert rows == {each for each in queries.visible_to(agent) if wanted.matches(each, agent)}
    return rows


def test_every_plain_subject_finds_what_it_says_and_its_opposite_the_rest(ada, omar, two, kim, inbox, engineers):
    meant, other = two
    engineers.members.add(ada)
    actions.assign(meant, to=ada, team=engineers, by=omar)
    actions.tag(meant, name="Refund", by=ada)
    actions.prioritise(meant, priority=4, by=ada)
    actions.rename(meant, subject="Lamp A-17 broken", by=ada)
    actions.mark_read(other, by=ada)
    for field, value in (
        ("assignee", ["me"]), ("assignee", [str(ada.pk)]), ("assignee", [f"team:{engineers.pk}"]), ("team", ["mine"]),
        ("team", [engineers.pk]), ("tag", ["Refund"]), ("priority", ["urgent", "high"]),
    ):  # fmt: skip
        assert found(ada, said(field, "is", value)) == {meant}, field
        assert found(ada, said(field, "is_not", value)) == {other}, field
    for field, value in (("assignee", "nobody"), ("team", "none"), ("tag", "none:"), ("priority", "normal")):
        assert found(ada, said(field, "is", value)) == {other}, field
    assert found(ada, said("subject", "has", "a-17 LAMP")) == {meant}
    assert found(ada, said("subject", "has_not", "a-17 lamp")) == {other}
    assert found(ada, said("unread", "is", "yes")) == {meant}
    assert found(ada, said("unread", "is", False)) == {other}
    assert found(ada, said("inbox", "is", inbox.pk), said("channel", "is", "email")) == {meant, other}
    assert found(ada, said("words", "has", "flickers")) == {meant}
    assert found(ada, said("customer", "is", kim.pk), said("customer", "has", "kim PARK")) == {meant, other}
    assert found(ada, said("customer", "has_not", "kim@studio.example")) == set()
    assert found(ada, said("company", "has", "studio")) == set()


def test_ada_finds_what_mentions_her_and_what_she_follows(ada, omar, two, engineers):
    meant, other = two
    engineers.members.add(ada)
    actions.write_note(meant, text="@Engineering, who knows lamps?", by=omar)
    actions.write_note(other, text="@Omar Haddad knows.", by=ada)
    actions.unfollow(other, by=ada)
    assert found(ada, said("mentioned", "is", True)) == {meant}
    assert found(ada, said("mentioned", "is", "no")) == {other}
    assert found(omar, said("mentioned", "is", "yes")) == {other}
    actions.follow(meant, by=ada)
    assert found(ada, said("followed", "is", "yes"), said("mentioned", "is", "yes")) == {meant}
    assert found(ada, said("followed", "is", False)) == {other}
    assert "Mentions me is yes" in Filter.parse({"conditions": [said("mentioned", "is", "yes")]}).describe()
    assert not Filter.parse({"conditions": [said("followed", "is", "yes")]}).matches(meant, None)


def test_moments_are_compared_with_days_of_ones_own_and_with_now(ada, two, settings):
    meant, other = two
    Conversation.objects.filter(pk=meant.pk).update(
        created_at=NOW - timedelta(days=3), waiting_since=NOW - timedelta(hours=5), last_at=NOW - timedelta(hours=5),
        due_at=NOW + timedelta(minutes=30), satisfaction=2,
    )  # fmt: skip
    Conversation.objects.filter(pk=other.pk).update(due_at=NOW + timedelta(hours=6))
    for line in (
        said("created", "before", "2026-03-02"), said("created", "older_than", "2d"),
        said("waiting", "longer_than", "4h"),
        said("created", "before", "2026-03-01T12:00:01+00:00"), said("last_message", "older_than", "1h"),
        said("due", "within", "1h"), said("satisfaction", "at_most", 2), said("satisfaction", "filled"),
    ):  # fmt: skip
        assert found(ada, line) == {meant}, line
    for line in (
        said("created", "after", "2026-03-01"), said("created", "newer_than", "2d"),
        said("waiting", "shorter_than", "4h"),
        said("satisfaction", "empty"), said("due", "after", "2026-03-04T14:00:00+00:00"),
    ):  # fmt: skip
        assert found(ada, line) == {other}, line


def test_own_fields_of_conversations_and_customers_can_be_asked_for(ada, two, kim):
    meant, other = two
    kinds = (("Product", "choice"), ("Amount", "number"), ("Bought", "date"), ("Paid", "yes_no"), ("Order", "text"))
    for label, kind in kinds:
        define(FIELDS, Definition(label, kind, choices=("Lamp", "Bulb") if kind == "choice" else ()))
    define(CUSTOMER_FIELDS, Definition("Tier", "choice", choices=("Gold",)))
    values = {"product": "Lamp", "amount": "12.5", "bought": "2026-03-01", "paid": "yes", "order": "A-17"}
    actions.fill_in(meant, values, by=ada)
    actions.fill_in(other, {"product": "Bulb", "amount": 9}, by=ada)
    for field, op, value in (
        ("product", "is", ["Lamp"]), ("product", "is_not", ["Bulb"]), ("amount", "is", 12.5),
        ("amount", "at_least", "10"),
        ("bought", "is", "2026-03-01"), ("bought", "older_than", "2d"), ("paid", "is", True), ("order", "has", "17"),
        ("order", "is", "A-17"), ("order", "filled", None),
    ):  # fmt: skip
        assert found(ada, said(f"field.{field}", op, value)) == {meant}, (field, op)
    assert found(ada, said("field.amount", "at_most", 9)) == {other}
    assert found(ada, said("field.paid", "empty")) == {other}
    assert found(ada, said("customer.tier", "is", "Gold")) == set()
    customer_actions.fill_in(kim, {"tier": "gold"}, by=ada)
    assert found(ada, said("customer.tier", "is", "Gold")) == {meant, other}


def test_a_filter_goes_on_meaning_something_when_its_field_is_retired(ada, two):
    field = define(FIELDS, Definition("Order", "text"))
    actions.fill_in(two[0], {"order": "A-17"}, by=ada)
    retire(field)
    assert found(ada, said("field.order", "is", "A-17")) == {two[0]}


# However many have a tag, it is looked for in another way.
@pytest.mark.parametrize("many", [0, 20_000])
def test_lines_are_joined_by_all_or_any_with_groups_one_level_deep(ada, two, write, many, monkeypatch):
    monkeypatch.setattr("rapport.conversations.filtering.meaning._MANY", many)
    meant, other = two
    third = write()
    actions.tag(meant, name="A", by=ada)
    actions.tag(other, name="B", by=ada)
    either = {"match": "any", "conditions": [said("tag", "is", "A"), said("tag", "is", "B")]}
    assert found(ada, either) == {meant, other}
    assert found(ada, either, said("tag", "is_not", "B")) == {meant}
    assert found(ada, said("tag", "is", "A"), said("tag", "is", "none:"), match="any") == {meant, third}
    assert found(ada) == {meant, other, third}


def test_a_filter_never_shows_what_its_reader_may_not_see(ada, omar, two, engineers):
    actions.assign(two[0], to=None, team=engineers, by=omar)
    assert found(ada, said("team", "is", engineers.pk)) == set()
    assert found(omar, said("team", "is", engineers.pk)) == {two[0]}


def test_nobody_is_me_for_a_rule(two):
    wanted = Filter.parse({"conditions": [said("assignee", "is", "me")]})
    assert not wanted.apply(Conversation.objects.all(), None).exists()


def test_a_filter_says_what_it_means_in_plain_words(ada, engineers):
    wanted = Filter.parse(
        {
            "conditions": [
                said("status", "is", ["open", "snoozed"]),
                said("assignee", "is_not", ["me", str(ada.pk)]),
                {"match": "any", "conditions": [said("waiting", "longer_than", "4h"), said("subject", "has", "lamp")]},
                said("inbox", "is", "999"),
            ]
        }
    )
    assert wanted.describe() == (
        "all of these: Status is Open or Snoozed; Assigned to is not Me or Ada Lindqvist; (any of these: Waiting for "
        "our answer longer than 4 hours; Subject has “lamp”); Inbox is something that is gone"
    )
    assert Filter.parse({}).describe() == "Every conversation"


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("", "no json"), ("", []), ("", {"version": 2}), ("", {"lines": []}), ("", {"match": "some"}),
        ("", {"conditions": {}}), ("1", {"conditions": ["status"]}),
        ("1", {"conditions": [said("colour", "is", "red")]}),
        ("1", {"conditions": [said("field.gone", "is", "red")]}),
        ("1", {"conditions": [said("status", "has", "open")]}),
        ("2", {"conditions": [said("status", "is", "open"), said("status", "is", "shut")]}),
        ("1", {"conditions": [said("status", "is", [])]}), ("1", {"conditions": [said("assignee", "is", "ada")]}),
        ("1", {"conditions": [said("status", "is", [{"a": 1}])]}),
        ("1", {"conditions": [said("team", "is", "1" * 20)]}),
        ("1", {"conditions": [said("created", "before", "soon")]}),
        ("1", {"conditions": [said("created", "before", "2026-02-30")]}),
        ("1", {"conditions": [said("waiting", "longer_than", "4 hours")]}),
        ("1", {"conditions": [said("subject", "has", " ")]}),
        ("1", {"conditions": [said("satisfaction", "at_least", "high")]}),
        ("1", {"conditions": [said("unread", "is", "perhaps")]}),
        ("1", {"conditions": [{"match": "any", "conditions": []}]}),
        ("1.2", {"conditions": [{"match": "any", "conditions": [said("status", "is", "open"), said("x", "is", 1)]}]}),
        ("1.1", {"conditions": [{"match": "any", "conditions": [{"match": "all", "conditions": [1]}]}]}),
        ("", {"conditions": [said("status", "is", "open")] * 41}),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_and_names_its_line(db, line, wrong):
    with pytest.raises(FilterError) as refused:
        Filter.parse(wrong)
    assert refused.value.line == line
    assert str(refused.value).endswith(".")
