"""Answers: whom they go to, when they leave, and how they are taken back."""

from datetime import UTC, datetime, timedelta

import pytest

from rapport.backbone import files
from rapport.backbone.jobs import run_pending
from rapport.backbone.models import Event
from rapport.channels import actions
from rapport.channels.errors import CannotWrite, TooLate
from rapport.channels.models import Dispatch
from rapport.channels.types import Abilities
from rapport.conversations.models import Conversation, Message
from rapport.conversations.types import AuthorKind, IncomingFile
from rapport.kit import clock


@pytest.fixture
def conversation(arrive, mailbox):
    return arrive(message_id="one@studio.example").message.conversation


def test_adas_answer_goes_to_whom_wrote(conversation, ada):
    message = actions.reply(conversation, by=ada, text="Hold the button.")
    assert (message.direction, message.author_kind, message.agent) == ("out", "agent", ada)
    assert (message.to, message.subject) == (["kim@studio.example"], "Re: Flickering lamp")
    assert (message.in_reply_to, message.references) == ("one@studio.example", ["one@studio.example"])
    assert message.external_id.endswith("@lampwright.example")
    assert message.dispatch.state == "queued"
    assert timedelta(seconds=8) < message.dispatch.due_at - clock.now() <= timedelta(seconds=10)
    assert Event.objects.filter(name="MessageWritten").exists()


def test_it_goes_where_the_customer_asks_to_be_answered(arrive, mailbox, ada):
    conversation = arrive(Reply_To="Kim at home <home@studio.example>").message.conversation
    assert actions.reply(conversation, by=ada, text="Yes.").to == ["home@studio.example"]


def test_it_goes_to_whom_ada_says(conversation, ada):
    message = actions.reply(
        conversation, by=ada, text="Yes.", to=["a@b.example", "A@b.example"], cc=["a@b.example", "c@d.example"]
    )
    assert (message.to, message.cc) == (["a@b.example"], ["c@d.example"])


def test_reply_all_leaves_our_own_address_out(arrive, mailbox, ada):
    conversation = arrive(to="support@lampwright.example, x@y.example", cc="z@y.example").message.conversation
    message = actions.reply(conversation, by=ada, text="Yes.", reply_all=True)
    assert (message.to, message.cc) == (["kim@studio.example"], ["x@y.example", "z@y.example"])
    assert actions.reply(conversation, by=ada, text="Yes.").cc == []


def test_references_hold_the_whole_chain(arrive, conversation, ada):
    first = actions.reply(conversation, by=ada, text="One.")
    arrive(
        "Two.",
        message_id="two@studio.example",
        answers=first.external_id,
        references=["one@studio.example", first.external_id],
    )
    second = actions.reply(conversation, by=ada, text="Three.")
    assert second.in_reply_to == "two@studio.example"
    assert second.references == ["one@studio.example", first.external_id, "two@studio.example"]


def test_a_first_message_has_the_plain_subject(mailbox, kim, ada):
    from rapport.conversations.actions import begin

    conversation = begin(kim, inbox=mailbox.inbox, channel="email", subject="Your order", by=ada)
    message = actions.reply(conversation, by=ada, text="It left today.")
    assert (message.subject, message.to, message.references) == ("Your order", ["kim@studio.example"], [])


@pytest.mark.parametrize("subject", ["Re: Lamp", "RE: Lamp", "回复：台灯", "AW: Lampe"])
def test_an_answer_is_marked_once(arrive, mailbox, ada, subject):
    conversation = arrive(subject=subject).message.conversation
    assert actions.reply(conversation, by=ada, text="Yes.").subject == subject


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"text": "  \n "}, "Write something"),
        ({"text": "x", "to": ["not an address"]}, "is not an email address"),
        ({"text": "x", "cc": ["a@b.example\r\nBcc: eve@stranger.example"]}, "is not an email address"),
        ({"text": "x", "cc": [f"p{n}@b.example" for n in range(101)]}, "more than 100"),
    ],
)
def test_what_cannot_be_sent_is_refused_in_words(conversation, ada, said, words):
    with pytest.raises(CannotWrite, match=words):
        actions.reply(conversation, by=ada, **said)
    assert not Dispatch.objects.exists()


def test_files_that_are_too_large_are_refused(conversation, ada):
    stored = files.keep(b"x")
    large = IncomingFile(stored.pk, "film.mp4", "video/mp4", 21 * 1024 * 1024, stored.sha256)
    with pytest.raises(CannotWrite, match="larger than 20 MB"):
        actions.reply(conversation, by=ada, text="x", files=[large])


