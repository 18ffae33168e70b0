"""What the calendar says of a day: holidays by country and what lies around them, and the place in the month."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from rapport.science.forecast.history import CannotForecast, Flags, Matrix

# The name of a day on which the desk itself says that it is closed.
CLOSED = "closed"
# Holidays in the US on which most private employers work: births and flights there fall by about 3 % on Columbus and
# Veterans Day, and by 7 to 40 % on the others.
_MINOR_IN_THE_US = frozenset(
    {
        "Columbus Day",
        "Juneteenth National Independence Day",
        "Martin Luther King Jr. Day",
        "Presidents' Day",
        "Veterans Day",
        "Washington's Birthday",
    }
)


class Calendar:
    """The holidays of a country (ISO 3166 code, with an optional part of it such as "DE-BY"), and own closed days."""

    def __init__(self, country: str | None, closed_days: Iterable[Any] = ()) -> None:
        self._country, self._part = _parts(country)
        self._own = {pd.Timestamp(day).normalize() for day in closed_days}
        self._years: dict[int, dict[pd.Timestamp, str]] = {}

    def names(self, days: pd.DatetimeIndex) -> list[str]:
        """The name of the holiday on each day, or an empty text."""
        return [CLOSED if day in self._own else self._year(day.year).get(day, "") for day in days]

    def holidays(self, days: pd.DatetimeIndex) -> Flags:
        """Which days are holidays."""
        return np.array([bool(name) for name in self.names(days)], dtype=bool)

    def is_minor(self, name: str) -> bool:
        """Whether it is a holiday on which most businesses work."""
        return self._country == "US" and name in _MINOR_IN_THE_US

    def _year(self, year: int) -> dict[pd.Timestamp, str]:
        if self._country is None:
            return {}
        if year not in self._years:
            import holidays  # it reads its countries lazily, but its registry costs 30 ms

            found = holidays.country_holidays(self._country, subdiv=self._part, years=year)
            self._years[year] = {pd.Timestamp(day): _plain(name) for day, name in found.items()}
        return self._years[year]


def features(days: pd.DatetimeIndex, calendar: Calendar) -> Matrix:
    """Ten numbers a day (D x 10), about 0 on an ordinary one: near a holiday, and where in the month.

    Columns: working day after a holiday, second day after, day before, other day of a holiday's week; then two waves
    over the month (sine and cosine each), first and last two working days of the month.
    """
    wide = pd.date_range(days[0] - pd.Timedelta(days=10), days[-1] + pd.Timedelta(days=10), freq="D")
    off = calendar.holidays(wide)
    idle = off | np.asarray(wide.day_of_week >= 5)
    since, until = _steps_since(off, idle), _steps_since(off[::-1], idle[::-1])[::-1]
    near = np.column_stack([since == 1, since == 2, until == 1, _same_week(wide, off) & (since > 2)])
    place = np.searchsorted(wide, days)
    share = (np.asarray(days.day) - 0.5) / np.asarray(days.days_in_month)
    waves = [wave(2 * np.pi * k * share) for k in (1, 2) for wave in (np.sin, np.cos)]
    edges = [np.asarray(days.day) <= 2, np.asarray(days.days_in_month - days.day) <= 1]
    return np.column_stack([near[place], *waves, *edges]).astype(float)


def _parts(country: str | None) -> tuple[str | None, str | None]:
    if country is None:
        return None, None
    import holidays

    code, _, part = country.upper().partition("-")
    try:
        holidays.country_holidays(code, subdiv=part or None)
    except NotImplementedError as error:
        raise CannotForecast(f'No holidays are known for {country!r}; use a code such as "US" or "DE-BY".') from error
    return code, part or None


def _plain(name: str) -> str:
    """One name for a holiday and the day it is observed on."""
    return name.split(" (")[0].split(";")[0].strip()


def _steps_since(off: Flags, idle: Flags) -> Matrix:
    """How many working days ago the last holiday was; 99 for long ago."""
    steps = np.full(len(off), 99.0)
    count = 99.0
    for place, (holiday, rest) in enumerate(zip(off, idle, strict=True)):
        count = 0.0 if holiday else count + (not rest)
        steps[place] = count if not rest else 99.0
    return steps


def _same_week(days: pd.DatetimeIndex, off: Flags) -> Flags:
    monday = np.asarray(days - pd.to_timedelta(days.day_of_week, unit="D"))
    return np.isin(monday, monday[off]) & ~off
