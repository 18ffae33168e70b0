"""Mail comes in over real SMTP and LMTP connections, and is acknowledged only once it is stored."""

import errno
import smtplib
import socket
import threading
import time

import pytest
from django.db import connection
from django.db.utils import OperationalError

from rapport.backbone.files import NoSpace
from rapport.channels import listeners, reception
from rapport.channels.kinds.email import listening
from rapport.channels.models import Delivery
from rapport.channels.tests.letters import letter
from rapport.conversations.models import Conversation, Message

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def server(settings, mailbox):
    settings.SMTP_LISTEN = "127.0.0.1:0"
    doors = listeners.Doors()
    yield doors._listeners[0]
    doors.stop()


@pytest.fixture
def smtp(server):
    with smtplib.SMTP("127.0.0.1", server.port, timeout=10) as client:
        yield client


def wait_until(true, seconds=10):
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def test_kims_mail_becomes_a_conversation_within_a_second(smtp):
    smtp.sendmail("kim@studio.example", ["support@lampwright.example"], letter())
    delivery = Delivery.objects.get()
    assert delivery.recipients == ["support@lampwright.example"]
    assert delivery.source == "SMTP from 127.0.0.1"
    wait_until(Conversation.objects.exists, seconds=2)


def test_when_it_says_250_the_mail_is_stored(smtp):
    for number in range(5):
        smtp.sendmail("kim@studio.example", ["support@lampwright.example"], letter(str(number)))
        assert Delivery.objects.count() == number + 1


def test_sub_addresses_are_ours_and_strangers_addresses_are_not(smtp):
    smtp.sendmail("kim@studio.example", ["Support+Orders@Lampwright.example"], letter())
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        smtp.sendmail("kim@studio.example", ["sales@lampwright.example"], letter())
    assert refused.value.recipients["sales@lampwright.example"][0] == 550
    assert Delivery.objects.count() == 1


def test_without_any_channel_everything_is_taken(settings, db):
    settings.SMTP_LISTEN = "smtp://127.0.0.1:0"
    doors = listeners.Doors()
    try:
        with smtplib.SMTP("127.0.0.1", doors._listeners[0].port) as client:
            client.sendmail("kim@studio.example", ["anything@lampwright.example"], letter())
    finally:
        doors.stop()
    assert Message.objects.count() == 1, "stopping reads what was stored"


def test_one_mail_to_several_of_our_addresses_is_one_delivery(smtp):
    smtp.sendmail("k@s.example", ["support@lampwright.example", "support+a@lampwright.example"], letter())
    assert Delivery.objects.get().recipients == ["support@lampwright.example", "support+a@lampwright.example"]


def test_lmtp_answers_for_each_recipient(settings, mailbox):
    settings.SMTP_LISTEN = "lmtp://127.0.0.1:0"
    doors = listeners.Doors()
    try:
        with smtplib.LMTP("127.0.0.1", doors._listeners[0].port) as client:
            client.ehlo_or_helo_if_needed()
            client.mail("kim@studio.example")
            assert client.rcpt("support@lampwright.example")[0] == 250
            assert client.rcpt("nobody@lampwright.example")[0] == 550
            assert client.rcpt("support+x@lampwright.example")[0] == 250
            assert client.data(letter())[0] == 250
            assert client.getreply()[0] == 250
            assert client.noop()[0] == 250
    finally:
        doors.stop()
    assert Delivery.objects.count() == 1


@pytest.mark.parametrize(
    ("trouble", "code"),
    [
        (OperationalError("database is locked"), 451),
        (OperationalError("database or disk is full"), 452),
        (OSError(errno.ENOSPC, "No space left on device"), 452),
        (NoSpace(), 452),
    ],
)
def test_trouble_with_storing_is_told_and_the_mail_stays_with_its_sender(smtp, monkeypatch, trouble, code):
    def fail(*_, **__):
        raise trouble

    with monkeypatch.context() as patch:
        patch.setattr(reception, "accept_all", fail)
        with pytest.raises(smtplib.SMTPDataError) as refused:
            smtp.sendmail("kim@studio.example", ["support@lampwright.example"], letter())
    assert refused.value.smtp_code == code
    assert not Delivery.objects.exists()
    smtp.sendmail("kim@studio.example", ["support@lampwright.example"], letter())
    assert Delivery.objects.count() == 1


def test_a_mail_that_is_too_large_is_refused(smtp, monkeypatch):
    assert f"SIZE {listening.MAX_SIZE}" in smtp.ehlo()[1].decode()
    with pytest.raises(smtplib.SMTPSenderRefused):
        smtp.sendmail("k@s.example", ["support@lampwright.example"], b"x" * (listening.MAX_SIZE + 1))


def test_long_lines_and_raw_bytes_arrive_as_sent(smtp):
    raw = (
        b"From: kim@studio.example\r\nSubject: \xe5\x8f\xb0\xe7\x81\xaf\r\n\r\n"
        + b"a" * 50_000
        + b"\r\n.dot\r\n\xff\xfe\r\n"
    )
    smtp.sendmail("kim@studio.example", ["support@lampwright.example"], raw)
    assert bytes(Delivery.objects.get().body) == raw


def test_a_sender_who_hangs_up_midway_leaves_nothing(server):
    with socket.create_connection(("127.0.0.1", server.port)) as caller:
        talk = caller.makefile("rwb")
        talk.readline()
        for line in (b"HELO x", b"MAIL FROM:<k@s.example>", b"RCPT TO:<support@lampwright.example>", b"DATA"):
            talk.write(line + b"\r\n")
            talk.flush()
            talk.readline()
        talk.write(b"From: k@s.example\r\n\r\nhalf a ma")
        talk.flush()
        talk.close()
    with smtplib.SMTP("127.0.0.1", server.port) as client:
        client.sendmail("kim@studio.example", ["support@lampwright.example"], letter())
    assert Delivery.objects.count() == 1


def test_mails_at_the_same_moment_are_all_kept(server):
    def send(share):
        with smtplib.SMTP("127.0.0.1", server.port, timeout=30) as client:
            for number in share:
                client.sendmail("k@s.example", ["support@lampwright.example"], letter(message_id=f"{number}@s.example"))

    senders = [threading.Thread(target=send, args=(range(first, 120, 8),)) for first in range(8)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert Delivery.objects.count() == 120
    wait_until(lambda: Message.objects.count() == 120)


def test_idle_callers_hold_up_nobody(server):
    callers = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(100)]
    try:
        with smtplib.SMTP("127.0.0.1", server.port, timeout=5) as client:
            client.sendmail("kim@studio.example", ["support@lampwright.example"], letter())
    finally:
        for caller in callers:
            caller.close()
    assert Delivery.objects.count() == 1


@pytest.mark.parametrize("value", ["nonsense", "http://127.0.0.1:25", "127.0.0.1:x"])
def test_a_wrong_setting_says_what_it_should_read_like(settings, value):
    from django.core.exceptions import ImproperlyConfigured

    settings.SMTP_LISTEN = value
    with pytest.raises(ImproperlyConfigured, match="should read like"):
        listening.listening_address()


def test_without_the_setting_nothing_listens(settings, db):
    settings.SMTP_LISTEN = ""
    running = listeners.start()
    for listener in running:
        listener.stop()
    connection.close()
