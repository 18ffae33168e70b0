"""Every push that Meta documents for a Page and its Instagram account is read to the events that it means."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from rapport.channels.errors import CannotRead
from rapport.channels.kinds.facebook.kind import Facebook
from rapport.channels.parcels import Fetched, pack
from rapport.channels.types import (
    Address,
    Happened,
    MessageDeleted,
    MessageEdited,
    MessageReceived,
    Reacted,
    Reported,
)

HERE = Path(__file__).parent
MID = "m_AG5Hz2Uq7tuwNEhXfYYKj8mJEM_QPpz5jdCK48PnKAjSdjfipqxqMvK8ma6AC8fplwlqLP_5cgXIbu7I3rBN0P"
KIM, SAM = Address("", "6238401096248111"), Address("", "ig:1254477777772919")
AT = datetime(2026, 4, 28, 10, 33, 16, 123000, tzinfo=UTC)
GONE = "[A file of the sort “{}” is missing: it has not been fetched]"
STORY = "https://lookaside.fbsbx.com/ig_messaging_cdn/?asset_id="
WORDS = {
    "messenger_text": "Is the green lamp in stock?",
    "messenger_image": GONE.format("image"),
    "messenger_audio": GONE.format("audio"),
    "messenger_file": "My invoice\n\n" + GONE.format("file"),
    "messenger_sticker": GONE.format("image"),
    "messenger_location": (
        "Kim's location\nhttps://www.openstreetmap.org/?mlat=37.483872693672&mlon=-122.14900441942"
        "#map=16/37.483872693672/-122.14900441942"
    ),
    "messenger_link": "Like this one https://lampwright.example/green\n\nGreen lamp\nhttps://lampwright.example/green",
    "messenger_reply": "Yes, that one.",
    "messenger_quick_reply": "Red",
    "messenger_postback": "Get started\n\n[They came by a link: newsletter]",
    "messenger_from_an_advertisement": "What does it cost?\n\n[They came by an advertisement: Lamps for the autumn]",
    "messenger_while_another_app_answers": "Hello?",
    "instagram_text": "Do you ship to Norway?",
    "instagram_image": GONE.format("image"),
    "instagram_story_reply": f"So pretty!\n\n[In answer to your story {STORY}19]",
    "instagram_story_mention": f"[They mentioned you in their story {STORY}20]",
    "instagram_shared_reel": f"How a lamp is made\n{STORY}21",
    "instagram_unsupported": "[They sent something that Meta hands to no program. Ask them to send it another way.]",
    "instagram_product": "Is it oak?\n\n[They ask about the product 3221185234567]",
}


def push(name, folder="deliveries"):
    return (HERE / folder / f"{name}.json").read_bytes()


def only(name):
    (event,) = Facebook().read(push(name))
    return event


@pytest.mark.parametrize("name", WORDS)
def test_what_somebody_sends_is_a_message_in_plain_words(name):
    message = only(name)
    assert isinstance(message, MessageReceived)
    assert (message.text, message.visible_text) == (WORDS[name], WORDS[name])
    assert (message.author, message.sent_at) == (SAM if name.startswith("instagram") else KIM, AT)
    assert message.external_id.startswith("ig:aWd" if name.startswith("instagram") else f"fb:{MID}")
    assert message.in_reply_to == ("fb:m_OURS" if name == "messenger_reply" else "")


def test_what_is_no_message_changes_one():
    changed = MessageEdited(f"fb:{MID}:edit:1", f"fb:{MID}", "Is the dark green lamp in stock?", AT)
    assert only("messenger_edited") == changed
    taken_back = only("instagram_unsent")
    assert taken_back == MessageDeleted(f"{taken_back.about}:deleted", only("instagram_text").external_id, AT)
    loved = Reacted("fb:reaction:6238401096248111:m_OURS:1777372396123", "fb:m_OURS", KIM, "❤️", AT)
    assert only("messenger_reaction") == loved
    back = only("messenger_reaction_taken_back")
    assert (back.about, back.emoji) == ("fb:m_OURS", "")
    assert back.external_id != loved.external_id
    assert (only("instagram_reaction").about, only("instagram_reaction").emoji) == ("ig:OURS", "🔥")


def test_what_we_sent_is_known_to_have_arrived_and_been_read_until_a_moment():
    until = datetime(2026, 4, 28, 10, 33, 10, 253000, tzinfo=UTC)
    name = "fb:delivered:6238401096248111:1777372390.253"
    assert only("messenger_delivered") == Reported(name, "", KIM.address, "delivered", at=until, up_to=until)
    until = datetime(2026, 4, 28, 10, 33, 11, 253000, tzinfo=UTC)
    name = "fb:read:6238401096248111:1777372391.253"
    assert only("messenger_read") == Reported(name, "", KIM.address, "read", at=until, up_to=until)
    name = "ig:read:ig:1254477777772919:1777372396.123"
    assert only("instagram_seen") == Reported(name, "", SAM.address, "read", at=AT, up_to=AT)


def test_coming_back_by_a_link_is_a_line():
    event = only("messenger_referral")
    assert isinstance(event, Happened)
    assert (event.author, event.said, event.begins) == (KIM, "They came by a link: newsletter", False)


def test_what_a_colleague_wrote_elsewhere_is_a_line_and_ours_is_not():
    event = only("messenger_written_in_the_page_inbox")
    assert isinstance(event, Happened)
    assert (event.author, event.said) == (KIM, "Written elsewhere than here: I look into it.")
    kind, ours = Facebook(), {"app_id": "670843887433847"}
    assert kind.read(push("our_own_echo", "pushes")) == []
    assert kind.read_pushed(push("our_own_echo", "pushes"), ours) == []
    (elsewhere,) = kind.read_pushed(push("instagram_echo_of_somebody", "pushes"), ours)
    assert (elsewhere.author, elsewhere.said) == (SAM, "Written elsewhere than here: Yes, we do.")
    assert kind.read_pushed(push("instagram_echo_of_nobody", "pushes"), ours) == []


def test_what_we_did_ourselves_is_no_news():
    told = json.loads(push("messenger_reaction"))
    event = told["entry"][0]["messaging"][0]
    event["sender"], event["recipient"] = event["recipient"], event["sender"]
    assert Facebook().read(json.dumps(told).encode()) == []


def test_the_file_of_a_message_comes_with_it():
    url = "https://cdn.fbsbx.com/v/t59.2708-21/invoice%204711.pdf?oh=3"
    (message,) = Facebook().read(
        pack(push("messenger_file"), [Fetched(url, content_type="application/pdf", body=b"%PDF")])
    )
    (part,) = message.parts
    assert (message.text, part.name, part.content_type, part.body) == (
        "My invoice",
        "invoice 4711.pdf",
        "application/pdf",
        b"%PDF",
    )


def test_the_picture_of_a_story_is_left_where_it_is(api):
    for name in ("instagram_story_mention", "instagram_story_reply", "instagram_shared_reel"):
        assert api.kind.fetch(push(name), {"provider": "Meta"}, api.settings) is None


def test_a_push_of_several_becomes_one_for_each():
    kind, body = Facebook(), push("several_at_once", "pushes")
    parcels = kind.parcels(body, {})
    apart = [event for parcel in parcels for event in kind.read(parcel)]
    assert [type(event) for event in apart] == [MessageReceived, Reported, MessageReceived]
    assert apart == kind.read(body)
    assert kind.parcels(push("messenger_text"), {}) == [push("messenger_text")]
    assert kind.parcels(b"nonsense", {}) == [b"nonsense"]


def test_what_concerns_no_conversation_is_nothing():
    assert Facebook().read(push("opted_in", "pushes")) == []


def test_another_page_of_the_same_app_is_told_apart():
    kind = Facebook()
    assert kind.read_pushed(push("messenger_text"), {"page_id": "1906385232743451"})
    with pytest.raises(CannotRead, match="1906385232743451, another Page"):
        kind.read_pushed(push("messenger_text"), {"page_id": "999"})
    with pytest.raises(CannotRead, match="another Page"):
        kind.read_pushed(push("instagram_text"), {"page_id": "1906385232743451", "instagram_id": "999"})
    assert kind.read_pushed(push("instagram_text"), {"page_id": "1906385232743451", "instagram_id": ""})


@pytest.mark.parametrize(
    "body",
    [
        b'{"object": "page", "entry": [{"messaging": [{"message": {"mid": "m_1", "text": "Hi"}}]}]}',
        b'{"object": "page", "entry": [{"messaging": [{"sender": {"id": "1"}, "message": {"text": "Hi"}}]}]}',
        b'{"object": "page", "entry": {}}',
        b'{"object": "user", "entry": []}',
    ],
)
def test_what_is_malformed_is_said_to_be(body):
    with pytest.raises(CannotRead):
        Facebook().read(body)
