"""Languages and time zones as people read them, in their own language."""

from collections.abc import Sequence
from functools import lru_cache

from babel.core import Locale, UnknownLocaleError, get_global
from babel.dates import get_timezone_location
from babel.localedata import locale_identifiers
from django.utils import translation
from django.utils.translation import gettext as _

from rapport.kit import clock
from rapport.team.languages import time_zone_choices

# Offered first: what most of the world's mail is written in.
_OFTEN = "en zh-hans zh-hant es fr de pt it nl pl ru ja ko ar tr uk".split()
Group = tuple[str, list[tuple[str, str]]]


def language_name(code: str) -> str:
    """What a language is called where the reader comes from: "zh-hans" is Simplified Chinese; the code if unknown."""
    return _language_name(code, translation.get_language() or "en") if code else ""


def language_groups(present: str = "") -> list[Group]:
    """The choices of a select, frequent ones first. One that is `present` and unknown is offered as it is."""
    reader = translation.get_language() or "en"
    often, rest = _languages(reader)
    known = {code for code, _name in (*often, *rest)}
    own = [(present, language_name(present))] if present and present not in known else []
    return [(_("Frequent"), [*own, *often]), (_("All languages"), list(rest))]


def zone_name(name: str) -> str:
    """Where these clocks are: "Berlin, Germany"; the name if unknown."""
    return _zone_name(name, translation.get_language() or "en") if name else ""


def zone_choices(present: str = "") -> list[tuple[str, str]]:
    """Every time zone from west to east, each with its place and its distance from UTC."""
    made = list(_zones(translation.get_language() or "en", clock.now().strftime("%Y-%m-%d")))
    return made if not present or present in {name for name, _label in made} else [(present, present), *made]


@lru_cache(maxsize=2_000)
def _language_name(code: str, reader: str) -> str:
    try:
        name = Locale.parse(code, sep="-").get_display_name(_locale(reader))
    except (UnknownLocaleError, ValueError):
        name = None
    return name[:1].upper() + name[1:] if name else code


@lru_cache(maxsize=20)
def _languages(reader: str) -> tuple[Sequence[tuple[str, str]], Sequence[tuple[str, str]]]:
    codes = {name for name in locale_identifiers() if name.isalpha() and len(name) <= 3} - {"zh", "root", "und"}
    rest = sorted(((code, _language_name(code, reader)) for code in codes - {*_OFTEN}), key=lambda pair: pair[1])
    named = [pair for pair in rest if pair[0] != pair[1].lower()]
    return [(code, _language_name(code, reader)) for code in _OFTEN], named


@lru_cache(maxsize=2_000)
def _zone_name(name: str, reader: str) -> str:
    locale = _locale(reader)
    if name not in get_global("zone_territories"):
        return name.replace("_", " ")
    city = get_timezone_location(name, locale=locale, return_city=True)
    code = get_global("zone_territories")[name]
    territory = locale.territories.get(code, "") if code.isalpha() else ""
    return f"{city}, {territory}" if territory and territory != city else city


@lru_cache(maxsize=8)
def _zones(reader: str, _day: str) -> Sequence[tuple[str, str]]:
    """Distances from UTC change with the season: the day is part of the key."""
    named = []
    for name, label in time_zone_choices():
        offset = label[label.find("(UTC") :] if "(UTC" in label else ""
        named.append((name, f"{_zone_name(name, reader)} {offset}".strip()))
    return named


def _locale(reader: str) -> Locale:
    try:
        return Locale.parse(reader, sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale.parse("en")
