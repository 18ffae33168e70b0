"""Mail that comes back, as the servers of the world report it: to whom it did not get, whether for good, and why."""

import pytest

from rapport.channels.kinds.email.reading import read
from rapport.channels.refusals import in_plain_words, is_for_good
from rapport.channels.types import AutoReplied, Bounced, MessageReceived

COPY = """Return-Path: <support@lampwright.example>
From: Ada <support@lampwright.example>
To: samir@haidari.example
Message-ID: <answer@lampwright.example>
Subject: Re: Which bulb fits?

You need an E14.
"""


def bounced(text, *, sender="MAILER-DAEMON@relay.example", subject="failure notice", **headers):
    head = {"From": sender, "To": "support@lampwright.example", "Subject": subject, **headers}
    raw = "".join(f"{name}: {value}\n" for name, value in head.items()) + f"\n{text}"
    (event,) = read(raw.encode())
    return event


def report(*blocks, copy=COPY, words="It did not work."):
    parts = "\n\n".join(["Reporting-MTA: dns; relay.example", *blocks])
    text = (
        f"--b\nContent-Type: text/plain\n\n{words}\n--b\nContent-Type: message/delivery-status\n\n{parts}\n"
        f"--b\nContent-Type: text/rfc822-headers\n\n{copy}\n--b--\n"
    )
    kind = 'multipart/report; report-type=delivery-status; boundary="b"'
    return bounced(text, **{"Content-Type": kind, "MIME-Version": "1.0"})


def told(event):
    assert type(event) is Bounced
    return [(failure.address, failure.status, failure.is_final) for failure in event.failures]


def test_postfix_names_each_of_three_and_only_two_failed():
    event = report(
        "Final-Recipient: rfc822; samir@haidari.example\nAction: failed\nStatus: 5.1.1\n"
        "Diagnostic-Code: smtp; 550 5.1.1 <samir@haidari.example>:\n    Recipient address rejected",
        "Final-Recipient: rfc822; kim@studio.example\nAction: delivered\nStatus: 2.1.5",
        "Original-Recipient: rfc822;omar@partner.example\nFinal-Recipient: rfc822;box7@host.example\n"
        "Action: failed\nStatus: 5.0.0\nDiagnostic-Code: smtp; 552 5.2.2 Mailbox full",
    )
    assert told(event) == [("samir@haidari.example", "5.1.1", True), ("omar@partner.example", "5.2.2", True)]
    assert (event.about, event.permanent) == ("answer@lampwright.example", True)
    assert "Recipient address rejected" in event.reason


def test_what_was_given_up_after_days_is_lost_though_its_code_says_later():
    event = report("Final-Recipient: rfc822; samir@haidari.example\nAction: failed\nStatus: 4.4.1")
    assert told(event) == [("samir@haidari.example", "4.4.1", True)]
    assert not is_for_good("4.4.1", event.reason), "the address may be as good as ever"


def test_what_is_only_late_is_not_lost():
    event = report("Final-Recipient: rfc822; samir@haidari.example\nAction: delayed\nStatus: 4.4.1")
    assert (told(event), event.permanent) == ([("samir@haidari.example", "4.4.1", False)], False)


def test_a_receipt_of_delivery_is_no_failure():
    event = report("Final-Recipient: rfc822; samir@haidari.example\nAction: delivered\nStatus: 2.0.0")
    assert type(event) is AutoReplied


def test_exchange_says_in_the_header_what_it_answers():
    event = bounced(
        "--b\nContent-Type: text/plain\n\nYour message to samir@haidari.example couldn't be delivered.\n"
        "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns;ex.example\n\n"
        "Final-Recipient: rfc822;samir@haidari.example\nAction: failed\nStatus: 5.1.10\n"
        "Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found\n--b--\n",
        sender="Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@haidari.example>",
        subject="Undeliverable: Which bulb fits?",
        **{
            "Content-Type": "multipart/report; report-type=delivery-status; boundary=b",
            "In-Reply-To": "<answer@lampwright.example>",
        },
    )
    assert told(event) == [("samir@haidari.example", "5.1.10", True)]
    assert event.about == "answer@lampwright.example"
    assert in_plain_words("samir@haidari.example", "5.1.10", event.reason).startswith("There is no such mailbox.")


