"""Two shares: the score test of their difference and the interval that belongs to it."""

import math

from scipy.optimize import brentq
from scipy.stats import fisher_exact, norm

from rapport.science.experiment.samples import Counts

# Fewer expected hits or misses than this in a group, and the exact test decides.
_FEW = 5


def share_test(a: Counts, b: Counts) -> tuple[float, str]:
    """The p-value of "both shares are one" and the name of the test: pooled score, Fisher's exact when few."""
    hits, n = a.hits + b.hits, a.n + b.n
    if min(hits, n - hits) == 0:
        return 1.0, "score"
    if min(a.n, b.n) * min(hits, n - hits) / n < _FEW:
        return float(fisher_exact([[a.hits, a.n - a.hits], [b.hits, b.n - b.hits]]).pvalue), "Fisher exact"
    return float(2 * norm.sf(abs(_score(a, b, 0.0)))), "score"


def share_interval(a: Counts, b: Counts, alpha: float) -> tuple[float, float]:
    """The interval of share b - share a whose ends are just not rejected by the score test.

    Source: Mee (1984), Confidence bounds for the difference between two probabilities, Biometrics 40; closed form of
    the restricted estimate: Miettinen and Nurminen (1985), Comparative analysis of two rates.
    """
    z = float(norm.isf(alpha / 2))
    effect = b.hits / b.n - a.hits / a.n
    # The ends of the scale, without the points at which a variance is 0.
    edge = 1 - 1e-12
    lower = (
        -1.0 if effect <= -edge or _score(a, b, -edge) <= z else brentq(lambda d: _score(a, b, d) - z, -edge, effect)
    )
    upper = 1.0 if effect >= edge or _score(a, b, edge) >= -z else brentq(lambda d: _score(a, b, d) + z, effect, edge)
    return float(lower), float(upper)


def _score(a: Counts, b: Counts, difference: float) -> float:
    """The score statistic of "share b - share a is `difference`"."""
    p_a = _restricted(a, b, difference)
    p_b = min(1.0, max(0.0, p_a + difference))
    variance = p_b * (1 - p_b) / b.n + p_a * (1 - p_a) / a.n
    distance = b.hits / b.n - a.hits / a.n - difference
    if variance <= 0:
        return math.copysign(math.inf, distance) if distance else 0.0
    return distance / math.sqrt(variance)


def _restricted(a: Counts, b: Counts, d: float) -> float:
    """The most likely share of a when share b is d more: the root of a cubic."""
    n, hits = a.n + b.n, a.hits + b.hits
    cubic, square = n, (b.n + 2 * a.n) * d - n - hits
    linear, constant = (a.n * d - n - 2 * a.hits) * d + hits, a.hits * d * (1 - d)
    third = square / (3 * cubic)
    q = third**3 - linear * square / (6 * cubic**2) + constant / (2 * cubic)
    p = math.copysign(math.sqrt(max(0.0, third**2 - linear / (3 * cubic))), q)
    angle = (math.pi + math.acos(min(1.0, max(-1.0, q / p**3 if p else 0.0)))) / 3
    return min(1.0, 1.0 - d, max(0.0, -d, 2 * p * math.cos(angle) - third))
