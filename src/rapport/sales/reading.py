"""Cells of files as what they mean: amounts as people write them, days in the orders of the world."""

import re
from datetime import UTC, datetime, time
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from django.utils import timezone
from django.utils.translation import gettext as _

from rapport.kit.money import Money, NotMoney, currency_code
from rapport.sales.errors import NotUnderstood

ORDERS = ("dmy", "mdy")
_SIGNS = {"€": "EUR", "$": "USD", "£": "GBP", "¥": "", "￥": "CNY", "元": "CNY", "₹": "INR", "₩": "KRW"}
_AMOUNT = re.compile(r"([+-]?)\s*([^\d\s.,'’+-]{0,4})\s*([+-]?)([\d.,'’\s\u00a0\u202f]*\d)\s*([^\d\s.,]{0,4})")
_NUMBERS = re.compile(r"(\d{1,4})([./-])\s?(\d{1,2})\2\s?(\d{1,4})")
_CHINESE = re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日?")
_ZONE = re.compile(r"^(.*\d) ?(UTC|GMT|Z|[+-]\d\d:?\d\d)$")
_CLOCK = re.compile(r"(\d{1,2}):(\d\d)(?::(\d\d)(?:\.\d+)?)?(?: ?([AaPp])\.?[Mm]\.?)?")
_MONTHS = {
    word: number
    for number, words in enumerate(
        ("jan january januar", "feb february februar", "mar march märz maerz", "apr april", "may mai",
         "jun june juni", "jul july juli", "aug august", "sep sept september", "oct october okt oktober",
         "nov november", "dec december dez dezember"), start=1
    )
    for word in words.split()
}  # fmt: skip
_WORDED = (
    re.compile(r"(?P<day>\d{1,2})(?:\.|st|nd|rd|th)?[ -]?(?P<month>[^\W\d]+)\.?,?[ -]?(?P<year>\d{4})"),
    re.compile(r"(?P<month>[^\W\d]+)\.? (?P<day>\d{1,2})(?:st|nd|rd|th)?,? (?P<year>\d{4})"),
)


def number(words: str, *, field: str) -> Decimal:
    """A quantity or an amount: 1.234,50 and 1,234.50 are the same. Raises NotUnderstood."""
    found = _AMOUNT.fullmatch(words.strip())
    if found is None or (found[1] and found[3]):
        raise NotUnderstood(field, _("“%(words)s” is no number.") % {"words": words[:60]})
    digits = re.sub(r"[\s'’\u00a0\u202f]", "", found[4])
    last = max(digits.rfind("."), digits.rfind(","))
    if last >= 0:
        mark, others = digits[last], digits[:last]
        # One mark before three digits parts thousands, unless nothing or a nought stands before it.
        is_thousands = mark in others or (len(digits) - last == 4 and mark == "," and others.strip("0") != "")
        whole = re.sub(r"[.,]", "", others)
        digits = f"{whole}{digits[last + 1 :]}" if is_thousands else f"{whole}.{digits[last + 1 :]}"
    sign = "-" if "-" in (found[1], found[3]) else ""
    try:
        return Decimal(f"{sign}{digits}")
    except InvalidOperation as error:
        raise NotUnderstood(field, _("“%(words)s” is no number.") % {"words": words[:60]}) from error


def money(words: str, currency: str, *, field: str) -> Money:
    """An amount in a currency that is said beside it, or with it. Raises NotUnderstood."""
    code = currency.strip() or _code_in(words)
    if not code:
        raise NotUnderstood(
            "currency", _("The currency is missing. Say it in a column, or for all rows by --set currency=EUR.")
        )
    try:
        return Money.of(number(words, field=field), currency_code(code))
    except NotMoney as error:
        raise NotUnderstood(field, str(error)) from error


def moment(words: str, *, order: str = "", field: str = "date") -> datetime:
    """A day, with a time or not, in the time zone of the company where none is said. Raises NotUnderstood.

    `order` says how 03/04/2026 is meant: dmy or mdy. Where no word of it does, such a day is refused.
    """
    return _moment(words.strip(), order, field, str(timezone.get_current_timezone()))


@lru_cache(maxsize=20_000)
def _moment(words: str, order: str, field: str, zone: str) -> datetime:
    try:
        found = datetime.fromisoformat(words)
    except ValueError:
        if re.fullmatch(r"1\d{9}", words):
            return datetime.fromtimestamp(int(words), UTC)
        found = _read(words, order, field)
    try:
        local = timezone.make_aware(found) if found.tzinfo is None else found
        return local.astimezone(UTC)
    except (OverflowError, ValueError) as error:
        raise _no_day(words, field) from error


def _read(words: str, order: str, field: str) -> datetime:
    zoned = _ZONE.fullmatch(words)
    if zoned and _CLOCK.search(zoned[1]):
        shift = "+00:00" if zoned[2] in ("UTC", "GMT", "Z") else zoned[2]
        bare = _read(zoned[1].strip(), order, field)
        return datetime.fromisoformat(f"{bare.isoformat()}{shift}")
    clock = _CLOCK.search(words)
    day = words[: clock.start()].strip().rstrip(",T").strip() if clock else words
    year, month, number_ = _day(day, order, field)
    try:
        return datetime.combine(datetime(year, month, number_, tzinfo=UTC).date(), _time(clock))
    except ValueError as error:
        raise _no_day(words, field) from error


def _day(words: str, order: str, field: str) -> tuple[int, int, int]:
    if found := _CHINESE.fullmatch(words):
        return int(found[1]), int(found[2]), int(found[3])
    if found := _NUMBERS.fullmatch(words):
        return _in_order(found, order, field, words)
    for pattern in _WORDED:
        if (found := pattern.fullmatch(words)) and (month := _MONTHS.get(found["month"].casefold())):
            return int(found["year"]), month, int(found["day"])
    if re.fullmatch(r"\d{8}", words):
        return int(words[:4]), int(words[4:6]), int(words[6:])
    raise _no_day(words, field)


def _in_order(found: "re.Match[str]", order: str, field: str, words: str) -> tuple[int, int, int]:
    first, second, third = int(found[1]), int(found[3]), int(found[4])
    if len(found[1]) == 4:
        return first, second, third
    if len(found[1]) > 2 or len(found[4]) not in (2, 4):
        raise _no_day(words, field)
    year = third if len(found[4]) == 4 else 2000 + third if third < 70 else 1900 + third
    # A point says day first wherever it is used.
    if first > 12 or (found[2] == "." and second <= 12):
        return year, second, first
    if second > 12 or first == second:
        return year, first, second
    if order not in ORDERS:
        told = {"words": words}
        raise NotUnderstood(
            field, _("“%(words)s” may be one of two days. Say which by --set date_order=dmy or date_order=mdy.") % told
        )
    return (year, second, first) if order == "dmy" else (year, first, second)


def _time(found: "re.Match[str] | None") -> time:
    if found is None:
        return time()
    hour = int(found[1])
    if found[4]:
        hour = hour % 12 + (12 if found[4] in "Pp" else 0)
    return time(hour, int(found[2]), int(found[3] or 0))


def _code_in(words: str) -> str:
    found = _AMOUNT.fullmatch(words.strip())
    for said in (found[2], found[5]) if found else ():
        mark = said.strip()
        if mark in _SIGNS:
            return _SIGNS[mark]
        if re.fullmatch(r"[A-Za-z]{3}", mark):
            return mark
    return ""


def _no_day(words: str, field: str) -> NotUnderstood:
    return NotUnderstood(field, _("“%(words)s” is no day that can be understood.") % {"words": words[:60]})
