"""Working time: when a place is open, how long it was open between two moments, and when so much will have passed.

Pure: no database, no clock. A moment is a datetime with a time zone; a span of a day is in minutes of the wall clock,
0 to 1440. A wall time that the change to summer time skips stands for the moment of the change, and one that comes
twice for its first coming; so spans never overlap, and the hour that is there twice counts when it is open.
"""

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

Span = tuple[int, int]
DAY = 24 * 60
WHOLE_DAY: tuple[Span, ...] = ((0, DAY),)
NOTHING = timedelta(0)
# Nobody is promised anything further off than this.
LONGEST = timedelta(days=3700)


class NeverOpen(ValueError):
    """So much working time never passes: the place is closed for good."""


@dataclass(frozen=True)
class Hours:
    """When a place is open: spans for Monday to Sunday, sorted and apart, and the days it is closed all the same."""

    zone: ZoneInfo
    week: Sequence[Sequence[Span]]
    closed: Container[date] = frozenset()
    is_always_open: bool = False
    _days: dict[date, list[tuple[datetime, datetime]]] = field(default_factory=dict, repr=False, compare=False)

    def on(self, day: date) -> list[tuple[datetime, datetime]]:
        """The moments of a day between which it is open, in UTC and in order."""
        if day not in self._days:
            self._days[day] = list(self._opened(day))
        return self._days[day]

    def _opened(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        if day in self.closed:
            return
        for opens, closes in self.week[day.weekday()]:
            start, end = _moment(day, opens, self.zone), _moment(day, closes, self.zone)
            if start < end:
                yield start, end


ALWAYS = Hours(ZoneInfo("UTC"), (WHOLE_DAY,) * 7, is_always_open=True)


def working_time(hours: Hours, start: datetime, end: datetime) -> timedelta:
    """How long it was open from `start` until `end`; nothing when that is not later."""
    if end <= start:
        return NOTHING
    if hours.is_always_open:
        return end - start
    total = NOTHING
    for opens, closes in _spans(hours, start, end):
        total += max(NOTHING, min(closes, end) - max(opens, start))
    return total


def add_working_time(hours: Hours, start: datetime, duration: timedelta) -> datetime:
    """The first moment, in UTC, by which it has been open for `duration` since `start`. Raises NeverOpen."""
    start = start.astimezone(UTC)
    if duration <= NOTHING:
        return start
    if hours.is_always_open:
        return start + duration
    left = duration
    for opens, closes in _spans(hours, start, start + LONGEST):
        opens = max(opens, start)
        if closes - opens >= left:
            return opens + left
        left -= max(NOTHING, closes - opens)
    raise NeverOpen("It is not open often enough for this ever to be due.")


def is_open(hours: Hours, at: datetime) -> bool:
    return hours.is_always_open or any(opens <= at < closes for opens, closes in hours.on(_local(hours, at).date()))


def next_change(hours: Hours, at: datetime) -> datetime | None:
    """When it opens next, or closes if it is open; None when neither happens within two years."""
    if hours.is_always_open:
        return None
    closing = None
    for opens, closes in _spans(hours, at, at + timedelta(days=730)):
        if closing is None and opens > at:
            return opens
        if closing is not None and opens > closing:
            return closing
        if closes > at:
            # What closes at midnight and opens at midnight did not close.
            closing = closes
            if closing - at > timedelta(days=30):
                return None
    return closing


def _spans(hours: Hours, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    day, last = _local(hours, start).date(), _local(hours, end).date()
    while day <= last:
        for opens, closes in hours.on(day):
            if closes > start and opens < end:
                yield opens, closes
        day += timedelta(days=1)


def _local(hours: Hours, at: datetime) -> datetime:
    return at.astimezone(hours.zone)


def _moment(day: date, minute: int, zone: ZoneInfo) -> datetime:
    if minute >= DAY:
        day, minute = day + timedelta(days=1), minute - DAY
    wall = datetime.combine(day, time(minute // 60, minute % 60), zone)
    found = wall.astimezone(UTC)
    if found.astimezone(zone).replace(tzinfo=None) == wall.replace(tzinfo=None):
        return found
    # Skipped by the clocks: between these two moments they were put forward.
    before, after = wall.replace(fold=1).astimezone(UTC), found
    offset = before.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) / 2
        if middle.astimezone(zone).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after.replace(microsecond=0)
