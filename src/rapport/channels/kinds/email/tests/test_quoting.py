"""What a writer wrote this time, in the languages and from the programs that customers use. In doubt, everything."""

import time

import pytest

from rapport.channels.kinds.email import markup
from rapport.channels.kinds.email.quoting import visible_text

OWN = "It works now, thank you.\n\nKim"
GMAIL = (
    '<div class="gmail_quote"><div class="gmail_attr">On Wed, Nov 18, 2026 at 6:04 PM Ada wrote:<br></div>'
    '<blockquote class="gmail_quote"><p>Hold the button.</p></blockquote></div>'
)
OUTLOOK = (
    '<div><div style="border:none;border-top:solid #E1E1E1 1.0pt"><p class="MsoNormal"><b>From:</b> Ada<br>'
    "<b>Sent:</b> Wednesday<br><b>To:</b> Kim<br><b>Subject:</b> Lamp</p></div></div><p>Hold the button.</p>"
)
OUTLOOK_ON_THE_WEB = (
    '<div id="appendonsend"></div><hr><div id="divRplyFwdMsg"><b>Von:</b> Ada<br><b>Gesendet:</b> Mittwoch<br>'
    "<b>An:</b> Kim</div><div>Hold the button.</div>"
)
APPLE = (
    '<div><br><blockquote type="cite"><div>On 18 Nov 2026, at 18:04, Ada &lt;a@b.example&gt; wrote:</div><br>'
    "<div>Hold the button.</div></blockquote></div>"
)
THUNDERBIRD = (
    '<div class="moz-cite-prefix">Am 18.11.2026 um 18:04 schrieb Ada:<br></div>'
    '<blockquote type="cite"><p>Hold the button.</p></blockquote>'
)
QQ = (
    "<div>------------------&nbsp;原始邮件&nbsp;------------------</div><div><div><b>发件人:</b>&nbsp;Ada</div>"
    "<div><b>发送时间:</b>&nbsp;2026年11月18日</div></div><div>Hold the button.</div>"
)
NETEASE = (
    '<p>At 2026-11-18 16:40:12, "Ada" &lt;a@b.example&gt; wrote:</p> '
    '<blockquote id="isReplyContent"><div>Hold the button.</div></blockquote>'
)
IPHONE = (
    '<div dir="ltr"><br>Sent from my iPhone</div><div dir="ltr"><br><blockquote type="cite">'
    "On Nov 18, 2026, at 6:04 PM, Ada &lt;a@b.example&gt; wrote:<br></blockquote></div>"
    '<blockquote type="cite">Hold the button.</blockquote>'
)


