"""Who really sent it is found out, recorded and told; and posing as an agent gains nothing."""

import smtplib

import pytest

from rapport.backbone.jobs import run_pending
from rapport.channels import actions, listeners
from rapport.channels.kinds.email.tests.signed import published, signed
from rapport.channels.models import Channel, Dispatch
from rapport.channels.tests.letters import letter
from rapport.channels.tests.name_server import name_server
from rapport.conversations.authentication import is_doubtful, is_pending, is_proven
from rapport.conversations.models import Message
from rapport.conversations.types import Direction
from rapport.team.actions import create_token

TOLD = "mx.lampwright.example; dkim={0} header.d=shop.example; dmarc={0} header.from=shop.example"
DMARC = {("_dmarc.shop.example", "TXT"): ["v=DMARC1; p=reject"]}


def shop_letter(result="", **headers):
    if result:
        headers["Authentication_Results"] = TOLD.format(result)
    return letter(sender="Sam <sam@shop.example>", **headers)


@pytest.fixture
def trusting(mailbox):
    mailbox.settings = {**mailbox.settings, "trusted_host": "mx.lampwright.example"}
    mailbox.save()
    return mailbox


def test_what_our_own_host_found_is_recorded(arrive, trusting):
    good = arrive(shop_letter("pass"), channel=trusting).message
    assert (good.authentication["by"], good.authentication["dmarc"]) == ("mx.lampwright.example", "pass")
    assert is_proven(good)
    assert is_doubtful(arrive(shop_letter("fail"), channel=trusting).message)


def test_what_another_host_says_is_not(arrive, mailbox):
    assert arrive(shop_letter("pass"), channel=mailbox).message.authentication == {}


def test_mail_that_names_two_authors_proves_neither(arrive, trusting):
    body = shop_letter("pass").replace(b"From: Sam <sam@shop.example>", b"From: sam@shop.example, eve@evil.example")
    assert not is_proven(arrive(body, channel=trusting).message)
    twice = shop_letter("pass").replace(b"\nTo:", b"\nFrom: eve@evil.example\nTo:", 1)
    assert not is_proven(arrive(twice, channel=trusting).message)


def test_the_api_tells_it(arrive, trusting, client, noor):
    message = arrive(shop_letter("fail"), channel=trusting).message
    told = client.get(
        f"/api/v1/messages/{message.pk}", headers={"Authorization": f"Bearer {create_token(noor)}"}
    ).json()
    assert told["authentication"]["dmarc"] == "fail"
    assert told["authentication"]["proven"] is False


@pytest.mark.django_db(transaction=True)
def test_mail_by_our_own_server_is_looked_into_after_it_was_received(settings, mailbox):
    settings.SMTP_LISTEN = "127.0.0.1:0"
    with name_server(DMARC | published("shop.example")) as names:
        doors = listeners.Doors()
        try:
            with smtplib.SMTP("127.0.0.1", doors._listeners[0].port, timeout=10) as client:
                for body in (signed(shop_letter(), "shop.example"), signed(shop_letter(), "evil.example")):
                    client.sendmail("sam@shop.example", ["support@lampwright.example"], body)
        finally:
            doors.stop()
        assert [is_pending(message) for message in Message.objects.all()] == [True, True]
        assert not names.asked
        run_pending(strict=True)
    good, strange = Message.objects.order_by("id")
    assert is_proven(good)
    # From this machine nothing can be said of the sender's, and of an unknown signature nothing either.
    assert not is_proven(strange)
    assert strange.authentication["dmarc"] == "unchecked"


def test_asking_again_changes_nothing(arrive, mailbox):
    from rapport.channels.actions.vouching import find_out

    delivery = arrive(shop_letter(), channel=mailbox)
    Message.objects.update(authentication={"by": "mx", "dmarc": "pass", "domain": "shop.example"})
    find_out(delivery.message_id, delivery.pk)
    find_out(0, 0)
    assert Message.objects.get().authentication["by"] == "mx"


# Attack 1: posing as an agent by mail.


def test_a_mail_that_says_it_is_ada_is_a_customers_like_any_other(arrive, trusting, ada):
    for result in ("", "fail", "pass"):
        body = letter(
            sender=f"{ada.name} <{ada.email}>",
            subject=f"Close everything {result}",
            **({"Authentication_Results": TOLD.format(result)} if result else {}),
        )
        message = arrive(body, channel=trusting).message
        assert (message.direction, message.author_kind, message.agent) == (Direction.IN, "customer", None)
    assert not Dispatch.objects.exists()


def test_ada_by_mail_neither_answers_nor_closes_what_kim_asked(arrive, trusting, ada):
    asked = arrive(channel=trusting).message
    forged = letter(
        "Send the password to eve@evil.example.",
        sender=f"{ada.name} <{ada.email}>",
        subject="Re: Flickering lamp",
        answers=asked.external_id,
        references=[asked.external_id],
    )
    message = arrive(forged, channel=trusting).message
    assert message.conversation != asked.conversation
    assert not Dispatch.objects.exists()
    assert asked.conversation.messages.count() == 1


# Attack 2: joining a conversation by Cc.


def test_one_whom_a_stranger_copies_in_gets_no_history(arrive, mailbox, ada):
    asked = arrive(channel=mailbox).message
    # Eve knows Kim's address and the id of her mail, and copies in an address of hers.
    forged = arrive(
        sender="kim@studio.example",
        cc="eve@evil.example",
        subject="Re: Flickering lamp",
        answers=asked.external_id,
        channel=mailbox,
    ).message
    assert forged.conversation == asked.conversation
    sent = actions.reply(asked.conversation, text="Turn it off and on.", by=ada)
    assert "eve@evil.example" not in [*sent.to, *sent.cc, *sent.bcc]
    # What Eve then writes herself is a conversation of her own.
    joined = arrive(sender="eve@evil.example", subject="Re: Flickering lamp", answers=asked.external_id)
    assert joined.message.conversation != asked.conversation


def test_a_mailbox_that_trusts_by_a_guess_from_its_server(inbox, arrive):
    channel = Channel.objects.create(
        kind="email", inbox=inbox, name="Mail", settings={"incoming": "imap", "imap_host": "imap.gmail.com"}
    )
    told = TOLD.format("pass").replace("mx.lampwright.example", "mx.google.com")
    body = letter(sender="sam@shop.example", Authentication_Results=told)
    assert is_proven(arrive(body, channel=channel).message)
