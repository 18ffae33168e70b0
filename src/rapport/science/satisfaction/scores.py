"""How satisfied customers are: a weighted index, the share of satisfied, promoters less detractors, and effort.

Every function takes plain numbers in any sequence or array and raises ValueError, in words a person can act on,
for an answer that is not on the declared scale.
"""

import math
from collections.abc import Iterable
from typing import Literal

from rapport.science.intervals import Estimate, mean, normal_quantile, share

Missing = Literal["refuse", "drop"]
Scale = tuple[float, float]

RATING: Scale = (1, 5)
RECOMMENDATION: Scale = (0, 10)
EFFORT: Scale = (1, 7)


def satisfaction_index(
    scores: Iterable[float | None],
    weights: Iterable[float] | None = None,
    *,
    scale: Scale = RATING,
    missing: Missing = "refuse",
) -> float:
    """The weighted mean of `scores`, sum(w_i s_i) / sum(w_i), in the unit of their declared `scale`.

    `scores` and `weights` have one entry each per answer (or per kind of answer); weights need not add up to 1,
    and without them every score counts the same. A missing score is None or NaN: `missing="refuse"` raises,
    `missing="drop"` leaves it out together with its weight, so the others share what it had.

    >>> satisfaction_index([4, 3, 5], [0.3, 0.4, 0.3])
    3.9
    """
    scores = list(scores)
    weights = [1.0] * len(scores) if weights is None else _checked_weights(weights, len(scores))
    pairs = _present(scores, weights, missing)
    if not pairs:
        raise ValueError("There is no score to average.")
    for score, _ in pairs:
        _check_on(scale, score)
    total = math.fsum(weight for _, weight in pairs)
    if total <= 0:
        raise ValueError("At least one score needs a weight above 0.")
    # From the first score on, which loses less to rounding than a sum of products.
    first = pairs[0][0]
    index = first + math.fsum((score - first) * weight for score, weight in pairs) / total
    return min(max(index, min(score for score, _ in pairs)), max(score for score, _ in pairs))


def csat(scores: Iterable[float], *, satisfied_from: float = 4, confidence: float = 0.95) -> Estimate:
    """The share of ratings (1 to 5) that are 4 or 5, from 0 to 1, with Wilson's interval."""
    values = _values(scores, RATING)
    return share(sum(value >= satisfied_from for value in values), len(values), confidence=confidence)


def nps(scores: Iterable[float], *, confidence: float = 0.95) -> Estimate:
    """Promoters (9 and 10) less detractors (0 to 6) among answers from 0 to 10, in points from -100 to 100.

    The interval is the adjusted Wald interval, which adds three answers, 3/4 of a promoter and 3/4 of a detractor.
    Source: F. Reichheld (2003), Harvard Business Review 81(12); interval: B. Rocks (2016), Interval estimation for
    the Net Promoter Score, The American Statistician 70(4), 365-372.
    """
    values = _values(scores, RECOMMENDATION)
    n = len(values)
    promoters = sum(value >= 9 for value in values)
    detractors = sum(value <= 6 for value in values)
    up, down = (promoters + 0.75) / (n + 3), (detractors + 0.75) / (n + 3)
    half = normal_quantile(confidence) * math.sqrt((up + down - (up - down) ** 2) / (n + 3))
    value = 100 * (promoters - detractors) / n
    # The interval is centred on the adjusted score; few unanimous answers must still lie inside it.
    lower = max(-100.0, min(value, 100 * (up - down - half)))
    upper = min(100.0, max(value, 100 * (up - down + half)))
    return Estimate(value, lower, upper, n, confidence)


def ces(scores: Iterable[float], *, confidence: float = 0.95) -> Estimate:
    """The mean effort, 1 (very easy) to 7 (very hard), with Student's t interval; lower is better.

    Source: M. Dixon, K. Freeman and N. Toman (2010), Stop trying to delight your customers, Harvard Business Review
    88(7/8), 116-122. Answers to "it was easy", where 7 is best, are turned round by `8 - score` beforehand.
    """
    return mean(_values(scores, EFFORT), bounds=EFFORT, confidence=confidence)


def _checked_weights(weights: Iterable[float], count: int) -> list[float]:
    checked = [float(weight) for weight in weights]
    if len(checked) != count:
        raise ValueError(f"Each score needs one weight: there are {count} scores and {len(checked)} weights.")
    for weight in checked:
        if not math.isfinite(weight) or weight < 0:
            raise ValueError(f"A weight is 0 or more, not {weight:g}.")
    return checked


def _present(scores: list[float | None], weights: list[float], missing: Missing) -> list[tuple[float, float]]:
    pairs = [
        (float(score), weight)
        for score, weight in zip(scores, weights, strict=True)
        if score is not None and not math.isnan(score)
    ]
    if len(pairs) < len(scores) and missing == "refuse":
        raise ValueError(
            f"{len(scores) - len(pairs)} of {len(scores)} scores are missing. "
            'Say missing="drop" to leave them out together with their weights.'
        )
    return pairs


def _values(scores: Iterable[float], scale: Scale) -> list[float]:
    values = [float(score) for score in scores]
    if not values:
        raise ValueError("There is no answer to count.")
    for value in values:
        _check_on(scale, value)
    return values


def _check_on(scale: Scale, value: float) -> None:
    if not scale[0] <= value <= scale[1]:
        raise ValueError(f"{value:g} is not on the scale from {scale[0]:g} to {scale[1]:g}.")
