"""What a writer wrote this time. When in doubt, everything."""

import time

import pytest

from rapport.channels.kinds.email.quotes import visible_text

OWN = "It works now, thank you.\n\nKim"


@pytest.mark.parametrize(
    "quoted",
    [
        "On Wed, Nov 18, 2026 at 6:04 PM Ada <support@lampwright.example> wrote:\n\n> Hold the button.\n> Ada",
        "On Wed, Nov 18, 2026 at 6:04 PM Ada from Lampwright <\nsupport@lampwright.example> wrote:\n\n> Hold.",
        "On Dec 16, 2011, at 12:47 PM, Ada\n<support@lampwright.example>\nwrote:\n\n> Hold the button.",
        "On 18 Nov 2026, at 18:04, Ada <support@lampwright.example> wrote:\n\nHold the button.",
        "-----Original Message-----\nFrom: Ada\nSent: Wednesday\nTo: Kim\nSubject: Lamp\n\nHold the button.",
        "________________________________\nFrom: Ada\nSent: Wednesday\nTo: Kim\nSubject: Lamp\n\nHold the button.",
        "*From:* Ada\n*Sent:* Wednesday\n*To:* Kim\n*Subject:* Lamp\n\nHold the button.",
        "> Hold the button.\n>\n> Ada",
        "------------------ 原始邮件 ------------------\n发件人: Ada\n发送时间: 2026年\n收件人: Kim\n\n请按住按钮。",
        "在 2026年11月18日，下午6:04，Ada <support@lampwright.example> 写道：\n\n> 请按住按钮。",
        "Ada <support@lampwright.example> 于2026年11月18日周三 18:04写道：\n\n> 请按住按钮。",
        '在 2026-11-18 16:40:12，"Ada" <support@lampwright.example> 写道：\n\n请按住按钮。',
        "发件人: Ada\n日期: 2026年11月18日\n收件人: Kim\n主题: 台灯\n\n请按住按钮。",
        "---- 回复的原邮件 ----\n| 发件人 | Ada |\n\n请按住按钮。",
    ],
)
def test_the_quoted_mail_is_left_away(quoted):
    assert visible_text(f"{OWN}\n\n{quoted}\n") == OWN


@pytest.mark.parametrize(
    "ending",
    [
        "-- \nKim Park\n+44 20 7946 0000",
        "--\nKim",
        "Sent from my iPhone",
        "Get Outlook for iOS",
        "发自我的iPhone",
        "来自我的华为手机",
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
    ],
)
def test_in_doubt_nothing_is_cut(text):
    assert visible_text(text) == text


def test_a_mail_that_is_all_quote_is_shown():
    assert visible_text("> Hold the button.") == "> Hold the button."


@pytest.mark.parametrize(
    "text", ["On x\n" * 40_000, "> a\n" * 50_000, "-" * 199_000, "On Mon <a@b> \n> q\no\n" * 9_000]
)
def test_no_text_takes_long(text):
    begun = time.process_time()
    visible_text(text)
    assert time.process_time() - begun < 5
