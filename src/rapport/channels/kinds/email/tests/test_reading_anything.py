"""Whatever bytes come, they are read or refused in words, in little time, and no file is lost or changed."""

import base64
import contextlib
import time

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from rapport.channels.errors import CannotRead
from rapport.channels.kinds.email.reading import read
from rapport.channels.types import Bounced, MessageReceived

SECONDS = 5.0
SHORT = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
# Pieces that mails are made of, to be put together in any order.
PIECES = st.sampled_from(
    [
        b"From: Kim <kim@studio.example>",
        b"To: =?utf-8?Q?K=C3=BCm?= <s@l.example>, x@",
        b"Subject: =?iso-2022-jp?B?GyRC?=",
        b"Content-Type: multipart/mixed; boundary=B",
        b'Content-Type: multipart/alternative; boundary="B"',
        b"Content-Type: text/html; charset=utf-7",
        b"Content-Type: message/rfc822",
        b"Content-Type: text/calendar",
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=B",
        b"Content-Type: application/ms-tnef",
        b"Content-Transfer-Encoding: base64",
        b"Content-Transfer-Encoding: quoted-printable",
        b"Content-Type: x/\x00y; z",
        b"Content-Transfer-Encoding: x-uuencode",
        b"Content-Disposition: attachment; filename*0*=utf-8''%ff; filename*1=b",
        b"Content-ID: <a@b>",
        b"--B",
        b"--B--",
        b"",
        b"",
        b"\r",
        b"\x00",
        b"\xff\xfe\xfd",
        b"Date: Thu, 99 Foo 10000 99:99:99 +9999",
        b"In-Reply-To: <<a@b>",
        b"References: " + b"<a@b> " * 200,
        b"Message-ID: <>",
        b"Received: x",
        b"begin 644 a",
        b"end",
        b"> q",
        b"-----BEGIN PGP SIGNED MESSAGE-----",
        b"-----BEGIN PGP SIGNATURE-----",
        b"<div><blockquote type=cite>",
        b"</table><p>",
        b"Action: failed",
        b"Final-Recipient: rfc822; a@b",
        b"SGVsbG8=",
        b"=C3=BC=",
        b"From x",
        b"On 2020-01-02 12:00 <a@b.c>:",
        b"x\x9f>\x22",
        b"\x1b$B-!",
        b'Content-Type: ;;;="',
        b"X: \n y\n\tz",
    ]
)


def reads_or_refuses(raw):
    begun = time.perf_counter()
    events = []
    with contextlib.suppress(CannotRead):
        events = read(raw)
    assert time.perf_counter() - begun < SECONDS
    for event in events:
        assert isinstance(event, MessageReceived | Bounced)
        told = [
            event.external_id,
            event.subject,
            event.text,
            getattr(event, "html", ""),
            getattr(event, "visible_text", ""),
        ]
        told += [part.name + part.content_type + part.content_id for part in getattr(event, "parts", ())]
        assert event.external_id
        for text in told:
            assert "\x00" not in text
            assert text.encode("utf-8", "strict") is not None


@SHORT
@given(st.binary(max_size=3000))
def test_any_bytes_are_read_or_refused_in_words(raw):
    reads_or_refuses(raw)


@SHORT
@given(st.lists(PIECES, max_size=40), st.sampled_from([b"\n", b"\r\n", b"\r"]))
@example([b"From: a@b.c", b"Content-Type: multipart/mixed; boundary=B", b"", b"--B"], b"\n")
def test_any_pieces_of_mails_are_read_or_refused_in_words(pieces, line_end):
    reads_or_refuses(line_end.join(pieces))


FILES = st.lists(
    st.tuples(st.binary(max_size=400), st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=30)),
    min_size=1,
    max_size=6,
)


@SHORT
@given(FILES, st.sampled_from([b"\n", b"\r\n"]), st.booleans(), st.booleans())
def test_no_file_is_lost_or_changed(files, line_end, is_nested, is_cut_off):
    """Sent in base64, which every program does with files; the mail may lack its end."""
    mail = [b"From: kim@studio.example", b"MIME-Version: 1.0", b'Content-Type: multipart/mixed; boundary="=_B"', b""]
    mail += [b"--=_B", b"Content-Type: text/plain", b"", b"Hello", b""]
    if is_nested:
        mail += [b"--=_B", b'Content-Type: multipart/mixed; boundary="=_B2"', b""]
    mark = b"--=_B2" if is_nested else b"--=_B"
    for body, name in files:
        named = base64.b64encode(name.encode()).decode()
        mail += [
            mark,
            b"Content-Type: application/octet-stream",
            f'Content-Disposition: attachment; filename="=?utf-8?B?{named}?="'.encode(),
            b"Content-Transfer-Encoding: base64",
            b"",
            base64.b64encode(body),
        ]
    mail += [] if is_cut_off else [mark + b"--", b"--=_B--" if is_nested else b""]
    found = read(line_end.join(mail))[0]
    assert [part.body for part in found.parts] == [body for body, _name in files]
    assert found.text == "Hello"


@pytest.mark.parametrize("encoding", ["base64", "quoted-printable", "8bit"])
def test_every_byte_survives_its_encoding(encoding):
    body = bytes(range(256)) * 3
    escaped = b"=\n".join(b"".join(b"=%02X" % byte for byte in body[at : at + 20]) for at in range(0, len(body), 20))
    travels = {"base64": base64.encodebytes(body), "quoted-printable": escaped}.get(encoding, body)
    head = b"From: a@b.example\nContent-Type: application/x-all; name=all\nContent-Transfer-Encoding: "
    assert read(head + encoding.encode() + b"\n\n" + travels)[0].parts[0].body == body
