"""Dates as people write them."""

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

_MOSTLY = 0.95
# Those with the year first can be read one way only; of the others the day-first one stands first.
_DATES = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y%m%d")
_DAY_FIRST = ("%d.%m.%Y", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%y", "%d/%m/%y", "%d-%m-%y")
_NAMED = ("%d %b %Y", "%d %B %Y", "%d-%b-%Y", "%d-%b-%y", "%b %d, %Y", "%B %d, %Y", "%b %d %Y")
_TIMES = ("", " %H:%M", " %H:%M:%S", " %H:%M:%S.%f", " %I:%M %p", " %I:%M:%S %p")
_LOOKS = re.compile(
    r"^\s*(\d{1,4}[-/.年]\d{1,2}[-/.月]\d{1,4}|\d{8}\b|\d{1,2}[ -][A-Za-z]{3,9}[ -]\d{2,4}|[A-Za-z]{3,9} \d)"
)
_ISO_TIME = re.compile(r"^\s*\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}")


@dataclass(frozen=True)
class Dated:
    """`form` is a strptime pattern or "ISO8601"; `open` when the day could be the month as well."""

    form: str
    open: bool = False


def how_dated(cells: pd.Series, counts: np.ndarray, *, month_first: bool = False) -> Dated | None:
    """How these distinct cells are dates, or nothing when most are none.

    `month_first` decides where both readings fit every cell.
    """
    if counts[cells.str.match(_LOOKS).to_numpy(bool)].sum() < _MOSTLY * counts.sum():
        return None
    if cells.str.match(_ISO_TIME).mean() > _MOSTLY and _share(cells, counts, "ISO8601") >= _MOSTLY:
        return Dated("ISO8601")
    for form in (*_DATES, *_DAY_FIRST, *_NAMED):
        other = _swapped(form)
        for time in _TIMES:
            first, second = _share(cells, counts, form + time), 0.0
            if other != form:
                second = _share(cells, counts, other + time)
            if max(first, second) >= _MOSTLY:
                swap = second > first or (second == first and month_first)
                return Dated((other if swap else form) + time, open=first == second)
    return None


def as_moments(cells: pd.Series, form: str) -> pd.Series:
    """Distinct cells as moments without a zone (UTC), NaT where they are no date of this form."""
    found = pd.to_datetime(cells.str.strip(), format=form, errors="coerce", utc=True)
    return found.dt.tz_convert(None)


def _swapped(form: str) -> str:
    """The same with the month first, where the day is."""
    if form not in _DAY_FIRST:
        return form
    return form.replace("%d", "%_").replace("%m", "%d").replace("%_", "%m")


def _share(cells: pd.Series, counts: np.ndarray, form: str) -> float:
    return float(counts[as_moments(cells, form).notna().to_numpy()].sum() / counts.sum())
