"""Chinese words for days and times."""

import re
from datetime import date, datetime, time, timedelta

from rapport.kit.moments_in_words import calendar
from rapport.kit.moments_in_words.calendar import Clock, Day, NotAMoment

_DIGITS = {"零": 0, "〇": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_N = r"(?:\d{1,4}|[零〇一二两三四五六七八九十]{1,3})"
_DAY = r"(?P<day>[一二三四五六日天1-7])"
_WEEK = r"(?:周|星期|礼拜)"
_EARLY, _NOON, _LATE = ("凌晨", "清晨", "早上", "早晨", "上午", "早"), ("中午",), ("下午", "傍晚", "晚上", "夜里", "晚")
_PARTS = {
    "凌晨": time(0), "清晨": time(6), "早上": calendar.MORNING, "早晨": calendar.MORNING, "上午": calendar.MORNING,
    "早": calendar.MORNING, "中午": calendar.NOON, "下午": calendar.AFTERNOON, "傍晚": calendar.EVENING,
    "晚上": calendar.NIGHT, "夜里": calendar.NIGHT, "晚": calendar.NIGHT,
}  # fmt: skip

_AFTER = r"(?:以后|之后|后)"
_SHORT = re.compile(rf"(?:过|再过)?(?P<count>半|{_N})个?(?P<half>半)?(?P<unit>分钟|分|小时|钟头)(?P<more>半)?{_AFTER}?")
_TIME = re.compile(
    rf"(?P<part>{'|'.join(_PARTS)})?(?:的)?"
    rf"(?:(?P<hour>{_N})(?:[点时](?:钟|整)?(?:(?P<half>半)|(?P<quarter>[一三])刻|(?P<minute>{_N})分?)?|[:](?P<digits>\d\d)))?"
)


def hours_ahead(text: str) -> timedelta | None:
    """Minutes and hours from now, None when the words say something else."""
    found = _SHORT.fullmatch(text)
    if not found:
        return None
    count = 0.5 if found["count"] == "半" else float(_number(found["count"]))
    count += 0.5 if found["half"] or found["more"] else 0
    return timedelta(minutes=count) if found["unit"].startswith("分") else timedelta(hours=count)


def day_in(text: str, now: datetime) -> tuple[Day | None, str]:
    """The day these words name, and the words that are left."""
    for pattern, means in _RULES:
        found = pattern.search(text)
        if found:
            return means(found, now.date()), text[: found.start()] + text[found.end() :]
    return None, text


def clock_in(text: str, *, has_day: bool) -> Clock | None:
    """The time of day these words name; None for no words. Raises NotAMoment for any others."""
    if not text:
        return None
    found = _TIME.fullmatch(text)
    if not found or (found["hour"] is None and found["part"] is None):
        raise NotAMoment
    part = found["part"]
    if found["hour"] is None:
        return Clock(_PARTS[part])
    hour = _number(found["hour"])
    quarters = {"一": 15, "三": 45}.get(found["quarter"] or "", 0)
    minute = 30 if found["half"] else quarters or int(found["digits"] or 0) or _number(found["minute"] or "0")
    if hour > 24 or minute > 59 or (hour == 24 and minute):
        raise NotAMoment
    if (part in _LATE and hour < 12) or (part in _NOON and hour < 3):
        hour += 12
    elif part in ("晚上", "夜里", "晚") and hour == 12:
        hour = 24
    elif part in ("凌晨",) and hour == 12:
        hour = 0
    return Clock(time(hour % 24, minute), next_day=hour == 24)


def _number(words: str) -> int:
    """Up to ninety-nine in characters: 三, 十五, 二十, 二十一."""
    if words.isdecimal():
        return int(words)
    tens, ten, ones = words.partition("十")
    if not ten:
        if len(words) != 1:
            raise NotAMoment
        return _DIGITS[words]
    if len(tens) > 1 or len(ones) > 1 or "十" in ones:
        raise NotAMoment
    return (_DIGITS[tens] if tens else 1) * 10 + (_DIGITS[ones] if ones else 0)


def _weekday_number(word: str) -> int:
    return 6 if word in "日天7" else (int(word) if word.isdecimal() else _DIGITS[word]) - 1


def _weekday(found: "re.Match[str]", today: date) -> Day:
    number, which = _weekday_number(found["day"]), found["which"] or ""
    if which.startswith("下"):
        return calendar.weekday_of_week(number, which.count("下"), today)
    return calendar.weekday_of_week(number, 0, today) if which else calendar.weekday(number, today)


def _dated(found: "re.Match[str]", today: date) -> Day:
    year = int(found["year"]) if found["year"] else None
    return calendar.dated(_number(found["number"]), _number(found["month"]), year, today)


def _ahead(found: "re.Match[str]", today: date) -> Day:
    count, unit = _number(found["count"]), found["unit"]
    if unit == "月":
        if count > 12 * calendar.FURTHEST:
            raise NotAMoment
        return calendar.months_on(today, count)
    return Day(today + timedelta(days=count * (1 if unit == "天" else 7)))


def _in_days(count: int, at: time = calendar.MORNING) -> "calendar.Means":
    return lambda _found, today: Day(today + timedelta(days=count), at=at)


_RULES = tuple(
    (re.compile(pattern), means)
    for pattern, means in (
        (r"(?P<year>\d{4})-(?P<month>\d\d?)-(?P<number>\d\d?)", _dated),
        (rf"(?:(?P<year>20\d\d)年)?(?P<month>{_N})月(?P<number>{_N})[日号]?", _dated),
        (r"下个?月底|下个?月末", lambda _found, today: calendar.end_of_month(today, 1)),
        (r"(?:这个?|本)?月底|(?:这个?|本)?月末", lambda _found, today: calendar.end_of_month(today)),
        (r"下个?月初|下个?月(?![一二三四五六七八九十\d])", lambda _found, today: Day(calendar.month_on(today, 1))),
        (r"年底|年末", lambda _found, today: Day(date(today.year, 12, 31))),
        (r"明年", lambda _found, today: Day(date(today.year + 1, 1, 1))),
        (r"大后天", _in_days(3)),
        (r"后天", _in_days(2)),
        (r"明天|明日|明(?=[早晚上下中])", _in_days(1)),
        (r"今天|今日|今(?=[早晚上下中])", _in_days(0)),
        (rf"(?P<which>下下个?|下个?|这个?|本)?{_WEEK}{_DAY}", _weekday),
        (rf"(?:这个?|本)?{_WEEK}末", lambda _found, today: calendar.weekday(5, today)),
        (rf"下个?{_WEEK}(?!末)", lambda _found, today: calendar.weekday_of_week(0, 1, today)),
        (rf"(?:过|再过)?(?P<count>{_N})个?(?P<unit>天|周|星期|礼拜|月){_AFTER}?", _ahead),
        (rf"(?P<number>{_N})[日号]", lambda f, today: calendar.day_of_month(_number(f["number"]), today)),
    )
)
