"""Kim writes in WhatsApp and Ada answers: from the signed push to the two blue ticks."""

from urllib.parse import urlsplit

import pytest

from rapport.channels import actions
from rapport.channels.models import Channel, Dispatch
from rapport.channels.tests.door import Door
from rapport.conversations.models import Conversation, Message

pytestmark = pytest.mark.on_both_databases


@pytest.fixture
def channel(api, inbox):
    return Channel.objects.create(
        kind="whatsapp", inbox=inbox, name="Lampwright", address=api.settings["address"], settings=dict(api.settings)
    )


@pytest.fixture
def door(api, client, channel):
    return Door(client, api.stage, channel)


@pytest.fixture
def hand_in(door):
    return door.hand_in


@pytest.fixture
def answered(api, hand_in, ada):
    """Kim wrote, Ada answered, and it has left."""
    hand_in(api.simulator.says("Does it come in green?"))
    conversation = Conversation.objects.get()
    message = actions.reply(conversation, by=ada, text="It does.", undo_seconds=0)
    actions.send(Dispatch.objects.get(message=message).pk)
    dispatch = Dispatch.objects.get(message=message)
    assert dispatch.state == "sent", dispatch.error
    return dispatch


def test_ada_sees_that_kim_has_read_it(api, answered, hand_in, door):
    assert api.simulator.heard.get(timeout=5).text == "It does."
    assert Message.objects.get(direction="in").author_address == "+16505551234"
    assert Conversation.objects.get().customer.phone == "+16505551234"
    hand_in(door.later)
    answered.refresh_from_db()
    assert answered.delivered_at
    assert answered.read_at
    assert [report["state"] for report in answered.reports] == ["sent", "delivered", "read"]


def test_ada_is_told_that_it_did_not_arrive_and_why(api, hand_in, ada, door):
    api.simulator.fails = [131026]
    hand_in(api.simulator.says("Hello"))
    message = actions.reply(Conversation.objects.get(), by=ada, text="Hello Kim", undo_seconds=0)
    actions.send(Dispatch.objects.get(message=message).pk)
    hand_in(door.later)
    dispatch = Dispatch.objects.get(message=message)
    assert dispatch.state == "failed"
    assert "WhatsApp does not reach this number" in dispatch.error


def test_meta_is_told_that_the_address_is_ours(api, client, door):
    asked = {"hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": api.settings["verify_token"]}
    said = client.get(urlsplit(api.simulator.push_url).path, asked)
    assert (said.status_code, said.content) == (200, b"1158201444")
    assert client.get(urlsplit(api.simulator.push_url).path, {**asked, "hub.verify_token": "x"}).status_code == 403


def test_what_kim_changes_and_takes_back_is_changed_here(api, hand_in):
    hand_in(api.simulator.says("Does it come in gren?"))
    wamid = Message.objects.get().external_id.removeprefix("whatsapp:")
    contact = {"profile": {"name": "Kim Park"}, "wa_id": "16505551234"}

    def told(name, **said):
        message = {"from": "16505551234", "id": f"wamid.{name}", "timestamp": "1749416400", "type": name, name: said}
        return [api.simulator.push({"contacts": [contact], "messages": [message]})]

    words = {"type": "text", "text": {"body": "Does it come in green?"}}
    hand_in(told("edit", original_message_id=wamid, message=words))
    assert Message.objects.get().text == "Does it come in green?"
    hand_in(told("reaction", message_id=wamid, emoji="👍"))
    hand_in(told("revoke", original_message_id=wamid))
    message = Message.objects.get()
    assert message.deleted_at
    assert "green" not in message.text


def test_somebody_with_a_user_name_is_answered_by_their_id(api, hand_in, ada):
    sam = "US.13491208655302741918"
    contact = {"profile": {"name": "Sam Rivers", "username": "samrivers"}, "user_id": sam}
    written = {
        "from_user_id": sam,
        "id": "wamid.SAM",
        "timestamp": "1784723000",
        "type": "text",
        "text": {"body": "Hi"},
    }
    hand_in([api.simulator.push({"contacts": [contact], "messages": [written]})])
    message = actions.reply(Conversation.objects.get(), by=ada, text="Hello Sam", undo_seconds=0)
    actions.send(Dispatch.objects.get(message=message).pk)
    sent = [asked.json for asked in api.simulator.asked if asked.path.endswith("/messages")]
    assert [each.get("recipient") for each in sent] == [sam]
    customer = Conversation.objects.get().customer
    assert (customer.name, customer.phone) == ("Sam Rivers", "")
    assert [(each.kind, each.value) for each in customer.identities.all()] == [("handle", f"whatsapp:{sam}")]
    # WhatsApp hands out the number after all: it is the same person.
    contact["wa_id"] = written["from"] = "16505559999"
    hand_in([api.simulator.push({"contacts": [contact], "messages": [{**written, "id": "wamid.SAM2"}]})])
    customer.refresh_from_db()
    assert customer.phone == "+16505559999"
    assert Message.objects.get(external_id="whatsapp:wamid.SAM2").conversation.customer == customer
