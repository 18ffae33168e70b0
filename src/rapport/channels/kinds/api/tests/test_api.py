"""Kim writes in the company's own app, and reads there what is answered."""

import json
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from rapport.channels.errors import CannotDeliver, CannotRead, NotAllowed
from rapport.channels.kinds.api.forms import ApiForm
from rapport.channels.kinds.api.kind import Api
from rapport.channels.kinds.api.sending import _explained
from rapport.channels.kinds.api.simulator import PERSON, ApiSimulator
from rapport.channels.parcels import unpack
from rapport.channels.simulating import Asked, Said, SentFile, Stage
from rapport.channels.types import (
    Address,
    Bounced,
    Happened,
    KnownAs,
    MessageDeleted,
    MessageEdited,
    MessageReceived,
    Outgoing,
    Part,
    Reacted,
    Reported,
)
from rapport.kit import clock
from rapport.kit import standard_webhooks as webhooks

HERE = Path(__file__).parent
OURS = "rapport_0123456789abcdef0123456789abcdef"
KIM = Address("Kim Park", "app:u-17")
kind = Api()


def read(name):
    (event,) = kind.read_pushed((HERE / "deliveries" / f"{name}.json").read_bytes(), {"source": "app"})
    return event


def message(**said):
    return json.dumps({"type": "message", "id": "m-1", "person": {"id": "u-17"}, "text": "Hello"} | said).encode()


def outgoing(text="It is on its way.", **said):
    usual = {
        "external_id": OURS,
        "sender": Address("Ada from Lampwright", "app"),
        "to": [Address("Kim Park", f"app:{PERSON}")],
        "once": "once-1",
    }
    return Outgoing(**usual | {"text": text} | said)


@pytest.fixture
def stage(settings):
    settings.PRIVATE_HOSTS_ALLOWED = ["127.0.0.1"]
    with Stage(ApiSimulator()) as stage:
        stage.simulator.settings(stage.api)
        yield stage


@pytest.fixture
def connected(stage):
    return stage.simulator.channel_settings


# -- What comes in ---------------------------------------------------------------------------------


def test_kim_writes_and_the_system_vouches_for_her_mail_and_not_for_her_number():
    assert read("01_message") == MessageReceived(
        external_id="api:app:m-1",
        author=KIM,
        subject="Order 4711",
        text="The lamp flickers. 💡",
        visible_text="The lamp flickers. 💡",
        sent_at=datetime(2026, 11, 30, 8, 1, 50, tzinfo=UTC),
        known_as=(KnownAs("email", "kim@studio.example", True), KnownAs("phone", "+4915112345678", False)),
        profile={"language": "de", "time_zone": "Europe/Berlin"},
    )


def test_a_conversation_of_the_systems_has_its_name():
    event = read("02_message_in_a_conversation")
    assert (event.exchange, event.author) == ("app:order-4711", Address("Lee", "app:18"))


def test_files_come_along_or_say_why_not():
    assert read("02_message_with_data").parts == (Part("lamp.txt", "text/plain", b"The lamp"),)
    missing = read("02_message_with_url")
    assert missing.parts == ()
    assert missing.text == "The file plan.pdf is missing: it was not fetched"


def test_an_answer_knows_what_it_answers():
    assert read("03_reply").in_reply_to == OURS


def test_what_kim_changes_and_takes_back():
    at = datetime(2026, 11, 30, 8, 2, 10, tzinfo=UTC)
    text = "The lamp flickers in the evening."
    assert read("04_edit") == MessageEdited("api:app:edit:e-1", "api:app:m-1", text, at)
    assert read("05_delete") == MessageDeleted("api:app:delete:d-1", "api:app:m-3")
    assert read("04_reaction") == Reacted("api:app:reaction:r-1", "api:app:m-1", Address("", "app:u-17"), "👍")


def test_what_became_of_what_we_sent():
    at = datetime(2026, 11, 30, 8, 5, tzinfo=UTC)
    assert read("06_delivered") == Reported("api:app:state:s-1", OURS, "", "delivered", at=at)
    assert read("06_read") == Reported("api:app:state:s-2", "api:app:theirs-9", "app:u-17", "read")
    reason = "The app was uninstalled."
    assert read("06_failed") == Bounced("api:app:state:s-3", "api:app:theirs-9", "app:u-17", True, reason)


