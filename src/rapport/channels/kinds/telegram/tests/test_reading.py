"""What Kim says and does in Telegram, read to events."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from rapport.channels.errors import CannotRead
from rapport.channels.kinds.telegram.kind import Telegram
from rapport.channels.types import Address, Happened, KnownAs, MessageEdited, MessageReceived, Reacted

HERE = Path(__file__).parent
BOT = "7000000001"
KIM = Address("Kim Park", "412345678")
kind = Telegram()


def read(name):
    (path,) = (HERE / "deliveries").glob(f"??_{name}.json")
    (event,) = kind.read_pushed(path.read_bytes(), {"bot": BOT})
    return event


def test_kim_writes_and_the_address_behind_a_word_shows():
    text = (
        "💡💡 The lamp flickers, see my order 4711 (https://shop.example/orders/4711) and write to kim@studio.example"
    )
    assert read("text") == MessageReceived(
        external_id=f"telegram:{BOT}:412345678:11",
        author=KIM,
        text=text,
        visible_text=text,
        sent_at=datetime(2025, 11, 27, 8, 1, 50, tzinfo=UTC),
        profile={"language": "de"},
    )


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("photo", "This is how it looks"),
        ("document", ""),
        ("voice", ""),
        ("video", "Look"),
        ("video_note", ""),
        ("sticker", "👍"),
        ("sticker_animated", "😂"),
        ("forwarded", "Forwarded from Lee:\nIt arrives on Friday"),
        ("contact_other", "Contact: Lee, +15550100"),
        ("unknown_content", "Something that Rapport cannot show: open it in Telegram."),
        ("media_group_1", "Two pictures"),
        ("media_group_2", ""),
    ],
)
def test_whatever_kim_sends_becomes_a_message(name, text):
    event = read(name)
    assert isinstance(event, MessageReceived)
    assert (event.author, event.text, event.parts) == (KIM, text, ())


def test_a_place_comes_with_a_link_to_a_map():
    assert read("location").text.startswith("Location: 52.520008, 13.404954\nhttps://www.openstreetmap.org/?mlat=52.52")
    assert read("venue").text.startswith("Location: Studio Park, Torstraße 1, Berlin (52.520008, 13.404954)\nhttps://")


def test_telegram_vouches_for_kims_own_number_and_not_for_anothers():
    assert read("contact_own").known_as == (KnownAs("phone", "+4915112345678", is_proven=True),)
    assert read("contact_other").known_as == ()


def test_an_answer_names_what_it_answers():
    assert read("reply").in_reply_to == f"telegram:{BOT}:412345678:11"


def test_pressing_start_asks_nothing_but_a_link_of_ours_says_where_kim_comes_from():
    bare, linked = read("start"), read("start_with_payload")
    assert isinstance(bare, Happened)
    assert (bare.what, bare.begins, bare.said) == ("chat.started", False, "Opened the chat.")
    assert (linked.begins, linked.detail) == (True, {"payload": "order_4711"})
    assert linked.said == "Opened the chat by the link “order_4711”."


def test_kim_changes_what_she_wrote():
    assert read("edited") == MessageEdited(
        external_id=f"telegram:{BOT}:412345678:11:1764230700",
        about=f"telegram:{BOT}:412345678:11",
        text="The desk lamp flickers",
        at=datetime(2025, 11, 27, 8, 5, 0, tzinfo=UTC),
    )


def test_kim_likes_an_answer_and_takes_it_back():
    given, taken = read("reaction"), read("reaction_taken_back")
    assert isinstance(given, Reacted)
    assert (given.about, given.author, given.emoji, taken.emoji) == (f"telegram:{BOT}:412345678:11", KIM, "❤", "")
    assert given.external_id != taken.external_id


def test_kim_blocks_the_bot_and_comes_back():
    assert [read(name).what for name in ("blocked", "unblocked")] == ["contact.blocked_us", "contact.unblocked_us"]


@pytest.mark.parametrize("path", sorted((HERE / "ignored").iterdir()), ids=lambda path: path.stem)
def test_what_concerns_no_conversation_is_passed_over(path):
    assert kind.read(path.read_bytes()) == []


@pytest.mark.parametrize(
    "broken", [b"", b"null", b'{"update_id": 1, "message": {"chat": {"type": "private"}}}', b'{"update_id": "1"}']
)
def test_what_is_no_update_cannot_be_read(broken):
    with pytest.raises(CannotRead):
        kind.read(broken)
