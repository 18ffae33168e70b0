"""What a custom field may say: from what a person or a script wrote to a typed value, and back to words."""

from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.dateparse import parse_date
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from rapport.backbone.custom_fields.models import FieldBase
from rapport.backbone.custom_fields.types import LONGEST, FieldKind
from rapport.kit.text import one_line

_LARGEST = Decimal(10) ** 18
_YES = frozenset({"true", "yes", "on", "1"})
_NO = frozenset({"false", "no", "off", "0"})
_is_web_address = URLValidator(schemes=["http", "https"])


class NotUnderstood(ValueError):
    """A value does not fit its field; the text says how it must look. `key` names the field."""

    def __init__(self, key: str, reason: str) -> None:
        super().__init__(reason)
        self.key = key


def understood(field: FieldBase, said: Any) -> Any:
    """The typed value of what was written: str, Decimal, date, bool, or None for nothing. Raises NotUnderstood."""
    if said is None or (isinstance(said, str) and not said.strip()):
        return None
    readers = {
        FieldKind.TEXT: _text,
        FieldKind.NUMBER: _number,
        FieldKind.CHOICE: _choice,
        FieldKind.DATE: _date,
        FieldKind.LINK: _link,
        FieldKind.YES_NO: _yes_or_no,
    }
    return readers[FieldKind(field.kind)](field, said)


def plain(value: Any) -> Any:
    """The value as JSON holds it: a whole number as an integer, a date as 2026-03-01."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value.isoformat() if isinstance(value, date) else value


def in_words(value: Any) -> str:
    """The value as a reader sees it, in their language."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, Decimal):
        return number_format(value.normalize() if value != value.to_integral_value() else int(value))
    return date_format(value, "DATE_FORMAT") if isinstance(value, date) else str(value)


def _text(field: FieldBase, said: Any) -> str | None:
    if not isinstance(said, str):
        raise NotUnderstood(field.key, _("%(label)s must be a text.") % {"label": field.label})
    text = one_line(said)
    if len(text) > LONGEST:
        told = {"label": field.label, "most": LONGEST}
        raise NotUnderstood(field.key, _("%(label)s may have at most %(most)d characters.") % told)
    return text or None


def _number(field: FieldBase, said: Any) -> Decimal:
    try:
        if isinstance(said, bool) or not isinstance(said, (str, int, float, Decimal)):
            raise InvalidOperation
        number = Decimal(str(said).strip())
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or abs(number) >= _LARGEST:
        raise NotUnderstood(field.key, _("%(label)s must be a number such as 12 or 12.5.") % {"label": field.label})
    return round(number, 6)


def _choice(field: FieldBase, said: Any) -> str:
    words = one_line(said) if isinstance(said, str) else ""
    found = next((choice for choice in field.choices if choice.casefold() == words.casefold()), None)
    if found is None:
        told = {"label": field.label, "choices": ", ".join(field.choices)}
        raise NotUnderstood(field.key, _("%(label)s must be one of: %(choices)s.") % told)
    return str(found)


def _date(field: FieldBase, said: Any) -> date:
    if isinstance(said, date):
        return said.date() if isinstance(said, datetime) else said
    try:
        found = parse_date(said.strip()) if isinstance(said, str) else None
    except ValueError:
        found = None
    if found is None:
        raise NotUnderstood(field.key, _("%(label)s must be a day such as 2026-03-01.") % {"label": field.label})
    return found


def _link(field: FieldBase, said: Any) -> str:
    text = one_line(said) if isinstance(said, str) else ""
    try:
        _is_web_address(text)
    except ValidationError:
        text = ""
    if not text or len(text) > LONGEST:
        raise NotUnderstood(
            field.key, _("%(label)s must be a web address such as https://example.com.") % {"label": field.label}
        )
    return text


def _yes_or_no(field: FieldBase, said: Any) -> bool:
    words = str(said).strip().casefold()
    if words not in _YES | _NO:
        raise NotUnderstood(field.key, _("%(label)s must be yes or no.") % {"label": field.label})
    return words in _YES
