"""Kim writes to the company's bot, and reads what is answered."""

import importlib
import json
import select
from pathlib import Path

import pytest

from rapport.channels.errors import CannotConnect, CannotDeliver, NotAllowed
from rapport.channels.kinds.telegram.forms import TelegramForm
from rapport.channels.kinds.telegram.kind import Telegram
from rapport.channels.kinds.telegram.simulator import PERSON, TOKEN, TelegramSimulator
from rapport.channels.parcels import unpack
from rapport.channels.simulating import Said, SentFile, Stage
from rapport.channels.types import (
    Address,
    Outgoing,
    Part,
)

HERE = Path(__file__).parent
BOT = "7000000001"
KIM = Address("Kim Park", "412345678")
kind = Telegram()


def outgoing(text="It is on its way.", *, to=str(PERSON), parts=(), in_reply_to=""):
    return Outgoing(
        sender=Address("Ada", "@lampwright_bot"),
        to=[Address("Kim Park", to)],
        text=text,
        in_reply_to=in_reply_to,
        parts=parts,
    )


@pytest.fixture
def telegram(settings):
    settings.PRIVATE_HOSTS_ALLOWED = ["127.0.0.1"]
    with Stage(TelegramSimulator()) as stage:
        stage.simulator.settings(stage.api)
        yield stage.simulator


@pytest.fixture
def connected(telegram):
    return telegram.channel_settings


# -- Who may push ----------------------------------------------------------------------------------


def test_only_telegram_knows_the_secret(connected):
    name = "X-Telegram-Bot-Api-Secret-Token"
    assert kind.verify(b"{}", {name: "whistle-for-the-bot"}, connected) == {"provider": "Telegram", "bot": BOT}
    for headers in ({}, {name: ""}, {name: "whistle"}, {name: "whistle-for-the-böt"}):
        with pytest.raises(NotAllowed):
            kind.verify(b"{}", headers, connected)
    with pytest.raises(NotAllowed):
        kind.verify(b"{}", {name: ""}, {})


# -- Files -----------------------------------------------------------------------------------------


def fetched(telegram, push):
    transport = kind.verify(push.body, push.headers, telegram.channel_settings)
    whole = kind.fetch(push.body, transport, telegram.channel_settings)
    assert kind.fetch(whole.body, transport, telegram.channel_settings) is None
    assert kind.original(whole.body, transport) == push.body
    return kind.read_pushed(whole.body, whole.transport)[0]


def test_kims_picture_and_file_are_fetched(telegram):
    picture, letter = telegram.says(
        "Look", [SentFile("x.jpg", "image/jpeg", b"\xff\xd8 jpeg"), SentFile("a b.pdf", "application/pdf", b"%PDF")]
    )
    seen = fetched(telegram, picture)
    assert (seen.text, seen.parts[0].content_type, seen.parts[0].body) == ("Look", "image/jpeg", b"\xff\xd8 jpeg")
    assert fetched(telegram, letter).parts == (Part("a b.pdf", "application/pdf", b"%PDF"),)


def test_words_alone_need_nothing_fetched(telegram):
    (push,) = telegram.says("Hello")
    assert kind.fetch(push.body, {"bot": BOT}, telegram.channel_settings) is None


def test_a_file_that_cannot_be_had_does_not_lose_the_message(telegram):
    (push,) = telegram.says("Look", [SentFile("big.pdf", "application/pdf", b"0" * (20 * 1024 * 1024 + 1))])
    assert fetched(telegram, push).text == (
        "Look\nThe file big.pdf is missing: it is larger than the 20 MB that Telegram hands over. Ask for it by mail."
    )
    telegram._files.clear()
    (push,) = telegram.says("", [SentFile("a.pdf", "application/pdf", b"%PDF")])
    telegram._files.clear()
    assert fetched(telegram, push).text == "The file a.pdf is missing: Bad Request: invalid file_id"


# -- What goes out ---------------------------------------------------------------------------------


def test_an_answer_reaches_kim(telegram, connected):
    receipt = kind.send(outgoing("It is on its way. 💡"), connected)
    heard = telegram.heard.get(timeout=5)
    assert (heard.text, receipt.external_id) == ("It is on its way. 💡", f"telegram:{BOT}:{PERSON}:{heard.id}")


