import pytest
from hypothesis import given
from hypothesis import strategies as st

from rapport.kit.ids import hashed, new_token
from rapport.kit.text import language_of, one_line, pieces, shortened, storable


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("My lamp does not turn on any more", "en"),
        ("我的台灯坏了", "zh"),
        ("订单 ORD-00417 什么时候发货？", "zh"),
        ("Lamp 台灯 does not work, please help me soon", "en"),
        ("ランプが点きません", ""),
        ("램프가 켜지지 않아요", ""),
        ("Лампа не работает", ""),
        ("123 !!!", ""),
        ("", ""),
    ],
)
def test_the_language_is_guessed_by_the_script(text, language):
    assert language_of(text) == language


def test_a_line_is_one_line_without_tricks():
    assert one_line("  Re:\r\n\tmy\x00 lamp\x07 ") == "Re: my lamp"
    assert one_line("Ada \u202eexe.gpj\u200b") == "Ada exe.gpj"


def test_storable_text_keeps_its_lines():
    assert storable("a\x00b\nc\td\x1b[31m\ud800") == "ab\nc\td[31m"


def test_short_text_is_left_alone_and_long_text_ends_at_a_word():
    assert shortened("My lamp", 20) == "My lamp"
    assert shortened("My lamp does not work", 10) == "My lamp…"
    assert shortened("My lamp does not work", 12) == "My lamp doe…"
    assert shortened("台灯坏了怎么办", 4) == "台灯坏…"
    assert shortened("cafe\u0301 au lait", 5) == "caf…"
    assert shortened("word", 0) == ""


@given(st.text(alphabet=st.characters(codec=None)), st.integers(0, 30))
def test_shortened_text_is_never_longer(text, length):
    assert len(shortened(text, length)) <= length


@given(st.text(alphabet=st.characters(codec=None)))
def test_a_stored_line_can_be_written_as_utf8_and_is_stable(text):
    line = one_line(text)
    line.encode()
    assert "\n" not in line
    assert one_line(line) == line


def test_tokens_are_long_random_and_kept_as_hashes():
    tokens = {new_token("rpt_") for _ in range(100)}
    assert len(tokens) == 100
    assert all(token.startswith("rpt_") and len(token) > 40 for token in tokens)
    assert hashed("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_a_text_is_divided_where_something_ends_and_nothing_of_it_is_lost():
    assert pieces("short", 10) == ["short"]
    assert pieces("one two three", 9) == ["one two", "three"]
    assert pieces("One two. Three four five", 15) == ["One two.", "Three four five"]
    assert pieces("x" * 25, 10) == ["x" * 10, "x" * 10, "x" * 5]
    assert pieces("灯" * 5, 10) == ["灯灯灯", "灯灯"]
    assert "".join(pieces("灯" * 1000, 2048)) == "灯" * 1000
    assert pieces("", 10) == []
