"""From a calendar as it is kept to the hours that are reckoned with."""

import re
from collections.abc import Container, Iterable
from datetime import date
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.utils import translation

from rapport.routing.hours import ALWAYS, Hours
from rapport.routing.models import Calendar


class ClosedDays(Container[date]):
    """Days of our own, and the public holidays of a country, whichever year is asked about."""

    def __init__(self, own: Iterable[date], country: str = "", region: str = "") -> None:
        self._own = frozenset(own)
        self._country = country
        self._region = region

    def __contains__(self, day: object) -> bool:
        if day in self._own:
            return True
        return isinstance(day, date) and day in public_holidays(self._country, self._region, day.year)


def hours_of(calendar: Calendar | None, *, own: Iterable[date] | None = None) -> Hours:
    """The hours of a calendar; without one, every hour of every day. `own` days off are read unless they are given."""
    if calendar is None or calendar.is_always_open:
        return ALWAYS
    own = [holiday.day for holiday in calendar.holidays.all()] if own is None else own
    week = tuple(tuple((opens, closes) for opens, closes in day) for day in calendar.week)
    return Hours(ZoneInfo(calendar.time_zone), week, ClosedDays(own, calendar.country, calendar.region))


def public_holidays(country: str, region: str, year: int) -> dict[date, str]:
    """The public holidays of a year by day; none for a country that nobody keeps."""
    return _public_holidays(country, region, year, translation.get_language() or "")


def countries() -> list[tuple[str, str]]:
    """Countries whose public holidays are known: code and English name, by name."""
    return list(_countries())


def regions_of(country: str) -> list[str]:
    """Codes of the parts of a country that have holidays of their own."""
    from holidays import list_supported_countries

    return sorted(list_supported_countries(include_aliases=False).get(country, []))


@lru_cache(maxsize=500)
def _public_holidays(country: str, region: str, year: int, language: str) -> dict[date, str]:
    if not country:
        return {}
    from holidays import country_holidays

    spoken = {"zh-hans": "zh_CN"}.get(language, "en_US")
    try:
        return dict(country_holidays(country, subdiv=region or None, years=year, language=spoken))
    except NotImplementedError:
        return {}


@lru_cache(maxsize=1)
def _countries() -> tuple[tuple[str, str], ...]:
    # Imported late: the package has a table for every country, which no page but this one needs.
    from holidays.registry import COUNTRIES

    named = {code: re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name) for name, code, *_rest in COUNTRIES.values()}
    return tuple(sorted(named.items(), key=lambda one: one[1]))
