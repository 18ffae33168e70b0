"""The door for mail by SMTP: encrypted, bounded in size, memory and crowd, and not closed by who runs away."""

import os
import smtplib
import socket
import ssl
import threading
from concurrent.futures import Future
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from rapport.channels import listeners
from rapport.channels.kinds.email.crowding import Crowd
from rapport.channels.kinds.email.listening import ListeningAddress, MailServer
from rapport.channels.models import Delivery
from rapport.channels.seam import Reception
from rapport.channels.tests.certificates import self_signed
from rapport.channels.tests.letters import letter


class Desk(Reception):
    """Counts what is handed in, and keeps none of it."""

    def __init__(self):
        self.sizes = []

    def take(self, kind, incoming):
        body = incoming.body
        pieces = [body] if isinstance(body, bytes) else iter(lambda: body.read(65536), b"")
        self.sizes.append(sum(len(piece) for piece in pieces))
        stored = Future()
        stored.set_result(None)
        return stored

    def knows(self, address):
        return True


@pytest.fixture
def door(settings, tmp_path):
    """A door with a desk behind it; `open(...)` takes the crowd it is to bear."""
    settings.DATA = tmp_path
    opened = []

    def open_door(**crowd):
        server = MailServer(ListeningAddress("127.0.0.1", 0, is_lmtp=False), Desk(), Crowd(**crowd))
        opened.append(server)
        return server

    yield open_door
    for server in opened:
        server.stop()


def client(server):
    return smtplib.SMTP("127.0.0.1", server.port, timeout=10)


def unchecked():
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def certificate_of(server):
    with client(server) as talk:
        talk.starttls(context=unchecked())
        return talk.sock.getpeercert(binary_form=True)


def desk_of(server):
    return server._desk._reception


def test_it_encrypts_with_a_certificate_of_its_own(door, settings):
    server = door()
    with client(server) as talk:
        talk.ehlo()
        assert talk.has_extn("starttls")
        talk.starttls(context=unchecked())
        assert talk.sock.version() in ("TLSv1.2", "TLSv1.3")
        talk.sendmail("kim@studio.example", ["support@lampwright.example"], letter())
    assert len(desk_of(server).sizes) == 1
    made = Path(settings.DATA) / "smtp.pem"
    assert made.stat().st_mode & 0o777 == 0o600
    # It stays the same one after a restart.
    assert certificate_of(door()) == certificate_of(server)


def test_it_uses_the_certificate_of_the_installation_and_sees_it_renewed(door, settings, tmp_path):
    file = tmp_path / "mail.pem"
    file.write_bytes(self_signed("127.0.0.1", days=30))
    settings.SMTP_CERTIFICATE = str(file)
    server = door()
    with client(server) as talk:
        trusting = ssl.create_default_context(cafile=str(file))
        trusting.check_hostname = False
        talk.starttls(context=trusting)
    first = certificate_of(server)
    file.write_bytes(self_signed("127.0.0.1", days=60))
    os.utime(file, (1, 1))
    assert certificate_of(server) != first
    file.write_text("half a file")
    os.utime(file, (2, 2))
    assert certificate_of(server)


def test_a_certificate_that_cannot_be_used_says_so_at_the_start(door, settings, tmp_path):
    settings.SMTP_CERTIFICATE = str(tmp_path / "missing.pem")
    with pytest.raises(ImproperlyConfigured, match="RAPPORT_SMTP_CERTIFICATE"):
        door()


def test_the_largest_size_is_announced_and_held(door):
    server = door()
    with client(server) as talk:
        talk.ehlo()
        assert talk.esmtp_features["size"] == str(50 * 1024 * 1024)
        code, _said = talk.mail("kim@studio.example", [f"size={60 * 1024 * 1024}"])
        assert code == 552


