"""Gradient boosting on the calendar and the same slot of the last four weeks."""

import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingRegressor
from threadpoolctl import threadpool_limits

from rapport.science.forecast.days import features
from rapport.science.forecast.history import Flags, Matrix, Whole
from rapport.science.forecast.past import Past

_WEEKS = 4
_ROWS = 40_000


def gradient_boosting(past: Past, count: int, seed: int = 0) -> Matrix:
    """The mean of the last four ordinary weeks times a learnt ratio (count x S); weeks follow on each other.

    The trees see the weekday, the slot, holidays and the days around them, the place in the month and the last four
    weeks against their mean. The loss is a Poisson's with that mean as exposure, so that quiet slots weigh little.
    Source: Friedman (2001), Greedy function approximation, Annals of Statistics 29(5); scikit-learn's histograms.
    """
    days = past.history.days.append(past.next_days(count))
    table = _Table(past, days)
    start = len(past.history.days)
    # More threads than free cores wait for each other: 0.3 s becomes 6 s on a busy machine.
    with threadpool_limits(1, user_api="openmp"):
        model = _trained(table, start, seed)
        for first in range(start, len(days), 7):
            rows = np.arange(first, min(first + 7, len(days)))
            base, x = table.rows(rows)
            ratio = 1.0 if model is None else model.predict(x.reshape(-1, x.shape[2])).reshape(base.shape)
            # Where all four weeks are unknown, the usual week stands in.
            usual = past.parts.week[np.asarray(days[rows].day_of_week)]
            table.values[rows] = np.where(np.isnan(base), usual, base * ratio)
    return np.asarray(table.values[start:])


class _Table:
    """Counts of odd days are unknown as lags, and known as targets."""

    def __init__(self, past: Past, days: pd.DatetimeIndex) -> None:
        slots = past.history.grid.slots
        self.values = np.full((len(days), slots), np.nan)
        self.values[: len(past.history.days)] = past.clean
        off = past.calendar.holidays(days)
        moving = np.column_stack([days.day_of_week, days.day, off, features(days, past.calendar)])
        self.calendar = np.asarray(moving, dtype=np.float64)
        self.slots = np.arange(slots, dtype=np.float64)

    def rows(self, days: Whole) -> tuple[Matrix, Matrix]:
        """The base (n x S) and what the trees see (n x S x features) for days by their place."""
        lags = np.stack([self.values[np.maximum(days - 7 * k, 0)] for k in range(1, _WEEKS + 1)])
        for back in range(1, _WEEKS + 1):
            lags[back - 1, days < 7 * back] = np.nan
        known = (~np.isnan(lags)).sum(axis=0)
        base = np.divide(np.nansum(lags, axis=0), known, out=np.full(known.shape, np.nan), where=known > 0)
        relative = np.divide(lags, base, out=np.full(lags.shape, np.nan), where=base > 0)
        shape = base.shape
        seen = [np.broadcast_to(column[:, None], shape) for column in self.calendar[days].T]
        seen += [np.broadcast_to(self.slots, shape), *relative]
        return base, np.stack(seen, axis=2)


def _trained(table: _Table, until: int, seed: int) -> HistGradientBoostingRegressor | None:
    days = np.arange(7 * _WEEKS, until)
    if len(days) < 28:
        return None
    base, x = table.rows(days)
    target = table.values[days]
    usable = _latest((base > 0) & ~np.isnan(target), _ROWS)
    if usable.sum() < 56:
        return None
    y, weight = target[usable] / base[usable], base[usable]
    # The slots of a day rise and fall together, so a leaf needs several days, not several slots.
    leaf = max(10, 4 * int(np.median(usable.sum(axis=1)[usable.any(axis=1)])))
    model = HistGradientBoostingRegressor(
        loss="poisson", learning_rate=0.06, max_iter=100, max_leaf_nodes=10, min_samples_leaf=leaf,
        l2_regularization=1.0, max_bins=64, early_stopping=False, random_state=seed,
    )  # fmt: skip
    if not (y > 0).any():
        return None
    return model.fit(x[usable], y, sample_weight=weight / weight.mean())


def _latest(usable: Flags, limit: int) -> Flags:
    from_here = np.cumsum(usable[::-1].sum(axis=1))[::-1] <= limit
    from_here[-1] = True
    return np.asarray(usable & from_here[:, None])
