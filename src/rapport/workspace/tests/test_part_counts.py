"""How many parts a text message has, while it is written."""

import pytest

from rapport.conversations.actions import receive
from rapport.conversations.types import Writing
from rapport.customers.actions import meet


@pytest.fixture
def begun(inbox, db):
    def made(channel):
        customer = meet(kind="phone", value="+16505551234", name="Kim Park")
        writing = Writing(text="Hello")
        who = {"author_name": "Kim Park", "author_address": "+16505551234"}
        return receive(writing, customer=customer, inbox=inbox, channel=channel, **who).message.conversation

    return made


def test_ada_sees_how_many_parts_her_text_has(begun, ada, client):
    conversation = begun("sms")
    client.force_login(ada)
    url = f"/conversations/{conversation.pk}/parts"
    assert f'data-url="{url}"' in client.get(f"/inbox/{conversation.number}/").content.decode()
    assert client.post(url, {"text": "a" * 160}).content == b"1 part"
    assert client.post(url, {"text": "a" * 161}).content == b"2 parts"
    assert client.post(url, {"text": " "}).content == b""


def test_nobody_counts_letters(begun, ada, client):
    conversation = begun("email")
    client.force_login(ada)
    assert "<part-count" not in client.get(f"/inbox/{conversation.number}/").content.decode()
    assert client.post(f"/conversations/{conversation.pk}/parts", {"text": "a" * 400}).content == b""
