"""The chat as a kind: what its page posts, what setting it up asks."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.http import QueryDict

from rapport.channels.errors import CannotDeliver, CannotRead, NotAllowed
from rapport.channels.forms import kind_form
from rapport.channels.kinds.chat.forms import ChatForm
from rapport.channels.kinds.chat.kind import Chat, snippet
from rapport.channels.types import Address, Happened, KnownAs, MessageReceived, Outgoing, Reported
from rapport.channels.visitors import tokens

DELIVERIES = Path(__file__).parent / "deliveries"
WREN = "visitor-7d5a1c0f9be24a6c8f310d22"
KEY = "k3y"
URL = f"https://desk.example/in/chat/{KEY}/"


def payload(name):
    return (DELIVERIES / f"{name}.json").read_bytes()


def read(which, /, **transport):
    return Chat().read_pushed(payload(which), transport)


def token(handle=WREN, **claims):
    return {"Authorization": "Bearer " + tokens.issue(tokens.Claims(KEY, 7, handle, **claims))}


def test_a_message_is_its_visitors_in_the_exchange_that_only_they_can_name():
    (event,) = read("message")
    assert event == MessageReceived(
        external_id=f"chat:{WREN}:5f2c9a0be1d24c7788f3a001",
        author=Address("", WREN),
        text="Does the Arc work in London, and can I get a longer cable? 🙂",
        visible_text="Does the Arc work in London, and can I get a longer cable? 🙂",
        sent_at=datetime(2026, 11, 3, 14, 22, 5, 120000, UTC),
        exchange=f"{WREN}/c1a2b3c4d5e6f708192a3b4c",
        profile={"language": "en", "time_zone": "Europe/London"},
    )


def test_answers_beforehand_become_the_subject():
    (event,) = read("first-with-answers")
    assert (event.author.name, event.subject) == ("Wren Abbott", "Thema: Rückgabe, Bestellnummer: 1042")


def test_what_was_answered_unasked_names_what_was_said():
    (event,) = read("proactive-answered")
    assert (event.subject, event.text) == ("Need a quote for more than ten lamps?", "نعم، من فضلك")


def test_files_come_whole_under_their_names():
    (picture,) = read("picture")
    assert (picture.text, picture.parts[0].content_type, picture.parts[0].body[:4]) == ("", "image/png", b"\x89PNG")
    (event,) = read("two-files")
    assert [(part.name, part.body[:5]) for part in event.parts] == [
        ("invoice 1042.pdf", b"%PDF-"),
        ("日志.txt", b"hello"),
    ]


def test_what_was_read_and_what_arrived_is_told_of_each_message():
    assert [(each.about, each.state, each.recipient) for each in read("read")] == [
        ("chat:9c1e0f2d3b4a59687786950413223140", "read", WREN),
        ("chat:0a1b2c3d4e5f60718293a4b5c6d7e8f9", "read", WREN),
    ]
    assert isinstance(read("delivered")[0], Reported)


def test_what_they_did_is_a_line_and_begins_nothing():
    (event,) = read("event")
    assert isinstance(event, Happened)
    assert (event.what, event.said, event.begins) == ("chat.order.placed", "Placed order 1043", False)


def test_only_the_token_proves_who_it_is():
    body = json.loads(payload("message")) | {"external": "4711", "email": "kim@studio.example"}
    (said,) = Chat().read_pushed(json.dumps(body).encode(), {"handle": WREN})
    assert said.known_as == ()
    (proven,) = read("message", external="4711", email="kim@studio.example", name="Kim Park")
    assert proven.known_as == (KnownAs("external", "4711", True), KnownAs("email", "kim@studio.example", True))
    assert proven.author.name == "Kim Park"


@pytest.mark.parametrize(
    "change",
    [
        {"type": "dance"},
        {"text": "", "files": []},
        {"text": "", "files": [{"name": "a", "data": "not base 64!"}]},
        {"files": ["a"]},
        {"id": ""},
        {"type": "read", "about": []},
        {"type": "event", "name": ""},
    ],
)
def test_what_says_nothing_cannot_be_read(change):
    with pytest.raises(CannotRead):
        Chat().read(json.dumps(json.loads(payload("message")) | change).encode())


def test_a_visitors_own_token_for_this_channel_is_let_in():
    assert Chat().verify(payload("message"), token(external="4711"), {}, URL)["external"] == "4711"


@pytest.mark.parametrize(
    ("headers", "url"),
    [
        ({}, URL),
        ({"Authorization": "Bearer nonsense"}, URL),
        ({"Authorization": "Basic YTpi"}, URL),
        (token("visitor-eve"), URL),
        (token(), "https://desk.example/in/chat/another/"),
    ],
)
def test_everybody_else_is_refused(headers, url):
    with pytest.raises(NotAllowed):
        Chat().verify(payload("message"), headers, {}, url)


def test_a_token_that_is_too_old_is_refused(monkeypatch):
    import time

    old = token(external="4711")
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 2 * 24 * 3600)
    with pytest.raises(NotAllowed):
        Chat().verify(payload("message"), old, {}, URL)
    assert Chat().verify(payload("message"), token(), {}, URL)


@pytest.mark.django_db
def test_nobody_is_told_who_is_not_known():
    message = Outgoing(external_id="chat:1", sender=Address("", ""), to=[Address("", WREN)], text="Hello")
    with pytest.raises(CannotDeliver) as refused:
        Chat().send(message, {})
    assert refused.value.permanent


FORM = {
    "display_name": "", "colour": "#2D5BD0", "position": "left", "greeting": "Hello", "away": "", "ask_name": "no",
    "ask_email": "required", "questions": "Topic*: Order | Returns\nOrder number", "quick_replies": "Hi\n\nBye",
    "articles": "Returns | https://shop.example/returns", "language": "auto", "privacy_url": "", "mail_after": "5",
    "origins": "shop.example\nhttps://*.lampwright.example/somewhere",
}  # fmt: skip


def filled(**changes):
    data = QueryDict(mutable=True)
    data.update(FORM | changes)
    return data


def test_the_form_reads_lines_and_shows_them_again():
    form = kind_form(ChatForm, filled())
    assert form.is_valid(), form.errors
    said = form.cleaned_data
    assert said["questions"] == [
        {"label": "Topic", "required": True, "choices": ["Order", "Returns"]},
        {"label": "Order number", "required": False, "choices": []},
    ]
    assert said["origins"] == ["https://shop.example", "https://*.lampwright.example"]
    assert (said["quick_replies"], said["colour"]) == (["Hi", "Bye"], "#2d5bd0")
    again = kind_form(ChatForm, kept=said)
    assert again["questions"].value() is not None
    html = again.as_p()
    assert "Topic*: Order | Returns" in html
    assert "Returns | https://shop.example/returns" in html
    assert said["identity_secret"] not in html


def test_the_secret_is_made_once_and_stays():
    first = kind_form(ChatForm, filled())
    assert first.is_valid()
    second = kind_form(ChatForm, filled(colour="#000000"), kept=first.cleaned_data)
    assert second.is_valid()
    assert len(first.cleaned_data["identity_secret"]) == 64
    assert second.cleaned_data["identity_secret"] == first.cleaned_data["identity_secret"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("colour", "blue"),
        ("origins", "https://"),
        ("articles", "Returns without an address"),
        ("articles", "Returns | javascript:alert(1)"),
        ("mail_after", "-1"),
    ],
)
def test_what_makes_no_sense_is_said_beside_its_field(field, value):
    form = kind_form(ChatForm, filled(**{field: value}))
    assert field in form.errors


def test_the_lines_to_copy_name_this_installation_and_this_channel():
    script, policy = Chat().instructions({}, URL)
    assert script.value == snippet("https://desk.example", KEY)
    assert "connect-src https://desk.example" in policy.value
