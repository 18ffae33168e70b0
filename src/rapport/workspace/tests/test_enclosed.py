"""What comes with a letter: files as cards and in one ZIP, invitations, signatures."""

import io
import zipfile

import pytest
from django.utils import timezone

from rapport.backbone import files
from rapport.conversations.types import IncomingFile

INVITATION = (
    b"BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nSUMMARY:Lamp <b>fitting</b>\r\nDTSTART:20260703T140000Z\r\n"
    b"DTEND:20260703T150000Z\r\nLOCATION:Studio 4\r\nORGANIZER;CN=Kim Park:mailto:kim@studio.example\r\nEND:VEVENT\r\n"
)


@pytest.fixture
def sent(ada, signed_in, write):
    """Kim's message with these files, as Ada sees it, and its id."""

    def shown(*enclosed, text="See", **said):
        parts = []
        for name, kind, body in enclosed:
            stored = files.keep(body)
            parts.append(IncomingFile(stored.pk, name, kind, stored.size, stored.sha256))
        message = write(text, files=tuple(parts), **said).messages.get()
        return signed_in(ada).get(f"/messages/{message.pk}/").content.decode(), message.pk

    return shown


def test_an_invitation_is_a_card_in_the_readers_own_time(sent):
    with timezone.override("Asia/Tokyo"):
        page, _pk = sent(("invite.ics", "text/calendar", INVITATION), ("again.ics", "application/ics", INVITATION))
    assert page.count('class="invitation"') == 1
    assert "Lamp &lt;b&gt;fitting&lt;/b&gt;" in page
    assert "Invited by Kim Park" in page
    assert "Studio 4" in page


def test_a_cancelled_event_says_so(sent):
    page, _pk = sent(("invite.ics", "text/calendar", INVITATION.replace(b"REQUEST", b"CANCEL")))
    assert "Cancelled" in page


def test_a_broken_calendar_is_a_file_like_any(sent):
    page, _pk = sent(("invite.ics", "text/calendar", b"\xff\xfe nonsense"))
    assert 'class="invitation' not in page
    assert "invite.ics" in page


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("application/pkcs7-signature", "Signed. The signature has not been checked here."),
        ("application/pgp-signature", "Signed. The signature has not been checked here."),
        ("application/pkcs7-mime; smime-type=enveloped-data", "Encrypted. It cannot be read here"),
        ("application/pgp-encrypted", "Encrypted. It cannot be read here"),
        ("application/pkcs7-mime; smime-type=signed-data", "Signed in a way that only a mail program opens"),
    ],
)
def test_what_is_sealed_says_so(sent, kind, said):
    page, _pk = sent(("smime.p7m", kind, b"xx"))
    assert said in page
    assert "smime.p7m" in page


def test_pgp_within_the_text_is_recognised(sent):
    assert "Encrypted." in sent(text="-----BEGIN PGP MESSAGE-----\n\nhQEMA")[0]
    assert "Signed." in sent(text="-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nHi")[0]
    assert 'class="sealed"' not in sent(text="Hello")[0]


def test_all_files_come_in_one_zip_each_under_a_name_of_its_own(ada, signed_in, sent):
    page, pk = sent(
        ("log.txt", "text/plain", b"one"),
        ("log.txt", "text/plain", b"two"),
        ("../../etc/passwd", "text/plain", b"three"),
        ("日志", "text/plain", b""),
    )
    assert "Download all 4 files" in page
    answer = signed_in(ada).get(f"/messages/{pk}/files")
    assert answer["Content-Disposition"].startswith("attachment;")
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as archive:
        packed = {name: archive.read(name) for name in archive.namelist()}
    assert packed == {"log.txt": b"one", "log (2).txt": b"two", "etcpasswd": b"three", "日志": b""}


def test_one_file_needs_no_zip(sent):
    assert "all-files" not in sent(("log.txt", "text/plain", b"one"))[0]
