"""Kim follows the company's Official Account and writes to it."""

import hashlib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from rapport.channels.errors import CannotConnect, CannotDeliver, CannotRead, NotAllowed
from rapport.channels.kinds.wechat.forms import WeChatForm
from rapport.channels.kinds.wechat.kind import WeChat
from rapport.channels.kinds.wechat.simulator import OPEN_ID, SETTINGS, WeChatSimulator
from rapport.channels.simulating import SentFile, Stage
from rapport.channels.tencent import fields, new_aes_key, opened, sealed, signature
from rapport.channels.types import Address, Answer, Happened, MessageReceived, Outgoing, Part, Profile

HERE = Path(__file__).parent
KIM = Address("", OPEN_ID)
URL = "https://desk.example/in/wechat/key/"
kind = WeChat()


def read(name, menu_keys=""):
    (path,) = (HERE / "deliveries").glob(f"??_{name}.xml")
    (event,) = kind.read_pushed(path.read_bytes(), {"menu_keys": menu_keys})
    return event


def asked(push):
    return URL + "?" + "&".join(f"{name}={value}" for name, value in push.query.items())


def outgoing(text="马上寄出 💡", *, to=OPEN_ID, parts=()):
    return Outgoing(
        sender=Address("Ada", "lampwright-service"),
        to=[Address("", to)],
        text=text,
        parts=parts,
        once="8c5d6f1e",
    )


@pytest.fixture
def wechat(settings, db):
    from django.core.cache import cache

    cache.clear()
    settings.PRIVATE_HOSTS_ALLOWED = ["127.0.0.1"]
    with Stage(WeChatSimulator()) as stage:
        stage.simulator.settings(stage.api)
        yield stage.simulator


@pytest.fixture
def connected(wechat):
    return wechat.channel_settings


# -- What comes in ---------------------------------------------------------------------------------


def test_kim_writes():
    assert read("text") == MessageReceived(
        external_id="wechat:gh_0123456789ab:23000000000000001",
        author=KIM,
        text="台灯一直闪 💡，订单 4711 < 100 元",
        visible_text="台灯一直闪 💡，订单 4711 < 100 元",
        sent_at=datetime(2025, 11, 27, 8, 0, 10, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("image", ""),
        ("voice", "In words, as WeChat understood it: 我的灯坏了"),
        ("voice_without_words", ""),
        ("video", ""),
        ("shortvideo", ""),
        ("link", "台灯说明书\n如何更换灯泡\nhttps://shop.example/manual?id=1&lang=zh"),
        ("unknown_type", "Something that Rapport cannot show (file): open it in WeChat."),
    ],
)
def test_whatever_kim_sends_becomes_a_message(name, text):
    event = read(name)
    assert isinstance(event, MessageReceived)
    assert (event.author, event.text) == (KIM, text)


def test_a_place_comes_with_a_link_to_a_map():
    assert read("location").text == (
        "Location: 上海市黄浦区人民大道200号 (31.230416, 121.473701)\n"
        "https://www.openstreetmap.org/?mlat=31.230416&mlon=121.473701#map=16/31.230416/121.473701"
    )


@pytest.mark.parametrize(
    ("name", "what", "said"),
    [
        ("subscribe", "contact.subscribed", "Followed the account."),
        ("subscribe_by_code", "contact.subscribed", "Followed the account by the code “shop_berlin”."),
        ("scan", "code.scanned", "Scanned the code “shop_berlin”."),
        ("click", "menu.pressed", "Pressed the menu button “TALK_TO_US”."),
        ("unsubscribe", "contact.blocked_us", "Unfollowed the account: nothing can be sent any more."),
    ],
)
def test_what_kim_does_without_words_is_a_line_and_begins_nothing(name, what, said):
    event = read(name)
    assert isinstance(event, Happened)
    assert (event.what, event.said, event.begins, event.author) == (what, said, False, KIM)


def test_a_button_that_is_named_for_it_begins_a_conversation():
    assert read("click", menu_keys="OTHER TALK_TO_US").begins
    assert not read("click", menu_keys="OTHER").begins


