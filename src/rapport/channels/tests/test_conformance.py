"""What every registered channel kind has to keep, whatever it is."""

import importlib
import logging
from pathlib import Path

import pytest
from django import forms

from rapport.channels import actions
from rapport.channels.actions.settling import MAX_ATTEMPTS
from rapport.channels.errors import CannotRead, NotAllowed
from rapport.channels.models import Channel, Delivery, Exchange
from rapport.channels.seam import Kind, kinds
from rapport.channels.types import Abilities, Event, Incoming
from rapport.conversations.models import Attachment, Conversation, Message
from rapport.customers.models import Customer, Identity

KINDS = list(kinds().values())


def deliveries_of(kind):
    """The realistic payloads that every kind brings with it."""
    module = importlib.import_module(type(kind).__module__)
    return sorted((Path(module.__file__).parent / "tests" / "deliveries").iterdir())


@pytest.fixture(params=KINDS, ids=lambda kind: kind.name)
def kind(request):
    return request.param


@pytest.fixture
def channel(kind, inbox):
    return Channel.objects.create(
        kind=kind.name, inbox=inbox, name="Some channel", address="support@lampwright.example"
    )


def test_it_says_what_it_is(kind):
    assert kind.name == kind.name.lower()
    assert str(kind.label)
    assert kind.icon
    assert isinstance(kind.abilities, Abilities)
    assert issubclass(kind.form, forms.Form)
    assert len(deliveries_of(kind)) >= 5


def test_it_brings_a_page_for_the_administrator(kind):
    readme = Path(importlib.import_module(type(kind).__module__).__file__).parent / "README.md"
    assert len(readme.read_text().split()) > 100


def test_an_unsigned_push_is_refused_and_nothing_is_stored(kind, channel, client):
    body = deliveries_of(kind)[0].read_bytes()
    if type(kind).verify is Kind.verify:
        pytest.skip("nothing is pushed to this kind")
    with pytest.raises(NotAllowed):
        kind.verify(body, {}, channel.settings)
    answer = client.post(f"/in/{kind.name}/{channel.key}/", body, content_type="application/octet-stream")
    assert answer.status_code in (401, 403)
    assert not Delivery.objects.exists()


def test_every_payload_is_read_to_the_same_events_every_time(kind):
    for path in deliveries_of(kind):
        body = path.read_bytes()
        events = kind.read(body)
        assert events, path.name
        assert all(isinstance(event, Event) for event in events)
        assert kind.read(body) == events, path.name


def effects():
    """All that deliveries may do."""
    counted = (Conversation, Message, Attachment, Customer, Identity, Exchange)
    said = list(Message.objects.values_list("text", "edited_at", "deleted_at", "reactions").order_by("id"))
    return [model.objects.count() for model in counted], said


def test_a_duplicate_has_one_effect(kind, channel):
    for path in deliveries_of(kind):
        before = effects()
        after = []
        for _ in range(2):
            stored = actions.accept(Incoming(path.read_bytes()), kind=kind.name, channel=channel)
            # What it is about may not be among the payloads: it is not waited for.
            stored.attempts = MAX_ATTEMPTS
            actions.process_all([stored])
            after.append(effects())
        first, second = Delivery.objects.order_by("-id")[:2][::-1]
        assert first.state == second.state == "done", path.name
        assert after[0] == after[1], path.name
        assert after[0] == before or second.outcome == "duplicate", path.name
    names = list(Message.objects.exclude(external_id="").values_list("external_id", flat=True))
    assert len(names) == len(set(names))


@pytest.mark.parametrize("body", [b"", b"\x00\x01\x02", b"\xff" * 1000, b"[]", b'{"a": 1}'])
def test_what_is_malformed_is_quarantined_with_its_bytes(kind, channel, body):
    with pytest.raises(CannotRead):
        kind.read(body)
    stored = actions.accept(Incoming(body), kind=kind.name, channel=channel)
    actions.process_all([stored])
    kept = Delivery.objects.get()
    assert (kept.state, kept.outcome, bytes(kept.body)) == ("quarantined", "quarantined", body)
    assert kept.reason


def test_an_event_that_nobody_knows_is_ignored_and_logged(kind, channel, monkeypatch, caplog):
    class Waved(Event):
        pass

    monkeypatch.setattr(type(kind), "read", lambda self, body: [Waved()])
    with caplog.at_level(logging.INFO, "rapport.channels"):
        actions.process_all([actions.accept(Incoming(b"hello"), kind=kind.name, channel=channel)])
    kept = Delivery.objects.get()
    assert (kept.state, kept.outcome) == ("done", "")
    assert "Waved" in kept.reason
    assert "Waved" in caplog.text


def test_a_delivery_of_a_kind_that_is_gone_is_kept(db):
    actions.process_all([actions.accept(Incoming(b"hello"), kind="telegraph")])
    assert "telegraph" in Delivery.objects.get().reason


def test_it_says_how_it_can_be_tried(kind, channel):
    if kind.simulator() is not None:
        pytest.skip("tried with its simulator")
    steps = list(kind.check({"incoming": "none", "outgoing": "installation"}))
    assert steps
    assert all(step.name and (step.ok or step.remedy) for step in steps)