def test_what_happens_there():
    happened = read("07_event")
    assert isinstance(happened, Happened)
    assert (happened.what, happened.said, happened.begins) == ("api.order.cancelled", "Cancelled order 4711.", True)


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"type": "fax"}, "type has to be one of"),
        ({"id": None}, "“id” has to be"),
        ({"id": True}, "“id” has to be"),
        ({"id": "a\nb"}, "“id” has to be"),
        ({"id": "x" * 121}, "“id” has to be"),
        ({"id": OURS}, "one of ours"),
        ({"person": "Kim"}, "“person” has to be an object"),
        ({"person": {"name": "Kim"}}, "“id” has to be"),
        ({"text": ""}, "says nothing"),
        ({"text": 7}, "“text” has to be a string"),
        ({"text": "a" * 100_001}, "longer than"),
        ({"files": "a.txt"}, "list of objects"),
        ({"files": [{}] * 11}, "more than 10 files"),
        ({"files": [{"name": "a"}]}, "“data” or “url”"),
        ({"files": [{"name": "a", "data": "?"}]}, "not Base64"),
        ({"sent_at": "yesterday"}, "moment such as"),
        ({"sent_at": "2026-11-30T09:15:00"}, "moment such as"),
        ({"type": "edit", "message": OURS}, "cannot be changed from outside"),
        ({"type": "edit", "message": "m-1", "text": ""}, "“text” is missing"),
        ({"type": "state", "message": "m-1", "state": "lost", "person": "u-17"}, "delivered, read or failed"),
        ({"type": "event"}, "“name” is missing"),
    ],
)
def test_what_makes_no_sense_says_what_would(said, reason):
    with pytest.raises(CannotRead, match=reason):
        kind.read(message(**said))


@pytest.mark.parametrize("body", [b"null", b'"text"', b"[" * 100_000])
def test_what_is_no_object_is_not_read(body):
    with pytest.raises(CannotRead):
        kind.read(body)


def test_a_list_is_a_push_of_each():
    both = b"[" + message() + b"," + message(id="m-2") + b"]"
    assert [kind.read(each)[0].external_id for each in kind.parcels(both, {})] == ["api::m-1", "api::m-2"]
    assert kind.parcels(b"[]", {}) == (b"[]",)
    assert kind.parcels(b"[" * 100_000, {}) == (b"[" * 100_000,)


# -- Signed ----------------------------------------------------------------------------------------


def test_only_what_the_system_signed_comes_in(connected):
    body = message()
    signed = webhooks.headers([connected["secret"]], key="p-1", at=clock.now(), body=body)
    assert kind.verify(body, signed, connected) == {"provider": "API", "source": "app"}
    old = webhooks.headers([connected["secret"]], key="p-1", at=datetime(2020, 1, 1, tzinfo=UTC), body=body)
    for headers, changed, settings in (
        (signed, body + b" ", connected),
        ({}, body, connected),
        (signed, body, {**connected, "secret": webhooks.new_secret()}),
        (signed, body, {}),
        (old, body, connected),
    ):
        with pytest.raises(NotAllowed):
            kind.verify(changed, headers, settings)


def test_an_earlier_secret_is_good_until_it_is_taken_away(connected):
    body, new = message(), webhooks.new_secret()
    signed = webhooks.headers([connected["secret"]], key="p-1", at=clock.now(), body=body)
    assert kind.verify(body, signed, {**connected, "secret": new, "earlier_secret": connected["secret"]})


# -- Files by address ------------------------------------------------------------------------------


class _WithFiles(ApiSimulator):
    def answers(self, asked: Asked):
        files = {
            "/lamp.png": Said(b"\x89PNG lamp", headers={"Content-Type": "image/png; q=1"}),
            "/old": Said(status=404),
        }
        return files.get(asked.path, Said(status=503)), ()


def test_files_by_address_are_fetched_and_one_that_is_gone_holds_nothing_up(settings):
    settings.PRIVATE_HOSTS_ALLOWED = ["127.0.0.1"]
    with Stage(_WithFiles()) as stage:
        urls = [f"{stage.api}/lamp.png", f"{stage.api}/old", f"{stage.api}/busy", "http://10.0.0.1/secret"]
        body = message(files=[{"url": url} for url in urls] + [{"name": "a.txt", "data": "YQ=="}])
        fetched = kind.fetch(body, {"source": "app"}, {})
    assert unpack(fetched.body)[0] == kind.original(fetched.body, {}) == body
    (event,) = kind.read_pushed(fetched.body, {"source": "app"})
    assert [(part.name, part.content_type) for part in event.parts] == [
        ("lamp.png", "image/png"),
        ("a.txt", "application/octet-stream"),
    ]
    assert "404" in event.text
    assert "503" in event.text
    assert "inside this network" in event.text
    assert kind.fetch(fetched.body, {"source": "app"}, {}) is None
    assert kind.fetch(b"[]", {"source": "app"}, {}) is None


# -- What goes out ---------------------------------------------------------------------------------