def peak():
    """The most memory this process had since the last look, in bytes."""
    told = Path("/proc/self/status").read_text()
    most = int(next(line for line in told.splitlines() if line.startswith("VmHWM")).split()[1]) * 1024
    Path("/proc/self/clear_refs").write_text("5")
    return most


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="the kernel does not tell")
@pytest.mark.parametrize("megabytes", [40, 60])
def test_a_large_mail_waits_on_the_disk(door, megabytes):
    server = door()
    line = b"x" * 998 + b"\r\n"
    peak()
    before = peak()
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as caller:
        talk = caller.makefile("rwb")
        for said in (b"EHLO x", b"MAIL FROM:<k@s.example>", b"RCPT TO:<support@lampwright.example>", b"DATA"):
            talk.write(said + b"\r\n")
            talk.flush()
            while talk.readline()[3:4] == b"-":
                pass
            if said.startswith(b"EHLO"):
                talk.readline()
        for _ in range(megabytes * 1000):
            talk.write(line)
        talk.write(b".\r\n")
        talk.flush()
        lines = [talk.readline() for _ in range(2)]
    assert any(said.startswith(b"250" if megabytes < 50 else b"552") for said in lines)
    assert desk_of(server).sizes == ([megabytes * 1000 * 1000] if megabytes < 50 else [])
    assert peak() - before < 15 * 1024 * 1024


def test_a_line_of_megabytes_and_dots_arrive_as_sent(door, tmp_path):
    server = door()
    body = b"Subject: x\r\n\r\n" + b"a" * 3_000_000 + b"\r\n" + b"." * 200_000 + b"\r\n.\r\n..x\r\n"
    with client(server) as talk:
        talk.sendmail("k@s.example", ["support@lampwright.example"], body)
    assert desk_of(server).sizes == [len(body)]


def test_one_peer_cannot_hold_all_places(door):
    server = door(connections=3, connections_each=2, is_inside_free=False)
    with client(server), client(server):
        with pytest.raises(smtplib.SMTPConnectError) as refused:
            client(server)
        assert refused.value.smtp_code == 421
    with client(server) as talk:
        assert talk.noop()[0] == 250


def test_our_own_machines_are_not_bound_one_by_one(door):
    server = door(connections=4, connections_each=1, mails_a_minute=1)
    with client(server) as talk, client(server), client(server):
        for _ in range(3):
            talk.sendmail("k@s.example", ["support@lampwright.example"], letter())
        with client(server), pytest.raises(smtplib.SMTPConnectError):
            client(server)


def test_too_many_mails_a_minute_have_to_come_again(door):
    server = door(mails_a_minute=2, is_inside_free=False)
    with client(server) as talk:
        for _ in range(2):
            talk.sendmail("k@s.example", ["support@lampwright.example"], letter())
        with pytest.raises(smtplib.SMTPDataError) as refused:
            talk.sendmail("k@s.example", ["support@lampwright.example"], letter())
        assert refused.value.smtp_code == 450


@pytest.mark.django_db(transaction=True)
def test_senders_who_hang_up_before_the_answer_close_nothing(settings, mailbox):
    settings.SMTP_LISTEN = "127.0.0.1:0"
    doors = listeners.Doors()
    port = doors._listeners[0].port

    def run_away(number):
        with socket.create_connection(("127.0.0.1", port), timeout=10) as caller:
            caller.sendall(
                b"HELO x\r\nMAIL FROM:<k@s.example>\r\nRCPT TO:<support@lampwright.example>\r\nDATA\r\n"
                + letter(f"number {number}", message_id=f"{number}@s.example").replace(b"\n", b"\r\n")
                + (b"y" * 70 + b"\r\n") * (6000 if number % 4 == 0 else 0)
                + b".\r\n"
            )

    try:
        runners = [threading.Thread(target=run_away, args=(number,)) for number in range(24)]
        for runner in runners:
            runner.start()
        for runner in runners:
            runner.join()
        with smtplib.SMTP("127.0.0.1", port, timeout=10) as talk:
            talk.sendmail("kim@studio.example", ["support@lampwright.example"], letter(message_id="stays@s.example"))
    finally:
        doors.stop()
    assert Delivery.objects.filter(external_id="stays@s.example").exists()
