"""Mail over real SMTP into a running Rapport: where each one lands, asked on its own API."""

import json
import smtplib
import socket
import time
import urllib.request

import pytest

from rapport.channels.tests.letters import letter

HELP, SALES = "support@lampwright.example", "sales@lampwright.example"


def two_mailboxes():
    """Run inside: support@ and sales@, each with an inbox of its own."""
    from rapport.channels.models import Channel
    from rapport.conversations.models import Inbox

    for address in (HELP, SALES):
        inbox, _made = Inbox.objects.get_or_create(name=address.partition("@")[0])
        Channel.objects.get_or_create(kind="email", inbox=inbox, name=inbox.name, address=address)


def delete(number):
    """Run inside: the conversation is deleted for good."""
    from rapport.conversations.models import Conversation

    Conversation.objects.get(pk=number).delete()


@pytest.fixture(scope="module")
def desk(live_rapport):
    live_rapport.call(two_mailboxes)
    live_rapport.token = live_rapport.run(
        "token", "create", "--email", "noor@lampwright.example", "--scope", "admin"
    ).stdout.split()[-1]
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            socket.create_connection(live_rapport.smtp, timeout=1).close()
            break
        except OSError:
            time.sleep(0.1)
    return live_rapport


@pytest.fixture
def ask(desk):
    def asked(path):
        request = urllib.request.Request(
            f"{desk.address}/api/v1{path}", headers={"Authorization": f"Bearer {desk.token}"}
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    return asked


@pytest.fixture
def send(desk, ask):
    """A real SMTP conversation; answers the delivery once it was read."""

    def sent(mail, *recipients, sender="kim@studio.example"):
        before = len(ask("/deliveries?limit=200")["items"])
        with smtplib.SMTP(*desk.smtp, timeout=10) as server:
            server.sendmail(sender, recipients or [HELP], mail)
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            found = ask("/deliveries?limit=200")["items"]
            if len(found) > before and found[0]["state"] != "stored":
                return found[0]
            time.sleep(0.1)
        raise AssertionError(desk.said())

    return sent


@pytest.mark.on_both_databases
def test_one_mail_to_two_of_our_addresses_is_one_message(send, ask):
    mail = letter("Two at once", to=f"{HELP}, {SALES}", message_id="both@studio.example")
    first = send(mail, HELP)
    again = send(b"Received: from elsewhere\r\n" + mail, SALES)
    assert (first["outcome"], again["outcome"], again["message"]) == ("created", "duplicate", first["message"])
    assert ask(f"/conversations/{first['conversation']}")["message_count"] == 1


@pytest.mark.on_both_databases
def test_a_mail_without_an_id_is_known_by_what_it_says(send):
    head = b"From: Kim <kim@studio.example>\r\nTo: support@lampwright.example\r\nSubject: No id\r\n"
    mail = head + b"Date: Mon, 2 Mar 2026 09:00:00 +0000\r\n\r\nHello\r\n"
    first = send(mail)
    again = send(b"Received: from a by b\r\nDelivered-To: sales@lampwright.example\r\n" + mail, SALES)
    other = send(mail.replace(b"Hello", b"Hello again"))
    assert (again["outcome"], again["message"]) == ("duplicate", first["message"])
    assert other["outcome"] == "created"


@pytest.mark.on_both_databases
def test_eve_who_quotes_our_ids_and_subject_joins_nothing(send):
    kims = send(letter("Private matter", subject="Private matter", message_id="private@studio.example"))
    eves = send(
        letter(
            "What was said?",
            sender="eve@stranger.example",
            subject="Re: Private matter",
            answers="private@studio.example",
            references=["private@studio.example"],
        ),
        sender="eve@stranger.example",
    )
    assert eves["outcome"] == "created"
    assert eves["conversation"] != kims["conversation"]


@pytest.mark.on_both_databases
def test_what_was_deleted_does_not_come_back(send, desk, ask):
    mail = letter("Delete me", message_id="deleted@studio.example")
    first = send(mail)
    desk.call(delete, number=first["conversation"])
    again = send(b"Received: once more\r\n" + mail)
    assert (again["outcome"], again["conversation"]) == ("duplicate", None)
    assert not [each for each in ask("/conversations?limit=200")["items"] if each["id"] == first["conversation"]]
