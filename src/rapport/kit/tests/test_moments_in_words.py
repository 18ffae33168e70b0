"""What people say when they mean a moment to come. Now is Wednesday 4 March 2026, 10:20, in Berlin."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from rapport.kit.moments_in_words import NotAMoment, Past, moment_in_words

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 3, 4, 10, 20, 30, tzinfo=BERLIN)


def said(words, now=NOW):
    found = moment_in_words(words, now=now)
    assert found.tzinfo is now.tzinfo
    return f"{found:%Y-%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("words", "means"),
    [
        ("Friday 9", "2026-03-06 09:00"), ("friday", "2026-03-06 09:00"), ("Fri at 14:30", "2026-03-06 14:30"),
        ("on Monday", "2026-03-09 09:00"), ("next Friday", "2026-03-13 09:00"), ("this fri 5pm", "2026-03-06 17:00"),
        ("monday next week", "2026-03-09 09:00"), ("9am friday", "2026-03-06 09:00"),
        ("Thursday noon", "2026-03-05 12:00"),
        ("tomorrow", "2026-03-05 09:00"), ("tomorrow 14:30", "2026-03-05 14:30"),
        ("tomorrow at 8.15", "2026-03-05 08:15"),
        ("Tomorrow afternoon", "2026-03-05 15:00"), ("tomorrow evening at 7", "2026-03-05 19:00"),
        ("day after tomorrow 12 am", "2026-03-06 00:00"), ("today 16", "2026-03-04 16:00"),
        ("tonight", "2026-03-04 20:00"),
        ("in 3 hours", "2026-03-04 13:20"), ("an hour", "2026-03-04 11:20"), ("half an hour", "2026-03-04 10:50"),
        ("45 min", "2026-03-04 11:05"), ("2h", "2026-03-04 12:20"), ("2 days", "2026-03-06 09:00"),
        ("in two weeks", "2026-03-18 09:00"), ("in 2 days at 14:30", "2026-03-06 14:30"),
        ("a couple of days", "2026-03-06 09:00"),
        ("3 months from now", "2026-06-04 09:00"), ("next week", "2026-03-09 09:00"),
        ("next week 14:00", "2026-03-09 14:00"),
        ("next month", "2026-04-01 09:00"), ("next year", "2027-01-01 09:00"), ("end of month", "2026-03-31 09:00"),
        ("end of the week 16:00", "2026-03-06 16:00"), ("end of next month", "2026-04-30 09:00"),
        ("weekend", "2026-03-07 09:00"),
        ("15:00", "2026-03-04 15:00"), ("9:00", "2026-03-05 09:00"), ("at 9", "2026-03-05 09:00"),
        ("5 pm", "2026-03-04 17:00"),
        ("noon", "2026-03-04 12:00"), ("morning", "2026-03-05 09:00"), ("5 May", "2026-05-05 09:00"),
        ("May 5th 10:00", "2026-05-05 10:00"),
        ("3 March", "2027-03-03 09:00"), ("29 February", "2028-02-29 09:00"),
        ("Dec 24, 2026 18:00", "2026-12-24 18:00"),
        ("the 15th", "2026-03-15 09:00"), ("2nd", "2026-04-02 09:00"), ("2026-04-01 8:30", "2026-04-01 08:30"),
        ("1st of april", "2026-04-01 09:00"), ("３ ｄａｙｓ", "2026-03-07 09:00"),
    ],
)  # fmt: skip
def test_english(words, means):
    assert said(words) == means


@pytest.mark.parametrize(
    ("words", "means"),
    [
        ("周五上午九点", "2026-03-06 09:00"), ("星期五", "2026-03-06 09:00"), ("礼拜天晚上8点", "2026-03-08 20:00"),
        ("下周一", "2026-03-09 09:00"), ("下周五下午两点", "2026-03-13 14:00"), ("下下周三", "2026-03-18 09:00"),
        ("本周五17:00", "2026-03-06 17:00"), ("下周", "2026-03-09 09:00"), ("周末", "2026-03-07 09:00"),
        ("明天", "2026-03-05 09:00"), ("明天下午3点半", "2026-03-05 15:30"), ("明天 14:30", "2026-03-05 14:30"),
        ("明早", "2026-03-05 09:00"), ("明早八点", "2026-03-05 08:00"), ("明晚", "2026-03-05 20:00"),
        ("后天中午", "2026-03-06 12:00"),
        ("大后天上午十点一刻", "2026-03-07 10:15"),
        ("今晚", "2026-03-04 20:00"), ("今天下午三点四十五分", "2026-03-04 15:45"),
        ("今晚12点", "2026-03-05 00:00"), ("后天凌晨2点", "2026-03-06 02:00"), ("中午12点半", "2026-03-04 12:30"),
        ("三天后", "2026-03-07 09:00"), ("3小时后", "2026-03-04 13:20"), ("两个小时后", "2026-03-04 12:20"),
        ("半小时后", "2026-03-04 10:50"), ("一个半小时后", "2026-03-04 11:50"), ("十五分钟后", "2026-03-04 10:35"),
        ("两周后", "2026-03-18 09:00"), ("一个月后", "2026-04-04 09:00"), ("三天后下午两点", "2026-03-07 14:00"),
        ("月底", "2026-03-31 09:00"), ("下月底", "2026-04-30 09:00"), ("下个月", "2026-04-01 09:00"),
        ("年底", "2026-12-31 09:00"),
        ("3月15日", "2026-03-15 09:00"),
        ("三月十五号下午4点", "2026-03-15 16:00"), ("2026年5月1日", "2026-05-01 09:00"),
        ("二十一号", "2026-03-21 09:00"), ("下午3点", "2026-03-04 15:00"), ("九点", "2026-03-05 09:00"),
        ("上午9：30", "2026-03-05 09:30"),
    ],
)  # fmt: skip
def test_chinese(words, means):
    assert said(words) == means


def test_a_friday_on_a_friday_is_in_a_week_unless_its_hour_is_still_to_come():
    friday = datetime(2026, 3, 6, 10, tzinfo=BERLIN)
    assert said("Friday", friday) == "2026-03-13 09:00"
    assert said("Friday 17:00", friday) == "2026-03-06 17:00"
    assert said("Friday 9", friday) == "2026-03-13 09:00"
    assert said("周五下午五点", friday) == "2026-03-06 17:00"
    assert said("周五", friday) == "2026-03-13 09:00"


def test_clocks_that_jump_are_minded():
    evening = datetime(2026, 3, 28, 22, tzinfo=BERLIN)
    assert said("tomorrow 2:30", evening) == "2026-03-29 03:30"
    assert said("in 6 hours", evening) == "2026-03-29 05:00"
    assert said("tomorrow 9", evening) == "2026-03-29 09:00"
    autumn = datetime(2026, 10, 24, 22, tzinfo=BERLIN)
    assert said("in 6 hours", autumn) == "2026-10-25 03:00"
    first = moment_in_words("tomorrow 2:30", now=autumn)
    assert (first.hour, first.utcoffset().total_seconds()) == (2, 7200)


@pytest.mark.parametrize("words", ["today 9", "今天上午九点", "this monday", "2026-03-01", "本周一", "0 minutes"])
def test_what_is_over_is_told_apart(words):
    with pytest.raises(Past):
        moment_in_words(words, now=NOW)


@pytest.mark.parametrize(
    "words",
    [
        "", "soon", "when she answers", "9", "friday 25", "friday 9:75", "tomorrow 13pm", "3/4", "32 march",
        "30 february",
        "tomorrow tomorrow", "friday monday", "99999999 days", "9999 months", "half a day", "稍后", "周八", "十十点",
        "明天二十五点", "周五周六", "半天后", "x" * 200, "tomorrow 14:30 16:00",
    ],
)  # fmt: skip
def test_what_names_no_moment_is_refused(words):
    with pytest.raises(NotAMoment):
        moment_in_words(words, now=NOW)
