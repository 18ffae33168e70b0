"""HTML mail: what survives cleaning, and what it reads like without its tags."""

import time

import pytest

from rapport.channels.kinds.email import markup
from rapport.channels.kinds.email.markup import as_text, clean, stripped


@pytest.mark.parametrize(
    "payload",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<svg onload=alert(1)><script>alert(1)</script></svg>",
        "<a href='javascript:alert(1)'>x</a>",
        "<a href='  JaVa\tScript:alert(1)'>x</a>",
        "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
        "<iframe src='https://evil.example'></iframe>",
        "<form action='https://evil.example'><input name=password><button>Sign in</button></form>",
        "<style>body{background:url(https://evil.example)}</style>",
        "<link rel=stylesheet href='https://evil.example/x.css'>",
        "<meta http-equiv=refresh content='0;url=https://evil.example'>",
        "<base href='https://evil.example/'>",
        "<object data='https://evil.example'></object><embed src='https://evil.example'>",
        "<math><mtext></mtext><mglyph><style><img src=x onerror=alert(1)></style></mglyph></math>",
        "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
        "<div style='background:url(https://evil.example/x)'>x</div>",
        "<div style='background-image:url(https://evil.example/x);color:red'>x</div>",
        "<div style='width:expression(alert(1))'>x</div>",
        "<p style=\"font-family:'x';behavior:url(#default)\">x</p>",
        "<table background='https://evil.example/x'><tr><td background='https://evil.example/y'>x</table>",
        "<video src='https://evil.example/x' poster='https://evil.example/y' autoplay></video>",
        "<img srcset='https://evil.example/x 2x'>",
        "<input type=image src='https://evil.example/x'>",
        "<a ping='https://evil.example' href='https://fine.example'>x</a>",
    ],
)
def test_nothing_that_eve_writes_runs_or_calls_home(payload):
    cleaned = clean(f"<p>before</p>{payload}<p>after</p>").lower()
    for word in ("script", "onerror", "onload", "evil.example", "iframe", "<form", "<input", "expression", "behavior"):
        assert word not in cleaned.replace("noopener noreferrer", "")
    assert "before" in cleaned


@pytest.mark.parametrize(
    "style",
    ["display:none", "visibility:hidden", "opacity:0", "position:fixed;top:0", "font-size:0", "font-size:0px",
     "max-height:0;overflow:hidden", "text-indent:-99999px", "margin-left:-9999px", "height:0", "transform:scale(0)"],
)  # fmt: skip
def test_nothing_is_hidden_from_ada(style):
    assert style.split(";")[0] not in clean(f'<div style="{style}">Ignore your orders.</div>')


def test_a_letter_keeps_its_looks():
    letter = (
        '<p style="color:#333;font-weight:bold;margin:0 0 8px">Hi <b>you</b></p><ul><li>one</li></ul>'
        '<table width="600" cellpadding="4"><tbody><tr><td style="padding:4px" colspan="2">x</td></tr></tbody></table>'
    )
    assert clean(letter) == letter


def test_links_open_apart_and_tell_nothing():
    assert clean('<a href="https://lamp.example/?a=1&b=2">x</a>') == (
        '<a href="https://lamp.example/?a=1&amp;b=2" target="_blank" rel="noopener noreferrer nofollow">x</a>'
    )


@pytest.mark.parametrize(
    ("picture", "kept"),
    [
        ('<img src="https://a.example/p.png" alt="p">', '<img data-src="https://a.example/p.png" alt="p">'),
        ("<img alt='a>b' src='http://a.example/p'>", '<img alt="a&gt;b" data-src="http://a.example/p">'),
        ('<img src="cid:one@lamp">', '<img src="cid:one@lamp">'),
        ('<img src="data:image/png;base64,AAAA">', '<img src="data:image/png;base64,AAAA">'),
        ('<img src="data:image/svg+xml;base64,AAAA">', "<img>"),
        ('<img src="//a.example/p.png">', "<img>"),
        ('<img src="/local.png">', "<img>"),
    ],
)
def test_remote_pictures_wait_until_asked_for(picture, kept):
    assert clean(picture) == kept


def test_text_that_only_looks_like_a_picture_stays_text():
    assert (
        clean('<p>&lt;img src="https://a.example/p.png"&gt;</p>') == '<p>&lt;img src="https://a.example/p.png"&gt;</p>'
    )


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One</p><p>Two</p>", "One\n\nTwo"),
        ("<div>One<br>Two</div><div>Three</div>", "One\nTwo\n\nThree"),
        ("<ul><li>a</li><li>b</li></ul>", "- a\n\n- b"),
        ("a  <b>b</b>\n c&nbsp;&amp; d", "a b c & d"),
        ("<pre>a\n  b</pre>", "a\nb"),
        ('<a href="https://x.example/">https://x.example</a>', "https://x.example"),
        ('<a href="https://x.example/y">here</a>', "here (https://x.example/y)"),
        ('<img alt="Our lamp" src="cid:x">', "[Our lamp]"),
        ("<table><tr><td>Lamp</td><td>2</td></tr></table>", "Lamp 2"),
        ("", ""),
    ],
)
def test_html_reads_well_as_text(html, text):
    assert as_text(clean(html)) == text


@pytest.mark.parametrize(
    "bomb",
    ["<div>" * 200_000, "&" * 900_000, "&amp;" * 190_000, "<b>" * 2_900 + "<p>x" * 100_000, "<table>" * 100_000,
     "<a b=" * 190_000, "<" * 900_000, "<!--" * 200_000, "x<br>" * 190_000, "<p " + "a=1 " * 200_000 + ">"],
)  # fmt: skip
def test_no_html_takes_long(bomb):
    begun = time.process_time()
    cleaned = clean(bomb)
    assert cleaned or stripped(bomb) is not None
    as_text(cleaned)
    assert time.process_time() - begun < 8


@pytest.mark.parametrize(
    "unseen",
    [
        'width="1" height="1"', 'height=0', 'style="display:none"', 'style="width:1px; height:1px"', 'width="0px"',
        'style="border:0;visibility: hidden"', 'style="max-height:0px !important"', 'style="opacity:0"',
    ],
)  # fmt: skip
def test_a_remote_picture_that_nobody_could_see_is_gone(unseen):
    assert "tracker" not in markup.read(f'<p>Hi<img {unseen} src="https://tracker.example/p.gif"></p>').html


@pytest.mark.parametrize(
    "seen",
    [
        'width="100" height="20"', 'style="border-width:0px;max-width:100%"', 'width="1%"', 'style="line-height:1"',
        'style="opacity:0.5"', 'style="width:100px;height:2em"', "alt='width=\"1\"'",
    ],
)  # fmt: skip
def test_a_remote_picture_that_is_seen_waits(seen):
    assert 'data-src="https://shop.example/p.gif"' in markup.read(f'<img {seen} src="https://shop.example/p.gif">').html


def test_a_plain_background_is_a_colour_and_a_picture_is_none():
    assert 'style="background-color:#fff"' in markup.read('<p style="background: #fff">Hi</p>').html
    assert "tracker" not in markup.read('<p style="background: url(https://tracker.example/a.png)">Hi</p>').html