def test_pictures_and_files_reach_kim_the_first_with_the_words(telegram, connected):
    parts = [Part("ü.png", "image/png", b"\x89PNG" * 10), Part("manual.pdf", "application/pdf", b"%PDF")]
    receipt = kind.send(outgoing("Here", parts=parts), connected)
    first, second = telegram.heard.get(timeout=5), telegram.heard.get(timeout=5)
    assert (first.text, first.files, second.text) == ("Here", (("ü.png", b"\x89PNG" * 10),), "")
    assert second.files == (("manual.pdf", b"%PDF"),)
    assert receipt.external_id.endswith(f":{first.id}+{second.id}")
    kind.take_back(KIM, receipt.external_id, connected)
    assert telegram.deleted == [int(first.id), int(second.id)]


def test_a_picture_that_telegram_cannot_read_goes_as_a_file(telegram, connected):
    kind.send(outgoing("", parts=[Part("x.png", "image/png", b"no")]), connected)
    assert telegram.heard.get(timeout=5).files == (("x.png", b"no"),)


def test_long_words_go_before_their_file(telegram, connected):
    kind.send(outgoing("long " * 300, parts=[Part("a.pdf", "application/pdf", b"%PDF")]), connected)
    assert [telegram.heard.get(timeout=5).files for _each in range(2)] == [(), (("a.pdf", b"%PDF"),)]


def test_what_was_sent_is_changed(telegram, connected):
    receipt = kind.send(outgoing("Tomorow"), connected)
    kind.change(KIM, receipt.external_id, "Tomorrow", connected)
    first, second = telegram.heard.get(timeout=5), telegram.heard.get(timeout=5)
    assert (first.id, second.text) == (second.id, "Tomorrow")
    with pytest.raises(CannotDeliver, match="not on Telegram"):
        kind.change(KIM, "<1@mail.example>", "Tomorrow", connected)


def test_kim_sees_that_somebody_is_typing(telegram, connected):
    kind.show_typing(KIM, "", connected)
    assert telegram.typing == 1
    telegram.is_blocked = True
    with pytest.raises(CannotConnect):
        kind.show_typing(KIM, "", connected)


def test_each_no_of_telegrams_says_whose_turn_it_is(telegram, connected):
    telegram.too_many = 1
    with pytest.raises(CannotDeliver, match="3 seconds") as refused:
        kind.send(outgoing(), connected)
    assert (refused.value.permanent, refused.value.too_many) == (False, True)
    telegram.is_blocked = True
    with pytest.raises(CannotDeliver, match="blocked the bot") as refused:
        kind.send(outgoing(), connected)
    assert refused.value.permanent
    assert [each.address for each in refused.value.undelivered] == [str(PERSON)]
    telegram.is_blocked = False
    with pytest.raises(CannotDeliver, match="Write to them another way"):
        kind.send(outgoing(to="1"), connected)
    with pytest.raises(CannotDeliver, match="administrator") as refused:
        kind.send(outgoing(), {**connected, "token": "1234:" + "x" * 30})
    assert not refused.value.permanent
    with pytest.raises(CannotDeliver, match="50 MB"):
        kind.send(outgoing(parts=[Part("film.mp4", "video/mp4", b"0" * (50 * 1024 * 1024 + 1))]), connected)


def test_a_part_that_arrived_is_not_sent_again(telegram, connected):
    class Second(TelegramSimulator):
        def _hear(self, method, given, files):
            if files and files[0].name == "b.pdf":
                self.is_blocked = True
                return self._answer("sendMessage", given, ())
            return super()._hear(method, given, files)

    with Stage(Second()) as stage:
        parts = [Part(name, "application/pdf", b"%PDF") for name in ("a.pdf", "b.pdf")]
        with pytest.raises(CannotDeliver, match=r"Only a part arrived. b.pdf did not: .* in a new message") as refused:
            kind.send(outgoing(parts=parts), stage.simulator.settings(stage.api))
    assert refused.value.permanent


def test_where_nobody_answers_it_is_tried_again_and_what_broke_late_is_not(connected):
    with pytest.raises(CannotDeliver) as refused:
        kind.send(outgoing(), {**connected, "api": "http://127.0.0.1:1"})
    assert (refused.value.permanent, refused.value.in_doubt) == (False, False)

    class Breaks(TelegramSimulator):
        def answers(self, asked):
            raise ConnectionAbortedError

    with Stage(Breaks()) as stage:
        stage._server.handle_error = lambda *_args: None
        with pytest.raises(CannotDeliver, match="may have arrived") as refused:
            kind.send(outgoing(), stage.simulator.settings(stage.api))
    assert (refused.value.permanent, refused.value.in_doubt) == (True, True)


