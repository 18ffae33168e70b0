"""A filter in plain words. The names of people, teams and inboxes are looked up as they are now."""

from typing import Any

from django.utils.dateparse import parse_date, parse_datetime
from django.utils.formats import date_format
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from rapport.backbone.filtering.reading import AGE
from rapport.backbone.filtering.subjects import Subject

# What a line says; the same words stand in the list of operations, without their value.
LINES = {
    "is": gettext_lazy("%(what)s is %(value)s"),
    "is_not": gettext_lazy("%(what)s is not %(value)s"),
    "has": gettext_lazy("%(what)s has “%(value)s”"),
    "has_not": gettext_lazy("%(what)s does not have “%(value)s”"),
    "before": gettext_lazy("%(what)s is before %(value)s"),
    "after": gettext_lazy("%(what)s is after %(value)s"),
    "older_than": gettext_lazy("%(what)s is more than %(value)s ago"),
    "newer_than": gettext_lazy("%(what)s is less than %(value)s ago"),
    "within": gettext_lazy("%(what)s within %(value)s, or is past"),
    "longer_than": gettext_lazy("%(what)s longer than %(value)s"),
    "shorter_than": gettext_lazy("%(what)s less than %(value)s"),
    "at_least": gettext_lazy("%(what)s is at least %(value)s"),
    "at_most": gettext_lazy("%(what)s is at most %(value)s"),
    "filled": gettext_lazy("%(what)s is filled in"),
    "empty": gettext_lazy("%(what)s is empty"),
}
OPS = {
    "is": gettext_lazy("is"),
    "is_not": gettext_lazy("is not"),
    "has": gettext_lazy("has the words"),
    "has_not": gettext_lazy("does not have the words"),
    "before": gettext_lazy("is before"),
    "after": gettext_lazy("is after"),
    "older_than": gettext_lazy("is longer ago than"),
    "newer_than": gettext_lazy("is within the last"),
    "within": gettext_lazy("is past or within the next"),
    "longer_than": gettext_lazy("longer than"),
    "shorter_than": gettext_lazy("less than"),
    "at_least": gettext_lazy("is at least"),
    "at_most": gettext_lazy("is at most"),
    "filled": gettext_lazy("is filled in"),
    "empty": gettext_lazy("is empty"),
}


def line(subject: Subject, op: str, value: Any) -> str:
    """One line, such as: Status is Open or Snoozed."""
    return str(LINES[op]) % {"what": subject.label, "value": _value(subject, op, value)}


def group(match: str, lines: list[str]) -> str:
    """Several lines as one."""
    if len(lines) == 1:
        return lines[0]
    joined = "; ".join(lines)
    return (_("all of these: %(lines)s") if match == "all" else _("any of these: %(lines)s")) % {"lines": joined}


def _value(subject: Subject, op: str, value: Any) -> str:
    kind = subject.input_of(op)
    if kind == "choices":
        names = dict(subject.choices() if subject.choices else ())
        return str(get_text_list([names.get(word) or _("something that is gone") for word in value], _("or")))
    if kind == "age":
        return _age(value)
    if kind == "yes_no":
        return _("yes") if value else _("no")
    if kind == "day":
        moment = parse_datetime(value) if len(value) > 10 else None
        return date_format(moment, "DATETIME_FORMAT") if moment else date_format(parse_date(value) or "", "DATE_FORMAT")
    return "" if value is None else str(value)


def _age(said: str) -> str:
    found = AGE.fullmatch(said)
    count, unit = (int(found[1]), found[2]) if found else (0, "h")
    if unit == "h":
        return ngettext("%(count)d hour", "%(count)d hours", count) % {"count": count}
    if unit == "d":
        return ngettext("%(count)d day", "%(count)d days", count) % {"count": count}
    return ngettext("%(count)d week", "%(count)d weeks", count) % {"count": count}
