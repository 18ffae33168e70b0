"""A script chooses by which channel a customer is written to, and reads how far that got."""

import pytest

from rapport.channels.kinds.whatsapp.kind import WhatsApp
from rapport.channels.models import Channel, Dispatch, Exchange
from rapport.channels.types import DispatchState, Template
from rapport.conversations.actions import receive
from rapport.conversations.actions.rewriting import forget_words, react, rewrite
from rapport.conversations.types import Writing
from rapport.customers.actions import also_known_as
from rapport.customers.models import IdentityKind
from rapport.kit import clock

KIM_RINGS_FROM = "+4915112345678"


@pytest.fixture
def whatsapp(inbox, monkeypatch):
    approved = Template("order_ready", "en", "Hello {{1}}, your order is ready.", ("1",))
    monkeypatch.setattr(WhatsApp, "templates", lambda self, settings: [approved])
    from django.core.cache import cache

    cache.clear()
    return Channel.objects.create(kind="whatsapp", inbox=inbox, name="WhatsApp", address="+4930111", settings={})


@pytest.fixture
def chat(inbox, kim, whatsapp, mailbox):
    """Kim writes by WhatsApp; she has a mail address too."""
    also_known_as(kim, kind=IdentityKind.PHONE, value=KIM_RINGS_FROM, verified=True)
    arrival = receive(
        Writing(text="Where is my order?", external_id="whatsapp:1:a"),
        customer=kim,
        inbox=inbox,
        channel="whatsapp",
        author_name="Kim",
        author_address=KIM_RINGS_FROM,
    )
    conversation = arrival.message.conversation
    Exchange.objects.create(channel=whatsapp, key="person:1", conversation=conversation, address=KIM_RINGS_FROM)
    return conversation


def test_the_ways_to_kim_say_what_they_can_do(ada, script, chat, whatsapp, mailbox):
    first, second = script(ada).get(f"/conversations/{chat.pk}/ways").json()
    assert (first["channel"]["id"], first["address"], first["usual"]) == (whatsapp.pk, KIM_RINGS_FROM, True)
    assert first["session_ends"] is not None
    assert first["loses"] == ["formatting", "links", "pictures", "copies", "long_text"]
    assert first["templates"] == [
        {
            "name": "order_ready", "language": "en", "text": "Hello {{1}}, your order is ready.", "blanks": ["1"],
            "category": "",
        }
    ]  # fmt: skip
    assert (second["channel"]["id"], second["abilities"]["rich_text"], second["loses"]) == (mailbox.pk, True, [])
    assert script(ada, "read").get(f"/conversations/{chat.pk}/ways").status_code == 200


def test_a_script_answers_by_another_channel(ada, script, chat, mailbox):
    said = {"text": "By mail.", "channel": mailbox.pk}
    written = script(ada).post(f"/conversations/{chat.pk}/messages", said)
    assert written.status_code == 201, written.content
    assert (written.json()["channel"], written.json()["to"]) == ("email", ["kim@studio.example"])


def test_a_script_sends_a_template(ada, script, chat, whatsapp):
    said = {"template": {"name": "order_ready", "language": "en", "values": ["Kim"]}}
    written = script(ada).post(f"/conversations/{chat.pk}/messages", said)
    assert written.status_code == 201, written.content
    assert written.json()["text"] == "Hello Kim, your order is ready."
    assert Dispatch.objects.get().template["values"] == ["Kim"]


@pytest.mark.parametrize(
    ("said", "field", "words"),
    [
        ({}, "body.text", "Write something, or name a template."),
        ({"text": "Hello", "channel": 99999}, "body.channel", "There is no such channel, or it is paused."),
        (
            {"template": {"name": "order_ready", "language": "en", "values": []}},
            "body.template",
            "Fill in every blank of the template.",
        ),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(ada, script, chat, said, field, words):
    refused = script(ada).post(f"/conversations/{chat.pk}/messages", said)
    assert refused.status_code == 422
    assert field in refused.content.decode()
    assert words in refused.content.decode()


def test_a_message_says_what_became_of_it(ada, script, chat):
    calling = script(ada)
    written = calling.post(f"/conversations/{chat.pk}/messages", {"text": "On its way."}).json()
    assert (written["channel"], written["delivered_at"], written["read_at"], written["reactions"]) == (
        "",
        None,
        None,
        [],
    )
    now = clock.now()
    Dispatch.objects.update(state=DispatchState.SENT, delivered_at=now, read_at=now)
    theirs, ours = chat.messages.order_by("id")
    rewrite(theirs, text="Where is it?")
    react(ours, by="Kim", emoji="👍")
    items = calling.get(f"/conversations/{chat.pk}/messages").json()["items"]
    assert items[0]["edited_at"] is not None
    assert items[1]["delivered_at"] == items[1]["read_at"] is not None
    assert (items[1]["reactions"][0]["by"], items[1]["reactions"][0]["emoji"]) == ("Kim", "👍")
    forget_words(theirs)
    deleted = calling.get(f"/messages/{theirs.pk}").json()
    assert (deleted["text"], deleted["deleted_at"] is not None) == ("", True)
