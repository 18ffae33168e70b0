"""Kim rings: what she hears, what becomes of it at the desk, and Ada who rings back."""

from pathlib import Path
from types import SimpleNamespace
from urllib.parse import parse_qsl, urlsplit
from xml.etree.ElementTree import fromstring

import pytest

from rapport.channels.errors import NotAllowed
from rapport.channels.kinds.voice import lines
from rapport.channels.kinds.voice.forms import VoiceForm
from rapport.channels.kinds.voice.kind import Voice
from rapport.channels.kinds.voice.simulator import ACCOUNT, AGENT, NUMBER, PERSON
from rapport.channels.types import Address, Happened

HERE = Path(__file__).parent
URL = "https://desk.example/in/voice/abc/"
OPEN, CLOSED = SimpleNamespace(is_open=True), SimpleNamespace(is_open=False)


def payload(name):
    return (HERE / "deliveries" / name).read_bytes()


@pytest.fixture
def hear(api):
    """What Twilio is told at a step, as its verbs."""

    def heard(step="", *, desk=OPEN, more="", told=None, **changed):
        settings = {**api.settings, **changed}
        query = f"step={step}&{more}" if step else ""
        push = api.simulator.push({"CallStatus": "in-progress" if step else "ringing", **(told or {})}, f"?{query}")
        transport = api.kind.verify(push.body, push.headers, settings, f"{URL}?{query}" if query else URL)
        answer = api.kind.answer(push.body, transport, settings, desk)
        return list(fromstring(answer.body)) if answer else None

    return heard


def said(verbs):
    return [each.text for verb in verbs for each in verb.iter() if each.tag in ("Say", "Play")]


def where(address):
    return dict(parse_qsl(urlsplit(address).query))


