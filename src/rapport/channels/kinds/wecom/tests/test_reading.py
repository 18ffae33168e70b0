"""What Kim says and does in WeChat, read to events."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from rapport.channels.errors import CannotRead
from rapport.channels.kinds.wecom.kind import WeCom
from rapport.channels.kinds.wecom.simulator import ACCOUNT, PERSON
from rapport.channels.types import Address, Bounced, Happened, MessageDeleted, MessageReceived

HERE = Path(__file__).parent
KIM = Address("", PERSON)
kind = WeCom()


def read(name):
    (path,) = (HERE / "deliveries").glob(f"??_{name}.json")
    (event,) = kind.read(path.read_bytes())
    return event


def test_kim_writes():
    assert read("text") == MessageReceived(
        external_id=f"wecom:{ACCOUNT}:4f8b{1:028x}",
        author=KIM,
        text="台灯一直闪 💡",
        visible_text="台灯一直闪 💡",
        sent_at=datetime(2025, 11, 27, 8, 0, 10, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("image", ""),
        ("voice", ""),
        ("video", ""),
        ("file", ""),
        ("link", "台灯说明书\n如何更换灯泡\nhttps://shop.example/manual"),
        ("business_card", "Contact: lee"),
        ("miniprogram", "Shared from WeChat: 灯具商城"),
        ("channels", "Shared from WeChat: 新灯"),
        ("unknown_type", "Something that Rapport cannot show (channels_shop_product): open it in WeCom."),
    ],
)
def test_whatever_kim_sends_becomes_a_message(name, text):
    event = read(name)
    assert isinstance(event, MessageReceived)
    assert (event.author, event.text) == (KIM, text)


def test_a_place_comes_with_a_link_to_a_map():
    assert read("location").text.startswith(
        "Location: 广州国际媒体港, 广东省广州市海珠区 (23.106022, 113.320503)\nhttps://www.openstreetmap.org/?mlat=23.1060"
    )


@pytest.mark.parametrize(
    ("name", "what", "said"),
    [
        ("servicer", "answered.elsewhere", "wang answered in WeCom: 您好，请稍等"),
        ("enter_session", "chat.started", "Opened the chat from “order_4711”."),
        ("reject", "contact.blocked_us", "Does not want messages of this account any more."),
    ],
)
def test_what_is_no_message_of_kims_is_a_line_and_begins_nothing(name, what, said):
    event = read(name)
    assert isinstance(event, Happened)
    assert (event.what, event.said, event.begins, event.author) == (what, said, False, KIM)


def test_what_did_not_arrive_is_told_of_the_message_as_we_call_it():
    event = read("msg_send_fail")
    assert isinstance(event, Bounced)
    assert event.about == f"wecom:{ACCOUNT}:0123456789abcdef01234567-0-2"
    assert event.reason == "It did not arrive. More than 48 hours passed since they wrote."


def test_kim_takes_back_what_she_wrote():
    event = read("recall")
    assert isinstance(event, MessageDeleted)
    assert event.about == read("text").external_id


@pytest.mark.parametrize("path", sorted((HERE / "ignored").iterdir()), ids=lambda path: path.stem)
def test_what_concerns_no_conversation_is_passed_over(path):
    assert kind.read(path.read_bytes()) == []


@pytest.mark.parametrize("broken", [b"", b"null", b'{"msgtype": "text"}', b'{"msgtype": "event", "msgid": "1"}'])
def test_what_is_no_message_cannot_be_read(broken):
    with pytest.raises(CannotRead):
        kind.read(broken)
