"""Kim writes to the Page and Ada answers: from the signed push to what was read."""

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
        kind="facebook", inbox=inbox, name="Lampwright", address=api.settings["address"], settings=dict(api.settings)
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


def test_ada_sees_that_kim_has_read_it_and_nothing_twice(api, answered, hand_in, door):
    assert api.simulator.heard.get(timeout=5).text == "It does."
    assert Message.objects.get(direction="in").author_address == "6238401096248111"
    hand_in(door.later)
    answered.refresh_from_db()
    assert answered.delivered_at
    assert answered.read_at
    assert Message.objects.count() == 2


def test_what_kim_unsends_is_forgotten_here(api, hand_in):
    (push,) = api.simulator.says("My password is swordfish")
    hand_in([push])
    mid = Message.objects.get().external_id.removeprefix("fb:")
    hand_in([api.simulator.push({"message": {"mid": mid, "is_deleted": True}})])
    message = Message.objects.get()
    assert message.deleted_at
    assert "swordfish" not in message.text


def test_meta_is_told_that_the_address_is_ours(api, client, door):
    asked = {"hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": api.settings["verify_token"]}
    said = client.get(urlsplit(api.simulator.push_url).path, asked)
    assert (said.status_code, said.content) == (200, b"1158201444")
    assert client.get(urlsplit(api.simulator.push_url).path, {**asked, "hub.verify_token": "x"}).status_code == 403
