"""What to believe of groups with few answers: drawn towards all groups, the more the fewer answers there are.

The best or worst of many small groups is mostly luck. Both functions answer one row a group, with `raw` as counted,
`value` as believed, `lower` and `upper` around it, and `weight`: how much of it is the group's own.
"""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import betaincinv, betaln, ndtr

from rapport.science.intervals import normal_quantile

Vector = NDArray[np.float64]

# Shares B of shrinkage that are tried, and how likely each is beforehand: as 1 / B, half way between the uniform
# prior, whose intervals are a little narrow, and Stein's harmonic prior 1 / B^2, which hardly lets three groups help
# each other (Morris and Tang 2011, Estimating random effects via adjustment for density maximization, Statistical
# Science 26).
_TRIED = (np.arange(400) + 0.5) / 400
_BEFOREHAND = -np.log(_TRIED)


def shrunken_shares(hits: Any, n: Any, *, confidence: float = 0.95) -> pd.DataFrame:
    """Shares of groups with `hits` of `n`, by the beta-binomial model; the index of `hits` where it has one.

    Between its raw share and the share over all groups each value moves by M / (n + M). M is learnt from how much the
    groups differ beyond luck, and its uncertainty is averaged over, so intervals stay honest
    when groups hardly differ. One group alone keeps its raw share.
    Source: Morris (1983), Parametric empirical Bayes inference, Journal of the American Statistical Association 78,
    47-55.
    Raises ValueError for impossible counts.
    """
    index = _index(hits)
    h, count = _pair("hits", hits, "n", n)
    if (count < 1).any() or (h < 0).any() or (h > count).any():
        raise ValueError("A group has at least one answer, and from none to all of them are hits.")
    z = normal_quantile(confidence)
    raw = h / count
    # The sizes at which groups lend their typical weight: small groups count as much as large ones.
    strength = len(count) / (1 / count).sum() * _TRIED / (1 - _TRIED)
    if len(h) == 1:
        strength = np.array([1e-9])
    weight, overall, common_error = _learnt_shares(h, count, strength)
    own = count / (count + strength[:, None])
    value = (weight[:, None] * (own * raw + (1 - own) * overall)).sum(axis=0)
    each = own * raw + (1 - own) * overall
    # Half an answer either way, so that 0 of 3 is not taken as sure.
    safe = np.clip(each, 0.5 / (count + 1), 1 - 0.5 / (count + 1))
    inside = safe * (1 - safe) / (count + strength[:, None] + 1)
    spread = (weight[:, None] * (inside + (each - value) ** 2)).sum(axis=0)
    kept = (weight[:, None] * own).sum(axis=0)
    lower, upper = _beta_interval(value, spread + ((1 - kept) * common_error) ** 2, z)
    return _table(index, raw, value, lower, upper, count, kept, overall)


def shrunken_means(means: Any, errors: Any, n: Any = None, *, confidence: float = 0.95) -> pd.DataFrame:
    """Means of groups with known standard `errors`, by the normal model; `n` (answers a group) is only passed on.

    Between its raw mean and the mean over all groups each value moves by e^2 / (e^2 + A). A, the variance between
    groups, is learnt and its uncertainty averaged over. With equal errors this is the estimator of James and
    Stein (1961) with an interval.
    Source: Morris (1983), as above; Efron and Morris (1975), Data analysis using Stein's estimator, Journal of the
    American Statistical Association 70, 311-319.
    Raises ValueError for errors that are not above 0.
    """
    index = _index(means)
    raw, error = _pair("means", means, "errors", errors)
    if (error <= 0).any():
        raise ValueError("A standard error is above 0; pool the spread of all groups where one has a single answer.")
    z = normal_quantile(confidence)
    variance = error**2
    between = len(variance) / (1 / variance).sum() * (1 - _TRIED) / _TRIED
    if len(raw) == 1:
        between = np.array([1e12 * float(variance[0])])
    precision = 1 / (variance + between[:, None])
    middle = (precision * raw).sum(axis=1) / precision.sum(axis=1)
    logs = 0.5 * (np.log(precision) - precision * (raw - middle[:, None]) ** 2).sum(axis=1)
    # The overall mean is integrated out.
    weight = _normed(_BEFOREHAND[: len(logs)] + logs - 0.5 * np.log(precision.sum(axis=1)))
    overall = float(weight @ middle)
    own = between[:, None] * precision
    kept = weight @ own
    value = kept * raw + (1 - kept) * overall
    each = own * raw + (1 - own) * overall
    common = weight @ (1 / precision.sum(axis=1))
    spread = weight @ (own * variance + (each - value) ** 2) + (1 - kept) ** 2 * common
    half = z * np.sqrt(spread)
    counts = np.full(len(raw), np.nan) if n is None else np.asarray(n, dtype=float)
    return _table(index, raw, value, value - half, value + half, counts, kept, overall)


