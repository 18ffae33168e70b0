"""Kim opens the company's customer service account in WeChat and writes."""

from datetime import timedelta
from pathlib import Path

import pytest

from rapport.channels.actions.polling import poll
from rapport.channels.errors import CannotConnect, CannotDeliver, NotAllowed
from rapport.channels.kinds.wecom.forms import WeComForm
from rapport.channels.kinds.wecom.kind import WeCom
from rapport.channels.kinds.wecom.simulator import ACCOUNT, PERSON, SETTINGS, WeComSimulator
from rapport.channels.models import Channel, Delivery
from rapport.channels.office import Desk
from rapport.channels.simulating import SentFile, Stage
from rapport.channels.tencent import sealed, signature
from rapport.channels.types import (
    Address,
    Answer,
    Outgoing,
    Part,
    Profile,
)
from rapport.kit import clock

HERE = Path(__file__).parent
KIM = Address("", PERSON)
URL = "https://desk.example/in/wecom/key/"
kind = WeCom()


def asked(push):
    return URL + "?" + "&".join(f"{name}={value}" for name, value in push.query.items())


def outgoing(text="马上寄出 💡", *, to=PERSON, parts=(), once="8c5d6f1e"):
    return Outgoing(
        sender=Address("Ada", "Lampwright"),
        to=[Address("", to)],
        text=text,
        parts=parts,
        once=once,
    )


@pytest.fixture
def wecom(settings, db):
    from django.core.cache import cache

    cache.clear()
    settings.PRIVATE_HOSTS_ALLOWED = ["127.0.0.1"]
    with Stage(WeComSimulator()) as stage:
        stage.simulator.settings(stage.api)
        yield stage.simulator


@pytest.fixture
def connected(wecom):
    return wecom.channel_settings


@pytest.fixture
def channel(inbox, connected):
    return Channel.objects.create(kind="wecom", inbox=inbox, name="WeCom", settings=dict(connected))


# -- Who may ring ----------------------------------------------------------------------------------


def test_a_callback_is_taken_with_its_signature_only(wecom, connected):
    push = wecom.rings()
    assert kind.verify(push.body, {}, connected, asked(push)) == {"provider": "WeCom"}
    wrong = [
        (push.body, URL),
        (push.body, asked(push).replace("msg_signature=", "msg_signature=0")),
        (push.body.replace(b"<Encrypt>", b"<Encrypt>A"), asked(push)),
        (b"no xml", asked(push)),
        (b"<xml/>", asked(push)),
    ]
    for body, url in wrong:
        with pytest.raises(NotAllowed):
            kind.verify(body, {}, connected, url)
    for changed in ({"token": "other"}, {"token": ""}, {"aes_key": "A" * 43}, {"corp_id": "ww1"}):
        with pytest.raises(NotAllowed):
            kind.verify(push.body, {}, {**connected, **changed}, asked(push))


def test_wecom_looks_whether_the_address_is_ours(connected):
    riddle = sealed(b"1616140317555161061", connected["aes_key"], connected["corp_id"])
    query = {"timestamp": "1764230400", "nonce": "n", "echostr": riddle}
    signed = {**query, "msg_signature": signature("whistle", "1764230400", "n", riddle)}
    assert kind.greet(signed, connected) == Answer("1616140317555161061")
    for wrong in (query, {**signed, "nonce": "m"}):
        with pytest.raises(NotAllowed):
            kind.greet(wrong, connected)


# -- Fetching --------------------------------------------------------------------------------------


def test_a_ring_brings_what_waits_at_once_with_its_token(wecom, connected, channel):
    poll(channel.pk)
    assert [each.get("token") for each in wecom.asked] == [None]
    Channel.objects.update(next_poll_at=clock.now() + timedelta(minutes=5))
    (push,) = wecom.says("台灯一直闪")
    assert kind.parcels(push.body, {}) == ()
    assert kind.answer(push.body, {}, connected, Desk(channel)) == Answer("success")
    assert poll(channel.pk) == 1
    assert wecom.asked[-1]["token"] == wecom.callback_token
    assert wecom.asked[-1]["cursor"] == "cursor0"
    channel.refresh_from_db()
    assert channel.position["cursor"] == "cursor1"
    # Nothing rang since: it is not asked again for five minutes.
    Channel.objects.update(next_poll_at=None)
    count = len(wecom.asked)
    assert poll(channel.pk) == 0
    assert len(wecom.asked) == count
    Channel.objects.update(next_poll_at=None, position={**channel.position, "looked_at": 0})
    poll(channel.pk)
    assert len(wecom.asked) == count + 1


