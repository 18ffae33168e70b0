"""Whom nobody wants to hear from writes to Junk; nothing of it is lost, and nobody is told."""

import pytest

from rapport.backbone.models import Event
from rapport.channels import actions
from rapport.channels.actions import block, block_all, blocked_by, unblock
from rapport.channels.errors import CannotBlock
from rapport.channels.models import BlockedSender, Dispatch
from rapport.conversations.models import Conversation
from rapport.customers.actions import meet
from rapport.customers.models import IdentityKind
from rapport.team.models import Notification


def told():
    return list(Event.objects.order_by("id").values_list("name", flat=True))


@pytest.mark.parametrize("pattern", ["kim@studio.example", " KIM@Studio.Example ", "@studio.example", "studio.example"])
def test_what_a_blocked_sender_writes_is_junk_and_nobody_is_told(arrive, mailbox, ada, pattern):
    mailbox.inbox.acknowledgement = "Thank you."
    mailbox.inbox.save()
    blocked = block(pattern, by=ada, note="Sells lamps")
    delivery = arrive("Buy my lamps!")
    conversation = delivery.message.conversation
    assert (conversation.status, conversation.junk_reason) == ("closed", "blocked")
    assert delivery.message.text == "Buy my lamps!"
    assert (delivery.state, delivery.reason) == ("done", "From a blocked sender")
    assert "MessageArrived" not in told()
    assert not Notification.objects.exists()
    assert not Dispatch.objects.exists()
    blocked.refresh_from_db()
    assert (blocked.hits, blocked.by) == (1, ada)
    assert blocked.last_at is not None


def test_a_domain_covers_what_belongs_to_it_and_nothing_else(arrive, mailbox, ada):
    block("@studio.example", by=ada)
    arrive(sender="news@mail.studio.example")
    arrive(sender="kim@notstudio.example")
    arrive(sender="kim@studio.example.org")
    assert list(Conversation.objects.order_by("id").values_list("junk_reason", flat=True)) == ["blocked", "", ""]


def test_whoever_is_blocked_gets_into_no_conversation_that_people_read(arrive, mailbox, ada):
    kims = arrive("The lamp flickers.", message_id="one@studio.example").message.conversation
    block("kim@studio.example", by=ada)
    second = arrive("Answer me!", answers="one@studio.example", message_id="two@studio.example").message.conversation
    assert second.pk != kims.pk
    assert second.junk_reason == "blocked"
    kims.refresh_from_db()
    assert (kims.status, kims.message_count, kims.junk_at) == ("open", 1, None)
    third = arrive("At once!", answers="two@studio.example").message.conversation
    assert third.pk == second.pk, "junk goes on where it began"


def test_after_unblocking_kim_is_heard_again(arrive, mailbox, ada):
    unblock(block("kim@studio.example", by=ada))
    assert arrive().message.conversation.status == "open"


def test_the_visitor_of_our_own_form_can_be_blocked(arrive, mailbox, ada):
    block("kim@studio.example", by=ada)
    said = arrive(sender="Form <support@lampwright.example>", Reply_To="kim@studio.example")
    assert said.message.conversation.junk_reason == "blocked"


@pytest.mark.parametrize(
    ("pattern", "because"),
    [
        ("gmail.com", "Everyone can have an address at gmail.com"),
        ("support@lampwright.example", "address of our own"),
        ("@lampwright.example", "address of our own"),
        ("@example", "no mail address"),
        ("kim studio", "no mail address"),
        ("", "no mail address"),
    ],
)
def test_what_would_hit_ourselves_or_everybody_is_refused(mailbox, ada, pattern, because):
    with pytest.raises(CannotBlock, match=because):
        block(pattern, by=ada)
    assert not BlockedSender.objects.exists()


def test_a_domain_of_many_customers_needs_somebody_who_is_sure(mailbox, ada):
    for number in range(10):
        meet(kind=IdentityKind.EMAIL, value=f"p{number}@big.example")
    with pytest.raises(CannotBlock, match=r"10 customers write from big\.example"):
        block("@big.example", by=ada)
    assert block("@big.example", by=ada, is_sure=True).is_domain


def test_several_are_blocked_together_or_none(mailbox, ada):
    with pytest.raises(CannotBlock):
        block_all(["one@spam.example", "nonsense"], by=ada)
    assert not BlockedSender.objects.exists()
    block_all(["one@spam.example", "@junk.example", "one@spam.example"], by=ada)
    assert [each.pattern for each in BlockedSender.objects.order_by("id")] == ["one@spam.example", "@junk.example"]
    assert [each.pattern for each in blocked_by("a@b.junk.example")] == ["@junk.example"]
    assert actions.blocked_by("nobody") == []
