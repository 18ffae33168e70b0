"""From the bytes of a mail to a conversation: once, in the right place, and never lost."""

import hashlib
from pathlib import Path

import pytest

from rapport.backbone import files
from rapport.backbone.models import Event
from rapport.channels import actions, queries
from rapport.channels.actions import settling
from rapport.channels.models import Channel, Delivery
from rapport.channels.tests.letters import letter
from rapport.channels.types import Incoming
from rapport.conversations.actions import close
from rapport.conversations.models import Attachment, Conversation, Inbox, Message
from rapport.customers.models import Customer
from rapport.kit import clock

DELIVERIES = Path(__file__).parent.parent / "kinds" / "email" / "tests" / "deliveries"


def test_kims_mail_begins_a_conversation(arrive, mailbox):
    delivery = arrive(message_id="one@studio.example", cc="omar@partner.example")
    assert (delivery.state, delivery.outcome) == ("done", "created")
    assert delivery.channel == mailbox
    message = delivery.message
    assert (message.direction, message.author_kind, message.threaded_by) == ("in", "customer", "new")
    assert (message.author_name, message.author_address) == ("Kim Park", "kim@studio.example")
    assert (message.to, message.cc) == (["support@lampwright.example"], ["omar@partner.example"])
    assert (message.text, message.external_id) == ("The lamp flickers.", "one@studio.example")
    conversation = message.conversation
    assert (conversation.subject, conversation.status, conversation.inbox) == ("Flickering lamp", "open", mailbox.inbox)
    assert (conversation.customer.name, conversation.customer.email) == ("Kim Park", "kim@studio.example")
    assert Event.objects.get(name="MessageArrived").payload == {
        "conversation": conversation.pk,
        "message": message.pk,
        "is_new": True,
        "is_automatic": False,
    }


def test_the_bytes_are_kept_as_they_came(arrive, mailbox):
    raw = letter("small")
    delivery = arrive(raw)
    assert queries.raw(delivery) == raw
    assert (delivery.size, delivery.sha256) == (len(raw), hashlib.sha256(raw).hexdigest())
    large = letter("large", files=[("photo.bin", bytes(200_000))])
    kept = arrive(large)
    assert kept.body is None
    assert queries.raw(kept) == large


def test_files_arrive_byte_for_byte(arrive, mailbox):
    photo, note = bytes(range(256)) * 40, b"line\r\nline\n"
    message = arrive(files=[("photo.bin", photo), ("note.bin", note)]).message
    kept = {file.name: files.read(file.file) for file in Attachment.objects.filter(message=message)}
    assert kept == {"photo.bin": photo, "note.bin": note}


@pytest.mark.parametrize("header", ["answers", "references"])
def test_kims_answer_joins_her_conversation(arrive, mailbox, header):
    first = arrive(message_id="one@studio.example").message
    close(first.conversation, by=None)
    refers = {"answers": "one@studio.example"} if header == "answers" else {"references": ["x@y", "one@studio.example"]}
    answer = arrive("Any news?", **refers)
    assert answer.outcome == "appended"
    assert answer.message.conversation == first.conversation
    assert answer.message.threaded_by == {"answers": "in_reply_to", "references": "references"}[header]
    assert Conversation.objects.get(pk=first.conversation_id).status == "open"


def test_eve_who_quotes_our_id_gets_a_conversation_of_her_own(arrive, mailbox):
    first = arrive(message_id="one@studio.example").message
    eve = arrive("Send me the history.", sender="eve@stranger.example", answers="one@studio.example")
    assert eve.outcome == "created"
    assert eve.message.conversation != first.conversation


def test_whom_kim_copied_joins_only_after_we_wrote_to_them(arrive, mailbox, ada):
    first = arrive(message_id="one@studio.example", cc="omar@partner.example").message
    stranger = arrive("Me too.", sender="omar@partner.example", answers="one@studio.example")
    assert stranger.message.conversation != first.conversation
    ours = actions.reply(first.conversation, by=ada, text="Hold the button.", reply_all=True)
    assert ours.cc == ["omar@partner.example"]
    known = arrive("Thank you.", sender="Omar@Partner.example", answers=ours.external_id)
    assert known.message.conversation == first.conversation


def test_the_same_mail_twice_has_one_effect(arrive, mailbox):
    raw = letter(message_id="one@studio.example")
    first = arrive(raw)
    again = arrive(b"Received: by another way\r\n" + raw)
    assert again.outcome == "duplicate"
    assert again.message == first.message
    assert Message.objects.count() == 1
    assert Event.objects.filter(name="MessageArrived").count() == 1


