"""What every candidate may look at: the past up to one evening, taken apart once."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from rapport.science.forecast.days import CLOSED, Calendar
from rapport.science.forecast.decomposition import Decomposition, decompose
from rapport.science.forecast.history import Flags, History, Matrix


@dataclass(frozen=True)
class Past:
    """A history, the calendar, and what follows from both; nothing in it is later than the history's last day."""

    history: History
    calendar: Calendar

    @cached_property
    def parts(self) -> Decomposition:
        """The usual week, levels and odd days; holidays teach nothing about usual days."""
        return decompose(self.history, self.off)

    @cached_property
    def off(self) -> Flags:
        """Which days (D) are holidays."""
        return self.calendar.holidays(self.history.days)

    @cached_property
    def clean(self) -> Matrix:
        """The counts (D x S) with odd days unknown."""
        return np.where(self.parts.odd[:, None], np.nan, self.history.values)

    def until(self, day: int) -> "Past":
        """The past as it was when the first `day` days had gone by."""
        return Past(self.history.until(day), self.calendar)

    def next_days(self, count: int) -> pd.DatetimeIndex:
        """The days to be forecast."""
        return self.history.next_days(count)

    def holiday_factor(self, days: pd.DatetimeIndex) -> Matrix:
        """How high each day stands against a usual one for being a holiday; 1 where it is none or none was seen.

        A holiday of the same name counts alone when there was one; else the median of the others that are kept as
        widely does, in part: not every business keeps every holiday. The part is n / (n + 2) of n seen, which is
        Laplace's rule of succession with a usual day in doubt.
        """
        return np.array([self._factor(name) for name in self.calendar.names(days)])

    def holiday_range(self, days: pd.DatetimeIndex) -> tuple[Matrix, Matrix]:
        """By how much a bound must move down and up (factors) on days whose holiday was never seen before."""
        down, up = np.ones(len(days)), np.ones(len(days))
        for place, name in enumerate(self.calendar.names(days)):
            factor = self._factor(name)
            if not name or name in self._seen_holidays or factor <= 0:
                continue
            like = self._heights_like(name) or self._heights_like(None)
            usual = float(np.median(like)) if like else 1.0
            down[place], up[place] = min(usual, 1.0) / factor, max(usual, 1.0) / factor
        return down, up

    def _factor(self, name: str) -> float:
        if not name:
            return 1.0
        if name == CLOSED:
            return 0.0
        if name in self._seen_holidays:
            return float(np.median(self._seen_holidays[name]))
        like = self._heights_like(name)
        trust = len(like) / (len(like) + 2)
        return 1 + trust * (float(np.median(like)) - 1) if like else 1.0

    def _heights_like(self, name: str | None) -> list[float]:
        """How high holidays were that are kept as widely as this one, or all holidays; closures teach nothing."""
        minor = self.calendar.is_minor
        return [
            ratio
            for seen, ratios in self._seen_holidays.items()
            if seen != CLOSED and (name is None or minor(seen) == minor(name))
            for ratio in ratios
        ]

    @cached_property
    def _seen_holidays(self) -> dict[str, list[float]]:
        parts, seen = self.parts, dict[str, list[float]]()
        around = pd.Series(parts.level).rolling(29, center=True, min_periods=1).median().to_numpy()
        total = np.nansum(self.history.values, axis=1)
        known = ~np.isnan(self.history.values).all(axis=1)
        names = self.calendar.names(self.history.days)
        for day in np.flatnonzero(self.off & known & (parts.expected > 0)):
            height = parts.expected[day] * np.exp(np.nan_to_num(around[day]))
            seen.setdefault(names[day], []).append(float(total[day] / height))
        return seen