def test_a_ring_of_another_account_is_not_ours(wecom, connected, channel):
    Channel.objects.update(next_poll_at=clock.now() + timedelta(minutes=1))
    for push in (wecom.rings(account="wkother"), wecom.rings(event="change_contact")):
        assert kind.answer(push.body, {}, connected, Desk(channel)) == Answer("success")
    assert Channel.objects.get().next_poll_at is not None


@pytest.mark.on_both_databases
def test_what_waits_on_many_pages_comes_once_and_the_cursor_follows_what_is_stored(wecom, connected, channel):
    wecom.page = 2
    for number in range(5):
        wecom.says(f"{number}")
    session = kind.poll(connected, {})
    first, second = session.waiting()
    assert session.done([first]) == {}
    assert session.done([second]) == {"cursor": "cursor2"}
    assert poll(channel.pk) == 5
    assert Delivery.objects.filter(outcome__in=("created", "appended")).count() == 5
    # A death before the cursor was kept brings them once more.
    Channel.objects.update(position={}, next_poll_at=None)
    assert poll(channel.pk) == 5
    assert Delivery.objects.filter(outcome="duplicate").count() == 5


def test_a_page_without_messages_is_passed_over_and_an_old_token_does_without(wecom, connected):
    from rapport.channels.kinds.wecom import pushing

    class Channels:
        def look_now(self):
            self.looked = True

    desk = Channels()
    push = wecom.rings()
    pushing.ring(push.body, connected, desk)
    assert desk.looked
    wecom.rings()
    wecom.says("Hello")
    (item,) = kind.poll(connected, {}).waiting()
    assert [("token" in each) for each in wecom.asked] == [True, False]
    (event,) = kind.read(item.body())
    assert event.text == "Hello"


def test_kims_files_come_with_the_names_she_gave_them(wecom, connected):
    wecom.says(
        "", [SentFile("发票 4711.pdf", "application/pdf", b"%PDF"), SentFile("x.jpg", "image/jpeg", b"\xff\xd8")]
    )
    file, picture = kind.poll(connected, {}).waiting()
    body = file.body()
    assert kind.read(body)[0].parts == (Part("发票 4711.pdf", "application/pdf", b"%PDF"),)
    assert b"media_id" in kind.original(body, {})
    assert kind.read(picture.body())[0].parts[0].content_type == "image/jpeg"
    wecom._files.clear()
    assert kind.read(file.body())[0].text.endswith("is missing: invalid media_id (40007)")


def test_who_opens_the_chat_is_greeted_in_time_and_once(wecom, connected):
    wecom.happens("enter_session", scene="123", scene_param="", welcome_code="aaaa")
    wecom.happens("enter_session", scene="123", scene_param="")
    greeting = {**connected, "welcome": "您好！"}
    for item in kind.poll(greeting, {}).waiting():
        assert kind.read(item.body())[0].what == "chat.started"
    assert wecom.greetings == ["您好！"]
    wecom.waiting[0]["send_time"] -= 60
    kind.poll(greeting, {}).waiting()[0].body()
    kind.poll(connected, {}).waiting()[0].body()
    assert wecom.greetings == ["您好！"]


def test_what_is_wrong_at_wecom_shows_on_the_channel(connected):
    with pytest.raises(CannotConnect, match="Secret"):
        kind.poll({**connected, "secret": "other"}, {}).waiting()
    with pytest.raises(CannotConnect, match="cannot be reached"):
        kind.poll({**connected, "api": "http://127.0.0.1:1"}, {}).waiting()
    assert kind.poll({}, {}) is None
    assert not kind.asks({})


# -- What goes out ---------------------------------------------------------------------------------


def test_an_answer_reaches_kim_and_can_be_taken_back(wecom, connected):
    receipt = kind.send(outgoing("灯" * 700, parts=[Part("说明.pdf", "application/pdf", b"%PDF")]), connected)
    heard = [wecom.heard.get(timeout=5) for _each in range(3)]
    assert [len(each.text) for each in heard] == [682, 18, 0]
    assert heard[2].files == (("说明.pdf", b"%PDF"),)
    assert all(len(each.id) <= 32 for each in heard)
    assert receipt.external_id == f"wecom:{ACCOUNT}:{heard[0].id}"
    kind.take_back(KIM, receipt.external_id, connected)
    assert wecom.recalled == [each.id for each in heard]
    with pytest.raises(CannotDeliver, match="not on WeCom"):
        kind.take_back(KIM, "<1@mail.example>", connected)


def test_pictures_sound_and_films_go_as_what_they_are(wecom, connected):
    parts = [Part("x.png", "image/png", b"\x89PNG"), Part("f.mp4", "video/mp4", b"film")]
    kind.send(outgoing("", parts=parts), connected)
    assert [wecom.heard.get(timeout=5).files for _each in parts] == [(("x.png", b"\x89PNG"),), (("f.mp4", b"film"),)]


