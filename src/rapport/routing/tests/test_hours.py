"""Working time, over weekends, holidays and the two nights a year that are not as long as the others."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from rapport.routing.hours import (
    ALWAYS,
    WHOLE_DAY,
    Hours,
    NeverOpen,
    add_working_time,
    is_open,
    next_change,
    working_time,
)

BERLIN = ZoneInfo("Europe/Berlin")
OFFICE = ((540, 720), (780, 1020))  # 09:00-12:00, 13:00-17:00
WEEK = Hours(BERLIN, (OFFICE,) * 5 + ((), ()), closed={date(2026, 12, 25)})


def berlin(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=BERLIN)


def hours(**length: float) -> timedelta:
    return timedelta(**length)


@pytest.mark.parametrize(
    ("start", "minutes", "due"),
    [
        (berlin(2026, 11, 2, 9), 60, berlin(2026, 11, 2, 10)),
        (berlin(2026, 11, 2, 11, 30), 60, berlin(2026, 11, 2, 13, 30)),  # over lunch
        (berlin(2026, 11, 2, 16), 60, berlin(2026, 11, 2, 17)),  # the very end, not the next morning
        (berlin(2026, 11, 2, 16, 30), 60, berlin(2026, 11, 3, 9, 30)),
        (berlin(2026, 11, 6, 16, 30), 60, berlin(2026, 11, 9, 9, 30)),  # over the weekend
        (berlin(2026, 11, 7, 12), 15, berlin(2026, 11, 9, 9, 15)),  # written on a Saturday
        (berlin(2026, 12, 24, 16, 30), 60, berlin(2026, 12, 28, 9, 30)),  # over Christmas, a Friday
        (berlin(2026, 11, 2, 3), 0, berlin(2026, 11, 2, 3)),
    ],
)
def test_kim_is_answered_in_working_time(start, minutes, due):
    assert add_working_time(WEEK, start, hours(minutes=minutes)) == due


@pytest.mark.parametrize(
    ("start", "end", "worked"),
    [
        (berlin(2026, 11, 2), berlin(2026, 11, 9), hours(hours=35)),
        (berlin(2026, 12, 21), berlin(2026, 12, 28), hours(hours=28)),
        (berlin(2026, 11, 2, 12), berlin(2026, 11, 2, 13), hours()),
        (berlin(2026, 11, 3), berlin(2026, 11, 2), hours()),
    ],
)
def test_a_week_has_as_many_hours_as_its_spans(start, end, worked):
    assert working_time(WEEK, start, end) == worked


def test_the_night_the_clocks_go_forward_is_an_hour_shorter():
    always = Hours(BERLIN, (WHOLE_DAY,) * 7)
    assert working_time(always, berlin(2026, 3, 29), berlin(2026, 3, 30)) == hours(hours=23)
    night = Hours(BERLIN, (((90, 150),),) * 7)  # 01:30-02:30, of which 02:00-02:30 is skipped
    assert working_time(night, berlin(2026, 3, 29), berlin(2026, 3, 30)) == hours(minutes=30)
    skipped = Hours(BERLIN, (((130, 170),),) * 7)  # 02:10-02:50 does not happen
    assert working_time(skipped, berlin(2026, 3, 29), berlin(2026, 3, 30)) == hours()
    assert add_working_time(night, berlin(2026, 3, 29), hours(minutes=40)) == berlin(2026, 3, 30, 1, 40)


def test_the_night_the_clocks_go_back_is_an_hour_longer():
    always = Hours(BERLIN, (WHOLE_DAY,) * 7)
    assert working_time(always, berlin(2026, 10, 25), berlin(2026, 10, 26)) == hours(hours=25)
    # Two shifts that meet at 02:30 share the long night and leave nothing out.
    shifts = Hours(BERLIN, (((0, 150), (150, 480)),) * 7)
    assert working_time(shifts, berlin(2026, 10, 25), berlin(2026, 10, 26)) == hours(hours=9)


def test_a_zone_that_skipped_a_whole_day_is_still_read():
    apia = Hours(ZoneInfo("Pacific/Apia"), (((540, 1020),),) * 7)
    assert apia.on(date(2011, 12, 30)) == []
    assert len(apia.on(date(2011, 12, 31))) == 1


def test_around_the_clock_every_minute_counts():
    assert add_working_time(ALWAYS, berlin(2026, 11, 7, 23), hours(hours=2)) == berlin(2026, 11, 8, 1)
    assert is_open(ALWAYS, berlin(2026, 12, 25))
    assert next_change(ALWAYS, berlin(2026, 12, 25)) is None


def test_a_place_that_never_opens_promises_nothing():
    closed = Hours(BERLIN, ((),) * 7)
    with pytest.raises(NeverOpen):
        add_working_time(closed, berlin(2026, 11, 2), hours(minutes=1))
    assert next_change(closed, berlin(2026, 11, 2)) is None


@pytest.mark.parametrize(
    ("at", "is_it", "changes"),
    [
        (berlin(2026, 11, 2, 8), False, berlin(2026, 11, 2, 9)),
        (berlin(2026, 11, 2, 9), True, berlin(2026, 11, 2, 12)),
        (berlin(2026, 11, 2, 12), False, berlin(2026, 11, 2, 13)),
        (berlin(2026, 11, 6, 18), False, berlin(2026, 11, 9, 9)),
    ],
)
def test_whether_it_is_open_and_until_when(at, is_it, changes):
    assert is_open(WEEK, at) is is_it
    assert next_change(WEEK, at) == changes


def test_open_past_midnight_is_open_until_the_morning():
    night = Hours(BERLIN, (((0, 360), (1320, 1440)),) * 7)
    assert next_change(night, berlin(2026, 11, 2, 23)) == berlin(2026, 11, 3, 6)


minute = st.integers(0, 1440)


@st.composite
def weeks(draw):
    def day():
        marks = sorted(draw(st.lists(minute, max_size=6, unique=True)))
        return tuple(zip(marks[::2], marks[1::2], strict=False))

    return tuple(day() for _ in range(7))


zones = st.sampled_from(
    ["UTC", "Europe/Berlin", "America/New_York", "Asia/Shanghai", "Australia/Lord_Howe", "Asia/Kathmandu"]
)
naive = st.datetimes(datetime(2025, 1, 1), datetime(2027, 12, 31))  # noqa: DTZ001  # hypothesis wants them so
moments = naive.map(lambda moment: moment.replace(tzinfo=UTC))
holidays = st.sets(st.dates(date(2025, 1, 1), date(2028, 12, 31)), max_size=20)


@settings(max_examples=80, deadline=None)
@given(weeks(), zones, moments, st.integers(1, 4000), holidays)
def test_what_was_added_is_what_is_measured(week, zone, start, minutes, closed):
    place = Hours(ZoneInfo(zone), week, closed)
    duration = timedelta(minutes=minutes)
    assume(sum(end - begin for day in week for begin, end in day) > 30)
    due = add_working_time(place, start, duration)
    assert working_time(place, start, due) == duration
    assert working_time(place, start, due - timedelta(seconds=1)) < duration


@settings(max_examples=80, deadline=None)
@given(weeks(), zones, moments, st.integers(0, 60 * 24 * 12), st.integers(0, 60 * 24 * 12))
def test_time_is_worked_once_however_it_is_cut(week, zone, start, one, two):
    place = Hours(ZoneInfo(zone), week)
    middle, end = start + timedelta(minutes=one), start + timedelta(minutes=one + two)
    assert working_time(place, start, end) == working_time(place, start, middle) + working_time(place, middle, end)
    assert working_time(place, start, end) <= end - start
