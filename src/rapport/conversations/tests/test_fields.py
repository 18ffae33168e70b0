"""What the company's own fields say of a conversation."""

from datetime import date
from decimal import Decimal

import pytest

from rapport.backbone.custom_fields.defining import (
    CannotDefine,
    Definition,
    bring_back,
    define,
    put_in_order,
    redefine,
    retire,
)
from rapport.backbone.custom_fields.values import NotUnderstood
from rapport.backbone.models import Event
from rapport.conversations.actions import fill_in
from rapport.conversations.fields import FIELDS


@pytest.fixture
def field(db):
    def made(label="Order", kind="text", **said):
        return define(FIELDS, Definition(label, kind, **said))

    return made


def values(conversation):
    return {said.field.key: said.value for said in FIELDS.said_of(conversation.pk)}


def test_ada_writes_down_what_a_conversation_is_about(ada, write, field):
    for label, kind in (("Order", "text"), ("Amount", "number"), ("Due", "date"), ("Page", "link"), ("Paid", "yes_no")):
        field(label, kind)
    field("Product", "choice", choices=("Lamp", "Bulb"))
    kims = write()
    said = {
        "order": " A-17 ", "amount": "12.50", "due": "2026-03-01", "page": "https://shop.example/17", "paid": "no",
        "product": "lamp",
    }  # fmt: skip
    fill_in(kims, said, by=ada)
    assert values(kims) == {
        "order": "A-17", "amount": Decimal("12.5"), "due": date(2026, 3, 1), "page": "https://shop.example/17",
        "paid": False, "product": "Lamp",
    }  # fmt: skip
    assert Event.objects.get(name="ConversationFieldsChanged").payload["fields"] == ",".join(said)


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("number", "twelve"), ("number", "NaN"), ("number", "1e30"), ("number", True), ("text", 12),
        ("text", "x" * 501), ("date", "2026-02-30"), ("date", "tomorrow"), ("link", "javascript:alert(1)"),
        ("link", "shop"), ("yes_no", "perhaps"), ("choice", "Table"), ("choice", ["Lamp"]),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_with_a_sentence_and_nothing_is_written(ada, write, field, kind, said):
    field("Thing", kind, choices=("Lamp",) if kind == "choice" else ())
    field("Order")
    kims = write()
    with pytest.raises(NotUnderstood, match=r"Thing .*\.$") as wrong:
        fill_in(kims, {"order": "A-17", "thing": said}, by=ada)
    assert wrong.value.key == "thing"
    assert values(kims) == {"order": None, "thing": None}


def test_the_same_value_again_is_no_news(ada, write, field):
    field("Amount", "number")
    kims = write()
    assert fill_in(kims, {"amount": "3"}, by=ada) == {"amount": (None, Decimal(3))}
    assert fill_in(kims, {"amount": 3.0}, by=ada) == {}
    assert Event.objects.filter(name="ConversationFieldsChanged").count() == 1


def test_a_needed_value_can_be_changed_but_not_emptied(ada, write, field):
    field("Order", is_required=True)
    kims = write()
    assert FIELDS.said_of(kims.pk)[0].is_missing
    fill_in(kims, {"order": "A-17"}, by=ada)
    with pytest.raises(NotUnderstood, match="Order is needed"):
        fill_in(kims, {"order": ""}, by=ada)


def test_a_field_is_asked_for_only_where_another_says_so(ada, write, field):
    product = field("Product", "choice", choices=("Lamp", "Bulb"))
    field("Serial number", is_required=True, shown_when=product.pk, shown_for=("Lamp",))
    kims = write()

    def serial():
        return FIELDS.said_of(kims.pk)[1]

    assert not serial().applies
    assert not serial().is_missing
    fill_in(kims, {"product": "Lamp"}, by=ada)
    assert serial().is_missing
    fill_in(kims, {"serial_number": "X1"}, by=ada)
    fill_in(kims, {"product": "Bulb"}, by=ada)
    assert (serial().applies, serial().value) == (False, "X1")


def test_a_retired_field_keeps_its_values_and_can_be_brought_back(ada, write, field):
    order, kims = field("Order"), write()
    fill_in(kims, {"order": "A-17"}, by=ada)
    retire(order)
    assert values(kims) == {}
    with pytest.raises(NotUnderstood, match="no field called order"):
        fill_in(kims, {"order": "A-18"}, by=ada)
    bring_back(order)
    assert values(kims) == {"order": "A-17"}


def test_keys_are_made_of_labels_and_never_clash(field):
    assert [field(label).key for label in ("Größe (cm)", "Größe cm", "产品", "产品")] == [
        "große_cm".replace("ß", ""),
        "groe_cm_2",
        "field",
        "field_2",
    ]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("label", {"label": " "}), ("kind", {"kind": "colour"}), ("key", {"key": "Order"}), ("key", {"key": "taken"}),
        ("choices", {"kind": "choice"}), ("shown_when", {"shown_when": 999_999}),
    ],
)  # fmt: skip
def test_a_field_that_makes_no_sense_is_refused(field, wrong, said):
    field("Taken")
    with pytest.raises(CannotDefine) as refused:
        field(**said)
    assert refused.value.field == wrong


def test_fields_cannot_hang_on_each_other_in_a_ring(field):
    first = field("First")
    second = field("Second", shown_when=first.pk, shown_for=("yes",))
    with pytest.raises(CannotDefine):
        redefine(FIELDS, first, Definition("First", "text", shown_when=second.pk, shown_for=("yes",)))


def test_noor_puts_fields_into_another_order(field):
    first, second, third = field("First"), field("Second"), field("Third")
    put_in_order(FIELDS, [third.pk, first.pk])
    assert list(FIELDS.present) == [third, first, second]


def test_everything_is_read_in_one_query(ada, write, field, django_assert_num_queries):
    for number in range(10):
        field(f"Number {number}", "number")
    one, other = write(), write()
    fill_in(one, {"number_3": 3}, by=ada)
    with django_assert_num_queries(1):
        assert len(FIELDS.said_of(one.pk)) == 10
    with django_assert_num_queries(1):
        assert FIELDS.said_of_many([one.pk, other.pk]) == {one.pk: {"number_3": Decimal(3)}}
