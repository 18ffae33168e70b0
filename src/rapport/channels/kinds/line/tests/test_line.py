"""Kim has the company's LINE account as a friend and writes to it."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from rapport.channels.errors import CannotConnect, CannotDeliver, CannotRead, NotAllowed
from rapport.channels.kinds.line.forms import LineForm
from rapport.channels.kinds.line.kind import Line
from rapport.channels.kinds.line.simulator import PERSON, SETTINGS, LineSimulator
from rapport.channels.pushing import file_url
from rapport.channels.simulating import SentFile, Stage
from rapport.channels.types import Address, Happened, MessageDeleted, MessageReceived, Outgoing, Part, Profile
from rapport.kit import clock

HERE = Path(__file__).parent
KIM = Address("", PERSON)
URL = "https://desk.example/in/line/key/"
kind = Line()


def read(name):
    (path,) = (HERE / "deliveries").glob(f"??_{name}.json")
    (event,) = kind.read(path.read_bytes())
    return event


def outgoing(text="発送しました 💡", *, to=PERSON, parts=(), once="7d0a3e0e-0f5c-4a6b-8d3e-1f2a3b4c5d6e"):
    return Outgoing(
        sender=Address("Ada", "@lampwright"),
        to=[Address("", to)],
        text=text,
        parts=parts,
        once=once,
    )


@pytest.fixture
def line(settings, db):
    settings.PRIVATE_HOSTS_ALLOWED = ["127.0.0.1"]
    with Stage(LineSimulator()) as stage:
        stage.simulator.settings(stage.api)
        yield stage.simulator


@pytest.fixture
def connected(line):
    return line.channel_settings


# -- What comes in ---------------------------------------------------------------------------------


def test_kim_writes():
    assert read("text") == MessageReceived(
        external_id="line:444573844083572000",
        author=KIM,
        text="ランプが点滅します (lamp)",
        visible_text="ランプが点滅します (lamp)",
        sent_at=datetime(2025, 11, 27, 8, 0, 10, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("image", ""),
        ("image_external", ""),
        ("video", ""),
        ("audio", ""),
        ("file", ""),
        ("sticker", "Sticker: cony, sally, Staring"),
        ("sticker_with_words", "Sticker: ありがとう"),
        ("quote", "Yes, that one"),
        ("unknown_type", "Something that Rapport cannot show (hologram): open it in LINE."),
    ],
)
def test_whatever_kim_sends_becomes_a_message(name, text):
    event = read(name)
    assert isinstance(event, MessageReceived)
    assert (event.author, event.text) == (KIM, text)


def test_a_place_comes_with_a_link_and_a_quote_with_what_it_quotes():
    assert read("location").text.startswith(
        "Location: my location, 1-3 Kioicho, Chiyoda-ku, Tokyo (35.679660, 139.736690)\nhttps://www.openstreetmap.org/"
    )
    assert read("quote").in_reply_to == read("text").external_id


def test_kim_takes_back_what_she_wrote():
    event = read("unsend")
    assert isinstance(event, MessageDeleted)
    assert event.about == read("text").external_id


@pytest.mark.parametrize(
    ("name", "what", "said"),
    [
        ("follow", "contact.subscribed", "Added the account as a friend."),
        ("follow_again", "contact.unblocked_us", "Unblocked the account."),
        ("unfollow", "contact.blocked_us", "Blocked the account: nothing can be sent any more."),
        ("postback", "menu.pressed", "Pressed a button: action=talk"),
    ],
)
def test_what_kim_does_without_words_is_a_line_and_begins_nothing(name, what, said):
    event = read(name)
    assert isinstance(event, Happened)
    assert (event.what, event.said, event.begins, event.author) == (what, said, False, KIM)


def test_an_event_that_is_delivered_again_has_the_same_name():
    (path,) = (HERE / "deliveries").glob("??_unfollow.json")
    again = path.read_bytes().replace(b'"isRedelivery": false', b'"isRedelivery": true')
    assert again != path.read_bytes()
    assert kind.read(again) == kind.read(path.read_bytes())


@pytest.mark.parametrize("path", sorted((HERE / "ignored").iterdir()), ids=lambda path: path.stem)
def test_what_concerns_no_conversation_is_passed_over(path):
    assert kind.read(path.read_bytes()) == []


@pytest.mark.parametrize(
    "broken",
    [b"", b"null", b'{"events": 1}', b'{"events": [{"type": "message", "source": {"type": "user", "userId": "U1"}}]}'],
)
def test_what_is_no_push_cannot_be_read(broken):
    with pytest.raises(CannotRead):
        kind.read(broken)


# -- Who may push ----------------------------------------------------------------------------------


def test_a_push_is_taken_with_its_signature_only(line, connected):
    (push,) = line.says("こんにちは")
    digest = hmac.new(SETTINGS["channel_secret"].encode(), push.body, hashlib.sha256).digest()
    right = base64.b64encode(digest).decode()
    for name in ("X-Line-Signature", "x-line-signature"):
        assert kind.verify(push.body, {name: right}, connected) == {"provider": "LINE"}
    for body, headers, settings in (
        (push.body, {}, connected),
        (push.body, {"X-Line-Signature": "0" + right[1:] if right[0] != "0" else "1" + right[1:]}, connected),
        (push.body + b" ", {"X-Line-Signature": right}, connected),
        (push.body, {"X-Line-Signature": right}, {**connected, "channel_secret": "f" * 32}),
        (push.body, {"X-Line-Signature": right}, {}),
    ):
        with pytest.raises(NotAllowed):
            kind.verify(body, headers, settings)


def test_each_event_of_a_push_is_kept_by_itself_and_a_trial_not_at_all(line):
    (push,) = line.says("一", [SentFile("x.jpg", "image/jpeg", b"x")])
    parcels = kind.parcels(push.body, {})
    assert [len(kind.read(each)) for each in parcels] == [1, 1]
    assert kind.parcels(line.pushes({"destination": "U1", "events": []}).body, {}) == []
    assert kind.parcels(b"broken", {}) == (b"broken",)


# -- Files -----------------------------------------------------------------------------------------


def fetched(line, push):
    transport = kind.verify(push.body, push.headers, line.channel_settings)
    whole = kind.fetch(push.body, transport, line.channel_settings)
    assert kind.fetch(whole.body, transport, line.channel_settings) is None
    assert kind.original(whole.body, transport) == push.body
    return kind.read(whole.body)


def test_kims_files_are_fetched(line):
    (push,) = line.says("", [SentFile("x", "image/png", b"\x89PNG"), SentFile("a 1.pdf", "application/pdf", b"%PDF")])
    picture, file = fetched(line, push)
    assert (picture.parts[0].content_type, picture.parts[0].body) == ("image/png", b"\x89PNG")
    assert file.parts == (Part("a 1.pdf", "application/pdf", b"%PDF"),)
    (push,) = line.says("words")
    assert kind.fetch(push.body, {"provider": "LINE"}, line.channel_settings) is None


def test_a_file_that_lies_elsewhere_or_is_gone_does_not_lose_the_message(line):
    elsewhere = {"type": "external", "originalContentUrl": f"{line.api}/elsewhere.jpg"}
    message = {"id": "1", "type": "image", "contentProvider": elsewhere}
    (event,) = fetched(line, line.tells({"type": "message", "message": message}))
    assert event.text == "The file image-1.jpg is missing: its address answers with 401"
    gone = {"id": "2", "type": "video", "contentProvider": {"type": "line"}}
    (event,) = fetched(line, line.tells({"type": "message", "message": gone}))
    assert event.text == "The file video-2.mp4 is missing: Not found"


def test_a_film_that_line_still_prepares_is_waited_for_a_minute(line):
    line.is_preparing = True
    (push,) = line.says("", [SentFile("f.mp4", "video/mp4", b"film")])
    with pytest.raises(CannotConnect, match="prepares"):
        kind.fetch(push.body, {"provider": "LINE"}, line.channel_settings)
    told = json.loads(push.body)
    told["events"][0]["timestamp"] = int((clock.now() - timedelta(minutes=2)).timestamp() * 1000)
    (event,) = fetched(line, line.pushes(told))
    assert event.text.endswith("is missing: LINE did not have it ready.")
    line.is_preparing = False
    (event,) = fetched(line, push)
    assert event.parts[0].body == b"film"


# -- What goes out ---------------------------------------------------------------------------------


def test_an_answer_reaches_kim_once_however_often_it_is_tried(line, connected):
    receipt = kind.send(outgoing(), connected)
    heard = line.heard.get(timeout=5)
    assert (heard.text, receipt.external_id) == ("発送しました 💡", f"line:{heard.id}")
    again = kind.send(outgoing(), connected)
    assert again.external_id == "line:once:7d0a3e0e-0f5c-4a6b-8d3e-1f2a3b4c5d6e"
    assert line.heard.empty()
    assert line.used == 1


def test_a_small_picture_shows_and_everything_else_is_a_link(line, connected):
    parts = [
        Part("x.png", "image/png", b"\x89PNG", address="https://desk.example/chat/files/a/x.png"),
        Part("big.png", "image/png", b"0" * (1024 * 1024 + 1), address="https://desk.example/chat/files/b/big.png"),
        Part("a.pdf", "application/pdf", b"%PDF", address="https://desk.example/chat/files/c/a.pdf"),
    ]
    kind.send(outgoing("どうぞ", parts=parts), connected)
    assert [line.heard.get(timeout=5).text for _each in range(4)] == [
        "どうぞ",
        "https://desk.example/chat/files/a/x.png",
        "big.png\nhttps://desk.example/chat/files/b/big.png",
        "a.pdf\nhttps://desk.example/chat/files/c/a.pdf",
    ]
    with pytest.raises(CannotDeliver, match="https://") as refused:
        kind.send(outgoing(parts=[Part("a.pdf", "application/pdf", b"%PDF")]), connected)
    assert refused.value.permanent


def test_the_address_of_a_file_opens_it_and_another_word_does_not(write, client, ada, settings):
    from rapport.backbone import files
    from rapport.conversations.models import Attachment

    settings.BASE_URL = "https://desk.example"
    message = write().messages.get()
    stored = files.keep(b"%PDF")
    kept = Attachment.objects.create(
        message=message, file=stored, name="a/b 1.pdf", content_type="application/pdf", size=4
    )
    address = file_url(kept)
    assert address.startswith("https://desk.example/chat/files/")
    path = address.removeprefix("https://desk.example")
    assert b"".join(client.get(path)) == b"%PDF"
    assert client.get(path.replace("/files/", "/files/x")).status_code == 404


def test_each_refusal_says_whose_turn_it_is(line, connected):
    def refused(**changed):
        with pytest.raises(CannotDeliver) as caught:
            kind.send(outgoing(to=changed.pop("to", PERSON), once=""), {**connected, **changed})
        return caught.value

    gone = refused(to="Unobody")
    assert (gone.permanent, [each.address for each in gone.undelivered]) == (True, ["Unobody"])
    token = refused(channel_token="other")
    assert (token.permanent, "administrator" in token.reason) == (False, True)
    line.used = line.quota
    monthly = refused()
    assert (monthly.permanent, monthly.too_many, "this month" in monthly.reason) == (True, False, True)
    away = refused(api="http://127.0.0.1:1")
    assert (away.permanent, away.in_doubt) == (False, False)


def test_what_broke_late_is_tried_again_under_the_same_name(line):
    class Breaks(LineSimulator):
        is_broken = True

        def _hear(self, asked):
            said = super()._hear(asked)
            if self.is_broken:
                raise ConnectionAbortedError
            return said

    with Stage(Breaks()) as stage:
        stage._server.handle_error = lambda *_args: None
        settings = stage.simulator.settings(stage.api)
        with pytest.raises(CannotDeliver) as refused:
            kind.send(outgoing(), settings)
        assert (refused.value.permanent, refused.value.in_doubt) == (False, True)
        stage.simulator.is_broken = False
        assert kind.send(outgoing(), settings).external_id.startswith("line:once:")
        assert stage.simulator.heard.qsize() == 1


def test_kim_sees_that_somebody_is_typing_and_what_was_read(line, connected):
    kind.show_typing(KIM, "", connected)
    assert line.loading == [{"chatId": PERSON, "loadingSeconds": 10}]
    (push,) = line.says("読んで")
    kind.fetch(push.body, {"provider": "LINE"}, connected)
    (event,) = kind.read(push.body)
    kind.show_read(KIM, event.external_id, connected)
    kind.show_read(KIM, "line:unknown", connected)
    assert line.read == [f"read-{event.external_id.removeprefix('line:')}"]
    for show in (kind.show_typing, kind.show_read):
        with pytest.raises(CannotConnect):
            show(KIM, event.external_id, {**connected, "channel_token": "other"})


def test_kim_is_called_as_in_line(connected):
    assert kind.introduce(PERSON, connected) == Profile(name="Kim Park", language="ja")
    assert kind.introduce("Unobody", connected) is None
    with pytest.raises(CannotConnect):
        kind.introduce(PERSON, {**connected, "channel_token": "other"})


# -- Setting it up ---------------------------------------------------------------------------------


def test_a_saved_channel_is_registered_by_itself_and_looked_after(line, connected):
    pushed = {**connected, "push_url": URL}
    session = kind.poll(pushed, {})
    assert session.waiting() == ()
    assert line.webhook == {"endpoint": URL}
    position = session.done([])
    line.webhook = {}
    assert kind.poll(pushed, position).waiting() == ()
    assert line.webhook == {}
    kind.poll(pushed, {**position, "looked_at": 0}).waiting()
    assert line.webhook == {"endpoint": URL}
    line.is_on = False
    with pytest.raises(CannotConnect, match="Use webhook"):
        kind.poll(pushed, {}).waiting()
    with pytest.raises(CannotConnect, match="access token"):
        kind.poll({**pushed, "channel_token": "other"}, {}).waiting()
    assert kind.poll({}, {}) is None


def test_the_test_says_step_by_step_what_is_wrong(line, connected):
    def steps(**changed):
        return [(step.ok, step.name, step.remedy) for step in kind.check({**connected, **changed})]

    assert [(ok, name) for ok, name, _remedy in steps(push_url=URL)] == [
        (True, "The account is Lampwright"),
        (True, "Let LINE push messages here"),
        (True, "200 messages are left this month"),
    ]
    assert steps()[1][1] == "Save this and test again: the test tells LINE where to push"
    assert "RAPPORT_BASE_URL" in steps(push_url="http://127.0.0.1:8000/")[1][2]
    line.is_reached, line.used = False, 200
    unreached, used = steps(push_url=URL)[1:]
    assert "COULD_NOT_CONNECT" in unreached[2]
    assert "All 200 are used" in used[2]
    line.is_on = False
    assert "Use webhook" in steps(push_url=URL)[1][2]
    assert "access token" in steps(channel_token="other")[0][2]
    assert "cannot be reached" in steps(api="http://127.0.0.1:1")[0][2]
    assert not steps(channel_token="")[0][0]
    assert kind.instructions(connected, URL)[0].value == URL


@pytest.mark.parametrize(("typed", "wrong"), [({}, None), ({"channel_secret": "x"}, "channel_secret")])
def test_the_form_takes_what_fits(typed, wrong):
    form = LineForm({**SETTINGS, **typed})
    assert (list(form.errors) or [None]) == [wrong]
    assert wrong or form.cleaned_data["api"] == "https://api.line.me"
