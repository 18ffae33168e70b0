"""What we sent and did not arrive, and what was only late."""

from pathlib import Path

import pytest

from rapport.backbone.jobs import run_pending
from rapport.backbone.models import Event
from rapport.channels import actions
from rapport.channels.models import Dispatch
from rapport.conversations.models import Conversation, Message

DELIVERIES = Path(__file__).parent.parent / "kinds" / "email" / "tests" / "deliveries"


@pytest.fixture
def sent(arrive, mailbox, ada):
    """Ada's answer to Samir, which left."""
    conversation = arrive(sender="Samir <samir@haidari.example>").message.conversation
    message = actions.reply(conversation, by=ada, text="You need an E14.", undo_seconds=0)
    Message.objects.filter(pk=message.pk).update(external_id="answer-to-samir@lampwright.example")
    run_pending(strict=True)
    dispatch = Dispatch.objects.get(message=message)
    assert dispatch.state == "sent"
    return dispatch


@pytest.mark.parametrize("name", ["bounce_550", "bounce_qmail"])
def test_a_bounce_fails_the_message_visibly(arrive, sent, name):
    delivery = arrive((DELIVERIES / f"{name}.eml").read_bytes())
    assert (delivery.state, delivery.outcome, delivery.message) == ("done", "bounce", sent.message)
    sent.refresh_from_db()
    assert sent.state == "failed"
    assert "samir@haidari.example" in sent.error
    assert "5.1.1" in sent.error
    assert Event.objects.filter(name="MessageChanged").last().payload["state"] == "failed"


def test_a_bounce_twice_is_one(arrive, sent):
    raw = (DELIVERIES / "bounce_550.eml").read_bytes()
    assert [arrive(raw).outcome, arrive(raw).outcome] == ["bounce", "duplicate"]


def test_a_delay_leaves_the_message_sent(arrive, sent):
    delivery = arrive((DELIVERIES / "bounce_delayed.eml").read_bytes())
    assert (delivery.outcome, delivery.message) == ("bounce", sent.message)
    sent.refresh_from_db()
    assert sent.state == "sent"


def test_a_bounce_of_somebody_elses_mail_is_recorded_and_does_nothing(arrive, mailbox):
    delivery = arrive((DELIVERIES / "bounce_550.eml").read_bytes())
    assert (delivery.state, delivery.outcome, delivery.message) == ("done", "bounce", None)
    assert "5.1.1" in delivery.reason
    assert not Conversation.objects.exists()


def test_eve_cannot_fail_a_message_by_naming_another_recipient(arrive, sent, ada):
    Message.objects.filter(pk=sent.message_id).update(to=["samir@haidari.example", "omar@partner.example"])
    raw = (DELIVERIES / "bounce_550.eml").read_bytes().replace(b"samir@haidari.example", b"eve@stranger.example")
    assert arrive(raw).message is None
    sent.refresh_from_db()
    assert sent.state == "sent"


def test_a_bounced_message_can_be_sent_again(arrive, sent, ada):
    arrive((DELIVERIES / "bounce_550.eml").read_bytes())
    actions.try_again(Dispatch.objects.get(pk=sent.pk), by=ada)
    run_pending(strict=True)
    sent.refresh_from_db()
    assert (sent.state, sent.error) == ("sent", "")
