"""Text in the charsets that customers' programs use, by the names they give them, and by none."""

import base64

import pytest

from rapport.channels.kinds.email.charsets import decode
from rapport.channels.kinds.email.reading import read

JAPANESE = "日本語のメールです。よろしく"


def said_in(charset, data):
    """Text, subject and author as a mail brings them."""
    word = f"=?{charset}?B?{base64.b64encode(data).decode()}?=".encode()
    head = b"From: " + word + b" <kim@studio.example>\nSubject: " + word + b"\nContent-Transfer-Encoding: 8bit\n"
    mail = read(head + b"Content-Type: text/plain; charset=" + charset.encode() + b"\n\n" + data)[0]
    return {mail.text.strip(), mail.subject, mail.author.name}


@pytest.mark.parametrize(
    ("charset", "codec", "text"),
    [
        ("utf-7", "utf-7", "Hällo 日本"),
        ("unicode-2-0-utf-7", "utf-7", "Hällo"),
        ("iso-2022-jp", "iso2022_jp", "日本語テスト"),
        ("ISO-2022-JP-2", "iso2022_jp_2", "日本語テスト"),
        ("iso-2022-kr", "iso2022_kr", "안녕"),
        ("gb2312", "gbk", "镕錀你好"),
        ("hz-gb-2312", "hz", "你好"),
        ("gb18030", "gb18030", "𠀀你好€"),
        ("big5", "big5hkscs", "香港嘅嘢"),
        ("big5-hkscs", "big5hkscs", "香港嘅嘢"),
        ("ks_c_5601-1987", "cp949", "안녕"),
        ("x-windows-949", "cp949", "안녕"),
        ("windows-31j", "cp932", "①日本"),
        ("shift_jis", "cp932", "①㈱ｱｲｳ～"),
        ("win-1251", "cp1251", "Привет"),
        ("cp-1251", "cp1251", "Привет"),
        ("koi8", "koi8-r", "Привет"),
        ("koi8-u", "koi8-u", "Привіт"),
        ("cp-850", "cp850", "Grüße"),
        ("iso88591", "latin-1", "Grüße"),
        ("8859-15", "iso-8859-15", "5 €"),
        ("iso-8859-8-e", "iso-8859-8", "שלום"),
        ("ISO-8859-1", "cp1252", "don’t “x” – €"),
        ("iso-8859-1", "utf-8", "Grüße 日本"),
        ("gb2312", "utf-8", "你好，世界"),
        ("x-nobody-knows", "utf-8", "Grüße"),
        ("utf-8mb4", "utf-8", "Grüße"),
        ("us-ascii", "cp1252", "Grüße"),
        *((name, "utf-8", "Grüße") for name in ("rot13", "zlib", "hex", "idna", "punycode", "undefined", "base64")),
    ],
)
def test_a_charset_is_known_by_what_programs_call_it(charset, codec, text):
    assert said_in(charset, text.encode(codec)) == {text}


@pytest.mark.parametrize(
    ("codec", "text"),
    [
        ("iso2022_jp", JAPANESE),
        ("euc_jp", JAPANESE),
        ("cp932", JAPANESE),
        ("cp949", "안녕하세요 램프가 고장났습니다"),
        ("gbk", "你好，灯坏了，请帮忙"),
        ("big5", "您好，燈壞了，請幫忙"),
        ("cp1251", "Здравствуйте, лампа не работает"),
        ("koi8_r", "Здравствуйте, лампа не работает"),
        ("cp1252", "Größe überprüfen – bitte"),
        ("cp1252", "Größe.pdf"),
        ("cp1252", "Ärger mit Äpfeln"),
        ("cp1252", "déjà vu à l’été"),
        ("utf-16", "Grüße an alle"),
    ],
)
def test_text_that_names_no_charset_reads_as_what_it_is(codec, text):
    assert decode(text.encode(codec)) == text


def test_signs_that_windows_adds_to_japanese_are_read():
    assert decode(b"\x1b$B-!-j\x1b(B abc \x1b(I1\x1b(B", "iso-2022-jp") == "①㈱ abc ｱ"


def test_japanese_escapes_in_a_bare_header_are_read():
    mail = read(b"From: kim@studio.example\nSubject: " + "日本語".encode("iso2022_jp") + b"\n\nx")[0]
    assert mail.subject == "日本語"
