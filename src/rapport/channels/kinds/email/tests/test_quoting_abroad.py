"""What programs and languages from further away put around what somebody wrote this time. In doubt, everything."""

# ruff: noqa: E501  # lines as mail programs write them

import pytest

from rapport.channels.kinds.email import markup
from rapport.channels.kinds.email.quoting import visible_text

QUOTED = "\n\n> Hold the button.\n>\n> Ada"


@pytest.mark.parametrize("gap", ["\n", "\n\n"])
@pytest.mark.parametrize(
    "quoted",
    [
        pytest.param("2011/11/7 Roman Tkachenko <romant@example.com>" + QUOTED, id="gmail slash"),
        pytest.param(
            "2014-10-17 11:28 GMT+03:00 Postmaster <\npostmaster@sandboxbc10a3f0f6b1419b.mailgun.org>:" + QUOTED,
            id="gmail gmt postpone",
        ),
        pytest.param("to 2. tammik. 2020 klo 12.00 Matti Meikäläinen (matti@ex.fi) kirjoitti:" + QUOTED, id="fi gmail"),
        pytest.param(
            "Wiadomość napisana przez Jan Kowalski <jan@ex.pl> w dniu 2 sty 2020, o godz. 12:00:" + QUOTED,
            id="pl apple",
        ),
        pytest.param("čt 2. 1. 2020 v 12:00 odesílatel Jan Novák <jan@ex.cz> napsal:" + QUOTED, id="cs gmail"),
        pytest.param("Dne 02. 01. 20 v 12:00 Jan Novák napsal(a):" + QUOTED, id="cs tb"),
        pytest.param("чт, 2 янв. 2020 г. в 12:00, Иван Иванов <ivan@ex.ru>:" + QUOTED, id="ru gmail"),
        pytest.param("Четверг, 2 января 2020, 12:00 +03:00 от Иван Иванов <ivan@ex.ru>:" + QUOTED, id="ru mailru"),
        pytest.param('02.01.2020, 12:00, "Иван Иванов" <ivan@ex.ru>:' + QUOTED, id="ru yandex"),
        pytest.param("чт, 2 січ. 2020 р. о 12:00 Іван Іваненко <ivan@ex.ua> пише:" + QUOTED, id="uk gmail"),
        pytest.param("Nagy János <janos@ex.hu> ezt írta (időpont: 2020. jan. 2., Cs, 12:00):" + QUOTED, id="hu gmail"),
        pytest.param("În joi, 2 ian. 2020 la 12:00, Ion Popescu <ion@ex.ro> a scris:" + QUOTED, id="ro gmail"),
        pytest.param("Στις Πέμ 2 Ιαν 2020 στις 12:00 μ.μ., ο/η Γιώργος <g@ex.gr> έγραψε:" + QUOTED, id="el gmail"),
        pytest.param("Pada tanggal Kam, 2 Jan 2020 pukul 12.00 Budi <budi@ex.id> menulis:" + QUOTED, id="id gmail"),
        pytest.param("ในวันที่ พฤ. 2 ม.ค. 2020 เวลา 12:00 น. สมชาย <s@ex.th> เขียนว่า:" + QUOTED, id="th gmail"),
        pytest.param("في الخميس، 2 يناير 2020 في 12:00 م تمت كتابة ما يلي بواسطة <a@ex.eg>:" + QUOTED, id="ar gmail"),
        pytest.param(
            "\u202bבתאריך יום ה׳, 2 בינו׳ 2020 ב-12:00 מאת \u202aיוסי\u202c\u200f <\u202ay@ex.il\u202c\u200f>:\u202c"
            + QUOTED,
            id="he gmail",
        ),
        pytest.param("2020년 1월 2일 (목) 오후 12:00, 홍길동 <hong@ex.kr>님이 작성:" + QUOTED, id="ko gmail"),
        pytest.param("Vào Th 5, 2 thg 1, 2020 vào lúc 12:00 Hùng Nguyễn <hung@ex.vn> đã viết:" + QUOTED, id="vi gmail"),
        pytest.param("Ali Veli <ali@ex.tr>, 2 Oca 2020 Per, 12:00 tarihinde şunu yazdı:" + QUOTED, id="tr gmail"),
        pytest.param(
            "‐‐‐‐‐‐‐ Original Message ‐‐‐‐‐‐‐\nOn Thursday, January 2, 2020 12:00 PM, Roman <r@x.y> wrote:\n\n> Test",
            id="proton2",
        ),
        pytest.param(
            "Sent with [Proton Mail](https://proton.me/) secure email.\n\nOn Thursday, January 2nd, 2020 at 12:00, Roman <r@x.y> wrote:\n\n> Test",
            id="proton signed",
        ),
        pytest.param(" ---- On Thu, 02 Jan 2020 12:00:00 +0100 <r@x.y>wrote ---- \n\nTest", id="zoho2"),
        pytest.param("---- Roman <r@x.y> wrote: ---\n\nTest", id="zoho3"),
        pytest.param(
            "Get Outlook for iOS<https://aka.ms/o0ukef>\n________________________________\nFrom: Roman <r@x.y>\nSent: Thursday\nTo: me\nSubject: y\nTest",
            id="outlook mobile",
        ),
        pytest.param(
            "Sent from Outlook for iOS<https://aka.ms/o0ukef>\n________________________________\nFrom: Roman <r@x.y>\nSent: Thursday\nTo: me\nSubject: y\nTest",
            id="outlook mobile2",
        ),
        pytest.param(
            "Lähettäjä: Roman <r@x.y>\nLähetetty: torstai 2. tammikuuta\nVastaanottaja: me\nAihe: Test\n\nTest",
            id="fi outlook",
        ),
        pytest.param("Od: Roman <r@x.y>\nOdesláno: čtvrtek 2. ledna\nKomu: me\nPředmět: Test\n\nTest", id="cs outlook"),
        pytest.param("Kimden: Roman <r@x.y>\nGönderilme: 2 Ocak\nKime: me\nKonu: Test\n\nTest", id="tr outlook"),
        pytest.param(
            "Feladó: Roman <r@x.y>\nElküldve: 2020. január 2.\nCímzett: me\nTárgy: Test\n\nTest", id="hu outlook"
        ),
        pytest.param(
            "보낸 사람: Roman <r@x.y>\n보낸 날짜: 2020년 1월 2일\n받는 사람: me\n제목: Test\n\nTest", id="ko outlook"
        ),
        pytest.param("Sent from Spark\nOn 2 Jan 2020, 12:00 +0100, Roman <r@x.y>, wrote:\n> Test", id="spark2"),
        pytest.param(
            "On Tue, Apr 11, 2017 at 10:07 PM John Smith\n\n<\nmailto:John Smith <johnsmith@gmail.com>\n> wrote:\nTest quoted data",
            id="polymail",
        ),
        pytest.param(
            "Sent via Superhuman ( https://sprh.mn/?vip=x@y.z )\n\nOn Thu, Jan 2, 2020 at 12:00 PM, Roman < r@x.y > wrote:\n\n> Test",
            id="superhuman",
        ),
        pytest.param("Zitat von Roman <r@x.y>:\n\n> Test", id="horde"),
        pytest.param("Quoting Roman <r@x.y>:\n\n> Test", id="horde en"),
        pytest.param(">>> Roman <r@x.y> 1/2/2020 12:00 PM >>>\nTest", id="groupwise"),
        pytest.param(
            "---- Replied Message ----\n| From | Roman<r@x.y> |\n| Date | 01/02/2020 12:00 |\n| To | me |\n| Subject | Test |\nTest",
            id="netease replied",
        ),
        pytest.param("Roman wrote on 02/01/2020 12:00:\n> Test", id="dovecot hdr"),
        pytest.param("Roman Tkachenko wrote on 1/2/20 12:00 PM:\n> Test", id="tb new"),
        pytest.param("Roman Tkachenko wrote:\n> Test", id="seamonkey"),
        pytest.param("Roman Tkachenko schrieb:\n> Test", id="de name"),
        pytest.param(
            "From:   Roman/IBM\nTo:     me\nDate:   02.01.2020 12:00\nSubject:        Test\n\n\n\nTest", id="notes"
        ),
        pytest.param(
            '----- Original Message -----\n> From: "Roman" <r@x.y>\n> To: "me" <me@x.y>\n> Sent: Thursday, January 2, 2020 12:00:00 PM\n> Subject: Test\n\n> Test',
            id="zimbra",
        ),
        pytest.param(
            '------ Original Message ------\nFrom "Roman" <r@x.y>\nTo "me" <me@x.y>\nDate 02.01.2020 12:00:00\nSubject Test\n\nTest',
            id="emclient9",
        ),
        pytest.param(
            "Sent from my iPhone\n\n> On Jan 2, 2020, at 12:00 PM, Roman <r@x.y> wrote:\n> \n> Test", id="iphone2"
        ),
        pytest.param(
            "Von meinem Samsung Gerät gesendet.\n\n-------- Ursprüngliche Nachricht --------\nVon: Roman\nDatum: x\nAn: y\nBetreff: z\n\nTest",
            id="samsung de",
        ),
        pytest.param("On January 2, 2020 at 12:00:00 PM, Roman (r@x.y) wrote:\n\nTest", id="airmail"),
        pytest.param(
            "------------------------------------------------------------------\n发件人：Roman <r@x.y>\n发送时间：2020年1月2日(星期四) 12:00\n收件人：me <me@x.y>\n主\u3000题：Test\n\nTest",
            id="aliyun",
        ),
        pytest.param(
            '发件人: "Roman"<r@x.y>;\n发件时间: 2020年1月2日(星期四) 中午12:00\n收件人: "me"<me@x.y>; \n主题: Test\n\nTest',
            id="wecom",
        ),
        pytest.param(
            "On Nov 30, 2011, at 12:47 PM, Somebody <\n416ffd3258d4d2fa4c85cfa4c44e1721d66e3e8f4@example.com>\nwrote:"
            + QUOTED,
            id="long addr wrapped",
        ),
        pytest.param(
            'Gesendet: Donnerstag, 02. Januar 2020 um 12:00 Uhr\nVon: "Roman" <r@x.y>\nAn: me@gmx.de\nBetreff: Test\nTest',
            id="gmx",
        ),
        pytest.param("Am 2. Januar 2020 12:00:00 MEZ schrieb Roman <r@x.y>:\n>Test", id="k9 de"),
        pytest.param("> Test\n> Roman", id="squirrel"),
    ],
)
def test_the_quoted_mail_is_left_away(quoted, gap):
    assert visible_text(f"It works now.{gap}{quoted}") == "It works now."


