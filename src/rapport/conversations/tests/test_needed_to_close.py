"""What has to be filled in before a conversation is closed, and who may close without."""

from datetime import timedelta

import pytest

from rapport.backbone.custom_fields.defining import Definition, define, redefine, retire
from rapport.backbone.models import Event
from rapport.conversations import actions
from rapport.conversations.actions.closing import FieldsLacking
from rapport.conversations.actions.many import Wanted
from rapport.conversations.fields import FIELDS
from rapport.kit import clock


@pytest.fixture
def product(db):
    said = Definition("Product", "choice", choices=("Lamp", "Bulb"), is_needed_to_close=True)
    return define(FIELDS, said)


def is_closed(conversation):
    conversation.refresh_from_db()
    return conversation.is_closed


def test_ada_cannot_close_before_she_says_which_product(write, ada, product):
    define(FIELDS, Definition("Batch", "text"))
    conversation = write()
    with pytest.raises(FieldsLacking, match="Before it can be closed, fill in: Product"):
        actions.close(conversation, by=ada)
    assert not is_closed(conversation)
    actions.fill_in(conversation, {"product": "Lamp"}, by=ada)
    actions.close(conversation, by=ada)
    assert is_closed(conversation)


def test_only_a_field_that_is_asked_for_is_needed(write, ada, product):
    number = Definition("Lamp number", "text", is_needed_to_close=True, shown_when=product.pk, shown_for=("Lamp",))
    define(FIELDS, number)
    lamp, bulb = write(), write()
    for conversation, said in ((lamp, "Lamp"), (bulb, "Bulb")):
        actions.fill_in(conversation, {"product": said}, by=ada)
    actions.close(bulb, by=ada)
    with pytest.raises(FieldsLacking, match="Lamp number"):
        actions.close(lamp, by=ada)
    redefine(FIELDS, product, Definition("Product", "choice", choices=("Lamp", "Bulb")))
    retire(FIELDS.present.get(key="lamp_number"))
    actions.close(lamp, by=ada)
    assert is_closed(lamp)
    assert is_closed(bulb)


def test_what_closes_by_itself_says_without_what(write, product):
    conversation = write()
    actions.close(conversation, by=None)
    assert is_closed(conversation)
    assert Event.objects.get(name="ConversationClosed").payload["without"] == "Product"


def test_ada_who_reopened_by_mistake_closes_again_without(write, ada, omar, product):
    conversation = write()
    actions.close(conversation, by=None)
    actions.reopen(conversation, by=ada)
    with pytest.raises(FieldsLacking):
        actions.close(conversation, by=omar)
    with clock.frozen(clock.now() + timedelta(minutes=11)), pytest.raises(FieldsLacking):
        actions.close(conversation, by=ada)
    actions.close(conversation, by=ada)
    assert is_closed(conversation)


def test_of_many_those_that_lack_something_stay_open_and_are_named(write, ada, product):
    full, empty = write(), write()
    actions.fill_in(full, {"product": "Lamp"}, by=ada)
    change = actions.change_many([full.pk, empty.pk], Wanted("close"), by=ada)
    assert [entry["id"] for entry in change.before] == [full.pk]
    assert change.lacking == [{"id": empty.pk, "fields": ["product"]}]
    assert (is_closed(full), is_closed(empty)) == (True, False)


def test_reopening_many_is_taken_back_without_asking(write, ada, product):
    conversation = write()
    actions.close(conversation, by=None)
    change = actions.change_many([conversation.pk], Wanted("reopen"), by=ada)
    assert actions.undo_many(change, by=ada).restored == 1
    assert is_closed(conversation)
