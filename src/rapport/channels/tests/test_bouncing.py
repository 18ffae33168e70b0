"""What we sent and did not arrive, and what was only late."""

from pathlib import Path

import pytest

from rapport.backbone.jobs import run_pending
from rapport.backbone.models import Event
from rapport.channels import actions
from rapport.channels.actions.reaching import correct, note_reachable
from rapport.channels.errors import CannotWrite
from rapport.channels.models import Dispatch, UnreachableAddress
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


def test_a_bounce_says_when_and_for_whom(arrive, sent):
    arrive((DELIVERIES / "bounce_550.eml").read_bytes())
    sent.refresh_from_db()
    assert sent.bounced_at is not None
    assert sent.sent_at is not None, "it left, and did not arrive"
    assert [(each["address"], each["status"]) for each in sent.undelivered] == [("samir@haidari.example", "5.1.1")]
    address = UnreachableAddress.objects.get()
    assert (address.address, address.is_permanent, address.count) == ("samir@haidari.example", True, 1)


def test_a_letter_from_samir_shows_that_his_address_works(arrive, sent):
    arrive((DELIVERIES / "bounce_550.eml").read_bytes())
    arrive("Still here.", sender="Samir <Samir@Haidari.example>")
    assert not UnreachableAddress.objects.exists()


def test_an_agent_may_know_that_it_works(arrive, sent):
    arrive((DELIVERIES / "bounce_550.eml").read_bytes())
    assert note_reachable(["SAMIR@haidari.example"]) == 1


def test_a_full_mailbox_is_counted_and_not_written_off(arrive, sent):
    raw = (DELIVERIES / "bounce_550.eml").read_bytes().replace(b"5.1.1", b"5.2.2")
    raw = raw.replace(b"User unknown", b"Mailbox full").replace(b"user unknown", b"mailbox full")
    for number in range(2):
        arrive(raw.replace(b"Message-Id: <", b"Message-Id: <%d" % number))
    address = UnreachableAddress.objects.get()
    assert (address.is_permanent, address.count, address.status) == (False, 2, "5.2.2")


def test_eve_makes_no_address_unreachable_that_we_did_not_write_to(arrive, sent):
    raw = (DELIVERIES / "bounce_550.eml").read_bytes()
    arrive(raw.replace(b"answer-to-samir", b"another-letter"))
    arrive(raw.replace(b"samir@haidari.example", b"kim@studio.example").replace(b"Message-Id: <", b"Message-Id: <2"))
    assert not UnreachableAddress.objects.filter(address="kim@studio.example").exists()


def test_a_corrected_address_gets_it_and_nobody_gets_it_twice(arrive, post, ada):
    conversation = arrive(sender="Samir <samir@haidari.exmaple>").message.conversation
    message = actions.reply(conversation, by=ada, text="You need an E14.", cc=["kim@studio.example"], undo_seconds=0)
    post.refused = {"samir@haidari.exmaple": "550 5.1.2 Host unknown"}
    run_pending(strict=True)
    dispatch = Dispatch.objects.get(message=message)
    assert (dispatch.state, post.recipients) == ("failed", [["kim@studio.example"]])
    correct(dispatch, address="samir@haidari.exmaple", to="samir@haidari.example")
    actions.try_again(dispatch, by=ada)
    run_pending(strict=True)
    dispatch.refresh_from_db()
    assert (dispatch.state, dispatch.undelivered) == ("sent", [])
    assert post.recipients == [["kim@studio.example"], ["samir@haidari.example"]]
    assert Message.objects.get(pk=message.pk).to == ["samir@haidari.example"]


def test_only_what_came_back_is_corrected_and_only_to_an_address(arrive, sent):
    with pytest.raises(CannotWrite, match="did not come back"):
        correct(sent, address="samir@haidari.example", to="samir@elsewhere.example")
    arrive((DELIVERIES / "bounce_550.eml").read_bytes())
    with pytest.raises(CannotWrite, match="is not an email address"):
        correct(sent, address="samir@haidari.example", to="samir")
