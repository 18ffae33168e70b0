"""What an invitation says, whichever calendar wrote it."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rapport.channels.invitations import read_invitation


def event(*lines, method="REQUEST", before=()):
    told = ["BEGIN:VCALENDAR", f"METHOD:{method}", *before, "BEGIN:VEVENT", *lines, "END:VEVENT", "END:VCALENDAR"]
    return read_invitation("\r\n".join(told))


def test_it_says_what_when_where_and_by_whom():
    found = event(
        "SUMMARY:Lamp fitting\\, upstairs",
        "DTSTART;TZID=Europe/Berlin:20260703T140000",
        "DTEND;TZID=Europe/Berlin:20260703T153000",
        "LOCATION:Studio 4\\nBerlin",
        'ORGANIZER;CN="Kim Park":mailto:kim@studio.example',
        "RRULE:FREQ=SECONDLY",
    )
    assert (found.summary, found.location, found.organiser) == ("Lamp fitting, upstairs", "Studio 4 Berlin", "Kim Park")
    assert found.start == datetime(2026, 7, 3, 12, tzinfo=UTC)
    assert found.end == datetime(2026, 7, 3, 13, 30, tzinfo=UTC)
    assert (found.method, found.repeats, found.is_off, found.is_whole_day) == ("REQUEST", True, False, False)


@pytest.mark.parametrize(
    ("line", "start"),
    [
        ("DTSTART:20260703T140000Z", datetime(2026, 7, 3, 14, tzinfo=UTC)),
        ("DTSTART;TZID=W. Europe Standard Time:20260703T140000", datetime(2026, 7, 3, 12, tzinfo=UTC)),
        (
            "DTSTART;TZID=/freeassociation.sourceforge.net/Asia/Tokyo:20260703T140000",
            datetime(2026, 7, 3, 5, tzinfo=UTC),
        ),
        ("DTSTART;TZID=Kim's own:20260703T140000", datetime(2026, 7, 3, 9, tzinfo=UTC)),
        ("DTSTART:20260703T140000", datetime(2026, 7, 3, 14)),  # noqa: DTZ001  # wherever its reader is
        ("DTSTART;VALUE=DATE:20260703", date(2026, 7, 3)),
        ("DTSTART:20261399T990000", None),
        ("DTSTART:soon", None),
    ],
)
def test_the_moment_is_read_in_its_zone(line, start):
    zone = ["BEGIN:VTIMEZONE", "TZID:Kim's own", "BEGIN:STANDARD", "TZOFFSETTO:+0500", "END:STANDARD", "END:VTIMEZONE"]
    assert event("SUMMARY:x", line, before=zone).start == start


def test_whole_days_end_on_their_last_day():
    found = event("DTSTART;VALUE=DATE:20260703", "DTEND;VALUE=DATE:20260705")
    assert (found.end, found.is_whole_day) == (date(2026, 7, 4), True)


def test_a_length_stands_for_an_end():
    found = event("DTSTART:20260703T140000Z", "DURATION:P1DT1H30M")
    assert found.end - found.start == timedelta(days=1, hours=1, minutes=30)


@pytest.mark.parametrize("told", [{"method": "CANCEL"}, {"lines": ["STATUS:CANCELLED"]}])
def test_what_is_cancelled_is_off(told):
    assert event("SUMMARY:x", *told.get("lines", ()), method=told.get("method", "REQUEST")).is_off


def test_a_folded_line_is_one():
    assert event("SUMMARY:A long", " er word").summary == "A longer word"


LINES = (
    "BEGIN:VEVENT", "END:VEVENT", "DTSTART:99999999T999999", "DTEND;", "SUMMARY:\\", ":", "DURATION:P9999W",
    "DTSTART:99991231T235900Z", "DTSTART;VALUE=DATE:00010101", "DTEND;VALUE=DATE:00010101", "TZID:x",
    "TZOFFSETTO:+9900", "BEGIN:STANDARD", "DTSTART;TZID=x:20260101T000000", "DTSTART;TZID=../../etc:20260101T000000",
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=400) | st.lists(st.sampled_from(LINES)).map("\n".join))
def test_anything_is_read_or_none(text):
    found = read_invitation(text)
    assert found is None or found.summary == " ".join(found.summary.split())