def _learnt_shares(h: Vector, count: Vector, strength: Vector) -> tuple[Vector, float, float]:
    """How likely each strength is, the share over all groups, and the error of that."""
    raw = h / count
    weights = count / (count + strength[:, None])
    middles = (weights * raw).sum(axis=1) / weights.sum(axis=1)
    safe = np.clip(middles, 1e-6, 1 - 1e-6)[:, None]
    a, b = safe * strength[:, None], (1 - safe) * strength[:, None]
    logs = (betaln(h + a, count - h + b) - betaln(a, b)).sum(axis=1)
    likely = _normed(_BEFOREHAND[: len(logs)] + logs)
    overall = float(likely @ middles)
    noise = overall * (1 - overall) * (1 / count + 1 / (1 + strength[:, None]))
    errors = (weights**2 * noise).sum(axis=1) / weights.sum(axis=1) ** 2
    return likely, overall, float(np.sqrt(likely @ errors))


def _beta_interval(value: Vector, spread: Vector, z: float) -> tuple[Vector, Vector]:
    """Quantiles of the beta distribution with this mean and variance."""
    middle = np.clip(value, 1e-9, 1 - 1e-9)
    total = np.maximum(middle * (1 - middle) / np.maximum(spread, 1e-18) - 1, 1e-3)
    below = float(ndtr(-z))
    lower = betaincinv(middle * total, (1 - middle) * total, below)
    upper = betaincinv(middle * total, (1 - middle) * total, 1 - below)
    return np.minimum(lower, value), np.maximum(upper, value)


def _normed(logs: Vector) -> Vector:
    weights = np.exp(logs - logs.max())
    normed: Vector = weights / weights.sum()
    return normed


def _pair(first_name: str, first: Any, second_name: str, second: Any) -> tuple[Vector, Vector]:
    try:
        one, other = (np.atleast_1d(np.asarray(values, dtype=float)) for values in (first, second))
    except (TypeError, ValueError):
        raise ValueError(f"{first_name} and {second_name} are one number a group.") from None
    if one.ndim != 1 or one.shape != other.shape or not len(one):
        raise ValueError(f"{first_name} and {second_name} have one number a group, and there is at least one group.")
    if not (np.isfinite(one).all() and np.isfinite(other).all()):
        raise ValueError(f"{first_name} and {second_name} are finite numbers.")
    return one, other


def _index(values: Any) -> pd.Index:
    return values.index if isinstance(values, pd.Series) else pd.RangeIndex(len(np.atleast_1d(values)))


def _table(
    index: pd.Index, raw: Vector, value: Vector, lower: Vector, upper: Vector, n: Vector, weight: Vector, overall: float
) -> pd.DataFrame:
    # Rounding must not carry a value past either end.
    value = np.clip(value, np.minimum(raw, overall), np.maximum(raw, overall))
    return pd.DataFrame(
        {"value": value, "lower": lower, "upper": upper, "raw": raw, "n": n, "weight": weight, "overall": overall},
        index=index,
    )