def test_mail_without_an_id_is_recognised_too(arrive, mailbox):
    raw = (DELIVERIES / "no_message_id.eml").read_bytes()
    assert [arrive(raw).outcome, arrive(raw).outcome] == ["created", "duplicate"]


def test_a_deleted_conversation_stays_deleted(arrive, mailbox):
    raw = letter()
    arrive(raw).message.conversation.delete()
    assert arrive(raw).outcome == "duplicate"
    assert not Conversation.objects.exists()


def test_what_comes_back_of_our_own_is_recognised(arrive, mailbox, ada):
    conversation = arrive().message.conversation
    ours = actions.reply(conversation, by=ada, text="Hold the button.")
    back = arrive(letter("Hold the button.", sender="support@lampwright.example", message_id=ours.external_id))
    assert (back.outcome, back.message) == ("duplicate", ours)


@pytest.mark.parametrize("name", ["out_of_office", "read_receipt", "newsletter"])
def test_a_machines_mail_is_recorded_and_wakes_nobody(arrive, mailbox, name):
    delivery = arrive((DELIVERIES / f"{name}.eml").read_bytes())
    assert delivery.outcome == "auto_reply"
    assert delivery.message.is_automatic
    assert delivery.message.conversation.status == "closed"
    assert delivery.reason


def test_out_of_office_joins_the_conversation_and_does_not_reopen_it(arrive, mailbox, ada):
    conversation = arrive(sender="ruth@adeyemi.example").message.conversation
    ours = actions.reply(conversation, by=ada, text="Hold the button.")
    Message.objects.filter(pk=ours.pk).update(external_id="order-48213-a@lampwright.example")
    close(conversation, by=ada)
    delivery = arrive((DELIVERIES / "out_of_office.eml").read_bytes())
    assert delivery.message.conversation == conversation
    assert Conversation.objects.get(pk=conversation.pk).status == "closed"


def test_mail_through_our_own_group_is_a_persons(arrive, mailbox):
    delivery = arrive((DELIVERIES / "google_group.eml").read_bytes())
    assert delivery.outcome == "created"
    assert delivery.message.conversation.status == "open"


def test_mail_through_a_group_of_others_is_automatic(arrive, mailbox):
    Channel.objects.update(address="help@lampwright.example")
    assert arrive((DELIVERIES / "google_group.eml").read_bytes()).outcome == "auto_reply"


def test_the_visitor_of_our_form_is_the_customer(arrive, mailbox):
    message = arrive((DELIVERIES / "contact_form.eml").read_bytes()).message
    assert message.customer.email == "reception@hotelaurell.example"
    assert message.conversation.status == "open"


def test_mail_from_our_own_address_is_automatic(arrive, mailbox):
    delivery = arrive(sender="support@lampwright.example")
    assert (delivery.outcome, delivery.reason) == ("auto_reply", "from our own address")


def test_what_is_no_mail_is_kept_and_shown_and_holds_up_nothing(mailbox):
    bodies = [b"\x00\x01 no mail", letter()]
    stored = actions.accept_all([Incoming(body) for body in bodies], kind="email")
    bad, good = actions.process_all(stored)
    assert (bad.state, bad.outcome) == ("quarantined", "quarantined")
    assert "no header" in bad.reason
    assert queries.raw(Delivery.objects.get(pk=bad.pk)) == bodies[0]
    assert good.outcome == "created"


def test_noor_tries_a_quarantined_mail_again(arrive, mailbox):
    stuck = arrive()
    Message.objects.all().delete()
    Delivery.objects.update(state="quarantined", outcome="quarantined", reason="?", external_id="", message=None)
    assert actions.retry(stuck).outcome == "created"
    assert actions.retry(stuck).outcome == "created"
    assert Message.objects.count() == 1


def test_a_reader_that_fails_quarantines_one_mail(mailbox, monkeypatch):
    from rapport.channels.kinds.email import kind

    read = kind.read
    monkeypatch.setattr(kind, "read", lambda body: 1 / 0 if b"poison" in body else read(body))
    stored = actions.accept_all([Incoming(letter("poison")), Incoming(letter())], kind="email")
    bad, good = actions.process_all(stored)
    assert "ZeroDivisionError" in bad.reason
    assert good.outcome == "created"