class TestWhatCallersHear:
    def test_a_greeting_and_then_a_menu_that_asks_for_a_key(self, hear):
        verbs = hear(greeting="Hello at Lampwright.", menu_words="1 for Ada.", language="de-DE", voice="Polly.Vicki")
        assert [verb.tag for verb in verbs] == ["Say", "Gather"]
        assert said(verbs) == ["Hello at Lampwright.", "1 for Ada."]
        assert verbs[0].attrib == {"language": "de-DE", "voice": "Polly.Vicki"}
        assert where(verbs[1].get("action"))["step"] == "choice"

    def test_a_recording_can_be_the_greeting(self, hear):
        verbs = hear(greeting="https://desk.example/hello.mp3", menu="")
        assert [verb.tag for verb in verbs] == ["Play", "Say", "Dial"]

    def test_outside_business_hours_a_message_can_be_left(self, hear):
        verbs = hear(desk=CLOSED, closed="Back at nine.")
        assert [verb.tag for verb in verbs] == ["Say", "Say", "Record", "Say", "Hangup"]
        assert said(verbs)[0] == "Back at nine."
        assert "transcribe" not in verbs[2].attrib
        assert [verb.tag for verb in hear(desk=CLOSED, voicemail=False)] == ["Say", "Say", "Hangup"]

    def test_keys_do_what_the_menu_says(self, hear):
        menu = "1 = people Sales\n2 = voicemail\n3 = say We are in Main Street.\n4 = number +49 30 901822"
        people = "Support: +15005550006\nSales: +15005550007, +15005550008"

        def chosen(digit, more="tries=0"):
            return hear("choice", told={"Digits": digit}, menu=menu, people=people, more=more)

        assert [each.text for each in chosen("1")[-1]] == ["+15005550007", "+15005550008"]
        assert "Record" in [verb.tag for verb in chosen("2")]
        assert said(chosen("3")) == ["We are in Main Street."]
        assert [each.text for each in chosen("4")[-1]] == ["+4930901822"]
        assert where(chosen("9")[0].text)["tries"] == "1"
        assert [each.text for each in chosen("", "tries=1")[-1]] == ["+15005550006"]

    def test_nothing_is_recorded_unless_it_was_announced_or_agreed_to(self, hear):
        def recorded(verbs):
            return [verb.get("record") for verb in verbs if verb.tag == "Dial"]

        assert recorded(hear(menu="", recording="never")) == [None]
        told = hear(menu="", recording="announce", consent="We record.")
        assert said(told)[-1] == "We record."
        assert where(told[-1].text) == {"step": "menu", "rec": "1"}
        assert recorded(hear("menu", menu="", more="rec=1")) == ["record-from-answer-dual"]
        asked = hear(recording="press", consent_press="May we?")
        assert [verb.tag for verb in asked] == ["Say", "Gather"]
        assert where(asked[-1].get("action"))["step"] == "consent"
        assert where(hear("consent", told={"Digits": "1"})[0].text)["rec"] == "1"
        assert where(hear("consent", told={"Digits": ""})[0].text)["rec"] == "0"
        assert recorded(hear("menu", menu="", more="rec=0")) == [None]
        # What was agreed to goes on through the menu.
        assert "rec=1" in hear("menu", more="rec=1")[0].get("action")
        assert recorded(hear("choice", told={"Digits": "1"}, more="tries=0&rec=1")) == ["record-from-answer-dual"]

    def test_phones_ring_at_once_or_one_after_another(self, hear):
        people = "Support: +15005550006, +15005550007"
        assert [each.text for each in hear(menu="", people=people)[-1]] == ["+15005550006", "+15005550007"]
        first = hear(menu="", people=people, way="turn")[-1]
        assert [each.text for each in first] == ["+15005550006"]
        onward = where(first.get("action"))
        assert onward == {"step": "dialled", "group": "Support", "place": "1"}
        again = hear(
            "dialled", more="group=Support&place=1", told={"DialCallStatus": "busy"}, people=people, way="turn"
        )
        assert [each.text for each in again[-1]] == ["+15005550007"]
        last = hear("dialled", more="group=Support", told={"DialCallStatus": "no-answer"}, people=people, way="turn")
        assert where(last[0].get("action"))["step"] == "offered"
        assert [verb.tag for verb in hear("dialled", told={"DialCallStatus": "completed"})] == ["Hangup"]

    def test_agents_press_a_key_so_that_no_mailbox_takes_the_call(self, hear):
        number = hear(menu="")[-1][0]
        assert where(number.get("url"))["step"] == "screen"
        verbs = hear("screen", more="call=CA1&from=%2B16505551234&agent=%2B15005550006")
        assert "6 5 0" in said(verbs)[0]
        assert [verb.tag for verb in hear("accept", told={"Digits": ""})] == ["Hangup"]
        assert hear("accept", told={"Digits": "1"}) == []
        assert hear(menu="", screening=False)[-1][0].get("statusCallbackEvent") == "answered"

    def test_in_line_they_hear_their_place_and_may_ask_to_be_rung(self, hear):
        queue = hear(menu="", way="queue")[-1]
        assert queue.tag == "Enqueue"
        more = "group=Support"
        verbs = hear(
            "wait", told={"QueuePosition": "3", "QueueTime": "20"}, way="queue", more=more, waiting="Place {place}."
        )
        assert said(verbs) == ["Place 3."]
        assert [verb.tag for verb in hear("waiting", told={"Digits": "1"}, way="queue")] == ["Say", "Hangup"]
        assert [verb.tag for verb in hear("waiting", told={"Digits": ""}, way="queue")] == ["Pause", "Redirect"]
        assert [verb.tag for verb in hear("wait", told={"QueueTime": "901"}, way="queue")] == ["Leave"]
        assert where(hear("left", told={"QueueResult": "leave"})[0].get("action"))["step"] == "offered"
        assert [verb.tag for verb in hear("left", told={"QueueResult": "bridged"})] == ["Hangup"]

    def test_an_agent_who_rings_the_number_takes_whoever_is_next(self, hear):
        verbs = hear(told={"From": AGENT}, way="queue")
        assert (verbs[0].tag, verbs[0][0].tag) == ("Dial", "Queue")
        assert verbs[0][0].text == hear(menu="", way="queue")[-1].text
        assert "Gather" in [verb.tag for verb in hear(told={"From": AGENT})]

    def test_whoever_withholds_their_number_cannot_be_rung_back(self, hear):
        verbs = hear("dialled", told={"DialCallStatus": "no-answer", "From": "+266696687"})
        assert "Record" in [verb.tag for verb in verbs]
        assert [verb.tag for verb in hear("offered", told={"Digits": "1"})] == ["Say", "Hangup"]
        assert "Record" in [verb.tag for verb in hear("offered", told={"Digits": "2"})]

    def test_words_of_the_settings_are_words_and_no_markup(self, hear):
        assert said(hear(greeting="<Hangup/> & welcome"))[0] == "<Hangup/> & welcome"

    def test_reports_want_no_answer(self, hear):
        assert hear(told={"CallStatus": "completed", "CallDuration": "10"}) is None
        assert hear("recording", told={"RecordingStatus": "completed"}) is None
        assert hear("nonsense") is None


