"""Intervals from the errors that the forecast really made, and how often they would have held."""

from dataclasses import dataclass

import numpy as np

from rapport.science.forecast.backtest import WEEK, WEEKS_AHEAD, Fold
from rapport.science.forecast.history import Flags, Matrix, Whole

_WIDER = np.arange(1.0, 3.01, 0.05)


@dataclass(frozen=True)
class Intervals:
    """Bounds at mean + low x spread and mean + high x spread, spread = sqrt(mean + (excess x mean)^2).

    `growth` (4) says how much wider the second to fourth week must be; `coverage` is the share of counts that the
    bounds held when each tested week was left out in turn.
    """

    low: float
    high: float
    excess: float
    growth: Matrix
    coverage: float

    def bounds(self, mean: Matrix, day: Whole) -> tuple[Matrix, Matrix]:
        """Lower and upper for means (n), `day` days ahead each (n, from 0); a slot of mean 0 is closed."""
        week = day // WEEK
        wider = self.growth[np.minimum(week, WEEKS_AHEAD - 1)] * np.sqrt(np.maximum((week + 1) / WEEKS_AHEAD, 1.0))
        spread = _spread(mean, self.excess) * wider
        lower = np.clip(mean + self.low * spread, 0.0, mean)
        return lower, np.where(mean > 0, np.maximum(mean + self.high * spread, mean), 0.0)


def learn(tested: list[Fold], name: str, confidence: float) -> Intervals:
    """Learn bounds from the first week of every fold, widened until left-out weeks are covered as promised.

    Source: Lei, G'Sell, Rinaldo, Tibshirani and Wasserman (2018), Distribution-free predictive inference for
    regression, JASA 113, for the split and locally weighted scores; leaving out whole weeks respects that the hours
    of a day err together.
    """
    actual = [fold.actual[:WEEK].ravel() for fold in tested]
    said = [fold.said[name][:WEEK].ravel() for fold in tested]
    used = [~np.isnan(a) & ((s > 0) | (np.nan_to_num(a) > 0)) for a, s in zip(actual, said, strict=True)]
    pairs = [(a[u], s[u]) for a, s, u in zip(actual, said, used, strict=True)]
    excess = _excess(np.concatenate([a for a, _ in pairs]), np.concatenate([s for _, s in pairs]))
    scores = [(a - s) / _spread(s, excess) for a, s in pairs]
    growth = _growth(tested, name)
    if sum(len(part) for part in scores) == 0:
        return Intervals(0.0, 0.0, excess, growth, 1.0)
    wider, coverage = _widened(scores, confidence)
    low, high = _quantiles(np.concatenate(scores), confidence)
    return Intervals(low * wider, high * wider, excess, growth, coverage)


def _spread(mean: Matrix, excess: float) -> Matrix:
    # A quarter of a contact: even where hardly any are expected, one may come.
    return np.asarray(np.sqrt(np.maximum(mean, 0.25) + (excess * mean) ** 2))


def _excess(actual: Matrix, said: Matrix) -> float:
    """The standard deviation beyond Poisson's, as a share of the mean."""
    if not (said > 0).any():
        return 0.0
    return float(np.sqrt(max(0.0, np.sum((actual - said) ** 2 - said) / np.sum(said**2))))


def _quantiles(scores: Matrix, confidence: float) -> tuple[float, float]:
    ordered, n, tail = np.sort(scores), len(scores), (1 - confidence) / 2
    rank = min(int(np.ceil((n + 1) * (1 - tail))), n)
    return min(float(ordered[n - rank]), 0.0), max(float(ordered[rank - 1]), 0.0)


def _widened(scores: list[Matrix], confidence: float) -> tuple[float, float]:
    """The least factor under which the left-out weeks hold their share, and that share."""
    if len(scores) < 2:
        return float(_WIDER[-1]), float("nan")
    limits = []
    for place in range(len(scores)):
        rest = np.concatenate([part for other, part in enumerate(scores) if other != place])
        limits.append(_quantiles(rest, confidence) if len(rest) else (0.0, 0.0))
    held = 0.0
    for wider in _WIDER:
        # A rounding error is no miss.
        bounds = [(low * wider - 1e-9, high * wider + 1e-9) for low, high in limits]
        inside = [(s >= low) & (s <= high) for s, (low, high) in zip(scores, bounds, strict=True)]
        held = float(np.mean(np.concatenate(inside)))
        if held >= confidence + min(_doubt(inside), (1 - confidence) / 2):
            break
    return float(wider), held


def _doubt(inside: list[Flags]) -> float:
    """Half the standard error of the share held, from week to week: few tested weeks flatter the chosen forecast."""
    shares = [float(week.mean()) for week in inside if len(week)]
    return float(np.std(shares, ddof=1) / np.sqrt(len(shares)) / 2) if len(shares) > 1 else 0.0


def _growth(tested: list[Fold], name: str) -> Matrix:
    """How much larger errors are in the second to fourth week than in the first, never falling."""
    growth = np.ones(WEEKS_AHEAD)
    for week in range(1, WEEKS_AHEAD):
        ratios = [_later(fold, name, week) for fold in tested if len(fold.actual) >= WEEK * (week + 1)]
        known = [ratio for ratio in ratios if ratio is not None]
        near, far = sum(n for n, _ in known), sum(f for _, f in known)
        growth[week] = far / near if near > 0 else np.sqrt(week + 1)
    return np.maximum.accumulate(np.maximum(growth, 1.0))


def _later(fold: Fold, name: str, week: int) -> tuple[float, float] | None:
    error = np.abs(fold.actual - fold.said[name])
    first, later = error[:WEEK], error[WEEK * week : WEEK * (week + 1)]
    if np.isnan(first).all() or np.isnan(later).all():
        return None
    return float(np.nanmean(first)), float(np.nanmean(later))
