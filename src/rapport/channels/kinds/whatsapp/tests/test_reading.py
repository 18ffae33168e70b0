"""Every push that WhatsApp documents is read to the events that it means."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from rapport.channels.errors import CannotRead
from rapport.channels.kinds.whatsapp.kind import WhatsApp
from rapport.channels.parcels import Fetched, pack
from rapport.channels.types import (
    Address,
    Bounced,
    Happened,
    KnownAs,
    MessageDeleted,
    MessageEdited,
    MessageReceived,
    Part,
    Reacted,
    Reported,
)

HERE = Path(__file__).parent
FIRST = "whatsapp:wamid.HBgLMTY1MDU1NTEyMzQVAgASGBQzQTRBNjU5OUFFRTAzODEwMTQ0RgA="
OURS = "whatsapp:wamid.OURS"
KIM = Address("Kim Park", "+16505551234")
AT = datetime(2025, 6, 8, 20, 59, 43, tzinfo=UTC)
GONE = "[The file {} is missing: it has not been fetched]"
WORDS = {
    "text": "Does it come in another color?",
    "image": "The lamp came like this.\n\n" + GONE.format("image.jpg"),
    "voice_message": GONE.format("voice-message.ogg"),
    "document": "My invoice\n\n" + GONE.format("invoice 4711.pdf"),
    "video": GONE.format("video.mp4"),
    "sticker": GONE.format("sticker.webp"),
    "location": (
        "Philz Coffee\n101 Forest Ave, Palo Alto, CA 94301\nhttps://philzcoffee.com/\n"
        "https://www.openstreetmap.org/?mlat=37.442087&mlon=-122.161391#map=16/37.442087/-122.161391"
    ),
    "contacts": (
        "Contact: Barbara J. Johnson\nLead counsel, Social Tsunami\n+1 (940) 555-1234\nbjohnson@lucky.example\n"
        "https://lucky.example"
    ),
    "reply_to_a_message": "Yes, that one.",
    "button_reply": "Change",
    "list_reply": "Priority Mail Express: Next day to 2 days",
    "form_reply": "size: M\ngift: true",
    "template_button": "Unsubscribe",
    "order": "Love these!\n\nOrder:\n2 × di9ozbzfi4 at 30 USD\n1 × nqryix03ez at 25 USD",
    "from_an_advertisement": (
        "Can I get more info about this?\n\n[They came by an advertisement: Chat with us https://fb.me/3cr4Wqqkv]"
    ),
    "unsupported": (
        "[They sent something of the sort “poll_creation”, which cannot be shown. Ask them to send it another way.]"
    ),
}
ANSWERS_OURS = {"reply_to_a_message", "button_reply", "list_reply", "form_reply", "template_button"}


def push(name, folder="deliveries"):
    return (HERE / folder / f"{name}.json").read_bytes()


def only(name):
    (event,) = WhatsApp().read(push(name))
    return event


@pytest.mark.parametrize("name", WORDS)
def test_what_kim_sends_is_a_message_in_plain_words(name):
    message = only(name)
    assert isinstance(message, MessageReceived)
    assert (message.text, message.visible_text) == (WORDS[name], WORDS[name])
    assert (message.author, message.sent_at, message.parts) == (KIM, AT, ())
    assert message.external_id.startswith("whatsapp:wamid.")
    assert message.in_reply_to == (OURS if name in ANSWERS_OURS else "")
    assert message.known_as == (KnownAs("phone", "+16505551234", is_proven=True),)


def test_what_is_no_message_changes_one():
    name = only("edited").external_id
    assert only("edited") == MessageEdited(name, FIRST, "Does it come in another colour?", AT)
    name = only("taken_back").external_id
    assert only("taken_back") == MessageDeleted(name, FIRST, AT)
    name = only("reaction").external_id
    assert only("reaction") == Reacted(name, FIRST, KIM, "😀", AT)
    name = only("reaction_taken_back").external_id
    assert only("reaction_taken_back") == Reacted(name, FIRST, KIM, "", AT)


@pytest.mark.parametrize("state", ["sent", "delivered", "read"])
def test_what_we_sent_goes_its_way(state):
    at = datetime(2025, 6, 18, 16, 22, 53, tzinfo=UTC)
    assert only(f"status_{state}") == Reported(f"{OURS}:{state}", OURS, "+16505551234", state, at=at)


def test_a_report_on_a_later_part_is_about_the_message_that_it_belongs_to():
    report = only("status_of_a_later_part")
    assert (report.external_id, report.about) == (f"{OURS}:delivered", "whatsapp:wamid.FIRST")


def test_a_message_that_failed_after_all_says_why():
    bounce = only("status_failed")
    assert isinstance(bounce, Bounced)
    assert (bounce.external_id, bounce.about, bounce.recipient) == (f"{OURS}:failed", OURS, "+16505551234")
    (failure,) = bounce.failures
    assert (failure.address, failure.status, failure.is_final) == ("+16505551234", "131026", True)
    assert bounce.reason.startswith("WhatsApp does not reach this number")


def test_another_number_of_the_same_person_is_noted():
    event = only("another_number")
    assert isinstance(event, Happened)
    assert event.author.address == "+16505551234"
    assert event.said == "User Kim Park changed from 16505551234 to 12195555358"
    assert event.known_as[-1] == KnownAs("phone", "+12195555358", is_proven=True)


def test_what_a_colleague_wrote_in_the_app_is_a_line():
    event = only("written_in_the_app")
    assert isinstance(event, Happened)
    assert event.author.address == "+16505551234"
    assert event.said == "Written in the WhatsApp Business app: Here's the info you requested!"
    assert not event.begins


def test_somebody_with_a_user_name_is_known_without_a_number():
    message = only("user_name_without_a_number")
    assert message.author == Address("Sam Rivers", "US.13491208655302741918")
    assert message.known_as == (KnownAs("handle", "whatsapp:US.13491208655302741918", is_proven=True),)


def test_the_file_of_a_message_comes_with_it():
    body = pack(push("voice_message"), [Fetched("1908647269898587", content_type="audio/ogg", body=b"OggS")])
    (message,) = WhatsApp().read(body)
    assert message.parts == (Part("voice-message.ogg", "audio/ogg", b"OggS"),)
    assert message.text == ""


def test_a_file_that_cannot_be_had_leaves_its_message():
    body = pack(push("image"), [Fetched("1003383421387256", problem="it is gone")])
    (message,) = WhatsApp().read(body)
    assert message.text == "The lamp came like this.\n\n[The file image.jpg is missing: it is gone]"


def test_a_push_of_several_becomes_one_for_each():
    kind, body = WhatsApp(), push("several_at_once", "pushes")
    parcels = kind.parcels(body, {})
    apart = [event for parcel in parcels for event in kind.read(parcel)]
    assert [type(event) for event in apart] == [MessageReceived, MessageReceived, Reported]
    assert apart == kind.read(body)
    assert kind.parcels(push("text"), {}) == [push("text")]
    assert kind.parcels(b"nonsense", {}) == [b"nonsense"]


def test_news_of_a_template_concerns_no_conversation():
    body = push("of_no_conversation", "pushes")
    assert WhatsApp().read(body) == []
    assert WhatsApp().parcels(body, {}) == [body]


def test_another_number_of_the_same_app_is_told_apart():
    kind, theirs = WhatsApp(), {"phone_number_id": "999"}
    assert kind.read_pushed(push("text"), {"phone_number_id": "106540352242922"}) == kind.read(push("text"))
    with pytest.raises(CannotRead, match="15550783881, another number of the same app"):
        kind.read_pushed(push("text"), theirs)
    assert kind.read_pushed(push("status_read"), theirs) == []


@pytest.mark.parametrize("without", ["id", "from"])
def test_a_message_of_nobody_is_not_guessed_at(without):
    told = json.loads(push("text"))
    value = told["entry"][0]["changes"][0]["value"]
    del value["messages"][0][without], value["contacts"]
    with pytest.raises(CannotRead, match="no id, or nobody"):
        WhatsApp().read(json.dumps(told).encode())


def test_what_is_written_in_a_group_waits_for_somebody_to_look():
    told = json.loads(push("text"))
    told["entry"][0]["changes"][0]["value"]["messages"][0]["group_id"] = "Y2FwaV9ncm91cDo"
    with pytest.raises(CannotRead, match="group"):
        WhatsApp().read(json.dumps(told).encode())


@pytest.mark.parametrize(
    "body",
    [
        b'{"object": "whatsapp_business_account", "entry": [{"changes": [{"value": {"messages": [{}]}}]}]}',
        b'{"object": "whatsapp_business_account", "entry": {}}',
        b'{"object": "page", "entry": []}',
        b"[" * 100_000,
    ],
)
def test_what_is_malformed_is_said_to_be(body):
    with pytest.raises(CannotRead):
        WhatsApp().read(body)