def test_the_token_stands_in_no_message(settings):
    for api in ("ftp://nowhere.example", "http://127.0.0.1:1"):
        with pytest.raises(CannotDeliver) as refused:
            kind.send(outgoing(), {"token": TOKEN, "api": api})
        assert TOKEN not in refused.value.reason


# -- Fetching, registering, testing ----------------------------------------------------------------


def test_a_server_without_an_address_fetches_what_waits_and_loses_nothing(telegram, connected):
    polled = {**connected, "way": "poll"}
    telegram.webhook = {"url": "https://old.example/"}
    telegram.says("One")
    telegram.says("Two", [SentFile("a.pdf", "application/pdf", b"%PDF")])
    session = kind.poll(polled, {})
    one, two = session.waiting()
    assert telegram.webhook == {"url": ""}
    (event,) = kind.read(two.body())
    assert (event.text, event.parts[0].body, event.external_id.split(":")[1]) == ("Two", b"%PDF", BOT)
    assert [item.key for item in session.waiting()] == [one.key, two.key]
    position = session.done([one])
    assert [item.key for item in kind.poll(polled, position).waiting()] == [two.key]
    position = session.done([two])
    assert kind.poll(polled, position).waiting() == []
    assert session.done([]) == position
    assert kind.asks(polled)
    assert not kind.asks(connected)
    session.close()


def test_a_message_that_was_pushed_and_is_fetched_later_is_the_same(telegram, connected):
    (push,) = telegram.says("Hello")
    (pushed,) = kind.read_pushed(push.body, {"bot": BOT})
    (item,) = kind.poll({**connected, "way": "poll"}, {}).waiting()
    assert kind.read(item.body()) == [pushed]
    assert unpack(item.body())[1] == {}


def test_a_saved_channel_is_registered_by_itself_and_looked_after(telegram, connected):
    pushed = {**connected, "push_url": "https://desk.example/in/telegram/key/"}
    session = kind.poll(pushed, {})
    assert session.waiting() == ()
    assert telegram.webhook["url"] == pushed["push_url"]
    assert telegram.webhook["secret_token"] == "whistle-for-the-bot"
    assert "message_reaction" in telegram.webhook["allowed_updates"]
    position = session.done([])
    telegram.webhook = {"url": ""}
    assert kind.poll(pushed, position).waiting() == ()
    assert telegram.webhook == {"url": ""}
    assert kind.poll(pushed, {**position, "looked_at": position["looked_at"] - 601}).waiting() == ()
    assert telegram.webhook["url"] == pushed["push_url"]


def test_that_telegram_cannot_reach_us_shows(telegram, connected):
    pushed = {**connected, "push_url": "https://desk.example/in/telegram/key/"}
    kind.poll(pushed, {}).waiting()
    telegram.webhook |= {"pending_update_count": 2, "last_error_date": 2_000_000_000, "last_error_message": "SSL error"}
    with pytest.raises(CannotConnect, match=r"cannot reach https://desk\.example.*SSL error"):
        kind.poll(pushed, {}).waiting()
    telegram.webhook["last_error_message"] = "Wrong response from the webhook: 401 Unauthorized"
    kind.poll(pushed, {}).waiting()
    assert "last_error_message" not in telegram.webhook


def test_a_revoked_token_is_said_at_once(telegram, connected):
    for way in ("poll", "push"):
        revoked = {**connected, "way": way, "token": "1234:" + "x" * 30, "push_url": "https://desk.example/"}
        with pytest.raises(CannotConnect, match="BotFather") as refused:
            kind.poll(revoked, {}).waiting()
        assert refused.value.at_once
    assert kind.poll({}, {}) is None


