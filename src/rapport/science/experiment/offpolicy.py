"""What another way of choosing would have earned, from the record of the one that was used."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.stats import norm

from rapport.science.experiment.samples import CannotCompare, checked_level, numbers_of
from rapport.science.intervals import Estimate


@dataclass(frozen=True)
class OffPolicy:
    """The mean reward under the other policy: inverse propensity score, self-normalised, and doubly robust.

    `effective_n` is how many rewards of the other policy's own the record is worth; few, and nothing is sure.
    """

    ips: Estimate
    snips: Estimate
    doubly_robust: Estimate | None
    effective_n: float


def off_policy(
    reward: Any, propensity: Any, target: Any, *, foreseen: Any = None, foreseen_target: Any = None,
    alpha: float = 0.05,
) -> OffPolicy:  # fmt: skip
    """Estimate what `target` would have earned (each a number a decision).

    `reward` is what the chosen action earned, `propensity` the chance with which it was chosen (above 0), `target` the
    chance with which the other policy chooses it. For the doubly robust estimate also `foreseen`, a model's reward of
    the chosen action, and `foreseen_target`, its mean over the other policy's choices.
    Sources: Swaminathan and Joachims (2015), The self-normalized estimator for counterfactual learning, NIPS; Dudík
    et al. (2014), Doubly robust policy evaluation and optimization, Statistical Science 29(4).
    """
    checked_level(alpha)
    earned, chance, other = (
        numbers_of(values, name)
        for values, name in ((reward, "reward"), (propensity, "propensity"), (target, "target"))
    )
    if not len(earned) == len(chance) == len(other) or len(earned) < 2:
        raise CannotCompare("reward, propensity and target need one number a decision, and two decisions at least.")
    if (chance <= 0).any() or (chance > 1).any() or (other < 0).any() or (other > 1).any():
        raise CannotCompare("A chance lies between 0 and 1, and what was chosen had a chance above 0.")
    weight = other / chance
    if not weight.sum() > 0:
        raise CannotCompare("The other policy never chooses what was chosen here, so this record says nothing of it.")
    share = float((weight * earned).sum() / weight.sum())
    robust = None
    if foreseen is not None and foreseen_target is not None:
        guess, guess_target = numbers_of(foreseen, "foreseen"), numbers_of(foreseen_target, "foreseen_target")
        robust = _mean(guess_target + weight * (earned - guess), alpha)
    return OffPolicy(
        _mean(weight * earned, alpha),
        _estimate(share, float(np.std(weight * (earned - share) / weight.mean(), ddof=1)), len(earned), alpha),
        robust,
        float(weight.sum() ** 2 / np.square(weight).sum()),
    )


def _mean(values: Any, alpha: float) -> Estimate:
    return _estimate(float(values.mean()), float(values.std(ddof=1)), len(values), alpha)


def _estimate(value: float, spread: float, n: int, alpha: float) -> Estimate:
    half = float(norm.isf(alpha / 2)) * spread / np.sqrt(n)
    return Estimate(value, float(value - half), float(value + half), n, 1 - alpha)
