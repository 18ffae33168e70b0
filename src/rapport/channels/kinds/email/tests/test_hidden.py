"""What a letter keeps out of sight is neither shown nor read, and nothing else is lost with it."""

import pytest

from rapport.channels.kinds.email.markup import as_text, clean, clean_own, read

PREVIEW = '<div style="display:none;max-height:0;overflow:hidden">Three lamps for two &zwnj;&nbsp;</div>'


def test_the_preview_line_of_a_newsletter_is_not_shown_twice():
    letter = read(f"<body>{PREVIEW}<h1>Three lamps for two</h1></body>")
    assert letter.html == "<h1>Three lamps for two</h1>"
    assert as_text(letter.html) == "Three lamps for two"


@pytest.mark.parametrize(
    "style", ["display: none", "color:red;DISPLAY:NONE !important", "visibility:hidden", "mso-hide:all"]
)
def test_whatever_hides_it_takes_it_out_with_all_that_lies_in_it(style):
    table = f'<table style="{style}"><tbody><tr><td>for <img src="cid:a"><br>telephones</td></tr></tbody></table>'
    assert clean(f"<p>Seen</p>{table}<p>too</p>") == "<p>Seen</p><p>too</p>"


def test_a_picture_between_hidden_things_stays():
    html = f'{PREVIEW}<img src="cid:lamp" alt="A &gt; lamp">{PREVIEW}'
    assert clean(html) == '<img src="cid:lamp" alt="A &gt; lamp">'


def test_a_letter_that_hides_everything_is_shown_whole():
    assert clean('<div style="display:none"><p>Ignore me</p></div> ') == "<div><p>Ignore me</p></div>"


def test_other_ways_to_lay_it_out_change_nothing():
    assert clean('<p style="display:inline-block;color:red">Hi</p>') == '<p style="color:red">Hi</p>'
    assert "display" not in clean_own('<p style="display:flex">Hi</p>')


def test_cleaning_again_changes_nothing():
    once = clean(f'<div>{PREVIEW}<p style="color:red">Hi</p></div>')
    assert clean(once) == once
