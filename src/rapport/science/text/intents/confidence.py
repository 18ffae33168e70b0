"""How sure an answer is: the chance that the best intent is the right one, unknown intents included."""

from dataclasses import dataclass, field
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import minimize, minimize_scalar
from scipy.special import expit

from rapport.science.text.intents.softmax import Floats, log_softmax

Numbers = NDArray[np.float64]

# Intercept, log-odds of the best intent, cosine with its nearest example: what they are worth before there is
# evidence, and how many texts that opinion weighs.
PRIOR = np.array([-4.0, 0.6, 6.0])
PRIOR_WEIGHT = 2.0


@dataclass(frozen=True)
class Trials:
    """Texts that were held out: some of intents that were learnt, some of intents that were left out entirely."""

    signs: Numbers  # n x 2: log-odds of the best intent, cosine with its nearest example
    right: NDArray[np.bool_]  # the best intent is the right one
    known: NDArray[np.bool_]  # the intent of the text was among those learnt

    @classmethod
    def joined(cls, parts: "list[Trials]") -> Self:
        return cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in ("signs", "right", "known")))

    def weights(self, unknown_share: float) -> Numbers:
        """Weights under which `unknown_share` of all texts have an unknown intent, adding up to their number."""
        known, unknown = int(self.known.sum()), int((~self.known).sum())
        if not known or not unknown:
            return np.ones(len(self.known))
        each = np.where(self.known, (1 - unknown_share) / known, unknown_share / unknown)
        return np.asarray(each * len(self.known), dtype=float)


@dataclass(frozen=True)
class Confidence:
    """P(right) as a logistic function of the two signs, neither of which can make an answer less sure.

    Source: J. Platt (1999), Probabilistic outputs for support vector machines; fitted as maximum a posteriori around
    PRIOR, so that few examples give cautious answers rather than wild ones.
    """

    coefficients: Numbers = field(default_factory=PRIOR.copy)

    @classmethod
    def fit(cls, trials: Trials, unknown_share: float) -> Self:
        signs = np.column_stack([np.ones(len(trials.right)), trials.signs])
        weights = trials.weights(unknown_share)

        def loss(at: Numbers) -> tuple[float, Numbers]:
            score = signs @ at
            value = weights @ (np.logaddexp(0, score) - trials.right * score)
            gap = at - PRIOR
            gradient = signs.T @ (weights * (expit(score) - trials.right)) + PRIOR_WEIGHT * gap
            return float(value + 0.5 * PRIOR_WEIGHT * gap @ gap), gradient

        bounds = [(None, None), (0, None), (0, None)]
        return cls(minimize(loss, PRIOR, jac=True, method="L-BFGS-B", bounds=bounds).x)

    def of(self, signs: Numbers) -> Numbers:
        """One number from 0 to 1 a text; 0 for a text that is like no example."""
        sure: Numbers = expit(self.coefficients[0] + signs @ self.coefficients[1:])
        return np.where(np.isfinite(signs).all(axis=1) & (signs[:, 1] > 0), sure, 0.0)


def signs_of(log_chance: Floats, nearest: Numbers) -> Numbers:
    """n x 2: the log-odds of the best intent, and the cosine with its nearest example."""
    best = log_chance.max(axis=1).astype(float)
    others = np.log(np.maximum(-np.expm1(np.minimum(best, -1e-9)), 1e-12))
    return np.column_stack([best - others, nearest])


def temperature_of(log_chance: Floats, codes: NDArray[np.intp]) -> float:
    """What to divide log-chances by, so that held-out texts are as likely as can be.

    Source: Guo et al. (2017), On calibration of modern neural networks, ICML.
    """
    rows = np.arange(len(codes))

    def loss(log_temperature: float) -> float:
        cooled = log_softmax(log_chance / np.float32(np.exp(log_temperature)))
        return -float(cooled[rows, codes].mean())

    return float(np.exp(minimize_scalar(loss, bounds=(-2.5, 1.5), method="bounded").x))


def refusals(trials: Trials, confidence: Confidence, unknown_share: float) -> pd.DataFrame:
    """What each threshold would do: `answered` of known intents, `precision` of all answers, `refused` of unknown ones.

    One row a threshold from 0 to 0.99; precision supposes that `unknown_share` of all texts have an unknown intent,
    and is NaN where nothing is answered.
    """
    sure, weights = confidence.of(trials.signs), trials.weights(unknown_share)
    rows = []
    for threshold in np.arange(100) / 100:
        answered = sure >= threshold
        total = float(weights[answered].sum())
        rows.append(
            {
                "threshold": threshold,
                "answered": _share(answered[trials.known]),
                "precision": float(weights[answered & trials.right].sum()) / total if total else np.nan,
                "refused": 1 - _share(answered[~trials.known]),
            }
        )
    return pd.DataFrame(rows)


def _share(of: NDArray[np.bool_]) -> float:
    return float(of.mean()) if len(of) else np.nan