@pytest.mark.parametrize(
    ("abilities", "said", "words"),
    [
        (Abilities(max_length=5), {"text": "too long"}, "3 characters too long"),
        (Abilities(), {"text": "x", "files": [IncomingFile(1, "a", "b/c", 1, "")]}, "cannot carry files"),
        (Abilities(), {"text": "x", "cc": ["a@b.example"]}, "no Cc"),
    ],
)
def test_a_plain_channel_says_what_it_cannot_do(conversation, ada, monkeypatch, abilities, said, words):
    from rapport.channels.kinds.email.kind import Email

    monkeypatch.setattr(Email, "abilities", abilities)
    with pytest.raises(CannotWrite, match=words):
        actions.reply(conversation, by=ada, **said)


def test_html_of_a_script_is_cleaned(conversation, ada):
    message = actions.reply(conversation, by=ada, text="x", html="<p>x</p><script>alert(1)</script>")
    assert message.html == "<p>x</p>"


def test_somebody_without_an_address_cannot_be_answered(arrive, mailbox, ada):
    conversation = arrive(b"Subject: Hello\n\nx").message.conversation
    with pytest.raises(CannotWrite, match="no address"):
        actions.reply(conversation, by=ada, text="x")


def test_a_rules_message_leaves_at_once_and_says_so(conversation):
    message = actions.reply(conversation, by=None, text="How did it go?", author_kind=AuthorKind.RULE)
    assert message.is_automatic
    assert message.dispatch.due_at <= clock.now()


def test_ada_takes_her_answer_back_and_has_its_text_again(conversation, ada):
    message = actions.reply(conversation, by=ada, text="Hold the buton.")
    assert actions.cancel(message.dispatch, by=ada) == "Hold the buton."
    assert not Message.objects.filter(pk=message.pk).exists()
    assert not Dispatch.objects.exists()
    assert Event.objects.filter(name="MessageChanged").last().payload == {
        "conversation": conversation.pk,
        "message": message.pk,
        "state": "cancelled",
    }
    run_pending(strict=True)
    assert Conversation.objects.get(pk=conversation.pk).message_count == 1
    with pytest.raises(TooLate):
        actions.cancel(message.dispatch, by=ada)


def test_what_has_left_cannot_be_taken_back(conversation, ada):
    message = actions.reply(conversation, by=ada, text="x")
    Dispatch.objects.update(state="sent")
    with pytest.raises(TooLate):
        actions.cancel(message.dispatch, by=ada)
    assert Message.objects.filter(pk=message.pk).exists()


def test_what_reached_nobody_can_be_written_differently(conversation, ada):
    message = actions.reply(conversation, by=ada, text="x", cc=["boss@studio.example"])
    refused = [{"address": "boss@studio.example"}]
    Dispatch.objects.update(state="failed", undelivered=refused)
    with pytest.raises(TooLate, match="Some of its recipients have it"):
        actions.cancel(message.dispatch, by=ada)
    Dispatch.objects.update(undelivered=[*refused, {"address": "kim@studio.example"}])
    assert actions.cancel(message.dispatch, by=ada) == "x"
    assert not Message.objects.filter(pk=message.pk).exists()


def test_what_may_have_left_cannot_be_taken_back(conversation, ada):
    message = actions.reply(conversation, by=ada, text="x")
    Dispatch.objects.update(in_doubt=True)
    with pytest.raises(TooLate, match="may have arrived"):
        actions.cancel(message.dispatch, by=ada)


def test_a_message_waits_for_its_moment(conversation, ada, post):
    moment = datetime(2030, 1, 2, 9, tzinfo=UTC)
    message = actions.reply(conversation, by=ada, text="Happy new year.", send_at=moment)
    actions.send(message.dispatch.pk)
    assert (message.dispatch.due_at, post.received) == (moment, [])
    with clock.frozen(moment):
        actions.send(message.dispatch.pk)
    assert len(post.received) == 1


def test_a_failed_message_is_tried_again_only_when_it_failed(conversation, ada):
    message = actions.reply(conversation, by=ada, text="x")
    actions.try_again(message.dispatch, by=ada)
    Dispatch.objects.update(state="sent")
    with pytest.raises(TooLate):
        actions.try_again(message.dispatch, by=ada)
    Dispatch.objects.update(state="failed", error="no such user", attempts=9, in_doubt=True)
    actions.try_again(message.dispatch, by=ada)
    dispatch = Dispatch.objects.get()
    assert (dispatch.state, dispatch.error, dispatch.attempts, dispatch.in_doubt) == ("queued", "", 0, False)