@pytest.mark.parametrize(
    "text",
    [
        "Hi,\n\nOn Monday I wrote: the lamp is broken.\nPlease help",
        "Please book for me\n\nFrom: Berlin\nTo: Paris\nDate: 3 May\n\nThanks, Kim",
        "Am 3.5.2020 um 12:00 schrieb ich Ihnen:\nDie Lampe ist kaputt.",
        "This email is the third I send you. Where is my lamp?",
        "Hello\n\nThis message is urgent: my lamp burns.\n\nKim",
        "Warning: the lamp is hot and I burnt my hand.\n\nKim",
        "Caution is needed.\n\nKim",
        "Sent from Berlin on Monday, the parcel is lost.\nSent from here it is slow",
        "Von: A nach B\nBitte",
        "FYI\n\n---------- Forwarded message ---------\nFrom: A <a@b.c>\nDate: x\nSubject: y\nTo: z\n\nHello",
        "> What is it?\n\nA lamp.\n\n> How old?\n\nTwo years.",
        "On 2 Jan 2020, at 12:00, Ada <a@b.c> wrote:\n> What is it?\n\nA lamp.\n\n> How old?\n\nTwo years.",
        "I said: no.\nHe wrote:\nThen nothing",
        "Steps:\n1. Turn on\n2. Wait 10:30\n3. Off:\nit fails",
        "The log says:\n2020-01-02 12:00:01 error a@b.c: failed:\nfoo",
        "I bought it on 2020-01-02 at 12:00 from Ada (ada@shop.example):\nit never worked.",
    ],
)
def test_in_doubt_nothing_is_cut(text):
    assert visible_text(text) == text


