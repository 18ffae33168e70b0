"""English words for days and times."""

import re
from datetime import date, datetime, time, timedelta

from rapport.kit.moments_in_words import calendar
from rapport.kit.moments_in_words.calendar import Clock, Day, NotAMoment

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NUMBERS = {
    word: number
    for number, word in enumerate("one two three four five six seven eight nine ten eleven twelve".split(), start=1)
} | {"a": 1, "an": 1, "couple": 2, "a couple of": 2}
_PARTS = {
    "morning": calendar.MORNING, "noon": calendar.NOON, "lunch": calendar.NOON, "lunchtime": calendar.NOON,
    "afternoon": calendar.AFTERNOON, "evening": calendar.EVENING, "night": calendar.NIGHT, "tonight": calendar.NIGHT,
    "midnight": time(0),
}  # fmt: skip

_WEEKDAY = (
    r"(?P<day>mon(?:day)?|tue(?:s(?:day)?)?|wed(?:nesday)?|thu(?:r(?:s(?:day)?)?)?|fri(?:day)?|sat(?:urday)?"
    r"|sun(?:day)?)"
)
_MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_YEAR = r"(?:,? (?P<year>20\d\d))?"
_COUNT = rf"(?P<count>\d{{1,4}}|half an?|a couple of|{'|'.join(sorted(_NUMBERS, key=len, reverse=True))})"
_SHORT = re.compile(rf"(?:in )?{_COUNT} ?(?P<unit>m|min|mins|minutes?|h|hrs?|hours?)(?: from now| later)?")
_LONG = rf"\b(?:in )?{_COUNT} ?(?P<unit>d|days?|w|weeks?|months?)(?: from now| later)?\b"
_TIME = re.compile(
    r"(?P<at>at )?(?P<hour>\d{1,2})(?:[:.](?P<minute>\d\d))? ?(?P<half>am|pm|a\.m\.|p\.m\.)?(?P<clock> ?o'?clock| ?h)?"
)


def hours_ahead(text: str) -> timedelta | None:
    """Minutes and hours from now, None when the words say something else."""
    found = _SHORT.fullmatch(text)
    if not found:
        return None
    count = 0.5 if found["count"].startswith("half") else _number(found["count"])
    return timedelta(minutes=count) if found["unit"].startswith("m") else timedelta(hours=count)


def day_in(text: str, now: datetime) -> tuple[Day | None, str]:
    """The day these words name, and the words that are left."""
    today = now.date()
    for pattern, means in _RULES:
        found = pattern.search(text)
        if found:
            return means(found, today), f"{text[: found.start()]} {text[found.end() :]}".strip()
    return None, text


def clock_in(text: str, *, has_day: bool) -> Clock | None:
    """The time of day these words name; None for no words. Raises NotAMoment for any others."""
    words = re.sub(r"\b(on|the|in|by|until|till|this)\b|,", " ", text).split()
    part = next((word for word in words if word in _PARTS), None)
    rest = " ".join(word for word in words if word != part)
    if not rest or rest == "at":
        return Clock(_PARTS[part]) if part else None
    found = _TIME.fullmatch(rest)
    if not found:
        raise NotAMoment
    hour, minute, half = int(found["hour"]), int(found["minute"] or 0), (found["half"] or "")[:1]
    is_time = has_day or part or half or found["minute"] or found["at"] or found["clock"]
    if not is_time or minute > 59 or hour > (12 if half else 24) or (half and hour == 0):
        raise NotAMoment
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    elif part in ("afternoon", "evening", "night", "tonight") and hour < 12:
        hour += 12
    if hour == 24 and minute:
        raise NotAMoment
    return Clock(time(hour % 24, minute), next_day=hour == 24)


def _number(word: str) -> int:
    return int(word) if word.isdecimal() else _NUMBERS[word]


def _weekday(found: "re.Match[str]", today: date) -> Day:
    number = _DAYS.index(found["day"][:3])
    which = (found["which"] or found["after"] or "").strip()
    if "next" in which:
        return calendar.weekday_of_week(number, 1, today)
    return calendar.weekday_of_week(number, 0, today) if which == "this" else calendar.weekday(number, today)


def _dated(found: "re.Match[str]", today: date) -> Day:
    year = int(found["year"]) if found["year"] else None
    return calendar.dated(int(found["number"]), _MONTHS.index(found["month"][:3]) + 1, year, today)


def _iso(found: "re.Match[str]", today: date) -> Day:
    return calendar.dated(int(found["number"]), int(found["month"]), int(found["year"]), today)


def _ahead(found: "re.Match[str]", today: date) -> Day:
    if found["count"].startswith("half"):
        raise NotAMoment
    count = _number(found["count"])
    if found["unit"].startswith("month"):
        if count > 12 * calendar.FURTHEST:
            raise NotAMoment
        return calendar.months_on(today, count)
    return Day(today + timedelta(days=count * (7 if found["unit"].startswith("w") else 1)))


def _end(found: "re.Match[str]", today: date) -> Day:
    months = 1 if found["which"] else 0
    if found["what"] == "month":
        return calendar.end_of_month(today, months)
    if found["what"] == "year":
        return Day(date(today.year + months, 12, 31))
    return calendar.weekday_of_week(4, months, today)


def _day_of_month(found: "re.Match[str]", today: date) -> Day:
    return calendar.day_of_month(int(found["number"]), today)


_RULES = tuple(
    (re.compile(pattern), means)
    for pattern, means in (
        (r"\b(?P<year>\d{4})-(?P<month>\d\d?)-(?P<number>\d\d?)\b", _iso),
        (
            rf"\b(?:the )?(?P<number>\d{{1,2}})(?:st|nd|rd|th|\.)? (?:of )?{_MONTH}(?:,? (?P<year>20\d\d))?(?!\w)",
            _dated,
        ),
        (rf"\b{_MONTH} (?:the )?(?P<number>\d{{1,2}})(?:st|nd|rd|th)?{_YEAR}\b", _dated),
        (r"\bday after tomorrow\b", lambda _found, today: Day(today + timedelta(days=2))),
        (r"\b(?:tomorrow|tmrw|tmr)\b", lambda _found, today: Day(today + timedelta(days=1))),
        (r"\btoday\b", lambda _found, today: Day(today)),
        (r"\btonight\b", lambda _found, today: Day(today, at=calendar.NIGHT)),
        (r"\bend of (?:the |this )?(?P<which>next )?(?P<what>month|week|year)\b", _end),
        (rf"\b(?P<which>next |this |coming )?{_WEEKDAY}\b(?P<after> next week)?", _weekday),
        (r"\bnext week\b", lambda _found, today: calendar.weekday_of_week(0, 1, today)),
        (r"\bnext month\b", lambda _found, today: Day(calendar.month_on(today, 1))),
        (r"\bnext year\b", lambda _found, today: Day(date(today.year + 1, 1, 1))),
        (r"\b(?:this |the )?weekend\b", lambda _found, today: calendar.weekday(5, today)),
        (_LONG, _ahead),
        (
            r"\b(?:the )?(?P<number>\d{1,2})(?:st|nd|rd|th)\b",
            lambda f, today: calendar.day_of_month(int(f["number"]), today),
        ),
    )
)
