"""Contact volume as a table of days and slots of the day, in the wall time of the people who contact us."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Matrix = NDArray[np.float64]
Flags = NDArray[np.bool_]
Whole = NDArray[np.intp]

_DAY = pd.Timedelta(days=1)


class CannotForecast(ValueError):
    """This series cannot be forecast; the sentence says what it lacks."""


@dataclass(frozen=True)
class Grid:
    """How a day is cut: `slots` steps of `step`; the wall clock is that of `zone` (None for times without a zone)."""

    step: pd.Timedelta
    slots: int
    zone: Any

    @classmethod
    def of(cls, freq: str, zone: Any) -> "Grid":
        """The grid of a pandas frequency that divides a day, such as "30min", "h" or "D"."""
        monday = pd.Timestamp(2001, 1, 1)
        try:
            step = monday + pd.tseries.frequencies.to_offset(freq) - monday
        except (ValueError, TypeError):
            step = pd.Timedelta(0)
        if step <= pd.Timedelta(0) or step > _DAY or _DAY % step != pd.Timedelta(0):
            raise CannotForecast(f'A frequency divides a day, such as "30min", "h" or "D", not {freq!r}.')
        return cls(step, int(_DAY / step), zone)

    def places(self, index: pd.DatetimeIndex) -> tuple[pd.DatetimeIndex, Whole]:
        """The local day (without zone) and the slot of the day, of every moment."""
        wall = index.tz_localize(None)
        days = wall.normalize()
        return days, np.asarray((wall - days) // self.step, dtype=np.intp)

    def after(self, moment: pd.Timestamp, steps: int) -> pd.DatetimeIndex:
        """The next `steps` moments after this one; a day of 23 or 25 hours has that many hours."""
        if self.slots == 1:
            days = pd.date_range(moment.tz_localize(None).normalize() + _DAY, periods=steps, freq="D")
            return days.tz_localize(self.zone, ambiguous=True, nonexistent="shift_forward") if self.zone else days
        return pd.date_range(moment + self.step, periods=steps, freq=self.step)


@dataclass(frozen=True)
class History:
    """What was counted: one row a day without a hole between them, one column a slot; NaN where nothing is known.

    `days` holds the days (D), `values` the counts (D x S), `known` whether the series has a row there at all.
    """

    grid: Grid
    days: pd.DatetimeIndex
    values: Matrix
    last: pd.Timestamp

    @property
    def weekdays(self) -> Whole:
        """0 for Monday to 6 for Sunday, a day (D)."""
        return np.asarray(self.days.day_of_week, dtype=np.intp)

    def until(self, day: int) -> "History":
        """The history as it was when its first `day` days had passed."""
        return replace(self, days=self.days[:day], values=self.values[:day])

    def next_days(self, count: int) -> pd.DatetimeIndex:
        """The `count` days after the last one."""
        return pd.date_range(self.days[-1] + _DAY, periods=count, freq="D")


def read(series: pd.Series, freq: str, *, gaps: str = "unknown") -> History:
    """Cut a series of counts into days and slots; counts of one slot are added up.

    An hour that the clock repeats in autumn is one slot with the mean of both; one that it skips in spring is unknown.
    """
    counts = _checked(series)
    grid = Grid.of(freq, counts.index.tz)
    days, slots = grid.places(counts.index)
    offset = (counts.index.tz_localize(None) - _utc(counts.index)).total_seconds()
    keys = [days, slots, np.zeros(len(days)) if grid.slots == 1 else offset]
    each = counts.groupby(keys).sum(min_count=1)
    cells = each.groupby(level=[0, 1]).mean()
    all_days = pd.date_range(days.min(), days.max(), freq="D")
    values = np.full((len(all_days), grid.slots), np.nan)
    at = np.asarray((cells.index.get_level_values(0) - all_days[0]) // _DAY, dtype=np.intp)
    values[at, cells.index.get_level_values(1)] = cells.to_numpy()
    last = _floor(counts.index.max(), grid)
    if gaps == "zero":
        values = _filled(values, at, np.asarray(cells.index.get_level_values(1)))
    return History(grid, all_days, values, last)


def pattern(series: pd.Series, history: History) -> Flags:
    """Which slots of a week (7 x S) the series writes rows for; one that it never names is closed."""
    days, slots = history.grid.places(pd.DatetimeIndex(series.index))
    recent = days >= days.max() - 56 * _DAY
    named = pd.DataFrame({"day": days[recent], "weekday": days[recent].day_of_week, "slot": slots[recent]})
    seen = np.zeros((7, history.grid.slots))
    often = named.drop_duplicates().groupby(["weekday", "slot"]).size()
    seen[often.index.get_level_values(0), often.index.get_level_values(1)] = often.to_numpy()
    most = seen.max()
    return np.asarray(seen >= max(1.0, most / 4))


def _checked(series: pd.Series) -> pd.Series:
    if not isinstance(series, pd.Series) or not isinstance(series.index, pd.DatetimeIndex):
        raise CannotForecast("A forecast needs a pandas Series of counts with a DatetimeIndex.")
    if not pd.api.types.is_numeric_dtype(series.dtype) or pd.api.types.is_complex_dtype(series.dtype):
        raise CannotForecast(f"Contact volume is a number, not {series.dtype}.")
    if series.index.hasnans:
        raise CannotForecast("Some rows have no time; drop them or give them one.")
    counts = series.astype(float)
    if counts.notna().sum() == 0:
        raise CannotForecast("The series holds no count at all.")
    if np.isinf(counts.to_numpy()).any() or (counts < 0).any():
        raise CannotForecast("Contact volume is 0 or more and finite; this series has other numbers.")
    return counts


def _utc(index: pd.DatetimeIndex) -> pd.DatetimeIndex:
    return index if index.tz is None else index.tz_convert("UTC").tz_localize(None)


def _floor(moment: pd.Timestamp, grid: Grid) -> pd.Timestamp:
    wall = moment.tz_localize(None)
    return moment - (wall - wall.normalize()) % grid.step


def _filled(values: Matrix, days: Whole, slots: Whole) -> Matrix:
    """Zero where no row is, from the first row to the last."""
    width = values.shape[1]
    flat = values.ravel().copy()
    first, end = int((days * width + slots).min()), int((days * width + slots).max())
    inside = flat[first : end + 1]
    inside[np.isnan(inside)] = 0.0
    return flat.reshape(values.shape)