@pytest.mark.parametrize("path", sorted((HERE / "ignored").iterdir()), ids=lambda path: path.stem)
def test_what_concerns_no_conversation_is_passed_over(path):
    assert kind.read(path.read_bytes()) == []


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"<xml>",
        b"<other/>",
        b"<xml><MsgType>text</MsgType></xml>",
        b"<xml><MsgType>event</MsgType></xml>",
        b'<!DOCTYPE xml [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><xml><MsgType>&b;</MsgType></xml>',
        b'<!DOCTYPE xml SYSTEM "file:///etc/passwd"><xml/>',
        b"<xml>" + b"<a>" * 40 + b"</a>" * 40 + b"</xml>",
    ],
)
def test_what_is_no_message_or_would_do_harm_cannot_be_read(broken):
    with pytest.raises(CannotRead):
        kind.read(broken)


def test_nested_elements_do_not_take_the_place_of_others():
    assert fields(b"<xml><A><Event>x</Event></A><Event> y </Event></xml>")["Event"] == "y"


# -- Who may push ----------------------------------------------------------------------------------


def test_a_push_in_safe_mode_is_taken_with_its_signature_only(wechat, connected):
    (push,) = wechat.says("你好")
    assert kind.verify(push.body, {}, connected, asked(push)) == {"provider": "WeChat", "menu_keys": "TALK_TO_US"}
    wrong = [
        (push.body, URL),
        (push.body, asked(push).replace("msg_signature=", "msg_signature=0")),
        (push.body, asked(push).replace("timestamp=1", "timestamp=2")),
        (push.body.replace(b"<Encrypt>", b"<Encrypt>A"), asked(push)),
        (b"<xml><MsgType>text</MsgType></xml>", asked(push)),
        (b"no xml", asked(push)),
    ]
    for body, url in wrong:
        with pytest.raises(NotAllowed):
            kind.verify(body, {}, connected, url)
    for changed in ({"token": "other"}, {"token": ""}, {"aes_key": "A" * 43}, {"app_id": "wx1"}, {"aes_key": "short"}):
        with pytest.raises(NotAllowed):
            kind.verify(push.body, {}, {**connected, **changed}, asked(push))


def test_a_plain_push_is_taken_only_where_that_was_chosen(wechat, connected):
    wechat.channel_settings = {**connected, "mode": "plain"}
    (push,) = wechat.says("你好")
    assert kind.verify(push.body, {}, wechat.channel_settings, asked(push))["provider"] == "WeChat"
    with pytest.raises(NotAllowed):
        kind.verify(push.body, {}, wechat.channel_settings, asked(push).replace("signature=", "signature=0"))
    with pytest.raises(NotAllowed, match="not encrypted"):
        kind.verify(push.body, {}, connected, asked(push))


def test_the_signature_is_that_of_the_documentation():
    # 接入指南: token, timestamp and nonce sorted, joined, hashed with SHA-1.
    assert signature("whistle", "1764230400", "abc") == hashlib.sha1(b"1764230400abcwhistle").hexdigest()


def test_wechat_looks_whether_the_address_is_ours(connected):
    query = {"timestamp": "1764230400", "nonce": "n", "echostr": "riddle"}
    signed = {**query, "signature": signature("whistle", "1764230400", "n")}
    assert kind.greet(signed, connected) == Answer("riddle")
    for wrong in (query, {**signed, "nonce": "m"}):
        with pytest.raises(NotAllowed):
            kind.greet(wrong, connected)
    with pytest.raises(NotAllowed):
        kind.greet(signed, {})
    assert kind.answer(b"", {}, connected, None) == Answer("success")


def test_what_is_sealed_opens_for_its_receiver_only():
    key = new_aes_key()
    for message in (b"", "你好".encode(), b"x" * 500):
        assert opened(sealed(message, key, "wx1"), key, "wx1") == message
        for other_key, whom in ((new_aes_key(), "wx1"), (key, "wx2")):
            with pytest.raises(NotAllowed):
                opened(sealed(message, key, "wx1"), other_key, whom)