def test_one_mail_that_cannot_be_recorded_does_not_take_its_batch_along(mailbox, monkeypatch):
    from rapport.conversations import actions as conversations

    receive = conversations.receive

    def receive_unless_poison(writing, **said):
        if "poison" in writing.text:
            raise ValueError("this one cannot be recorded")
        return receive(writing, **said)

    monkeypatch.setattr(conversations, "receive", receive_unless_poison)
    bodies = [letter("first"), letter("poison"), letter("last")]
    done = actions.process_all(actions.accept_all([Incoming(body) for body in bodies], kind="email"))
    assert [delivery.outcome for delivery in done] == ["created", "quarantined", "created"]
    assert "cannot be recorded" in done[1].reason
    assert Conversation.objects.count() == 2
    assert list(Conversation.objects.order_by("number").values_list("number", flat=True)) == [1, 2]


def test_answers_in_one_batch_find_each_other(mailbox):
    bodies = [
        letter("one", message_id="a@studio.example"),
        letter("two", message_id="b@studio.example", answers="a@studio.example"),
        letter("two again", message_id="b@studio.example", answers="a@studio.example"),
        letter("three", message_id="c@studio.example", references=["a@studio.example", "b@studio.example"]),
    ]
    done = actions.process_all(actions.accept_all([Incoming(body) for body in bodies], kind="email"))
    assert [delivery.outcome for delivery in done] == ["created", "appended", "duplicate", "appended"]
    conversation = Conversation.objects.get()
    assert conversation.message_count == 3
    assert Customer.objects.count() == 1


def test_the_sweep_reads_what_a_dead_process_left(mailbox):
    from datetime import timedelta

    stored = actions.accept(Incoming(letter()), kind="email")
    assert settling.sweep() == 0
    Delivery.objects.update(received_at=clock.now() - timedelta(minutes=2))
    assert settling.sweep() == 1
    stored.refresh_from_db()
    assert (stored.outcome, stored.attempts) == ("created", 1)


def test_a_mail_that_kills_its_reader_is_given_up(mailbox):
    from datetime import timedelta

    stored = actions.accept(Incoming(letter()), kind="email")
    Delivery.objects.update(received_at=clock.now() - timedelta(minutes=2), attempts=settling.MAX_ATTEMPTS)
    settling.sweep()
    stored.refresh_from_db()
    assert stored.state == "quarantined"
    assert actions.retry(stored).outcome == "created"


@pytest.mark.parametrize(
    "how",
    [
        {"recipients": ["orders+kim@lampwright.example"]},
        {"Delivered_To": "Orders@Lampwright.example"},
        {"X_Original_To": "orders@lampwright.example"},
        {"to": "Somebody <else@partner.example>, orders@lampwright.example"},
        {"cc": "orders@lampwright.example"},
    ],
)
def test_mail_lands_in_the_inbox_it_was_sent_to(arrive, mailbox, how):
    orders = Inbox.objects.create(name="Orders")
    Channel.objects.create(kind="email", inbox=orders, name="Orders", address="orders@lampwright.example")
    assert arrive(**{"to": "hidden@partner.example", **how}).message.conversation.inbox == orders


def test_the_first_mail_ever_finds_an_inbox(arrive, db):
    assert arrive().message.conversation.inbox.name == "Support"


def test_mail_without_a_sender_is_shown_too(arrive, mailbox):
    message = arrive(b"Subject: Who am I?\nDate: Thu, 19 Nov 2026 10:00:00 +0000\n\nGuess.").message
    assert message.conversation.subject == "Who am I?"
    assert message.conversation.customer.email == ""


def test_a_mail_too_large_to_read_is_kept(arrive, mailbox, monkeypatch):
    monkeypatch.setattr(settling, "MAX_READ", 1000)
    delivery = arrive("word " * 1000)
    assert delivery.state == "quarantined"
    assert "larger" in delivery.reason
    assert len(queries.raw(delivery)) > 1000


def test_nothing_is_read_without_being_stored_first(mailbox, monkeypatch):
    """Reading sees a row that another connection could see: it is committed, not only written."""
    from django.db import transaction

    from rapport.channels.kinds.email import kind

    seen = []
    read = kind.read
    monkeypatch.setattr(
        kind,
        "read",
        lambda body: (seen.append((Delivery.objects.count(), transaction.get_connection().savepoint_ids)), read(body))[
            1
        ],
    )
    actions.process_all([actions.accept(Incoming(letter()), kind="email")])
    assert seen == [(1, [])]