@pytest.mark.parametrize("gap", ["\n", "\n\n"])
@pytest.mark.parametrize(
    "quoted",
    [
        "On Wed, Nov 18, 2026 at 6:04 PM Ada <support@lampwright.example> wrote:\n\n> Hold the button.\n> Ada",
        "On Wed, Nov 18, 2026 at 6:04 PM Ada from Lampwright <\nsupport@lampwright.example> wrote:\n\n> Hold.",
        "On Dec 16, 2011, at 12:47 PM, Ada\n<support@lampwright.example>\nwrote:\n\n> Hold the button.",
        "On 18 Nov 2026, at 18:04, Ada <support@lampwright.example> wrote:\n\nHold the button.",
        "On 11-Apr-2011, at 6:54 PM, Bob <bob@example.com> sent:\n\n> Test",
        "2014-10-17 11:28 GMT+03:00 Bob <bob@example.com>:\n\n> Test",
        "04/19/2011 07:10 AM, Ada Lindqvist wrote:\n\n> Test",
        "---- Ada wrote ----\n\nTest",
        "Am 18.11.2026 um 18:04 schrieb Ada <a@b.example>:\n\n> Test",
        "Am Mi., 18. Nov. 2026 um 18:04 Uhr schrieb Ada Lindqvist <\na@b.example>:\n\n> Test",
        "Ada Lindqvist <a@b.example> schrieb am Mi., 18. Nov. 2026, 18:04:\n\n> Test",
        "Ada Lindqvist schrieb am 18.11.2026 um 18:04:\n\nTest",
        "Von: Ada <a@b.example>\nGesendet: Mittwoch, 18. November 2026 18:04\nAn: Kim\nBetreff: Lampe\n\nTest",
        "-----Ursprüngliche Nachricht-----\nVon: Ada\nGesendet: x\nAn: Kim\n\nTest",
        "-------- Originalnachricht --------\nVon: Ada\nDatum: x\nAn: Kim\n\nTest",
        "Le mer. 18 nov. 2026 à 18:04, Ada <a@b.example> a écrit :\n\n> Test",
        "Le 18/11/2026 à 18:04, Ada a écrit\u00a0:\n> Test",
        "Le mercredi 18 novembre 2026 à 18:04:12 UTC+1, Ada Lindqvist <a@b.example> a\nécrit :\n\nTest",
        "De : Ada <a@b.example>\nEnvoyé : mercredi 18 novembre 2026 18:04\nÀ : Kim\nObjet : Lampe\n\nTest",
        "-----Message d'origine-----\nDe : Ada\n\nTest",
        "El mié, 18 nov 2026 a las 18:04, Ada (<a@b.example>) escribió:\n\n> Test",
        "El 18/11/2026 a las 18:04, Ada escribió:\n> Test",
        "De: Ada <a@b.example>\nEnviado: miércoles, 18 de noviembre de 2026 18:04\nPara: Kim\nAsunto: Lámpara\n\nTest",
        "-----Mensaje original-----\nDe: Ada\n\nTest",
        "Em qua., 18 de nov. de 2026 às 18:04, Ada <a@b.example> escreveu:\n\n> Test",
        "Em 18/11/2026 18:04, Ada escreveu:\n> Test",
        "Ada <a@b.example> escreveu no dia quarta, 18/11/2026 à(s) 18:04:\n\n> Test",
        "De: Ada\nEnviada em: quarta-feira, 18 de novembro de 2026\nPara: Kim\nAssunto: x\n\nTest",
        "Il giorno mer 18 nov 2026 alle ore 18:04 Ada <a@b.example>\nha scritto:\n\n> Test",
        "Il 18/11/2026 18:04, Ada ha scritto:\n> Test",
        "Da: Ada <a@b.example>\nInviato: mercoledì 18 novembre 2026 18:04\nA: Kim\nOggetto: x\n\nTest",
        "Op wo 18 nov 2026 om 18:04 schreef Ada <a@b.example>:\n\n> Test",
        "Op 18 nov. 2026, om 18:04 heeft Ada <a@b.example> het volgende geschreven:\n\nTest",
        "Ada schreef op 18-11-2026 18:04:\n\n> Test",
        "Van: Ada <a@b.example>\nVerzonden: woensdag 18 november 2026 18:04\nAan: Kim\nOnderwerp: x\n\nTest",
        "2026年11月18日(水) 18:04 Ada <a@b.example>:\n\n> Test",
        "2026/11/18 18:04、Ada <a@b.example>のメール:\n\n> Test",
        "On 2026/11/18 18:04, Ada wrote:\n> Test",
        "差出人: Ada <a@b.example>\n送信日時: 2026年11月18日 18:04\n宛先: Kim\n件名: ランプ\n\nTest",
        "-----元のメッセージ-----\nTest",
        "------------------ 原始邮件 ------------------\n发件人: Ada\n发送时间: 2026年\n收件人: Kim\n\n请按住按钮。",
        "------------------\u00a0原始邮件\u00a0------------------\n发件人:Ada\n发送时间:2026年\n收件人:Kim\n\n请",
        "在 2026年11月18日，下午6:04，Ada <support@lampwright.example> 写道：\n\n> 请按住按钮。",
        "Ada <support@lampwright.example> 于2026年11月18日周三 18:04写道：\n\n> 请按住按钮。",
        '在 2026-11-18 16:40:12，"Ada" <support@lampwright.example> 写道：\n\n请按住按钮。',
        "Ada <a@b.example> 於 2026年11月18日 週三 下午6:04寫道：\n\n> x",
        "发件人: Ada\n日期: 2026年11月18日\n收件人: Kim\n主题: 台灯\n\n请按住按钮。",
        "---- 回复的原邮件 ----\n| 发件人 | Ada |\n\n请按住按钮。",
        "寄件者: Ada\n傳送日期: 2026年\n收件者: Kim\n主旨: x\n\nTest",
        "Den ons 18 nov. 2026 kl 18:04 skrev Ada <a@b.example>:\n\n> Test",
        "##- Please type your reply above this line -##\n\nYour request",
    ],
)
def test_the_quoted_mail_is_left_away(quoted, gap):
    assert visible_text(f"{OWN}{gap}{quoted}\n") == OWN


@pytest.mark.parametrize(
    "ending",
    [
        "-- \nKim Park\n+44 20 7946 0000",
        "--\nKim",
        "Sent from my iPhone",
        "Get Outlook for iOS",
        "发自我的iPhone",
        "来自我的华为手机",
        "Von meinem iPhone gesendet",
        "Gesendet von Mail für Windows",
        "Envoyé de mon iPhone",
        "Enviado desde mi iPhone",
        "Enviado do meu iPhone",
        "Inviato da iPhone",
        "Verstuurd vanaf mijn iPhone",
        "iPhoneから送信",
        "Sent from Mail for Windows",
        "Sent from my Verizon Wireless BlackBerry",
        "Sent from Yahoo Mail for iPhone",
        "Obtener Outlook para Android",
        "发自我的小米手机",
        "發自我的 iPhone",
        "Sent from Outlook for Android",
        "Envoyé à partir de Outlook pour Android",
        "-Abhishek Kona",
    ],
)
def test_a_signature_is_left_away(ending):
    assert visible_text(f"{OWN}\n\n{ending}\n") == OWN