@pytest.mark.parametrize(
    "added",
    [
        "CONFIDENTIALITY NOTICE: This e-mail is for the intended recipient only.\n\nIf you are not, delete it.",
        "________________________________\nThis e-mail and any attachments are confidential and intended solely for Kim.",
        "P Please consider the environment before printing this email.",
        "Diese E-Mail enthält vertrauliche Informationen. Wenn Sie nicht der richtige Adressat sind, löschen Sie sie.",
        "Ce message est confidentiel et destiné à son seul destinataire.",
        "Este mensaje es confidencial y va dirigido a su destinatario.",
        "本邮件及其附件含有保密信息，仅限于发送给上面地址中列出的个人。",
    ],
)
def test_what_lawyers_add_is_left_away(added):
    assert visible_text(f"It works now.\n\nKim\n\n{added}") == "It works now.\n\nKim"


@pytest.mark.parametrize(
    "warning",
    [
        "CAUTION: This email originated from outside of the organization. Do not click links.",
        "[EXTERNAL EMAIL] Do not click\nlinks or open attachments.",
        "You don't often get email from kim@studio.example. Learn why this is important<https://aka.ms/learn>",
    ],
)
def test_a_servers_warning_of_strangers_is_not_what_kim_wrote(warning):
    assert visible_text(f"{warning}\n\nIt works now.") == "It works now."


HEADER = "<p><b>Xa:</b> Ada<br><b>Xb:</b> torstai<br><b>Xc:</b> Kim<br><b>Xd:</b> Lamp</p>"


@pytest.mark.parametrize(
    "quoted",
    [
        f'<div><div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0in 0in 0in">{HEADER}</div></div><p>Hold.</p>',
        f'<div style="padding-top:5px; border-top-color: rgb(229, 229, 229); border-top-style:solid">{HEADER}</div><p>Hold.</p>',
        '<blockquote style="margin:0 0 0 .8ex;border-left:1px #ccc solid"><p>Hold.</p></blockquote>',
        '<br>Четверг, 2 января 2020, 12:00 +03:00 от Ада &lt;ada@b.example&gt;:<br><blockquote>Hold.</blockquote>',
        '<div>2020년 1월 2일 (목) 오후 12:00, 아다 &lt;ada@b.example&gt;님이 작성:</div><div>Hold.</div>',
        '<div>Sent from <a href="https://spark.example">Spark</a></div><div>On 2 Jan 2020, 12:00, Ada, wrote:</div><div>Hold.</div>',
        "<font size=1>From: Ada/ACME</font><br><font>To: Kim</font><br><font>Date: 02.01.2020</font><br>Subject: Lamp<br>Hold.",
    ],
)  # fmt: skip
def test_a_quotation_in_html_is_known_in_every_language(quoted):
    letter = markup.read(f"<p>It works now.</p>{quoted}")
    assert visible_text(markup.as_text(letter.own)) == "It works now."
    assert "<quoted-text>" in letter.html
    assert "Hold." in letter.html
