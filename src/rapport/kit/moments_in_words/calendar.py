"""Days counted from today, and times of day put onto them."""

import calendar
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

MORNING, NOON, AFTERNOON, EVENING, NIGHT = time(9), time(12), time(15), time(18), time(20)
FURTHEST = 10

Means = Callable[["re.Match[str]", date], "Day"]


class NotAMoment(ValueError):
    """These words name no moment."""


class Past(NotAMoment):
    """These words name a moment that is over."""


@dataclass(frozen=True)
class Day:
    """A day that was named. `at` is the time it stands for when none is said.

    `or_later` is the day meant instead when the time said is over: Friday, said on a Friday.
    """

    on: date
    at: time = MORNING
    or_later: date | None = None


@dataclass(frozen=True)
class Clock:
    """A time of day; `next_day` for twelve at night."""

    at: time
    next_day: bool = False


def weekday(number: int, today: date) -> Day:
    """The next one to come, Monday 0."""
    ahead = (number - today.weekday()) % 7
    return Day(today + timedelta(days=ahead), or_later=today + timedelta(days=7) if ahead == 0 else None)


def weekday_of_week(number: int, weeks: int, today: date) -> Day:
    """That day of this week (0), the next (1) and so on; weeks begin on Monday."""
    monday = today - timedelta(days=today.weekday())
    return Day(monday + timedelta(days=7 * weeks + number))


def day_of_month(day: int, today: date) -> Day:
    """The next such day that there is."""
    for ahead in range(13):
        first = month_on(today, ahead)
        if day <= calendar.monthrange(first.year, first.month)[1] and first.replace(day=day) >= today:
            found = first.replace(day=day)
            return Day(found, or_later=day_of_month(day, found + timedelta(days=1)).on if found == today else None)
    raise NotAMoment


def dated(day: int, month: int, year: int | None, today: date) -> Day:
    """A date; without a year the next one."""
    for each in [year] if year else range(today.year, today.year + FURTHEST):
        try:
            found = date(each, month, day)
        except ValueError:
            continue
        if year or found >= today:
            return Day(found)
    raise NotAMoment


def month_on(today: date, months: int) -> date:
    """The first of the month so many months on."""
    count = today.year * 12 + today.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)


def months_on(today: date, months: int) -> Day:
    """The same day so many months on, or the last of a shorter month."""
    first = month_on(today, months)
    return Day(first.replace(day=min(today.day, calendar.monthrange(first.year, first.month)[1])))


def end_of_month(today: date, months: int = 0) -> Day:
    """The last day; when that is today and the morning is over, the time said has to be later."""
    return Day(month_on(today, months + 1) - timedelta(days=1))


def put_together(day: Day | None, clock: Clock | None, now: datetime) -> datetime:
    """The moment that a day and a time make. Raises Past, NotAMoment."""
    if clock is not None and day is None:
        made = _local(now.date(), clock, now)
        return made if made > now else _local(now.date() + timedelta(days=1), clock, now)
    if day is None:
        raise NotAMoment
    said = clock or Clock(day.at)
    made = _local(day.on, said, now)
    if day.or_later and (made <= now or clock is None):
        made = _local(day.or_later, said, now)
    if made <= now:
        raise Past
    return made


def later(now: datetime, by: timedelta) -> datetime:
    """So much time from now, whatever the clocks do in between; on the minute."""
    return (now.astimezone(UTC) + by).astimezone(now.tzinfo).replace(second=0, microsecond=0)


def _local(day: date, clock: Clock, now: datetime) -> datetime:
    naive = datetime.combine(day + timedelta(days=clock.next_day), clock.at)
    # There and back again: half past two on the night when it does not exist is half past three.
    return naive.replace(tzinfo=now.tzinfo).astimezone(UTC).astimezone(now.tzinfo)
