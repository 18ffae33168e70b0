"""Whether reviewers agree beyond chance."""

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rapport.science.intervals import Estimate

Matrix = NDArray[np.float64]
Weights = Literal["linear", "quadratic"] | None
Level = Literal["nominal", "ordinal", "interval"]
_REPEATS = 400


def cohen_kappa(
    first: Sequence[Any], second: Sequence[Any], *, weights: Weights = None, seed: int = 0, confidence: float = 0.95
) -> Estimate:
    """Agreement of two reviewers on the same conversations beyond chance: 1 is full, 0 is what chance would do.

    `first` and `second` have one score a conversation; pairs with a gap are left out. `weights` lets near misses of
    ordered scores count in part. The interval is a bootstrap over conversations (percentiles).
    Source: J. Cohen (1960), Educational and Psychological Measurement 20, 37-46; weights: (1968), Psychological
    Bulletin 70, 213-220. Raises ValueError without pairs.
    """
    one, other = pd.Series(list(first), dtype=object), pd.Series(list(second), dtype=object)
    if len(one) != len(other):
        raise ValueError(f"Both reviewers score the same conversations, not {len(one)} and {len(other)}.")
    if weights not in (None, "linear", "quadratic"):
        raise ValueError(f'weights is None, "linear" or "quadratic", not {weights!r}.')
    both = (one.notna() & other.notna()).to_numpy()
    if not both.any():
        raise ValueError("There is no conversation that both reviewers scored.")
    levels = _levels([*one[both], *other[both]])
    codes = {level: place for place, level in enumerate(levels)}
    a = np.array([codes[score] for score in one[both]])
    b = np.array([codes[score] for score in other[both]])
    cost = _cost(levels, weights)
    value = _kappa(a, b, cost)
    random = np.random.default_rng(seed)
    drawn = [_kappa(a[rows], b[rows], cost) for rows in random.integers(0, len(a), (_REPEATS, len(a)))]
    return _estimate(value, drawn, len(a), confidence)


def krippendorff_alpha(ratings: Any, *, level: Level = "ordinal", seed: int = 0, confidence: float = 0.95) -> Estimate:
    """Agreement of any number of reviewers, gaps allowed: 1 is full, 0 is what chance would do.

    `ratings` is reviewers x conversations, numbers with NaN for gaps; `level` says whether scores are names, ordered,
    or on a scale. The interval is a bootstrap over conversations (percentiles); `n` counts conversations with two
    scores or more. Source: K. Krippendorff (2011), Computing Krippendorff's alpha-reliability.
    """
    table = np.asarray(ratings, dtype=float)
    if table.ndim != 2:
        raise ValueError("Ratings have one row a reviewer and one column a conversation.")
    if level not in ("nominal", "ordinal", "interval"):
        raise ValueError(f'level is "nominal", "ordinal" or "interval", not {level!r}.')
    values = np.unique(table[~np.isnan(table)])
    counts = np.array([(table == value).sum(axis=0) for value in values], dtype=float).T
    counts = counts.reshape(table.shape[1], len(values))
    counts = counts[counts.sum(axis=1) >= 2]
    if not len(counts):
        raise ValueError("No conversation has scores of two reviewers.")
    random = np.random.default_rng(seed)
    picks = random.integers(0, len(counts), (_REPEATS, len(counts)))
    drawn = [_alpha(counts[rows], values, level) for rows in picks]
    return _estimate(_alpha(counts, values, level), drawn, len(counts), confidence)


def _levels(scores: list[Any]) -> list[Any]:
    try:
        return sorted(set(scores))
    except TypeError:
        return sorted(set(scores), key=str)


def _cost(levels: list[Any], weights: Weights) -> Matrix:
    """What a disagreement costs: all the same, by distance, or by its square, in steps of the scale."""
    place = np.arange(len(levels), dtype=float)
    apart = np.abs(place[:, None] - place[None, :])
    return np.asarray((apart > 0).astype(float) if weights is None else apart if weights == "linear" else apart**2)


def _kappa(a: NDArray[np.intp], b: NDArray[np.intp], cost: Matrix) -> float:
    size = len(cost)
    seen = np.bincount(a * size + b, minlength=size * size).reshape(size, size) / len(a)
    chance = np.outer(seen.sum(axis=1), seen.sum(axis=0))
    expected = float((chance * cost).sum())
    # Where chance cannot disagree, nor did they.
    return 1.0 if expected == 0 else 1 - float((seen * cost).sum()) / expected


def _alpha(counts: Matrix, values: Matrix, level: Level) -> float:
    scores = counts.sum(axis=1, keepdims=True)
    pairs = (counts.T @ (counts / (scores - 1))) - np.diag((counts / (scores - 1)).sum(axis=0))
    totals = pairs.sum(axis=1)
    apart = _apart(values, totals, level)
    n = totals.sum()
    expected = float((np.outer(totals, totals) * apart).sum()) / (n - 1)
    return 1.0 if expected == 0 else 1 - float((pairs * apart).sum()) / expected


def _apart(values: Matrix, totals: Matrix, level: Level) -> Matrix:
    if level == "nominal":
        return np.asarray((values[:, None] != values[None, :]).astype(float))
    if level == "interval":
        return np.asarray((values[:, None] - values[None, :]) ** 2)
    rank = np.cumsum(totals) - totals / 2
    return np.asarray((rank[:, None] - rank[None, :]) ** 2)


def _estimate(value: float, drawn: list[float], n: int, confidence: float) -> Estimate:
    if not 0 < confidence < 1:
        raise ValueError(f"Confidence lies between 0 and 1, such as 0.95, not {confidence}.")
    tail = (1 - confidence) / 2
    lower, upper = np.quantile(drawn, [tail, 1 - tail])
    return Estimate(value, min(value, float(lower)), max(value, float(upper)), n, confidence)