def test_kim_gets_the_answer_with_its_file_and_everything_it_belongs_to(stage, connected):
    receipt = kind.send(
        outgoing(parts=[Part("plan.pdf", "application/pdf", b"%PDF")], exchange="app:o-1", in_reply_to="api:app:m-1"),
        connected,
    )
    heard = stage.simulator.heard.get(timeout=5)
    assert (heard.text, heard.files) == ("It is on its way.", (("plan.pdf", b"%PDF"),))
    assert receipt.external_id == f"api:app:{heard.id}"
    (said,) = stage.simulator.asked
    assert (said["id"], said["person"]["id"], said["conversation"], said["in_reply_to"]) == (OURS, "u-17", "o-1", "m-1")
    assert said["author"] == {"name": "Ada from Lampwright", "is_automatic": False}


def test_a_second_try_is_the_same_push(stage, connected):
    kind.send(outgoing(), connected)
    kind.send(outgoing(), connected)
    assert len(stage.simulator.asked) == 1


def test_what_we_change_and_take_back_is_told(stage, connected):
    kind.change(KIM, "api:app:theirs-9", "On Friday.", connected)
    kind.take_back(KIM, OURS, connected)
    edit, delete = stage.simulator.asked
    assert (edit["type"], edit["message"], edit["text"]) == ("edit", "theirs-9", "On Friday.")
    assert (delete["type"], delete["message"]) == ("delete", OURS)


@pytest.mark.parametrize(
    ("status", "body", "permanent", "too_many", "words"),
    [
        (302, {}, False, False, "elsewhere"),
        (400, {"error": "No such room."}, True, False, "No such room."),
        (401, {}, False, False, "compares the secrets"),
        (404, {}, False, False, "corrects it"),
        (408, {}, False, False, "out of order"),
        (429, {}, False, True, "fewer"),
        (500, [], False, False, "out of order"),
        (422, {"error": "Closed.", "code": "unreachable"}, True, False, "another way"),
    ],
)
def test_a_refusal_says_whose_turn_it_is(status, body, permanent, too_many, words):
    answer = httpx.Response(status, json=body, request=httpx.Request("POST", "https://app.example/in"))
    error = _explained(answer, "app:u-17")
    assert (error.permanent, error.too_many) == (permanent, too_many)
    assert words in error.reason
    assert bool(error.undelivered) == ("another way" in error.reason)


def test_without_an_address_nothing_is_sent_and_a_dead_one_is_tried_again(connected):
    with pytest.raises(CannotDeliver) as caught:
        kind.send(outgoing(), {**connected, "url": ""})
    assert caught.value.permanent
    with pytest.raises(CannotDeliver) as caught:
        kind.send(outgoing(), {**connected, "url": "http://127.0.0.1:1/"})
    assert not caught.value.permanent
    with pytest.raises(CannotDeliver):
        kind.send(outgoing(to=[]), connected)


# -- Setting it up ---------------------------------------------------------------------------------


def test_noor_gets_a_secret_and_sees_it_once_connected():
    form = ApiForm({"address": "App", "url": "https://app.example/in"})
    assert form.is_valid(), form.errors
    assert form.cleaned_data["address"] == "app"
    assert form.cleaned_data["secret"].startswith("whsec_")
    url, secret = kind.instructions(form.cleaned_data, "https://desk.example/in/api/k/")
    assert (url.value, secret.value) == ("https://desk.example/in/api/k/", form.cleaned_data["secret"])


@pytest.mark.parametrize(
    ("field", "value"),
    [("address", "my app"), ("secret", "whsec_?"), ("secret", "whsec_c2hvcnQ="), ("url", "ftp://app.example")],
)
def test_what_cannot_work_is_said_beside_its_field(field, value):
    form = ApiForm({"address": "app", field: value})
    assert not form.is_valid()
    assert list(form.errors) == [field]


def test_noor_tries_the_connection(stage, connected):
    steps = list(kind.check({**connected, "push_url": "https://desk.example/in/api/k/"}))
    assert [step.ok for step in steps] == [True, True]
    wrong = list(kind.check({**connected, "secret": webhooks.new_secret()}))
    # The system played here knows only the secret that it was given.
    assert [step.ok for step in wrong] == [True, False]
    assert "compares the secrets" in wrong[1].remedy
    assert [step.ok for step in kind.check({**connected, "url": ""})] == [True, False]


def test_the_simulator_tells_what_became_of_a_message(stage, connected):
    (push,) = stage.simulator.says("Look", [SentFile("a.txt", "text/plain", b"a")])
    assert kind.verify(push.body, push.headers, connected)
    _said, states = stage.simulator.answers(_asked(connected, stage))
    assert [json.loads(each.body)["state"] for each in states] == ["delivered", "read"]


def _asked(connected, stage):
    said = {"type": "message", "id": OURS, "text": "Hello", "files": []}
    body = json.dumps(said).encode()
    headers = webhooks.headers([connected["secret"]], key="k", at=clock.now(), body=body)
    return Asked("POST", "/rapport", {}, headers, body)