# -- Files -----------------------------------------------------------------------------------------


def fetched(wechat, push):
    transport = kind.verify(push.body, push.headers, wechat.channel_settings, asked(push))
    whole = kind.fetch(push.body, transport, wechat.channel_settings)
    assert kind.fetch(whole.body, whole.transport, wechat.channel_settings) is None
    (event,) = kind.read_pushed(whole.body, whole.transport)
    return event


def test_what_kim_sends_is_decrypted_and_its_file_fetched(wechat):
    words, picture, film = wechat.says(
        "看", [SentFile("x.jpg", "image/jpeg", b"\xff\xd8 jpeg"), SentFile("f.mp4", "video/mp4", b"film")]
    )
    assert fetched(wechat, words).text == "看"
    (part,) = fetched(wechat, picture).parts
    assert (part.content_type, part.body) == ("image/jpeg", b"\xff\xd8 jpeg")
    (part,) = fetched(wechat, film).parts
    assert (part.content_type, part.body) == ("video/mp4", b"film")
    assert len(wechat.tokens) == 1


def test_a_file_that_cannot_be_had_does_not_lose_the_message(wechat):
    push = wechat.tells(MsgType="image", MediaId="gone", MsgId="1", PicUrl=f"{wechat.api}/nowhere")
    assert fetched(wechat, push).text == "The file image-1.jpg is missing: invalid media_id (40007)"


# -- What goes out ---------------------------------------------------------------------------------


def test_an_answer_reaches_kim_as_it_was_written(wechat, connected):
    receipt = kind.send(outgoing(), connected)
    assert wechat.heard.get(timeout=5).text == "马上寄出 💡"
    assert receipt.external_id == "wechat:sent:8c5d6f1e"
    kind.send(outgoing("二"), connected)
    assert len(wechat.tokens) == 1


def test_a_token_that_is_not_taken_any_more_is_renewed(wechat, connected):
    kind.send(outgoing("一"), connected)
    wechat.tokens.append("given to another program")
    kind.send(outgoing("二"), connected)
    assert [wechat.heard.get(timeout=5).text for _each in "12"] == ["一", "二"]
    assert len(wechat.tokens) == 3


def test_long_words_go_in_pieces_and_files_after_them(wechat, connected):
    picture = Part("灯.png", "image/png", b"\x89PNG")
    kind.send(outgoing("灯" * 700, parts=[picture, Part("f.mp4", "video/mp4", b"film")]), connected)
    heard = [wechat.heard.get(timeout=5) for _each in range(4)]
    assert [len(each.text) for each in heard] == [682, 18, 0, 0]
    assert [each.files for each in heard[2:]] == [(("灯.png", b"\x89PNG"),), (("f.mp4", b"film"),)]


@pytest.mark.parametrize(
    ("code", "words", "permanent", "too_many"),
    [
        (45015, "48 hours", True, False),
        (45047, "five answers", True, False),
        (43004, "does not follow", True, False),
        (48002, "does not want", True, False),
        (45002, "too long", True, False),
        (40004, "Send a link", True, False),
        (87014, "content check", True, False),
        (48001, "verified", False, False),
        (40164, "whitelist: refused", False, False),
        (45009, "limit on calls", False, True),
        (45011, "limit on calls", False, True),
        (-1, "busy", False, False),
        (50002, "restricted", False, False),
        (40066, "did not take it: refused .40066.", True, False),
    ],
)
def test_each_number_says_whose_turn_it_is(wechat, connected, code, words, permanent, too_many):
    wechat.refusals = [code]
    with pytest.raises(CannotDeliver, match=words) as refused:
        kind.send(outgoing(), connected)
    assert (refused.value.permanent, refused.value.too_many) == (permanent, too_many)
    assert bool(refused.value.undelivered) == (code in (43004, 48002))


