"""How good predictions are, each number with its 95% interval.

All take `yes`, 1.0 or 0.0 a customer, and probabilities from 0 to 1. Intervals: DeLong for the area under the ROC
curve, otherwise the percentile bootstrap over customers, or over groups of customers that belong together.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.special import expit
from scipy.stats import norm, rankdata

from rapport.science.behaviour.vectors import Rows, Vector, log_odds
from rapport.science.intervals import Estimate

METRICS = ("roc_auc", "pr_auc", "brier", "accuracy", "precision", "recall", "f1", "lift_at_10")
_MOST, _FEWEST = 20_000, 100  # customers resampled, and of the rarer answer among them


@dataclass(frozen=True)
class Predictions:
    """What a candidate said of customers it had not seen, and what they did.

    `ranking` orders them where probabilities of different folds differ without meaning to (the baseline's).
    """

    yes: Vector
    probability: Vector
    flagged: Vector  # 1.0 where the probability reaches the threshold
    ranking: Vector | None = None
    groups: Rows | None = None  # whole numbers from 0, equal for rows that belong together


def measure(predictions: Predictions, *, repeats: int = 400, seed: int = 0) -> dict[str, Estimate]:
    """Every metric with its 95% interval."""
    n = len(predictions.yes)
    some = _some(predictions, seed)
    values = _Sorted.of(predictions).measure(np.ones(n))
    sorted_ = _Sorted.of(some)
    middle = sorted_.measure(np.ones(len(some.yes)))
    drawn = [sorted_.measure(weights) for weights in _resamples(some, repeats, seed)]
    ends = np.percentile(np.array([list(one.values()) for one in drawn]), [2.5, 97.5], axis=0)
    narrower = np.sqrt(len(some.yes) / n)
    found = {}
    for (name, value), low, high in zip(values.items(), *ends, strict=True):
        lower, upper = (float(value + narrower * (end - middle[name])) for end in (low, high))
        found[name] = Estimate(value, min(value, lower), max(value, upper), n)
    if predictions.groups is None:
        rank = predictions.probability if predictions.ranking is None else predictions.ranking
        found["roc_auc"] = delong(predictions.yes, rank)
    if (slope := calibration_slope(predictions)) is not None:
        found["calibration_slope"] = slope
    return found


def _some(predictions: Predictions, seed: int) -> Predictions:
    """Of very many customers, enough to see how widely a metric scatters: that shrinks with the root of their number.

    Source: P. Bickel, F. Goetze and W. van Zwet (1997), Resampling fewer than n observations, Statistica Sinica 7.
    """
    n = len(predictions.yes)
    share = _MOST / n
    rarer = min(predictions.yes.sum(), n - predictions.yes.sum())
    if share >= 1 or predictions.groups is not None or rarer * share < _FEWEST:
        return predictions
    order = np.random.default_rng(seed).permutation(n)
    # Answers in blocks, so that every so-manieth customer keeps their share.
    order = order[np.argsort(predictions.yes[order], kind="stable")]
    rows = order[np.linspace(0, n - 1, _MOST).astype(np.intp)]
    ranking = None if predictions.ranking is None else predictions.ranking[rows]
    return Predictions(predictions.yes[rows], predictions.probability[rows], predictions.flagged[rows], ranking)


def area_under_roc(yes: Vector, scores: Vector) -> float:
    """P(a customer who said yes scores above one who said no), ties counted half (Mann-Whitney)."""
    positives = float(yes.sum())
    negatives = len(yes) - positives
    if not positives or not negatives:
        return 0.5
    ranks = rankdata(scores)
    return float((ranks @ yes - positives * (positives + 1) / 2) / (positives * negatives))


def delong(yes: Vector, scores: Vector) -> Estimate:
    """The area under the ROC curve with DeLong's standard error, its interval taken on the log-odds scale.

    Sources: E. DeLong, D. DeLong and D. Clarke-Pearson (1988), Biometrics 44, 837-845; fast form: X. Sun and W. Xu
    (2014), IEEE Signal Processing Letters 21, 1389-1393; log-odds: M. Pepe (2003), The Statistical Evaluation of
    Medical Tests, section 5.2.
    """
    hit, miss = placements(yes, scores)
    area, n = float(hit.mean()), len(yes)
    variance = _variance(hit) / len(hit) + _variance(miss) / len(miss)
    if area in (0.0, 1.0):
        # No error was seen in the smaller class: the exact bound for so many successes in a row.
        bound = 0.025 ** (1 / min(len(hit), len(miss)))
        return Estimate(area, min(area, bound), max(area, 1 - bound), n)
    half = norm.ppf(0.975) * np.sqrt(variance) / (area * (1 - area))
    middle = float(np.log(area / (1 - area)))
    lower, upper = float(expit(middle - half)), float(expit(middle + half))
    return Estimate(area, min(area, lower), max(area, upper), n)


def placements(yes: Vector, scores: Vector) -> tuple[Vector, Vector]:
    """For each yes the share of noes it scores above, for each no the share of yeses that score above it."""
    is_yes = yes == 1
    all_ranks = rankdata(scores)
    m, n = int(is_yes.sum()), int((~is_yes).sum())
    hit = (all_ranks[is_yes] - rankdata(scores[is_yes])) / n
    miss = 1 - (all_ranks[~is_yes] - rankdata(scores[~is_yes])) / m
    return hit, miss


def calibration_slope(predictions: Predictions) -> Estimate | None:
    """The slope of answers on predicted log-odds, 1 when honest, below 1 when too bold; None where all are equal.

    Source: D. Cox (1958), Two further applications of a model for binary regression, Biometrika 45, 562-565.
    """
    x = log_odds(predictions.probability)
    if np.ptp(x if predictions.ranking is None else predictions.ranking) < 1e-9:
        return None
    design = np.column_stack([np.ones_like(x), x])
    beta = np.array([0.0, 1.0])
    for _ in range(50):
        p = expit(design @ beta)
        information = (design * (p * (1 - p))[:, None]).T @ design + 1e-12 * np.eye(2)
        step = np.linalg.solve(information, design.T @ (predictions.yes - p))
        beta = beta + np.clip(step, -2, 2)
        if np.abs(step).max() < 1e-9:
            break
    error = float(norm.ppf(0.975) * np.sqrt(np.linalg.inv(information)[1, 1]))
    return Estimate(float(beta[1]), float(beta[1]) - error, float(beta[1]) + error, len(x))


def _variance(values: Vector) -> float:
    return float(values.var(ddof=1)) if len(values) > 1 else 0.25


def _resamples(predictions: Predictions, repeats: int, seed: int) -> Iterator[Vector]:
    """How often each customer occurs in each bootstrap sample; samples without both answers are drawn again."""
    dice = np.random.default_rng(seed)
    yes, groups = predictions.yes, predictions.groups
    units = len(yes) if groups is None else int(groups.max()) + 1
    made = 0
    for _ in range(20 * repeats):
        counts = np.bincount(dice.integers(0, units, units), minlength=units).astype(float)
        weights = counts if groups is None else counts[groups]
        if 0 < weights @ yes < weights.sum():
            made += 1
            yield weights
        if made == repeats:
            return


@dataclass(frozen=True)
class _Sorted:
    """Customers from the highest score down, with the last place of each run of equal scores."""

    order: Rows
    ends: Rows
    yes: Vector
    flagged: Vector
    squared: Vector

    @classmethod
    def of(cls, predictions: Predictions) -> "_Sorted":
        scores = predictions.probability if predictions.ranking is None else predictions.ranking
        order = np.argsort(-scores, kind="stable")
        ends = np.append(np.flatnonzero(np.diff(scores[order])), len(order) - 1)
        squared = (predictions.probability - predictions.yes) ** 2
        return cls(order, ends, predictions.yes[order], predictions.flagged[order], squared[order])

    def measure(self, weights: Vector) -> dict[str, float]:
        """The metrics of METRICS, with customers counted `weights` times (given in the order of the table)."""
        w = weights[self.order]
        hits = w * self.yes
        found = np.concatenate([[0.0], np.cumsum(hits)[self.ends]])
        seen = np.concatenate([[0.0], np.cumsum(w)[self.ends]])
        total, positives = seen[-1], found[-1]
        flagged, caught = float(w @ self.flagged), float(hits @ self.flagged)
        precision = caught / flagged if flagged else 0.0
        recall = caught / positives
        top = float(np.interp(0.1 * total, seen, found))
        values = (
            _trapezoid(seen - found, found) / (positives * (total - positives)),
            float(np.diff(found) @ (found[1:] / np.maximum(seen[1:], 1e-300))) / positives,
            float(w @ self.squared) / total,
            (total - flagged - positives + 2 * caught) / total,
            precision,
            recall,
            2 * caught / (flagged + positives),
            top / (0.1 * positives),
        )
        return {name: float(value) for name, value in zip(METRICS, values, strict=True)}


def _trapezoid(x: Vector, y: Vector) -> float:
    return float(np.diff(x) @ (y[1:] + y[:-1]) / 2)
