"""Kim's messages carry times that a person reads without thinking."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone, translation

from rapport.design import moments
from rapport.design.templatetags.design import filesize, moment, time_ago, time_left
from rapport.kit import clock

NOW = datetime(2026, 11, 19, 14, 36, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _at_the_desk():
    with clock.frozen(NOW), timezone.override(ZoneInfo("UTC")), translation.override("en"):
        yield


@pytest.mark.parametrize(
    ("when", "english", "chinese"),
    [
        (datetime(2026, 11, 19, 14, 22, tzinfo=UTC), "14:22", "14:22"),
        (datetime(2026, 11, 17, 8, 52, tzinfo=UTC), "Tue", "星期二"),
        (datetime(2026, 11, 12, 8, 52, tzinfo=UTC), "12 Nov", "11月12日"),
        (datetime(2026, 11, 3, 8, 52, tzinfo=UTC), "3 Nov", "11月3日"),
        (datetime(2025, 11, 3, 8, 52, tzinfo=UTC), "2025-11-03", "2025-11-03"),
        (datetime(2026, 11, 20, 8, 52, tzinfo=UTC), "20 Nov", "11月20日"),
    ],
)
def test_a_list_shows_the_shortest_time_that_is_clear(when, english, chinese):
    assert moments.short(when) == english
    with translation.override("zh-hans"):
        assert moments.short(when) == chinese


def test_today_is_the_readers_today():
    evening = datetime(2026, 11, 18, 20, 0, tzinfo=UTC)
    assert moments.short(evening) == "Wed"
    with timezone.override(ZoneInfo("Asia/Shanghai")):
        assert moments.short(evening) == "04:00"


def test_a_time_carries_its_whole_moment():
    assert moment(NOW) == (
        '<time datetime="2026-11-19T14:36:00+00:00" title="19 November 2026, 14:36">14:36</time>'
    )  # fmt: skip
    assert moment(None) == ""


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2026, 11, 19), "Today"),
        (date(2026, 11, 18), "Yesterday"),
        (date(2026, 11, 17), "Tuesday 17 November"),
        (date(2025, 11, 17), "17 November 2025"),
        (datetime(2026, 11, 19, 1, 0, tzinfo=UTC), "Today"),
    ],
)
def test_a_day_line_names_the_day(day, words):
    assert moments.day(day) == words


@pytest.mark.parametrize(
    ("left", "text", "tone"),
    [
        (timedelta(seconds=45), "45 s", "bad"),
        (timedelta(minutes=6), "6 min", "bad"),
        (timedelta(minutes=38), "38 min", "warn"),
        (timedelta(minutes=80), "1 h 20", "plain"),
        (timedelta(hours=2), "2 h", "plain"),
        (timedelta(hours=5, minutes=10), "5 h", "plain"),
        (timedelta(days=3, hours=2), "3 days", "plain"),
        (timedelta(minutes=-12), "Late by 12 min", "bad"),
    ],
)
def test_only_replies_due_within_the_hour_stand_out(left, text, tone):
    assert moments.left(NOW + left) == (text, tone)


def test_time_left_ticks_in_the_browser_from_the_same_moment():
    drawn = time_left(NOW + timedelta(minutes=6))
    assert 'class="pill bad" datetime="2026-11-19T14:42:00+00:00"' in drawn
    assert "<span>6 min</span>" in drawn
    assert time_left(None) == ""


def test_what_happened_this_minute_happened_just_now():
    assert "just now" in time_ago(NOW - timedelta(seconds=20))
    assert "5 min ago" in time_ago(NOW - timedelta(minutes=5))
    assert time_ago(None) == ""


def test_the_browser_gets_every_word_it_ticks_with():
    words = moments.words_for_scripts()
    assert words["hoursMinutes"] == "{n} h {m}"
    assert words["late"] == "Late by {t}"
    assert not [name for name, text in words.items() if not text or "%" in text]


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (None, "0 B"),
        (512, "512 B"),
        (34_816, "34 KB"),
        (8_598_323, "8.2 MB"),
        (52_428_800, "50 MB"),
        (10**13, "9313 GB"),
    ],
)
def test_a_file_has_a_size_people_know(size, text):
    assert filesize(size) == text