def test_the_test_says_step_by_step_what_is_wrong(telegram, connected):
    def steps(**changed):
        return [(step.ok, step.name, step.remedy) for step in kind.check({**connected, **changed})]

    who = (True, "The bot is @lampwright_bot", "")
    assert steps(push_url="https://desk.example/in/")[:2] == [who, (True, "Let Telegram push messages here", "")]
    assert telegram.webhook["url"] == "https://desk.example/in/"
    assert steps()[1][1] == "Telegram is told where to push as soon as this is saved"
    assert "RAPPORT_BASE_URL" in steps(push_url="http://127.0.0.1:8000/in/")[1][2]
    assert steps(way="poll")[1] == (True, "Messages are fetched; 0 wait now", "")
    assert "does not know this token" in steps(token="1234:" + "x" * 30)[0][2]
    assert "cannot be reached" in steps(api="http://127.0.0.1:1")[0][2]
    assert not steps(token="")[0][0]


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({}, None),
        ({"token": "AAE"}, "token"),
        ({"api": "nonsense://"}, "api"),
        ({"secret": "with space"}, "secret"),
        ({"address": "a b"}, "address"),
        ({"way": "pigeon"}, "way"),
    ],
)
def test_the_form_takes_what_fits(typed, wrong):
    form = TelegramForm({"token": TOKEN, "address": "Lampwright_Bot", "way": "push", **typed})
    assert (list(form.errors) or [None]) == [wrong]
    if wrong is None:
        assert form.cleaned_data["address"] == "@lampwright_bot"
        assert form.cleaned_data["api"] == "https://api.telegram.org"
        assert len(form.cleaned_data["secret"]) > 20


def test_every_payload_is_json_and_said_where_it_comes_from():
    assert all(json.loads(path.read_bytes())["update_id"] for path in (HERE / "deliveries").iterdir())
    assert "core.telegram.org/bots/api" in (HERE / "deliveries.md").read_text()
    assert importlib.import_module("rapport.channels.kinds.telegram").__doc__


# -- Being told at once ----------------------------------------------------------------------------


def test_a_server_that_fetches_is_told_at_once(telegram, connected):
    assert kind.watch(connected) is None
    line = kind.watch({**connected, "way": "poll"})
    try:
        assert not select.select([line], [], [], 0.2)[0]
        assert line.renew() is False
        telegram.says("Hello")
        assert select.select([line], [], [], 5)[0]
        assert line.news()
        assert not select.select([line], [], [], 0)[0]
    finally:
        line.close()
        line.close()


def test_a_line_that_is_cut_says_why(telegram, connected):
    telegram.webhook = {"url": "https://other.example/"}
    for changed, words in (({}, "Another program"), ({"token": "1234:" + "x" * 30}, "BotFather")):
        line = kind.watch({**connected, "way": "poll", **changed})
        try:
            assert select.select([line], [], [], 5)[0]
            for asked in (line.news, line.renew):
                with pytest.raises(CannotConnect, match=words):
                    asked()
        finally:
            line.close()


def test_two_that_ask_at_once_do_not_stop_each_other(connected):
    class Busy(TelegramSimulator):
        conflicts = 1

        def _about_the_bot(self, method, given):
            if method == "getUpdates" and self.conflicts:
                self.conflicts -= 1
                said = (
                    "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
                )
                return Said({"ok": False, "error_code": 409, "description": said}, status=409)
            return super()._about_the_bot(method, given)

    with Stage(Busy()) as stage:
        polled = {**stage.simulator.settings(stage.api), "way": "poll"}
        stage.simulator.says("Hello")
        assert len(kind.poll(polled, {}).waiting()) == 1


# -- Through the whole house -----------------------------------------------------------------------


@pytest.mark.on_both_databases
def test_an_answer_quotes_only_what_is_not_the_last_thing_said(telegram, connected, inbox, ada, settings):
    from rapport.channels import actions
    from rapport.channels.models import Channel, Dispatch
    from rapport.channels.types import Incoming
    from rapport.conversations.models import Conversation

    asked = []
    hear = telegram._hear
    telegram._hear = lambda method, given, files: (asked.append(given), hear(method, given, files))[1]
    channel = Channel.objects.create(kind="telegram", inbox=inbox, name="Bot", settings=dict(connected))
    for words in ("One", "Two"):
        (push,) = telegram.says(words)
        stored = actions.accept(Incoming(push.body, transport={"bot": BOT}), kind="telegram", channel=channel)
        actions.process_all([stored])
    conversation = Conversation.objects.get()
    first, last = conversation.messages.order_by("id")
    for about in (first, last):
        sent = actions.reply(conversation, by=ada, text="Yes", about=about, undo_seconds=0)
        actions.send(Dispatch.objects.get(message=sent).pk)
    assert [given.get("reply_parameters", {}).get("message_id") for given in asked] == [
        int(first.external_id.rpartition(":")[2]),
        None,
    ]
