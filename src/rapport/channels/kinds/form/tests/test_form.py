"""What a page of ours hands in, and setting a form up."""

import json
from pathlib import Path

import pytest

from rapport.backbone.custom_fields.defining import Definition, define
from rapport.channels.contact import questions
from rapport.channels.errors import CannotRead, NotAllowed
from rapport.channels.kinds.form.forms import FormForm
from rapport.channels.kinds.form.kind import ContactForm
from rapport.channels.types import Address, KnownAs
from rapport.conversations.fields import FIELDS

HERE = Path(__file__).parent
SETTINGS = {"ask_name": "optional", "ask_subject": "required", "takes_files": True, "megabytes": 1, "most_links": 2}
kind = ContactForm()


# -- The kind --------------------------------------------------------------------------------------


def test_what_came_is_read_with_its_answers_and_fields():
    (event,) = kind.read((HERE / "deliveries" / "03_answers.json").read_bytes())
    assert event.author == Address("Kim Park", "kim@studio.example")
    assert event.text == "It is too bright.\n\nTopic: Returns\nWhere did you buy it?: Gothenburg"
    (bare,) = kind.read((HERE / "deliveries" / "02_without_name_and_subject.json").read_bytes())
    assert bare.subject == "The lamp flickers in the evening, and only then."
    (filled,) = kind.read((HERE / "deliveries" / "04_fields.json").read_bytes())
    assert filled.fields == {"order_number": "4711"}


def test_an_address_is_proven_only_by_how_it_was_sent():
    body = (HERE / "deliveries" / "01_message.json").read_bytes()
    (proven,) = kind.read_pushed(body, {"provider": "form", "proven": "kim@studio.example"})
    assert proven.known_as == (KnownAs("email", "kim@studio.example", True),)
    for transport in ({"provider": "form"}, {"proven": "eve@other.example"}):
        assert kind.read_pushed(body, transport)[0].known_as == ()


@pytest.mark.parametrize(
    "said",
    [{"message": ""}, {"email": ""}, {"email": 7}, {"answers": "a"}, {"answers": [1]}, {"fields": []}, {"message": 7}],
)
def test_what_makes_no_sense_is_not_read(said):
    body = {"id": "x", "email": "kim@studio.example", "message": "Hello"} | said
    if said == {"fields": []}:
        body["fields"] = ["a"]
    with pytest.raises(CannotRead):
        kind.read(json.dumps(body).encode())


def test_nothing_is_pushed_to_a_form():
    with pytest.raises(NotAllowed):
        kind.verify(b"{}", {}, {})


def test_noor_sets_it_up(db):
    define(FIELDS, Definition("Order number", "text", key="order_number"))
    lines = "Topic*: Order | Returns\n[order_number]*\nWhy?"
    usual = {"ask_name": "no", "ask_subject": "optional", "most_links": "3", "origins": "shop.example"}
    form = FormForm({**usual, "questions": lines})
    assert form.is_valid(), form.errors
    assert form.cleaned_data["origins"] == ["https://shop.example"]
    assert questions.written(form.cleaned_data["questions"]) == lines
    page, snippet = kind.instructions(form.cleaned_data, "https://desk.example/in/form/k1/")
    assert page.value == "https://desk.example/forms/k1/"
    assert 'src="https://desk.example/forms/k1/?embed"' in snippet.value
    assert all(step.ok for step in kind.check({**form.cleaned_data, "push_url": "https://desk.example/in/form/k1/"}))
    for wrong in (
        {"questions": "[nothing]"},
        {"origins": "https://a.example; script-src *"},
        {"questions": "a\n" * 21},
    ):
        assert not FormForm({**usual, **wrong}).is_valid()
