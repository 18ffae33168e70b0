"""What people type into a search field."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rapport.conversations.searching.language import (
    All,
    Any,
    Asked,
    Days,
    Not,
    Word,
    days_in_words,
    in_words,
    nearest,
    parse,
)

THURSDAY = date(2026, 11, 26)
PIECES = [
    "lamp", "退货", "OR", "或", "AND", "NOT ", "-", "(", ")", "（", "）", '"', "“", "”", "「", "from:", "来自：",
    "tag:", "is:open", "#12", "#", ":", " ", "  ", "after:last week", "before:2026-11-01", "\x00", "http://x.example/?a=b",
    "foo:bar", "|", "--", "＃１２", "x" * 50,
]  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("", All()),
        ("lamp light", All((Word("lamp"), Word("light")))),
        ('"two words"', Word("two words", is_quoted=True)),
        ("「退货 流程」", Word("退货 流程", is_quoted=True)),
        ("from:kim is:open", All((Asked("from", "kim"), Asked("is", "open")))),
        ("来自：小明 标签：退款", All((Asked("from", "小明"), Asked("tag", "退款")))),
        ("from: kim lamp", All((Asked("from", "kim"), Word("lamp")))),
        ('tag:"very important"', Asked("tag", "very important")),
        ("-tag:refund -lamp", All((Not(Asked("tag", "refund")), Not(Word("lamp"))))),
        ("NOT lamp", Not(Word("lamp"))),
        ("#1042", Asked("number", "1042")),
        ("编号：1042", Asked("number", "1042")),
        ("is:open lamp OR light", All((Asked("is", "open"), Any((Word("lamp"), Word("light")))))),
        ("灯 或 电池", Any((Word("灯"), Word("电池")))),
        ("a OR (b c)", Any((Word("a"), All((Word("b"), Word("c")))))),
        ("-(a b)", Not(All((Word("a"), Word("b"))))),
        ("after:last week lamp", All((Asked("after", "last week"), Word("lamp")))),
        ("http://x.example re: 10:30", All((Word("http://x.example"), Word("re:"), Word("10:30")))),
        ("from:", Word("from")),
        ("a OR", Word("a")),
        ("((((((((((lamp", Word("lamp")),
        (") lamp )", Word("lamp")),
    ],
)  # fmt: skip
def test_what_is_typed_is_read(typed, asked):
    assert parse(typed) == asked


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(max_size=80), st.lists(st.sampled_from(PIECES), max_size=14).map(" ".join),
                 st.lists(st.sampled_from(PIECES), max_size=14).map("".join)))  # fmt: skip
def test_whatever_is_typed_is_a_search_that_can_be_said_again(typed):
    asked = parse(typed)
    assert parse(in_words(asked)) == asked


def test_a_very_long_search_is_cut_and_a_deep_one_too():
    assert len(parse("lamp1 lamp2 " * 1000).parts) == 2
    assert len(parse(" ".join(f"w{number}" for number in range(200))).parts) == 24
    assert parse("(" * 400 + "lamp") == Word("lamp")


@pytest.mark.parametrize(
    ("said", "first", "last"),
    [
        ("2026-11-01", "2026-11-01", "2026-11-01"), ("2026/1/5", "2026-01-05", "2026-01-05"),
        ("2026-02", "2026-02-01", "2026-02-28"), ("2025", "2025-01-01", "2025-12-31"),
        ("today", "2026-11-26", "2026-11-26"), ("yesterday", "2026-11-25", "2026-11-25"),
        ("last week", "2026-11-16", "2026-11-22"), ("last-week", "2026-11-16", "2026-11-22"),
        ("this week", "2026-11-23", "2026-11-29"), ("lastmonth", "2026-10-01", "2026-10-31"),
        ("last year", "2025-01-01", "2025-12-31"), ("monday", "2026-11-23", "2026-11-23"),
        ("thursday", "2026-11-19", "2026-11-19"), ("7d", "2026-11-19", "2026-11-19"),
        ("3 days ago", "2026-11-23", "2026-11-23"), ("2 weeks", "2026-11-12", "2026-11-12"),
        ("1 month", "2026-10-26", "2026-10-26"), ("3 May", "2026-05-03", "2026-05-03"),
        ("december", "2025-12-01", "2025-12-31"), ("昨天", "2026-11-25", "2026-11-25"),
        ("上周", "2026-11-16", "2026-11-22"), ("本月", "2026-11-01", "2026-11-30"),
        ("周一", "2026-11-23", "2026-11-23"),
        ("11月1日", "2026-11-01", "2026-11-01"), ("2026年11月1日", "2026-11-01", "2026-11-01"),
        ("2026年2月", "2026-02-01", "2026-02-28"), ("3天前", "2026-11-23", "2026-11-23"),
    ],
)  # fmt: skip
def test_days_are_read_as_people_say_them(said, first, last):
    assert days_in_words(said, THURSDAY) == Days(date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize(
    "said", ["", "soon", "3/4", "2026-13-01", "2026-02-30", "99999 days", "9999-01-01", "0001", "30 february", "²月1日"]
)
def test_what_names_no_day_is_refused(said):
    assert days_in_words(said, THURSDAY) is None


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=20), st.dates(min_value=date(2000, 1, 1), max_value=date(2100, 1, 1)))
def test_no_words_for_a_day_raise(said, today):
    found = days_in_words(said, today)
    assert found is None or found.first <= found.last


def test_a_slip_of_the_finger_is_recognised():
    assert nearest("refnd", ["Refund", "Delivery"]) == "Refund"
    assert nearest("zeppelin", ["Refund", "Delivery"]) is None
