"""How sure a number is: 95 % intervals for shares and means, from few answers as well as many."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist, fmean, stdev


@dataclass(frozen=True)
class Estimate:
    """A number with its interval. `value`, `lower` and `upper` share one unit; `n` is how many answers it rests on."""

    value: float
    lower: float
    upper: float
    n: int
    confidence: float = 0.95


def share(hits: int, n: int, *, confidence: float = 0.95) -> Estimate:
    """The share of `hits` in `n`, from 0 to 1, with Wilson's score interval, honest for few answers and near 0 or 1.

    Source: E. B. Wilson (1927), Probable inference, Journal of the American Statistical Association 22, 209-212.
    """
    if n < 1 or not 0 <= hits <= n:
        raise ValueError(f"A share needs at least one answer and no more hits than answers, not {hits} of {n}.")
    z = normal_quantile(confidence)
    middle = (hits + z * z / 2) / (n + z * z)
    half = z / (n + z * z) * math.sqrt(hits * (n - hits) / n + z * z / 4)
    # The limits are exact at none and all; rounding must not push the share out of its own interval.
    lower = 0.0 if hits == 0 else max(0.0, middle - half)
    upper = 1.0 if hits == n else min(1.0, middle + half)
    return Estimate(hits / n, lower, upper, n, confidence)


def mean(values: Sequence[float], *, bounds: tuple[float, float], confidence: float = 0.95) -> Estimate:
    """The mean of `values` with Student's t interval, cut off at the ends of their scale.

    One value has no spread, so nothing narrower than the whole scale can be said about it.
    """
    if not values:
        raise ValueError("A mean needs at least one value.")
    middle, n = fmean(values), len(values)
    if n == 1:
        return Estimate(middle, *bounds, n, confidence)
    half = student_quantile(n - 1, confidence) * stdev(values) / math.sqrt(n)
    return Estimate(middle, max(bounds[0], middle - half), min(bounds[1], middle + half), n, confidence)


def normal_quantile(confidence: float) -> float:
    """How many standard deviations either side hold this share of a normal distribution: 1.96 for 0.95."""
    return NormalDist().inv_cdf((1 + _checked(confidence)) / 2)


def student_quantile(degrees: int, confidence: float) -> float:
    """The same for Student's t: 2.571 for 5 degrees of freedom and 0.95."""
    if degrees > 2000:
        return normal_quantile(confidence)  # they differ by less than 0.002
    lower, upper = 0.0, 1.0
    while student_coverage(upper, degrees) < _checked(confidence):
        upper *= 2
    for _ in range(60):
        middle = (lower + upper) / 2
        lower, upper = (middle, upper) if student_coverage(middle, degrees) < confidence else (lower, middle)
    return (lower + upper) / 2


def student_coverage(t: float, degrees: int) -> float:
    """P(|T| < t) for a whole number of degrees of freedom, exactly.

    Source: Abramowitz and Stegun (1964), Handbook of Mathematical Functions, 26.7.3 and 26.7.4.
    """
    angle = math.atan(t / math.sqrt(degrees))
    sine, square = math.sin(angle), math.cos(angle) ** 2
    odd = degrees % 2 == 1
    term, total = (math.cos(angle) if odd else 1.0), 0.0
    for k in range(3 if odd else 2, degrees + 1, 2):
        total += term
        term *= square * (k - 1) / k
    return 2 / math.pi * (angle + sine * total) if odd else sine * total


def _checked(confidence: float) -> float:
    if not 0 < confidence < 1:
        raise ValueError(f"Confidence lies between 0 and 1, such as 0.95, not {confidence}.")
    return confidence
