"""Texts by a provider that an administrator describes: what is sent, what is pushed, what refusals mean."""

import base64
import hashlib
import hmac
import json
from types import SimpleNamespace

import pytest

from rapport.channels.errors import CannotDeliver, NotAllowed
from rapport.channels.kinds.sms import anyone
from rapport.channels.kinds.sms.kind import Sms
from rapport.channels.kinds.sms.tests.texting import URL, outgoing, payload
from rapport.channels.simulating import Asked, Said, Simulator, Stage
from rapport.channels.types import Bounced, OptedOut


class Gateway(Simulator):
    """A provider that nobody foresaw: JSON in, an id in a list out."""

    def __init__(self):
        super().__init__()
        self.asked, self.next = [], []

    def settings(self, api):
        return {
            "address": "+4930901820", "provider": "http", "http_url": f"{api}/send?key={{secret}}",
            "http_method": "POST", "http_format": "json",
            "http_body": '{"to": "{to_digits}", "text": "{text}", "ref": "{id}"}',
            "http_headers": "X-Key: {secret}", "http_secret": "pss&t", "http_id": "messages.0.id", "in_proof": "token",
            "in_secret": "whistle", "in_from": "messages.0.msisdn", "in_text": "messages.0.content",
            "in_id": "messages.0.uid", "in_to": "messages.0.destination",
        }  # fmt: skip

    def says(self, text, files=()):
        return []

    def answers(self, asked: Asked):
        self.asked.append(asked)
        return (self.next.pop(0) if self.next else Said({"messages": [{"id": 771}]})), ()


@pytest.fixture
def gateway(settings):
    settings.PRIVATE_HOSTS_ALLOWED = ["127.0.0.1"]
    with Stage(Gateway()) as stage:
        yield SimpleNamespace(
            kind=Sms(), simulator=stage.simulator, settings=stage.simulator.settings(stage.api), stage=stage
        )


class TestAnotherProvider:
    def test_what_is_filled_in_is_written_as_its_place_wants_it(self, gateway):
        said = 'He said "hi" & left\n{text}'
        receipt = gateway.kind.send(outgoing(said, to="+491701234567"), gateway.settings)
        assert receipt.external_id == "sms:+4930901820:771"
        (asked,) = gateway.simulator.asked
        assert asked.query == {"key": "pss&t"}
        assert asked.headers["x-key"] == "pss&t"
        assert asked.json == {"to": "491701234567", "text": said, "ref": "once-1"}
        as_form = {"http_format": "form", "http_body": "to={to}&text={text}", "http_id": ""}
        receipt = gateway.kind.send(outgoing(said, to="+491701234567"), {**gateway.settings, **as_form})
        assert receipt.external_id == "sms:+4930901820:once-1"
        assert gateway.simulator.asked[-1].form == {"to": "+491701234567", "text": said}

    @pytest.mark.parametrize(
        ("said", "permanent", "too_many"),
        [
            (Said("no", 400), True, False),
            (Said("no", 401), False, False),
            (Said("slow", 429), False, True),
            (Said("down", 503), False, False),
        ],
    )
    def test_refusals_are_told_apart(self, gateway, said, permanent, too_many):
        gateway.simulator.next = [said]
        with pytest.raises(CannotDeliver) as caught:
            gateway.kind.send(outgoing("Hi"), gateway.settings)
        assert (caught.value.permanent, caught.value.too_many) == (permanent, too_many)

    def test_a_yes_may_have_to_say_so(self, gateway):
        with pytest.raises(CannotDeliver, match="did not take it"):
            gateway.kind.send(outgoing("Hi"), {**gateway.settings, "http_said": '"status":"ok"'})

    def test_the_secret_is_in_no_message(self, gateway):
        settings = {**gateway.settings, "http_url": "ftp://sms.example/pss%26t?key={secret}"}
        with pytest.raises(CannotDeliver) as caught:
            gateway.kind.send(outgoing("Hi"), settings)
        assert "pss" not in caught.value.reason

    def test_a_push_proves_itself_by_its_address(self, gateway):
        body = payload("other/json_nested.json")
        told = gateway.kind.verify(body, {}, gateway.settings, f"{URL}?token=whistle")
        (event,) = gateway.kind.read_pushed(body, told)
        assert (event.author.address, event.text) == ("+491701234567", "Kommt die Lampe auch in Grün?")
        assert event.external_id == "sms:+4930901820:b7-1"
        for url in (URL, f"{URL}?token=", f"{URL}?token=whistl"):
            with pytest.raises(NotAllowed):
                gateway.kind.verify(body, {}, gateway.settings, url)

    @pytest.mark.parametrize("written", ["hex", "prefixed", "base64"])
    def test_or_by_a_signature(self, gateway, written):
        settings = {**gateway.settings, "in_proof": "hmac", "in_header": "X-Sig"}
        body = payload("other/form.txt")
        digest = hmac.new(b"whistle", body, hashlib.sha256)
        proof = {
            "hex": digest.hexdigest(), "prefixed": f"sha256={digest.hexdigest()}",
            "base64": base64.b64encode(digest.digest()).decode(),
        }[written]  # fmt: skip
        assert gateway.kind.verify(body, {"X-Sig": proof}, settings, URL)["provider"] == "HTTP"
        for bad in ({}, {"X-Sig": "ab"}, {"X-Sig": proof[:-4]}):
            with pytest.raises(NotAllowed):
                gateway.kind.verify(body, bad, settings, URL)

    def test_reports_and_choices_are_read(self):
        places = {"number": "+4930901820"}
        (delivered,) = anyone.read(payload("other/report_delivered.txt"), places)
        assert (delivered.about, delivered.state) == ("sms:+4930901820:771", "delivered")
        (failed,) = anyone.read(payload("other/report_failed.txt"), places)
        assert isinstance(failed, Bounced)
        choice, _line = anyone.read(payload("other/json_without_id.json"), places)
        assert choice == OptedOut(choice.external_id, "+491701234567", is_out=True)

    def test_the_same_words_an_hour_later_are_another_message(self, gateway, monkeypatch):
        body = json.dumps({"messages": [{"msisdn": "491701234567", "content": "Yes"}]}).encode()
        told = gateway.kind.verify(body, {}, gateway.settings, f"{URL}?token=whistle")
        later = {**told, "moment": str(int(told["moment"]) + 6)}
        assert gateway.kind.read_pushed(body, told) == gateway.kind.read_pushed(body, dict(told))
        assert (
            gateway.kind.read_pushed(body, told)[-1].external_id
            != gateway.kind.read_pushed(body, later)[-1].external_id
        )

    def test_its_settings_can_be_tried_without_sending(self, gateway):
        assert all(step.ok for step in gateway.kind.check(gateway.settings))
        assert not [asked for asked in gateway.simulator.asked if asked.method == "POST"]
        broken = list(gateway.kind.check({**gateway.settings, "http_body": "{to: {to}}"}))
        assert "JSON" in broken[-1].name
        assert not broken[-1].ok
