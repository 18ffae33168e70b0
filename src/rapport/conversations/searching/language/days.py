"""Days gone by as people say them: 2026-11-01, 2026-11, yesterday, last week, monday, 7d, 昨天, 上周, 11月1日."""

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta

_WEEKDAYS = {name: number for number, name in enumerate(("mon", "tue", "wed", "thu", "fri", "sat", "sun"))}
_MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_abbr) if name}
_HAN_DAYS = {"一": 0, "二": 1, "三": 2, "四": 3, "五": 4, "六": 5, "日": 6, "天": 6}
_NEAR = {"today": 0, "今天": 0, "今日": 0, "yesterday": 1, "昨天": 1, "昨日": 1, "前天": 2, "大前天": 3}
_UNITS = {
    "d": "d", "day": "d", "days": "d", "天": "d", "w": "w", "week": "w", "weeks": "w", "周": "w", "星期": "w",
    "month": "m", "months": "m", "个月": "m", "month's": "m", "y": "y", "year": "y", "years": "y", "年": "y",
}  # fmt: skip
_SPANS = {
    "this week": ("w", 0), "本周": ("w", 0), "这周": ("w", 0), "last week": ("w", 1), "上周": ("w", 1),
    "this month": ("m", 0), "本月": ("m", 0), "这个月": ("m", 0), "last month": ("m", 1), "上个月": ("m", 1),
    "上月": ("m", 1),
    "this year": ("y", 0), "今年": ("y", 0), "last year": ("y", 1), "去年": ("y", 1),
}  # fmt: skip
EARLIEST, LATEST = date(1990, 1, 1), date(2199, 12, 31)


@dataclass(frozen=True)
class Days:
    """From the first day up to the last, both included."""

    first: date
    last: date


def days_in_words(said: str, today: date) -> Days | None:
    """The days these words name, none of them later than they say; None for words that name none."""
    text = (
        " ".join(said.lower().replace("-", " ").replace("_", " ").split()) if not said[:1].isdigit() else said.lower()
    )
    try:
        found = _near(text, today) or _spans(text, today) or _numbers(text) or _named(text, today)
    except (ValueError, OverflowError):
        return None
    return found if found and found.first >= EARLIEST and found.last <= LATEST else None


def _near(text: str, today: date) -> Days | None:
    if text in _NEAR:
        day = today - timedelta(days=_NEAR[text])
        return Days(day, day)
    found = re.fullmatch(r"(?:last |past )?(\d{1,4}) ?([a-z']+|天|周|星期|个月|年)(?: ago|前)?", text)
    unit = _UNITS.get(found[2]) if found else None
    if found is None or unit is None or (unit == "y" and len(found[1]) == 4):
        return None
    count = int(found[1])
    if unit in "my":
        day = _months_back(today, count * (12 if unit == "y" else 1))
    else:
        day = today - timedelta(days=count * (7 if unit == "w" else 1))
    return Days(day, day)


def _spans(text: str, today: date) -> Days | None:
    named = {**_SPANS, **{key.replace(" ", ""): value for key, value in _SPANS.items()}}.get(text)
    if named is None:
        return None
    unit, back = named
    if unit == "w":
        monday = today - timedelta(days=today.weekday() + 7 * back)
        return Days(monday, monday + timedelta(days=6))
    if unit == "m":
        return _month(_months_back(today.replace(day=1), back))
    return Days(date(today.year - back, 1, 1), date(today.year - back, 12, 31))


def _numbers(text: str) -> Days | None:
    """A day, a month or a year in numbers, the year first: nobody can say which of 3/4 is the month."""
    found = re.fullmatch(r"(\d{4})(?:[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?|月?)|年?)", text)
    if not found:
        return None
    year, month, day = int(found[1]), found[2], found[3]
    if day:
        only = date(year, int(month), int(day))
        return Days(only, only)
    return _month(date(year, int(month), 1)) if month else Days(date(year, 1, 1), date(year, 12, 31))


def _named(text: str, today: date) -> Days | None:
    """The last such weekday, or the last time there was such a day of the year."""
    han = re.fullmatch(r"(上)?(?:周|星期|礼拜)([一二三四五六日天])", text)
    english = text.removeprefix("last ")
    if han or (english[:3] in _WEEKDAYS and english.isalpha()):
        weekday = _HAN_DAYS[han[2]] if han else _WEEKDAYS[english[:3]]
        day = today - timedelta(days=(today.weekday() - weekday) % 7 or 7)
        return Days(day, day)
    found = re.fullmatch(r"(\d{1,2})月(\d{1,2})[日号]?", text)
    month, number = (int(found[1]), int(found[2])) if found else (0, 0)
    if said := re.fullmatch(r"(\d{1,2}) ?([a-z]{3,9})|([a-z]{3,9}) ?(\d{1,2})?", text):
        month, number = _MONTHS.get((said[2] or said[3])[:3], 0), int(said[1] or said[4] or 0)
    if not month:
        return None
    for year in range(today.year, today.year - 5, -1):
        first = date(year, month, number or 1) if number != 29 or month != 2 or calendar.isleap(year) else None
        if first and first <= today:
            return Days(first, first) if number else _month(first)
    return None


def _month(first: date) -> Days:
    return Days(first, first.replace(day=calendar.monthrange(first.year, first.month)[1]))


def _months_back(day: date, count: int) -> date:
    months = day.year * 12 + day.month - 1 - count
    year, month = months // 12, months % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))
