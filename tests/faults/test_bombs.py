"""Mails and files made to take a desk down, over its real doors, while it goes on answering others."""

import base64
import io
import smtplib
import zipfile

import pytest

from rapport.channels.tests.letters import letter
from tests.faults.desk import measured, wait_until

HEAD = b"From: Eve <eve@stranger.example>\nTo: support@lampwright.example\nSubject: Boom\nMIME-Version: 1.0\n"
MIXED = HEAD + b'Content-Type: multipart/mixed; boundary="b"\n'


def zipped() -> bytes:
    """42 kB that would be 40 MB."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros", bytes(40_000_000))
    return file.getvalue()


def nested(levels: int) -> bytes:
    steps = (b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (level, level) for level in range(levels))
    return b"".join(steps) + b"Content-Type: text/plain\n\nat last\n"


def bombs() -> dict[str, bytes]:
    return {
        "1000-levels": HEAD + b"Message-ID: <1000-levels@stranger.example>\n" + nested(1_000),
        "10000-parts": MIXED
        + b"Message-ID: <10000-parts@stranger.example>\n\n"
        + b"--b\nContent-Type: text/csv; name=a.csv\n\n1\n" * 10_000
        + b"--b--\n",
        "1-mb-header": HEAD + b"Message-ID: <1-mb-header@stranger.example>\nX-Long: " + b"a" * 1_000_000 + b"\n\nx",
        "zip-bomb": letter("Open it.", message_id="zip-bomb@stranger.example", files=[("a.zip", zipped())]),
    }


@pytest.mark.usefixtures("full_only")
def test_no_bomb_costs_more_than_seconds_or_holds_up_the_next_mail(desk):
    desk.connect()
    desk.wait_for_mail_port()
    desk.take(letter("Before.", message_id="before@studio.example"))
    wait_until(lambda: "before@studio.example" in desk.arrived(), 30)
    before = desk.cpu_seconds()
    desk.take(*bombs().values(), sender="eve@stranger.example")
    desk.take(letter("After.", message_id="after@studio.example"))
    wait_until(lambda: "after@studio.example" in desk.arrived(), 60)
    wait_until(lambda: all(each["state"] != "stored" for each in desk.all("/deliveries")), 60)
    spent = desk.cpu_seconds() - before
    assert {f"{name}@stranger.example" for name in bombs()} <= set(desk.arrived())
    measured(f"four bombs and a mail: {spent:.1f} s CPU, at most {desk.peak_memory():.0f} MB in one process")
    assert spent < 10
    assert desk.peak_memory() < 300


@pytest.mark.usefixtures("full_only")
def test_200_megabytes_are_refused_at_the_door_and_kept_unread_when_brought_as_a_file(desk, tmp_path):
    desk.connect()
    desk.wait_for_mail_port()
    whole = MIXED + b"Message-ID: <huge@stranger.example>\n\n--b\n\nhi\n--b\nContent-Type: application/x; name=a.bin\n"
    whole += b"Content-Transfer-Encoding: base64\n\n" + base64.encodebytes(bytes(150_000_000)) + b"--b--\n"
    with pytest.raises((smtplib.SMTPSenderRefused, smtplib.SMTPDataError)) as refused:
        desk.take(whole, sender="eve@stranger.example")
    assert refused.value.smtp_code == 552
    file = tmp_path / "huge.eml"
    file.write_bytes(whole)
    said = desk.installation.run("mail", "ingest", str(file)).stdout
    assert '"outcome": "quarantined"' in said
    desk.take(letter("After.", message_id="after@studio.example"))
    wait_until(lambda: "after@studio.example" in desk.arrived(), 30)
    measured(f"200 MB at the door: at most {desk.peak_memory():.0f} MB in one process")
    assert desk.peak_memory() < 300


@pytest.mark.usefixtures("full_only")
def test_mail_of_ten_megabytes_each_is_streamed_rather_than_held(desk, mailbox):
    body = bytes(range(256)) * 40_000
    for number in range(20):
        mailbox.deliver(letter("Big.", message_id=f"big{number}@studio.example", files=[("big.bin", body)]))
    desk.connect(**mailbox.settings)
    wait_until(lambda: len(desk.arrived()) == 20, 180)
    measured(f"20 mails with 10 MB each by IMAP: at most {desk.peak_memory():.0f} MB in one process")
    assert desk.peak_memory() < 300
