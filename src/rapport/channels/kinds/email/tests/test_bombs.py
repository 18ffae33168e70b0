"""Mails made to break a mail reader: each is read or refused in bounded time, whole or with the original attached."""

import base64
import time
import tracemalloc

import pytest

from rapport.channels.kinds.email.reading import read

HEAD = b"From: Eve <eve@stranger.example>\nSubject: Boom\nMessage-ID: <boom@stranger.example>\nMIME-Version: 1.0\n"
MIXED = HEAD + b'Content-Type: multipart/mixed; boundary="b"\n\n'


def nested(levels: int) -> bytes:
    steps = (b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (level, level) for level in range(levels))
    return HEAD + b"".join(steps) + b"Content-Type: text/plain\n\nat last\n"


BOMBS = {
    "1,000 levels": nested(1_000),
    "100,000 levels": nested(100_000),
    "1,000 levels of one boundary": HEAD + b'Content-Type: multipart/mixed; boundary="b"\n\n--b\n' * 1_000 + b"\nx\n",
    "mails in mails": HEAD + b"Content-Type: message/rfc822\n\n" * 50_000,
    "10,000 parts": MIXED + b"--b\nContent-Type: text/csv; name=a.csv\n\n1\n" * 10_000 + b"--b--\n",
    "10,000 letters": MIXED + b"--b\nContent-Type: text/html\n\n<p>x</p>\n" * 10_000 + b"--b--\n",
    "1 MB header": HEAD + b"X-Long: " + b"a" * 1_000_000 + b"\n\nx",
    "200,000 headers": HEAD + b"X: y\n" * 200_000 + b"\nx",
    "endless parameters": HEAD + b"Content-Type: text/plain" + b'; a="' * 100_000 + b"\n\nx",
    "endless comments": HEAD + b"To: " + b"(" * 200_000 + b"\n\nx",
    "endless recipients": HEAD + b"To: " + b'"a" <a@b.example>, ' * 100_000 + b"\n\nx",
    "endless words": HEAD + b"Comments: " + b"=?utf-8?q?a?= " * 100_000 + b"\n\nx",
    "endless references": HEAD + b"References: " + b"<a@b> " * 100_000 + b"\n\nx",
    "almost boundaries": MIXED.replace(b'"b"', b'"-"') + b"---x\n" * 400_000,
    "broken base64": HEAD + b"Content-Transfer-Encoding: base64\n\n" + b"=A" * 2_000_000,
    "broken quoting": HEAD + b"Content-Transfer-Encoding: quoted-printable\n\n" + b"=\n" * 1_000_000,
    "long flowing text": HEAD + b"Content-Type: text/plain; format=flowed\n\n" + b"a \n" * 400_000,
    "long text": HEAD + b"\n" + b"words and words\n" * 500_000,
    "nothing but NUL": HEAD + b"\n" + b"\x00" * 5_000_000,
    "30 MB attachment": MIXED + b"--b\n\nhi\n--b\nContent-Type: application/zip; name=a.zip\n"
    b"Content-Transfer-Encoding: base64\n\n" + base64.encodebytes(bytes(22_000_000)) + b"\n--b--\n",
}  # fmt: skip


@pytest.mark.parametrize("name", BOMBS)
def test_no_mail_takes_long_or_much_memory(name):
    raw = BOMBS[name]
    begun = time.process_time()
    (mail,) = read(raw)
    # Half of this as measured; under a branch counter it is more.
    assert time.process_time() - begun < 10
    assert mail.author.address == "eve@stranger.example"
    assert len(mail.parts) <= 201
    assert len(mail.text) <= 1_000_000


def test_what_was_not_taken_apart_comes_whole():
    raw = nested(1_000)
    (mail,) = read(raw)
    assert [(part.name, part.body) for part in mail.parts] == [("original.eml", raw)]


def test_a_large_mail_takes_little_more_than_itself():
    raw = BOMBS["30 MB attachment"]
    tracemalloc.start()
    (mail,) = read(raw)
    _now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(mail.parts[0].body) == 22_000_000
    assert most < 3 * len(raw)
