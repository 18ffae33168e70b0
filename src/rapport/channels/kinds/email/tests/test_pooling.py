"""Mails to one server go by few connections, and a connection that has gone stale costs nobody a mail."""

import datetime
import ipaddress
import os
import ssl
import subprocess
import sys
import threading

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from rapport.channels.errors import CannotDeliver
from rapport.channels.kinds.email import pooling, sending
from rapport.channels.kinds.email.pooling import POOL
from rapport.channels.tests.post_office import post_office
from rapport.channels.types import Address, Outgoing


def outgoing(number=1):
    return Outgoing(
        external_id=f"{number}@lampwright.example",
        sender=Address("Ada", "support@lampwright.example"),
        to=[Address("Kim", "kim@studio.example")],
        subject="Lamp",
        text="Hold the button.",
        references=(),
        parts=(),
    )


@pytest.fixture
def office():
    with post_office() as office:
        yield office


def way_to(office, security="plain"):
    return {"outgoing": "smtp", "smtp_host": "127.0.0.1", "smtp_port": office.port, "smtp_security": security}


def test_two_hundred_mails_take_three_connections(office):
    for number in range(200):
        sending.send(outgoing(number), way_to(office))
    assert (len(office.received), office.connections) == (200, 3), "90 each"


def test_four_threads_never_share_one(office):
    def send_some(first):
        for number in range(first, first + 25):
            sending.send(outgoing(number), way_to(office))

    threads = [threading.Thread(target=send_some, args=(first,)) for first in (0, 25, 50, 75)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({mail["Message-ID"] for mail in office.received}) == len(office.received) == 100
    assert office.connections <= 4


def test_a_connection_that_the_server_closed_meanwhile_is_replaced_unnoticed(office):
    sending.send(outgoing(1), way_to(office))
    office.hang_up()
    sending.send(outgoing(2), way_to(office))
    assert (len(office.received), office.connections) == (2, 2)


def test_a_server_that_has_had_enough_of_a_connection_gets_the_mail_on_a_new_one(office):
    sending.send(outgoing(1), way_to(office))
    office.tired = ["421 4.7.0 Too long on one connection"]
    sending.send(outgoing(2), way_to(office))
    assert (len(office.received), office.connections) == (2, 2)


def test_after_an_error_the_connection_is_not_used_again(office):
    sending.send(outgoing(1), way_to(office))
    office.answers = ["451 4.3.0 Later"]
    with pytest.raises(CannotDeliver) as refused:
        sending.send(outgoing(2), way_to(office))
    assert (refused.value.permanent, refused.value.in_doubt) == (False, False)
    sending.send(outgoing(2), way_to(office))
    assert (len(office.received), office.connections) == (2, 2)


def test_a_confirmation_lost_on_a_kept_connection_leaves_doubt_and_sends_nothing_twice(office):
    sending.send(outgoing(1), way_to(office))
    office.answers = ["keep and drop"]
    with pytest.raises(CannotDeliver) as lost:
        sending.send(outgoing(2), way_to(office))
    assert (lost.value.permanent, lost.value.in_doubt) == (False, True)
    assert len(office.received) == 2, "said once, whatever became of it"


def test_a_line_cut_before_the_mail_was_said_leaves_no_doubt(office):
    office.tired = ["drop"]
    with pytest.raises(CannotDeliver) as cut:
        sending.send(outgoing(1), way_to(office))
    assert (cut.value.permanent, cut.value.in_doubt) == (False, False)


def test_idle_connections_are_closed_soon(office, monkeypatch):
    monkeypatch.setattr(pooling, "IDLE_SECONDS", 0.1)
    sending.send(outgoing(1), way_to(office))
    assert office.wait_until_left()


def test_a_worn_connection_is_ended_politely(office, monkeypatch):
    monkeypatch.setattr(pooling, "MOST_MAILS", 2)
    for number in range(4):
        sending.send(outgoing(number), way_to(office))
    assert (len(office.received), office.connections) == (4, 2)


def test_another_user_never_gets_somebody_elses_connection():
    with post_office(password="right") as office:
        signed = {**way_to(office), "smtp_user": "support", "smtp_password": "right"}
        sending.send(outgoing(1), signed)
        with pytest.raises(CannotDeliver, match="does not know this user name or password"):
            sending.send(outgoing(2), {**signed, "smtp_password": "wrong"})
        assert len(office.received) == 1


def test_a_new_process_leaves_its_parents_connections_alone(office):
    sending.send(outgoing(1), way_to(office))
    child = os.fork()
    if child == 0:
        os._exit(1 if any(POOL._idle.values()) else 0)
    assert os.waitpid(child, 0)[1] == 0
    sending.send(outgoing(2), way_to(office))
    assert office.connections == 1


def test_a_process_that_ends_says_goodbye(office):
    said = (
        "from django.conf import settings; settings.configure()\n"
        "from rapport.channels.kinds.email.pooling import POOL\n"
        "from rapport.channels.kinds.email.smtp import smtp_of\n"
        f"kept = smtp_of({way_to(office)!r}); kept.open(); POOL.give_back(kept)\n"
    )
    subprocess.run([sys.executable, "-W", "ignore", "-c", said], check=True, timeout=60)
    assert office.wait_until_left()
    assert (office.connections, office.goodbyes) == (1, 1)


def test_kept_connections_speak_tls(tmp_path, monkeypatch):
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(_certificate(tmp_path))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "server.pem"))
    with post_office(tls=server) as office:
        for number in range(10):
            sending.send(outgoing(number), way_to(office, "tls"))
        assert (len(office.received), office.connections) == (10, 1)


def _certificate(folder):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "post.example")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = folder / "server.pem"
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path