def test_a_session_that_waits_is_taken_over_and_one_of_a_colleague_is_not(wecom, connected):
    wecom.state = 2
    kind.send(outgoing(), connected)
    assert wecom.state == 1
    wecom.state = 3
    with pytest.raises(CannotDeliver, match="A colleague has this session") as refused:
        kind.send(outgoing(), connected)
    assert refused.value.permanent


@pytest.mark.parametrize(
    ("code", "words", "permanent", "too_many"),
    [
        (95001, "five answers", True, False),
        (95002, "48 hours", True, False),
        (95013, "ended", True, False),
        (84061, "another way", True, False),
        (45002, "too long", True, False),
        (45009, "limit on calls", False, True),
        (-1, "busy", False, False),
        (60020, "trusted addresses", False, False),
        (48002, "does not allow", False, False),
        (95000, "does not know this customer service", False, False),
        (95017, "switched off", False, False),
        (40058, "did not take it: refused .40058.", True, False),
    ],
)
def test_each_number_says_whose_turn_it_is(wecom, connected, code, words, permanent, too_many):
    wecom.refusals = [code]
    with pytest.raises(CannotDeliver, match=words) as refused:
        kind.send(outgoing(), connected)
    assert (refused.value.permanent, refused.value.too_many) == (permanent, too_many)
    assert bool(refused.value.undelivered) == (code == 84061)


def test_a_sixth_answer_waits_for_kim_and_what_is_too_large_is_refused(wecom, connected):
    wecom.answers_left = 1
    with pytest.raises(CannotDeliver, match=r"Only a part arrived. The rest did not: .* Send that again"):
        kind.send(outgoing("灯" * 700), connected)
    with pytest.raises(CannotDeliver, match="20 MB"):
        kind.send(outgoing(parts=[Part("a.zip", "application/zip", b"0" * (20 * 1024 * 1024 + 1))]), connected)


def test_a_token_that_is_not_taken_any_more_is_renewed(wecom, connected):
    kind.send(outgoing("一"), connected)
    wecom.access_token = ""
    kind.send(outgoing("二", once="other"), connected)
    assert [wecom.heard.get(timeout=5).text for _each in "12"] == ["一", "二"]


def test_what_broke_late_is_in_doubt_and_not_tried_again(wecom):
    class Breaks(WeComSimulator):
        def _hear(self, told):
            raise ConnectionAbortedError

    with Stage(Breaks()) as stage:
        stage._server.handle_error = lambda *_args: None
        with pytest.raises(CannotDeliver, match="may have arrived") as refused:
            kind.send(outgoing(), stage.simulator.settings(stage.api))
    assert (refused.value.permanent, refused.value.in_doubt) == (True, True)


def test_kim_is_called_as_in_wechat(connected):
    assert kind.introduce(PERSON, connected) == Profile(name="Kim Park")
    assert kind.introduce("wmsomebody", connected) is None
    with pytest.raises(CannotConnect):
        kind.introduce(PERSON, {**connected, "secret": "other"})


# -- Setting it up ---------------------------------------------------------------------------------


def test_the_test_says_step_by_step_what_is_wrong(connected):
    def steps(**changed):
        return [(step.ok, step.remedy) for step in kind.check({**connected, **changed})]

    assert steps() == [(True, ""), (True, ""), (True, "")]
    assert steps(open_kfid="wk")[1] == (False, f"Copy the ID of one of these: Lampwright: {ACCOUNT}")
    assert "Secret" in steps(secret="other")[0][1]
    assert "Corp ID" in steps(corp_id="ww00000000")[0][1]
    assert "cannot be reached" in steps(api="http://127.0.0.1:1")[0][1]
    assert not steps(secret="")[0][0]


def test_what_to_copy_is_shown(connected):
    told = {each.name: each.value for each in kind.instructions(connected, URL)}
    assert told == {"URL": URL, "Token": "whistle", "EncodingAESKey": SETTINGS["aes_key"]}


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [({}, None), ({"corp_id": "123"}, "corp_id"), ({"open_kfid": "x"}, "open_kfid"), ({"aes_key": "x"}, "aes_key")],
)
def test_the_form_takes_what_fits_and_makes_what_is_left_empty(typed, wrong):
    form = WeComForm({"corp_id": SETTINGS["corp_id"], "secret": "s", "open_kfid": "wk", **typed})
    assert (list(form.errors) or [None]) == [wrong]
    if wrong is None:
        assert len(form.cleaned_data["token"]) == 32
        assert len(form.cleaned_data["aes_key"]) == 43