def test_a_sixth_answer_waits_for_kim_and_what_is_not_carried_is_refused(wechat, connected):
    wechat.answers_left = 1
    with pytest.raises(CannotDeliver, match=r"Only a part arrived. The rest did not: .* Send that again"):
        kind.send(outgoing("灯" * 700), connected)
    with pytest.raises(CannotDeliver, match=r"link in place of a.pdf"):
        kind.send(outgoing(parts=[Part("a.pdf", "application/pdf", b"%PDF")]), connected)
    with pytest.raises(CannotDeliver, match="2 MB"):
        kind.send(outgoing(parts=[Part("a.mp3", "audio/mpeg", b"0" * (2 * 1024 * 1024 + 1))]), connected)


def test_a_wrong_secret_is_the_administrators_turn_and_stands_in_no_message(wechat, connected):
    with pytest.raises(CannotDeliver, match="administrator") as refused:
        kind.send(outgoing(), {**connected, "app_secret": "f" * 32})
    assert not refused.value.permanent
    kind.send(outgoing(), connected)
    with pytest.raises(CannotDeliver) as refused:
        kind.send(outgoing(), {**connected, "api": "http://127.0.0.1:1"})
    assert (refused.value.permanent, refused.value.in_doubt) == (False, False)
    assert not any(token in refused.value.reason for token in wechat.tokens)


def test_what_broke_late_is_in_doubt_and_not_tried_again(wechat, connected):
    class Breaks(WeChatSimulator):
        def _hear(self, told):
            raise ConnectionAbortedError

    with Stage(Breaks()) as stage:
        stage._server.handle_error = lambda *_args: None
        with pytest.raises(CannotDeliver, match="may have arrived") as refused:
            kind.send(outgoing(), stage.simulator.settings(stage.api))
    assert (refused.value.permanent, refused.value.in_doubt) == (True, True)


def test_kim_sees_that_somebody_is_typing(wechat, connected):
    kind.show_typing(KIM, "", connected)
    kind.show_typing(KIM, "", connected)
    assert wechat.typing == 2
    with pytest.raises(CannotConnect):
        kind.show_typing(KIM, "", {**connected, "app_id": "wx0000000000000000"})


def test_kim_is_called_as_the_account_calls_her(connected):
    assert kind.introduce(OPEN_ID, connected) == Profile(name="Kim, Studio Park", language="zh-CN")
    with pytest.raises(CannotConnect):
        kind.introduce(OPEN_ID, {**connected, "app_secret": "f" * 32})


# -- Setting it up ---------------------------------------------------------------------------------


def test_the_test_says_step_by_step_what_is_wrong(connected):
    def steps(**changed):
        return [(step.ok, step.remedy) for step in kind.check({**connected, **changed})]

    assert steps(push_url=URL) == [(True, ""), (True, ""), (True, "")]
    assert "RAPPORT_BASE_URL" in steps(push_url="http://127.0.0.1:8000/in/")[2][1]
    assert "AppSecret" in steps(app_secret="f" * 32)[0][1]
    assert "AppID" in steps(app_id="wx0000000000000000")[0][1]
    assert "cannot be reached" in steps(api="http://127.0.0.1:1")[0][1]
    assert not steps(app_id="")[0][0]


def test_what_to_copy_is_shown(connected):
    told = {each.name: each.value for each in kind.instructions(connected, URL)}
    assert told["URL"] == URL
    assert (told["Token"], told["EncodingAESKey"]) == ("whistle", SETTINGS["aes_key"])
    assert "EncodingAESKey" not in {each.name for each in kind.instructions({**connected, "mode": "plain"}, URL)}


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [({}, None), ({"app_id": "123"}, "app_id"), ({"app_secret": "x"}, "app_secret"), ({"aes_key": "x"}, "aes_key")],
)
def test_the_form_takes_what_fits_and_makes_what_is_left_empty(typed, wrong):
    given = {"app_id": SETTINGS["app_id"], "app_secret": SETTINGS["app_secret"], "mode": "safe", **typed}
    form = WeChatForm(given)
    assert (list(form.errors) or [None]) == [wrong]
    if wrong is None:
        made = form.cleaned_data
        assert len(made["token"]) == 32
        assert opened(sealed(b"hello", made["aes_key"], "wx"), made["aes_key"], "wx") == b"hello"
