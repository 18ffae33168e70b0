"""Kim writes to the Page and Ada answers: from the signed push to what was read."""

import time
from urllib.parse import urlsplit

import pytest

from rapport.channels import actions
from rapport.channels.models import Channel, Delivery, Dispatch
from rapport.channels.pushing import push_url
from rapport.conversations.models import Conversation, Message

pytestmark = pytest.mark.on_both_databases


@pytest.fixture
def channel(api, inbox):
    made = Channel.objects.create(
        kind="facebook", inbox=inbox, name="Lampwright", address=api.settings["address"], settings=dict(api.settings)
    )
    api.simulator.push_url = push_url(made)
    # What the provider tells afterwards is handed in by the test, in its own time.
    api.later = []
    api.stage._follow = api.later.extend
    return made


@pytest.fixture
def hand_in(api, client, channel):
    def handed(pushes):
        for push in pushes:
            said = client.post(
                urlsplit(api.simulator.push_url).path,
                push.body,
                content_type="application/json",
                headers={"X-Hub-Signature-256": push.headers["X-Hub-Signature-256"]},
            )
            assert said.status_code == 200
            actions.process_all(Delivery.objects.filter(state="stored").select_related("channel__inbox"))

    return handed


@pytest.fixture
def answered(api, hand_in, ada):
    """Kim wrote, Ada answered, and it has left."""
    hand_in(api.simulator.says("Does it come in green?"))
    conversation = Conversation.objects.get()
    message = actions.reply(conversation, by=ada, text="It does.", undo_seconds=0)
    actions.send(Dispatch.objects.get(message=message).pk)
    dispatch = Dispatch.objects.get(message=message)
    assert dispatch.state == "sent", dispatch.error
    for _ in range(100):
        if api.later:
            break
        time.sleep(0.02)
    return dispatch


def test_ada_sees_that_kim_has_read_it_and_nothing_twice(api, answered, hand_in):
    assert api.simulator.heard.get(timeout=5).text == "It does."
    assert Message.objects.get(direction="in").author_address == "6238401096248111"
    hand_in(api.later)
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


def test_meta_is_told_that_the_address_is_ours(api, client, channel):
    asked = {"hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": api.settings["verify_token"]}
    said = client.get(urlsplit(api.simulator.push_url).path, asked)
    assert (said.status_code, said.content) == (200, b"1158201444")
    assert client.get(urlsplit(api.simulator.push_url).path, {**asked, "hub.verify_token": "x"}).status_code == 403
