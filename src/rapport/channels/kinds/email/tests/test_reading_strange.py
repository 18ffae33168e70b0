"""Mails as no standard describes them, and what is wrapped in others: read all the same, no file lost."""

import pytest

from rapport.channels.kinds.email.reading import read

HEAD = b"From: Kim <kim@studio.example>\nTo: support@lampwright.example\nSubject: Hi\nMIME-Version: 1.0\n"
TEXT = b"Content-Type: text/plain\n\nHello\n"


def mixed(*parts, kind="mixed"):
    lines = b"".join(b"--B\n" + part + b"\n" for part in (TEXT, *parts))
    return HEAD + f'Content-Type: multipart/{kind}; boundary="B"\n\n'.encode() + lines + b"--B--\n"


def files(mail):
    return [(part.name, part.content_type, part.body) for part in read(mail)[0].parts]


@pytest.mark.parametrize(
    ("header", "name"),
    [
        (b"filename*0*=UTF-8''%e4%bd%a0; filename*1*=%e5%a5%bd; filename*2=.pdf", "你好.pdf"),
        (b"filename*=GB2312''%C4%E3%BA%C3.pdf", "你好.pdf"),
        (b"filename*=''%E4%BD%A0.pdf", "你.pdf"),
        (b"filename=\"x.pdf\"; filename*=UTF-8''%E4%BD%A0.pdf", "你.pdf"),
        (b'filename="=?utf-8?B?5L2g?=\n =?utf-8?B?5aW9LnBkZg==?="', "你好.pdf"),
        ('filename="你好.pdf"'.encode(), "你好.pdf"),
        ('filename="你好世界报告.pdf"'.encode("gbk"), "你好世界报告.pdf"),
        ('filename="Größe.pdf"'.encode("latin-1"), "Größe.pdf"),
        (b"filename=my file name.pdf", "my file name.pdf"),
        (b'filename="a;b.pdf"', "a;b.pdf"),
        (b"filename='a b.pdf'", "a b.pdf"),
        (b'filename="C:\\Users\\kim\\a.pdf"', "a.pdf"),
    ],
)
def test_a_file_keeps_its_name(header, name):
    part = b"Content-Type: application/pdf\nContent-Disposition: attachment; " + header + b"\n\nx"
    assert files(mixed(part)) == [(name, "application/pdf", b"x")]


@pytest.mark.parametrize(
    ("part", "name", "kind"),
    [
        (b"Content-Type: image/png\n\nx", "image-1.png", "image/png"),
        (b"Content-Type: application/octet-stream\n\n%PDF-1.4", "file-1.pdf", "application/octet-stream"),
        (b"Content-Disposition: attachment; filename=a.pdf\n\nx", "a.pdf", "application/pdf"),
        (b"Content-Type: foo\nContent-Disposition: attachment; filename=a.pdf\n\nx", "a.pdf", "application/pdf"),
        (b"Content-Type: text/calendar; method=REQUEST\n\nBEGIN:VCALENDAR", "invitation-1.ics", "text/calendar"),
        (b'Content-Type: application/x\x00pdf; name="a\x00.pdf"\n\nx', "a.pdf", "application/xpdf"),
        (b"Content-Type: message/rfc822\n\nFrom: x@y.example\nSubject: In\n\nx", "In.eml", "message/rfc822"),
    ],
)
def test_what_has_no_name_or_type_gets_one_that_fits(part, name, kind):
    assert [found[:2] for found in files(mixed(part))] == [(name, kind)]


@pytest.mark.parametrize(
    ("mail", "subject", "text"),
    [
        (b"From: a@b.example\r\nSubject: x\r\rHello\r\nWorld", "x", "Hello\nWorld"),
        (b"From: a@b.example\rSubject: x\r\rHello\rWorld", "x", "Hello\nWorld"),
        (b"From: a@b.example\nX-Junk: " + b"x" * 1_000_000 + b"\nSubject: late\n\nHello", "late", "Hello"),
        (b"From: a@b.example\nX-Junk: " + b"x\n " * 300_000 + b"x\nSubject: late\n\nHello", "late", "Hello"),
        (b"+OK 312 octets\nFrom: a@b.example\nSubject: x\n\nHello", "x", "Hello"),
        (b"From: a\x00@b.example\nSubject: x\x00y\n\nHe\x00llo", "xy", "Hello"),
        (HEAD + b"Content-Transfer-Encoding: base64\n\nThis is text, is it not?", "Hi", "This is text, is it not?"),
        (HEAD + b"Content-Type: text/html charset=utf-8\n\n<p>Hello", "Hi", "Hello"),
        (HEAD + b"Content-Type: html\n\n<p>Hello", "Hi", "Hello"),
        (HEAD + b"Content-Type: text/plain\n\n<!DOCTYPE html><html><p>Hello</html>", "Hi", "Hello"),
        (HEAD + b"Content-Type: text/markdown\n\n# Hello", "Hi", "# Hello"),
        (HEAD + b"Content-Type: text/enriched\n\n<bold>Hello</bold>", "Hi", "Hello"),
        (HEAD + b"Content-Type: multipart/mixed\n\n--B\n" + TEXT + b"\n--B--\n", "Hi", "Hello"),
        (HEAD + b'Content-Type: multipart/mixed; boundary="B "\n\n--B \n' + TEXT + b"\n--B --\n", "Hi", "Hello"),
    ],
)
def test_what_it_says_is_read_all_the_same(mail, subject, text):
    found = read(mail)[0]
    assert (found.subject, found.text) == (subject, text)


