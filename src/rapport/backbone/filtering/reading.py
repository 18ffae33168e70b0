"""The value of a line, checked and brought into one form."""

import re
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _

from rapport.backbone.filtering.subjects import CHOICE, PERSON, Subject
from rapport.kit.text import one_line

AGE = re.compile(r"([1-9][0-9]{0,4})([hdw])")
_YES_NO = {"yes": True, "no": False, "true": True, "false": False, True: True, False: False}


def value_of(subject: Subject, op: str, said: Any) -> Any:
    """What stands beside the operation. Raises ValueError with a sentence."""
    readers = {
        "choices": _choices, "words": _words, "number": _number, "day": _day, "age": _age, "yes_no": _yes_no,
        "none": _nothing,
    }  # fmt: skip
    return readers[subject.input_of(op)](subject, said)


def _choices(subject: Subject, said: Any) -> tuple[str, ...]:
    values = said if isinstance(said, (list, tuple)) else [said]
    words = tuple(dict.fromkeys(str(value) for value in values if isinstance(value, (str, int)) and value != ""))
    if not words or len(words) != len(set(map(str, values))):
        raise ValueError(_("Choose at least one for %(label)s.") % {"label": subject.label})
    if len(words) > 100 or any(len(word) > 200 for word in words):
        raise ValueError(_("That is more than %(label)s can be compared with.") % {"label": subject.label})
    for word in words:
        if subject.pattern and not re.fullmatch(subject.pattern, word):
            raise ValueError(_("%(label)s cannot be %(value)s.") % {"label": subject.label, "value": word})
    return words if subject.kind in (CHOICE, PERSON) else words[:1]


def _words(subject: Subject, said: Any) -> str:
    words = one_line(said)[:200] if isinstance(said, str) else ""
    if not words:
        raise ValueError(_("Write the words that %(label)s is compared with.") % {"label": subject.label})
    return words


def _number(subject: Subject, said: Any) -> int | float:
    try:
        if isinstance(said, bool):
            raise InvalidOperation
        number = Decimal(str(said).strip())
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or abs(number) >= Decimal(10) ** 18:
        raise ValueError(_("Write the number that %(label)s is compared with.") % {"label": subject.label})
    return int(number) if number == number.to_integral_value() else float(number)


def _day(subject: Subject, said: Any) -> str:
    """A day, 2026-03-01, or a moment with its time zone."""
    try:
        text = said.strip() if isinstance(said, str) else ""
        moment = parse_datetime(text) if len(text) > 10 else None
        if moment is not None and moment.tzinfo is not None:
            return moment.isoformat()
        day = parse_date(text)
    except ValueError:
        day = None
    if day is None:
        raise ValueError(_("Write the day for %(label)s, such as 2026-03-01.") % {"label": subject.label})
    return day.isoformat()


def _age(subject: Subject, said: Any) -> str:
    if not isinstance(said, str) or not AGE.fullmatch(said.strip()):
        raise ValueError(_("Write a length of time for %(label)s, such as 4h, 3d or 2w.") % {"label": subject.label})
    return said.strip()


def _yes_no(subject: Subject, said: Any) -> bool:
    words = said.strip().lower() if isinstance(said, str) else said
    if not isinstance(words, (str, bool)) or words not in _YES_NO:
        raise ValueError(_("Say yes or no for %(label)s.") % {"label": subject.label})
    return _YES_NO[words]


def _nothing(_subject: Subject, _said: Any) -> None:
    return None
