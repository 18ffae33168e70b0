"""From a score to a chance: predictions that say 30 % should come true three times in ten.

Chosen among none, a sigmoid and an isotonic curve on customers the score was not learnt from, by cross-validated log
loss; a curve must beat the plain score by more than a standard error. Sources: J. Platt (1999), Probabilistic outputs
for support vector machines; B. Zadrozny and C. Elkan (2002), Transforming classifier scores into accurate multiclass
probability estimates, KDD 8.
"""

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import pandas as pd
from scipy.special import expit
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

from rapport.science.behaviour.vectors import Vector, log_loss
from rapport.science.intervals import share

_FOLDS = 5
_ENOUGH_FOR_SIGMOID = 20  # customers of the rarer answer
_ENOUGH_FOR_ISOTONIC = 200


class Calibrator(Protocol):
    """Turns log-odds of a candidate into chances, never changing their order."""

    @property
    def name(self) -> str: ...

    def probability(self, scores: Vector) -> Vector: ...


@dataclass(frozen=True)
class Plain:
    """The score as it is."""

    name: str = "none"

    def probability(self, scores: Vector) -> Vector:
        return np.asarray(expit(scores))


@dataclass(frozen=True)
class Sigmoid:
    """expit(slope x score + shift): still additive in log-odds."""

    slope: float = 1.0
    shift: float = 0.0
    name: str = "sigmoid"

    @classmethod
    def fit(cls, scores: Vector, yes: Vector) -> "Calibrator":
        line = LogisticRegression(C=1e6, solver="newton-cholesky").fit(scores[:, None], yes)
        slope = float(line.coef_[0, 0])
        return cls(slope, float(line.intercept_[0])) if slope > 0 else Plain()

    def probability(self, scores: Vector) -> Vector:
        return np.asarray(expit(self.slope * scores + self.shift))


@dataclass(frozen=True)
class Isotonic:
    """A rising curve through the observed shares, kept away from 0 and 1 by what its ends rest on."""

    curve: IsotonicRegression = field(repr=False)
    name: str = "isotonic"

    @classmethod
    def fit(cls, scores: Vector, yes: Vector) -> "Calibrator":
        edge = 1 / (len(yes) + 2)
        return cls(IsotonicRegression(y_min=edge, y_max=1 - edge, out_of_bounds="clip").fit(scores, yes))

    def probability(self, scores: Vector) -> Vector:
        return np.asarray(self.curve.predict(scores), dtype=float)


def calibrate(scores: Vector, yes: Vector, *, seed: int) -> Calibrator:
    """The best way to turn these log-odds, of customers they were not learnt from, into chances."""
    rarer = min(yes.sum(), len(yes) - yes.sum())
    kinds: list[type[Sigmoid] | type[Isotonic]] = [Sigmoid] if rarer >= _ENOUGH_FOR_SIGMOID else []
    kinds += [Isotonic] if rarer >= _ENOUGH_FOR_ISOTONIC else []
    best: Calibrator = Plain()
    if not kinds or np.ptp(scores) < 1e-9:
        return best
    plain = log_loss(yes, Plain().probability(scores))
    least = 0.0
    part = np.random.default_rng(seed).permutation(len(yes)) % _FOLDS
    for kind in kinds:
        loss = np.empty(len(yes))
        for fold in range(_FOLDS):
            out = part == fold
            loss[out] = log_loss(yes[out], kind.fit(scores[~out], yes[~out]).probability(scores[out]))
        better = plain - loss
        gain = float(better.mean() - better.std() / np.sqrt(len(yes)))
        if gain > least:
            best, least = kind.fit(scores, yes), gain
    return best


def reliability(yes: Vector, probability: Vector, *, bins: int = 10) -> pd.DataFrame:
    """The reliability curve: in bins of equally many customers, the mean chance given and the share that came true.

    Columns: predicted, observed, lower, upper (Wilson, 95 %), customers.
    """
    order = np.argsort(probability, kind="stable")
    rows = []
    for part in np.array_split(order, min(bins, len(order))):
        seen = share(int(yes[part].sum()), len(part))
        rows.append((float(probability[part].mean()), seen.value, seen.lower, seen.upper, len(part)))
    return pd.DataFrame(rows, columns=["predicted", "observed", "lower", "upper", "customers"])
