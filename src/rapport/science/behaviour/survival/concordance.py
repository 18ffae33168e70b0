"""How often the one foreseen to leave earlier does."""

from typing import Any

import numpy as np
from scipy.special import expit
from scipy.stats import norm

from rapport.science.behaviour.survival.durations import read_durations
from rapport.science.behaviour.vectors import Vector, log_odds
from rapport.science.intervals import Estimate

_BLOCK = 500
_MOST = 8_000


def concordance(duration: Any, event: Any, risk: Any, *, seed: int = 0) -> Estimate:
    """Harrell's C: of the pairs whose order of leaving is known, the share in which the earlier one had more risk.

    Ties in risk count half; 0.5 is chance. Above 8,000 customers a random 8,000 are compared. The interval takes the
    ratio of two U-statistics by the delta method, on the log-odds scale. Sources: F. Harrell et al. (1982), JAMA 247;
    M. Pencina and R. D'Agostino (2004), Statistics in Medicine 23, 2109-2123. Raises ValueError without such pairs.
    """
    times, happened = read_durations(duration, event)
    scores = np.asarray(risk, dtype=float).ravel()
    if len(scores) > _MOST:
        some = np.random.default_rng(seed).choice(len(scores), _MOST, replace=False)
        times, happened, scores = times[some], happened[some], scores[some]
    good, known = pairs(times, happened, scores)
    return from_pairs(good, known)


def pairs(times: Vector, happened: Vector, scores: Vector) -> tuple[Vector, Vector]:
    """For each customer, in how many known pairs he or she is ordered rightly, and in how many at all."""
    n = len(times)
    good, known = np.zeros(n), np.zeros(n)
    for start in range(0, n, _BLOCK):
        part = slice(start, start + _BLOCK)
        # The one of the block leaves first, and is seen to leave; at equal times one still there stays longer.
        later = (times[part, None] < times) | ((times[part, None] == times) & (happened == 0))
        first = later & (happened[part, None] == 1)
        right = np.where(first, (scores[part, None] > scores) + 0.5 * (scores[part, None] == scores), 0.0)
        good[part] += right.sum(axis=1)
        known[part] += first.sum(axis=1)
        good += right.sum(axis=0)
        known += first.sum(axis=0)
    return good, known


def from_pairs(good: Vector, known: Vector) -> Estimate:
    if not known.any():
        raise ValueError("No two customers are known to have left one after the other, so no order can be checked.")
    n, value = len(good), float(good.sum() / known.sum())
    influence = (good - value * known) / known.mean()
    error = 2 * float(influence.std()) / np.sqrt(n) if 0 < value < 1 else 0.0
    half = float(norm.ppf(0.975)) * error / max(value * (1 - value), 1e-12)
    middle = float(log_odds(value))
    return Estimate(value, min(value, float(expit(middle - half))), max(value, float(expit(middle + half))), n)