@pytest.mark.parametrize(
    "text",
    [
        "On Monday I wrote:\nyou did not answer.",
        "My list:\n-- one\n-- two\nand more, which is not a signature because\nit goes on",
        "I sent it on the 3rd.\nFrom: me\nand nothing came.",
        "> You asked: which lamp?\nThe tall one.\n> Which colour?\nBlue.",
        "在 2024 年我买了这个灯。\n现在坏了。",
        "Dear all,\n\nBegin forwarded message:\n\nFrom: Ada\nDate: today\nTo: Kim\nSubject: Lamp\n\nHold the button.",
        "On Wed, Nov 18, 2026 Ada <a@b.example> wrote:\n\n> Which lamp?\n\nThe tall one, as I said.",
        "Here is a fix -- this is not a signature.\n\nkthxbai",
        "Here is another email\n\nSent from my desk, is much easier then my mobile phone.",
        "Am Montag um 9:00 habe ich Folgendes festgestellt:\nDie Lampe flackert.",
        "On 3 May 2026 I wrote to you that:\nit is broken",
        "Le 3 mai 2026 j'ai constaté :\nelle est cassée",
        "The steps on 2026-11-18 were:\n1. on\n2. off",
        "Please see what Ada wrote:\nit is wrong.",
        "A: yes\nTo: no\nBut: maybe",
        "From: Berlin\nTo: Paris\nPrice: 40",
        "Sent: two parcels\nDate: 3 May\nTo: my office\nwhere are they?",
        "Which colour?\n\n-Blue",
    ],
)
def test_in_doubt_nothing_is_cut(text):
    assert visible_text(text) == text


def test_a_mail_that_is_all_quote_is_shown():
    assert visible_text("> Hold the button.") == "> Hold the button."


def test_the_footer_of_a_mailing_list_is_left_away():
    rule = "_" * 40
    assert visible_text(f"{OWN}\n\n{rule}\nlamps mailing list\nhttps://lists.example/listinfo/lamps") == OWN


@pytest.mark.parametrize(
    "text",
    [
        "On x\n" * 40_000,
        "> a\n" * 50_000,
        "-" * 199_000,
        "On Mon <a@b> \n> q\no\n" * 9_000,
        "From: x\n" * 20_000,
        "Am 1.1.2020 x " * 13_000,
        "a <a@b.c> " * 15_000 + ":",
    ],
)
def test_no_text_takes_long(text):
    begun = time.process_time()
    visible_text(text)
    assert time.process_time() - begun < 5


@pytest.mark.parametrize(
    "quoted", [GMAIL, OUTLOOK, OUTLOOK_ON_THE_WEB, APPLE, THUNDERBIRD, QQ, NETEASE, IPHONE], ids=lambda _quoted: ""
)
def test_what_a_program_quotes_in_html_is_folded_and_left_away(quoted):
    letter = markup.read(f'<div class="WordSection1"><p>It works now.</p><p>Kim</p>{quoted}</div>')
    own, _mark, folded = letter.html.partition("<quoted-text>")
    assert "It works now." in own
    assert "Hold the button." not in own
    assert "Hold the button." in folded
    assert letter.html.count("<quoted-text>") == letter.html.count("</quoted-text>") == 1
    assert markup.as_text(letter.own) == "It works now.\n\nKim"


def test_a_signature_in_html_is_folded():
    letter = markup.read('<div>Hello<br><span>-- </span><br><div class="gmail_signature">Kim<br>Studio</div></div>')
    assert markup.as_text(letter.own) == "Hello"


@pytest.mark.parametrize(
    "html",
    [
        "<p>The message is:</p><blockquote>E404 not found</blockquote>",
        '<blockquote type="cite">Hold the button.</blockquote>',
        f"<p>It works.</p>{THUNDERBIRD}<p>And the other one?</p>",
        '<p>Look:</p><div class="gmail_quote"><div>---------- Forwarded message ---------<br>From: Ada</div>Hi</div>',
        "<table><tr><td>Yes</td></tr><tr><td>On Wed, 18 Nov 2026 at 6:04 PM Ada wrote:</td></tr></table>",
    ],
)
def test_in_doubt_nothing_is_folded(html):
    assert markup.read(html).html == markup.clean(html)
    assert markup.read(html).own == ""


def test_nobody_can_send_a_fold_or_a_hint():
    assert markup.read('<quoted-text>Hi</quoted-text><p class="a" id="b">there</p>').html == "Hi<p>there</p>"


def test_a_picture_before_the_quotation_stays_in_sight():
    letter = markup.read(f'<div>See</div><div><img src="cid:lamp"></div>{GMAIL}')
    assert letter.html.index("cid:lamp") < letter.html.index("<quoted-text>")


@pytest.mark.parametrize("html", ["<div>" * 2_900, "<p>a" * 60_000, "<blockquote>x" * 2_000, "<br>On 2020 x" * 60_000])
def test_no_html_takes_long(html):
    begun = time.process_time()
    markup.read(html)
    assert time.process_time() - begun < 5
