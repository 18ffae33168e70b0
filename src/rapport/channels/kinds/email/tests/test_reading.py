"""What is read from real mail: Gmail, Outlook, Apple Mail, QQ Mail, reports, lists, and mail that is broken."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from rapport.channels.errors import CannotRead
from rapport.channels.kinds.email.contents import MAX_FILES
from rapport.channels.kinds.email.reading import read
from rapport.channels.types import AutoReplied, Bounced, MessageReceived

DELIVERIES = Path(__file__).parent / "deliveries"


def read_one(name):
    (event,) = read((DELIVERIES / f"{name}.eml").read_bytes())
    return event


def test_elenas_answer_from_gmail_is_read_whole_and_shown_without_the_quote():
    mail = read_one("gmail_reply")
    assert type(mail) is MessageReceived
    assert (mail.author.name, mail.author.address) == ("Elena Marchetti", "elena@studiomarchetti.example")
    assert [person.address for person in mail.to] == ["support@lampwright.example"]
    assert mail.external_id == "CAKsf=gmail-4471@mail.gmail.com"
    assert mail.in_reply_to == "first-7f3a@lampwright.example"
    assert mail.references == ("first-7f3a@lampwright.example",)
    assert mail.sent_at == datetime(2026, 11, 19, 14, 22, 18, tzinfo=UTC)
    assert "please hold the button" in mail.text
    assert mail.visible_text.startswith("Hi Ada,\n\nThat did it – the hub has been up since yesterday evening.")
    assert mail.visible_text.endswith("Elena")
    assert "<blockquote" in mail.html
    assert mail.headers["delivered-to"] == "support@lampwright.example"
    assert "dmarc=pass" in mail.headers["authentication-results"]


def test_oskars_answer_from_outlook_keeps_its_file_and_loads_no_picture():
    mail = read_one("outlook_reply")
    assert mail.author.name == "Oskar Nyström"
    assert [person.address for person in mail.cc] == ["reception@hotelaurell.example"]
    assert mail.external_id == "AM0PR04MB61317A4C@AM0PR04MB6131.eurprd04.prod.outlook.com"
    (file,) = mail.parts
    assert (file.name, file.content_type, file.inline) == ("Företagsuppgifter.pdf", "application/pdf", False)
    assert file.body == b"%PDF-1.4\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF\n"
    assert mail.visible_text.endswith("Oskar Nyström")
    assert "Wednesday" in mail.text
    assert "pixel.gif" not in mail.html, "a picture of one pixel only tells that the mail was read"


def test_lucias_picture_stands_where_she_put_it():
    mail = read_one("apple_mail_pictures")
    (picture,) = mail.parts
    assert (picture.name, picture.inline, picture.content_id) == ("label.png", True, "55A1E7C0-1F@ferrer.example")
    assert picture.body.startswith(b"\x89PNG")
    assert 'src="cid:55A1E7C0-1F@ferrer.example"' in mail.html
    assert mail.visible_text.endswith("What can I do?")


def test_yutongs_mail_from_qq_is_read_though_it_claims_a_smaller_charset():
    mail = read_one("qq_mail_reply")
    assert mail.author.name == "陈雨桐"
    # The sender cut a character in two between two encoded words.
    assert mail.subject == "回复：您的订单 51877 已发货"
    assert mail.visible_text == "你好，\n\n台灯收到了，但是无法连接网络，已经重启两次。请问怎么办？\n\n陈雨桐"
    assert "您的订单已经发货" in mail.text
    assert "台灯收到了" in mail.html


def test_fangs_mail_from_netease_is_shown_without_the_quote():
    mail = read_one("netease_163")
    assert mail.author.name == "王芳"
    assert mail.subject == "发票抬头错误"
    assert mail.visible_text == "发票抬头写错了，应为“芳华照明有限公司”。请重新开具，谢谢。"


def test_ruths_flowing_lines_are_joined_and_her_signature_is_left_away():
    mail = read_one("thunderbird_flowed")
    assert "The one in the kitchen is older" in mail.text
    assert mail.visible_text.startswith("Thank you. The lamp in the hall")
    assert "7946" not in mail.visible_text
    assert "7946" in mail.text


@pytest.mark.parametrize(
    ("name", "because"),
    [
        ("out_of_office", "auto-submitted"),
        ("read_receipt", "report"),
        ("newsletter", "mailing list"),
        ("google_group", "mailing list"),
    ],
)
def test_what_a_machine_wrote_says_why_it_counts_as_automatic(name, because):
    mail = read_one(name)
    assert isinstance(mail, AutoReplied)
    assert mail.because == because


def test_mail_through_a_group_names_the_groups_address():
    assert "support@lampwright.example" in read_one("google_group").lists
    assert read_one("newsletter").lists == ()


def test_an_html_newsletter_is_text_too_and_runs_nothing():
    mail = read_one("newsletter")
    assert mail.text == "Bulbs\n\nLED prices fell by 4%.\n\nRead more (https://bulbweekly.example/1)"
    assert "script" not in mail.html
    assert "track" not in mail.html


def test_a_form_mail_names_whom_to_answer():
    mail = read_one("contact_form")
    assert type(mail) is MessageReceived
    assert mail.reply_to[0].address == "reception@hotelaurell.example"


@pytest.mark.parametrize("name", ["bounce_550", "bounce_qmail"])
def test_a_bounce_says_which_mail_did_not_reach_whom(name):
    bounce = read_one(name)
    assert type(bounce) is Bounced
    assert (bounce.about, bounce.recipient) == ("answer-to-samir@lampwright.example", "samir@haidari.example")
    assert bounce.permanent
    assert "5.1.1" in bounce.reason


def test_a_delay_is_no_failure():
    bounce = read_one("bounce_delayed")
    assert bounce.about == "answer-to-samir@lampwright.example"
    assert not bounce.permanent


def test_a_forwarded_mail_is_a_file_byte_for_byte_and_a_nameless_picture_gets_a_name():
    mail = read_one("forwarded_as_attachment")
    inner, picture = mail.parts
    assert inner.name == "Where is my lamp.eml"
    assert inner.body.startswith(b"From: Kim Park <kim@studio.example>\r\n")
    assert inner.body.endswith(b"lamp,1\r\n--inner--\r\n")
    assert picture.name == "image-2.png"
    assert mail.text == "A customer of yours wrote to us by mistake. See attached."


def test_broken_mail_is_read_as_far_as_it_goes():
    mail = read_one("broken")
    assert mail.author.address == "noemie@lefevre.example"
    assert mail.subject.startswith("La lampe ne s'allume pas")
    assert mail.subject.endswith("café")
    assert mail.text == "La lampe ne s'allume pas."
    assert mail.sent_at is None
    (file,) = mail.parts
    assert (file.name, file.body) == ("passwd", b"\x00\x01\x02\xff")


def test_mail_without_an_id_gets_the_same_one_every_time():
    raw = (DELIVERIES / "no_message_id.eml").read_bytes()
    again = raw.replace(b"Received: from printer", b"Received: from elsewhere")
    assert read(raw)[0].external_id == read(again)[0].external_id
    assert read(raw)[0].external_id.endswith("@without-id.invalid")
    assert (
        read(raw)[0].external_id
        != read(raw.replace(b"16:00:00 +0000\r\n\r\n", b"16:00:01 +0000\r\n\r\n"))[0].external_id
    )


@pytest.mark.parametrize("raw", [b"", b"\r\n\r\n", b"\x00\x00", b"just some words\nand more", b"\x89PNG\r\n\x1a\n"])
def test_what_is_no_mail_is_refused(raw):
    with pytest.raises(CannotRead):
        read(raw)


@pytest.mark.parametrize(
    ("subject", "read_as"),
    [
        ("=?utf-8?b?5Y+w54Gv?=", "台灯"),
        ("=?utf-8?Q?caf=C3=A9?= =?utf-8?Q?_noir?=", "café noir"),
        ("=?ISO-8859-1?Q?na=EFve?= and =?x-nothing?Q?plain?=", "naïve and plain"),
        ("=?utf-8?b?!!!?=", ""),
        ("=?utf-8?q?broken", "=?utf-8?q?broken"),
        ("tab\there", "tab here"),
        ("=?utf-8?q?new=0D=0Aline=00?=", "new line"),
    ],
)
def test_subjects_are_decoded_however_they_are_encoded(subject, read_as):
    (mail,) = read(f"From: kim@studio.example\nSubject: {subject}\n\nx".encode())
    assert mail.subject == read_as


@pytest.mark.parametrize(
    ("header", "name", "address"),
    [
        (b"Kim Park <kim@studio.example>", "Kim Park", "kim@studio.example"),
        (b'"Park, Kim" <kim@studio.example>', "Park, Kim", "kim@studio.example"),
        (b"=?utf-8?q?Park=2C_Kim?= <kim@studio.example>", "Park, Kim", "kim@studio.example"),
        (b"kim@studio.example (Kim Park)", "Kim Park", "kim@studio.example"),
        (b"kim@studio.example <kim@studio.example>", "", "kim@studio.example"),
        (b'"Kim <kim@studio.example>', "Kim", "kim@studio.example"),
        (b"Kim Park kim@studio.example", "Kim Park", "kim@studio.example"),
        (b"\xb3\xc2\xd3\xea <kim@studio.example>", "陈雨", "kim@studio.example"),
        (b"nobody at all", "nobody at all", ""),
    ],
)
def test_senders_are_found_in_whatever_shape(header, name, address):
    (mail,) = read(b"From: " + header + b"\nSubject: x\n\nx")
    assert (mail.author.name, mail.author.address) == (name, address)


@pytest.mark.parametrize(
    ("body", "charset", "text"),
    [
        ("héllo".encode("latin-1"), "iso-8859-1", "héllo"),
        ("“quotes” €".encode("cp1252"), "iso-8859-1", "“quotes” €"),
        ("你好，世界".encode("gbk"), "", "你好，世界"),
        ("héllo".encode(), "us-ascii", "héllo"),
        ("こんにちは".encode("iso2022_jp"), "iso-2022-jp", "こんにちは"),
        ("안녕".encode("cp949"), "ks_c_5601-1987", "안녕"),
        ("Привет".encode("koi8-r"), "koi8-r", "Привет"),
        ("caf\xe9 noir".encode("latin-1"), "utf-8", "caf\ufffd noir"),
        (b"plain", "no-such-thing", "plain"),
        (b"nul\x00here\x07", "utf-8", "nulhere"),
    ],
)
def test_bodies_are_decoded_whatever_charset_they_claim(body, charset, text):
    head = f"From: kim@studio.example\nContent-Type: text/plain; charset={charset}\n\n".encode()
    assert read(head + body)[0].text == text


def test_a_letter_with_only_old_mac_line_ends_is_read():
    (mail,) = read(b"From: kim@studio.example\rSubject: old\r\rfirst\rsecond")
    assert (mail.subject, mail.text) == ("old", "first\nsecond")


def test_text_and_pictures_in_turn_stay_in_order():
    raw = (
        b"From: kim@studio.example\nContent-Type: multipart/mixed; boundary=b\n\n"
        b"--b\n\nbefore\n--b\nContent-Type: image/png; name=a.png\n\nxx\n"
        b"--b\nContent-Type: text/html\n\n<p>after</p>\n--b--"
    )
    (mail,) = read(raw)
    assert mail.text == "before\n\nafter"
    assert mail.html == "<pre>before</pre><hr><p>after</p>"


def test_too_many_files_come_as_the_whole_mail():
    part = b"--b\nContent-Type: text/csv; name=a.csv\n\n1\n"
    raw = b"From: kim@studio.example\nContent-Type: multipart/mixed; boundary=b\n\n" + part * (MAX_FILES + 5) + b"--b--"
    (mail,) = read(raw)
    assert len(mail.parts) == MAX_FILES + 1
    assert (mail.parts[-1].name, mail.parts[-1].body) == ("original.eml", raw)
