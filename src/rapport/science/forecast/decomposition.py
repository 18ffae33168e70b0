"""A history taken apart: the usual week, how high each day stood above it, and which days were odd."""

from dataclasses import dataclass

import numpy as np

from rapport.science.forecast.history import Flags, History, Matrix

Vector = Matrix

# How fast the shape of a day is forgotten, in days.
_HALF_LIFE = 35.0
# A median absolute deviation times this is the standard deviation of a normal distribution.
_MAD = 1.4826


@dataclass(frozen=True)
class Decomposition:
    """values[d, s] is about week[weekday of d, s] x exp(level[d]), but for odd days.

    `week` (7 x S) is in counts a slot; `level` (D) is the logarithm of a day's height, NaN where the day is unknown,
    closed or odd; `expected` (D) is what the usual week says of the slots that are known.
    """

    week: Matrix
    level: Vector
    expected: Vector
    odd: Flags


def decompose(history: History, special: Flags) -> Decomposition:
    """Take a history apart. `special` flags days (D) that may not teach what is usual, such as holidays."""
    odd = special.copy()
    week = usual_week(history, np.zeros(len(history.days)), odd)
    for _ in range(2):
        raw, expected = _levels(history, week)
        odd = special | _odd(raw, expected)
        level = np.where(odd, np.nan, raw)
        week = usual_week(history, level, odd)
    raw, expected = _levels(history, week)
    return Decomposition(week, np.where(odd, np.nan, raw), expected, odd)


def usual_week(history: History, level: Vector, skip: Flags) -> Matrix:
    """The mean of each slot of the week at level 0 (7 x S), recent weeks counting more; 0 where nothing is known."""
    age = np.arange(len(history.days))[::-1]
    weight = np.where(skip, 0.0, 0.5 ** (age / _HALF_LIFE))
    height = np.exp(np.nan_to_num(level))
    known = ~np.isnan(history.values)
    counts = np.where(known, history.values, 0.0)
    week = np.zeros((7, history.grid.slots))
    for weekday in range(7):
        rows = history.weekdays == weekday
        if not (weight[rows] > 0).any():
            continue
        over = (weight[rows] * height[rows]) @ known[rows]
        week[weekday] = np.divide(weight[rows] @ counts[rows], over, out=np.zeros_like(over), where=over > 0)
    return week


def _levels(history: History, week: Matrix) -> tuple[Vector, Vector]:
    usual = week[history.weekdays]
    known = ~np.isnan(history.values)
    expected = np.where(known, usual, 0.0).sum(axis=1)
    total = np.nansum(history.values, axis=1)
    # Half a contact on either side keeps a quiet day finite.
    with np.errstate(divide="ignore"):
        level = np.log((total + 0.5) / (expected + 0.5))
    level[expected <= 0] = np.nan
    return level, expected


def _odd(level: Vector, expected: Vector) -> Flags:
    """Days far from those around them: outages, closures and holidays nobody named, and single bursts."""
    around = _running_median(level, 10)
    distance = level - around
    spread = _MAD * np.nanmedian(np.abs(distance)) if np.isfinite(distance).any() else 0.0
    # A quiet day varies by chance alone: the logarithm of a Poisson count of mean m by about 1 / sqrt(m).
    chance = 1 / np.sqrt(np.maximum(expected, 0.5))
    limit = np.maximum(4 * np.hypot(spread, chance), 0.25)
    return np.asarray(np.nan_to_num(np.abs(distance)) > limit)


def _running_median(values: Vector, reach: int) -> Vector:
    padded = np.pad(values, reach, constant_values=np.nan)
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1)
    empty: Flags = np.asarray(np.isnan(windows).all(axis=1))
    medians = np.nanmedian(np.where(empty[:, None], 0.0, windows), axis=1)
    return np.asarray(medians, dtype=np.float64)