def test_a_file_within_the_text_is_a_file():
    mail = HEAD + b"\nHello\n\nbegin 644 cat.txt\n#0V%T\n`\nend\n\nKim\n"
    assert files(mail) == [("cat.txt", "text/plain", b"Cat")]
    assert read(mail)[0].text == "Hello\n\n\nKim"


@pytest.mark.parametrize(
    "text", ["begin 644 cat.txt\n#0V%T\n", "begin here, please\n\nend", "begin 644 x\nnot code ü\nend"]
)
def test_what_only_looks_like_a_file_stays_text(text):
    found = read(HEAD + b"\n" + text.encode())[0]
    assert found.parts == ()
    assert found.text == text.strip("\n")


def test_a_hundred_thousand_beginnings_take_no_time():
    assert "begin" in read(HEAD + b"\n" + b"begin 644 x\n" * 80_000 + b"\nend")[0].text


@pytest.mark.parametrize("shown", ["cid:a%40b", "cid:a@b", "CID:A@B"])
def test_a_picture_is_inline_however_the_letter_names_it(shown):
    html = f'Content-Type: text/html\n\n<p>Hi <img src="{shown}"></p>'.encode()
    picture = b"Content-Type: image/png; name=i.png\nContent-ID: <a@b>\n\nx"
    assert [part.inline for part in read(mixed(html, picture, kind="related"))[0].parts] == [True]


def test_the_same_letter_once_more_is_no_file():
    mail = mixed(b"Content-Type: text/x-amp-html\n\n<html amp4email>", b"Content-Type: text/html\n\n<p>Hello")
    assert files(mail) == []


def test_a_text_signed_by_pgp_is_kept_as_it_is_and_read_without_its_signature():
    signed = (
        "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nIt works.\n- -- dashes\n"
        "-----BEGIN PGP SIGNATURE-----\n\niQEz\n-----END PGP SIGNATURE-----"
    )
    found = read(HEAD + b"\n" + signed.encode())[0]
    assert found.text == signed
    assert found.visible_text == "It works.\n-- dashes"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03", "enveloped-data"),
        (b"\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02", "signed-data"),
        (b"junk", "compressed-data"),
    ],
)
def test_what_smime_wraps_is_kept_byte_for_byte_with_its_kind(body, kind):
    head = b"Content-Type: application/pkcs7-mime; smime-type=compressed-data; name=smime.p7m\n\n"
    assert files(HEAD + head + body) == [("smime.p7m", f"application/pkcs7-mime; smime-type={kind}", body)]


def test_a_mail_without_id_is_the_same_by_whatever_way_it_comes():
    body = b"\n\nHello\nKim"
    one = read(b"Received: from x by two\nReceived: from kim by x; Monday\nFrom: kim@studio.example\nSubject: a" + body)
    other = read(b"Received: from kim by x; Monday\nFrom: kim@studio.example\nSubject: a" + body)
    third = read(b"Received: from kim by x; Tuesday\nFrom: kim@studio.example\nSubject: a" + body)
    assert one[0].external_id == other[0].external_id != third[0].external_id


@pytest.mark.parametrize("date", ["2026-03-02T10:00:00+01:00", "2026-03-02 09:00:00Z", "Mon, 2 Mar 26 09:00 GMT"])
def test_a_date_is_read_as_other_programs_write_it(date):
    found = read(f"From: a@b.example\nDate: {date}\n\nx".encode())[0]
    assert found.sent_at.isoformat() == "2026-03-02T09:00:00+00:00"