QMAIL = """Hi. This is the qmail-send program at relay.example.
I'm afraid I wasn't able to deliver your message to the following addresses.

<samir@haidari.example>:
198.51.100.7 does not like recipient.
Remote host said: 550 5.1.1 No such user

<omar@partner.example>:
Sorry, I couldn't find any host named partner.example. (#5.1.2)

--- Below this line is a copy of the message.

"""
EXIM = """This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  samir@haidari.example
    host mx.haidari.example [198.51.100.7]
    SMTP error from remote mail server after RCPT TO:<samir@haidari.example>:
    550 5.1.1 User unknown

------ This is a copy of the message, including all the headers. ------

"""
OLD_EXCHANGE = """Your message did not reach some or all of the intended recipients.

      Subject:  Re: Which bulb fits?
      Sent:     19/11/2026 11:11

The following recipient(s) cannot be reached:

      'samir@haidari.example' on 19/11/2026 11:11
            The e-mail account does not exist at the organization this message was sent to.
            <ex.haidari.example #5.1.1>

"""
OLD_GMAIL = """Delivery to the following recipient failed permanently:

     samir@haidari.example

Technical details of permanent failure:
The error that the other server returned was:
550 5.2.1 The email account that you tried to reach is disabled.

----- Original message -----

"""
NETEASE = """您好，您的邮件被退回来了……

收件人邮件地址：samir@haidari.example
退信原因：收件人邮件地址不存在，邮件无法送达。
SMTP error, RCPT TO: 550 User not found

----- 原邮件 -----

"""
TENCENT = """抱歉，您的邮件被退回来了……

无法发送到 samir@haidari.example
退信原因：收件人邮箱空间不足 552 5.2.2 Mailbox is full

--- Original message ---

"""


@pytest.mark.parametrize(
    ("words", "expected", "plainly"),
    [
        (
            QMAIL,
            [("samir@haidari.example", "5.1.1", True), ("omar@partner.example", "5.1.2", True)],
            "There is no such mailbox.",
        ),
        (EXIM, [("samir@haidari.example", "5.1.1", True)], "There is no such mailbox."),
        (OLD_EXCHANGE, [("samir@haidari.example", "5.1.1", True)], "There is no such mailbox."),
        (OLD_GMAIL, [("samir@haidari.example", "5.2.1", True)], "This mailbox was closed."),
        (NETEASE, [("samir@haidari.example", "", True)], "There is no such mailbox."),
        (TENCENT, [("samir@haidari.example", "5.2.2", True)], "Their mailbox is full."),
    ],
    ids=["qmail", "exim", "exchange", "gmail", "netease", "tencent"],
)
def test_servers_that_write_in_words_are_understood(words, expected, plainly):
    headers = {"X-Failed-Recipients": "samir@haidari.example"} if words is EXIM else {}
    event = bounced(words + COPY, sender="PostMaster@relay.example", subject="Undelivered: 系统退信", **headers)
    assert told(event) == expected
    assert event.about == "answer@lampwright.example"
    first = event.failures[0]
    assert in_plain_words(first.address, first.status, first.said).startswith(plainly)


def test_a_warning_in_words_is_only_late():
    words = "This is only a warning. Your message will be retried.\n\n  samir@haidari.example\n    451 4.4.1 Timeout\n"
    event = bounced(words, subject="Warning: message 1abc delayed 24 hours; delivery failure")
    assert (told(event), event.permanent) == ([("samir@haidari.example", "4.4.1", False)], False)


def test_what_people_write_about_undelivered_parcels_is_a_letter():
    event = bounced("My parcel to samir@haidari.example was not there.", sender="Kim <kim@studio.example>")
    assert type(event) is MessageReceived


@pytest.mark.parametrize(
    ("status", "said", "plainly", "for_good"),
    [
        ("5.1.1", "User unknown", "There is no such mailbox.", True),
        ("", "550 Requested action not taken: mailbox unavailable", "There is no such mailbox.", True),
        ("5.1.2", "Host unknown", "There is no mail server for haidari.example.", True),
        ("5.2.1", "The account is disabled", "This mailbox was closed.", True),
        ("5.2.2", "Over quota", "Their mailbox is full.", False),
        ("5.3.4", "Message size exceeds limit", "It is too large for their server.", False),
        (
            "5.7.26",
            "Unauthenticated email is not accepted due to domain's DMARC policy",
            "Their server does not",
            False,
        ),
        ("5.7.1", "Blocked by Spamhaus", "Their server took it for unwanted mail.", False),
        ("5.1.1", "Message rejected as spam", "Their server took it for unwanted mail.", False),
        ("4.4.7", "Message expired", "Their server could not be reached", False),
        ("5.4.6", "Routing loop detected", "Their server sends mail round in circles.", False),
        ("", "No thanks", "Their server refused it.", False),
    ],
)
def test_an_agent_reads_what_it_means(status, said, plainly, for_good):
    assert in_plain_words("samir@haidari.example", status, said).startswith(plainly)
    assert is_for_good(status, said) is for_good