def test_every_payload_is_what_it_says():
    found = {path.name: Voice().read(path.read_bytes()) for path in sorted((HERE / "deliveries").iterdir())}
    assert [events[0].what.removeprefix("call.") for _name, events in sorted(found.items())] == [
        "ringing", "answered", "answered", "ended", "missed", "callback_wanted", "waiting", "answered", "message_left",
        "voicemail", "recorded", "transcript", "missed", "dialling", "answered", "ended", "unanswered", "unanswered",
    ]  # fmt: skip
    (ended,) = found["04_ended.txt"]
    assert ended.said == "The call ended after 3:35 minutes."
    assert ended.detail == {"direction": "in", "seconds": 215}
    (rings,) = found["01_ringing.txt"]
    assert rings == Happened(
        f"twilio:CA{1:032x}:call.ringing",
        Address("Kim Park", PERSON),
        f"CA{1:032x}",
        "call.ringing",
        "Rings.",
        detail={"direction": "in"},
    )
    (answered,) = found["02_accepted.txt"]
    assert (answered.exchange, answered.author.address, answered.begins) == (f"CA{1:032x}", PERSON, True)
    assert found["13_withheld_number_missed.txt"][0].author.address == ""


def test_what_twilio_did_not_sign_or_signed_for_another_step_is_refused(api):
    push = api.simulator.push({"CallStatus": "ringing"})
    for body, headers, url in (
        (push.body + b"&From=%2B49", push.headers, URL),
        (push.body, push.headers, f"{URL}?step=menu&rec=1"),
        (push.body, {}, URL),
    ):
        with pytest.raises(NotAllowed):
            api.kind.verify(body, headers, api.settings, url)


@pytest.mark.parametrize("bad", ["Support:", "Support: 030 901820", ": +4930901820", "+4930901820, x", "A: +1" * 3])
def test_a_line_that_is_no_group_is_named(bad):
    with pytest.raises(lines.BadLine):
        lines.groups_in(bad)


@pytest.mark.parametrize(
    "bad", ["1 = people Nobody", "1 sales", "1 = say", "12 = voicemail", "1=voicemail\n1=voicemail"]
)
def test_a_line_that_is_no_choice_is_named(bad):
    with pytest.raises(lines.BadLine):
        lines.choices_in(bad, lines.groups_in("Support: +4930901820"))


def test_the_form_says_what_is_wrong_with_which_line():
    given = {
        "address": "+1 555 078 3881", "account_sid": ACCOUNT, "auth_token": "x", "way": "all", "language": "en-US",
        "recording": "never", "people": "Support: +49 30 901820", "menu": "1 = people Support",
    }  # fmt: skip
    form = VoiceForm(given)
    assert form.is_valid(), form.errors
    assert form.cleaned_data["address"] == NUMBER
    form = VoiceForm({**given, "menu": "1 = people Sales", "address": "0555", "language": "english"})
    assert set(form.errors) == {"menu", "address", "language"}
    assert "1 = people Sales" in str(form.errors["menu"])
    assert "Support 030" in str(VoiceForm({**given, "people": "Support 030"}).errors["people"])


def test_the_connection_is_tried_and_twilio_told_where_to_ask(api, settings):
    steps = list(api.kind.check({**api.settings, "push_url": URL}))
    assert all(step.ok for step in steps)
    assert api.simulator.voice_url == URL
    assert not list(api.kind.check({**api.settings, "address": "+15550000000"}))[-1].ok
    missing = list(api.kind.check({**api.settings, "transcription": "own"}))[-1]
    assert "RAPPORT_TRANSCRIBER" in missing.remedy
    settings.TRANSCRIBER = "rapport.channels.kinds.voice.tests.test_at_the_desk.write_down"
    assert list(api.kind.check({**api.settings, "transcription": "own"}))[-1].ok
