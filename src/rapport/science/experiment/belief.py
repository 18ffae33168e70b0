"""What to believe of two groups: the chance that either is better, and what a wrong choice would cost."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.stats import beta, t

from rapport.science.experiment.samples import CannotCompare, Counts, Vector, counts_of, kind_of, sample_of
from rapport.science.language import _

_GRID = 4000
_PAIRS = 700


@dataclass(frozen=True)
class Belief:
    """The posterior of a control (a) and a variant (b).

    `probability_b_best`; `expected_loss_a` and `expected_loss_b`, what choosing that group costs on average (in the
    unit of the values), 0 when it is surely the better one; the mean and 95 % credible interval of b - a; and the
    densities of both (`values`, `density_a`, `density_b`) for a chart.
    """

    kind: str
    probability_b_best: float
    expected_loss_a: float
    expected_loss_b: float
    effect: float
    lower: float
    upper: float
    values: Vector
    density_a: Vector
    density_b: Vector

    @property
    def interval(self) -> tuple[float, float]:
        return self.lower, self.upper

    @property
    def verdict(self) -> str:
        """One sentence in the language being spoken."""
        chance = self.probability_b_best
        if max(chance, 1 - chance) < 0.95:
            return _("It is open which is better: the variant with a chance of {chance:.0%}.").format(chance=chance)
        if chance > 0.5:
            return _("The variant is better with a chance of {chance:.1%}.").format(chance=min(chance, 0.999))
        return _("The control is better with a chance of {chance:.1%}.").format(chance=min(1 - chance, 0.999))


def bayesian(a: Any, b: Any, *, kind: str = "auto", prior: tuple[float, float] = (1.0, 1.0)) -> Belief:
    """What to believe of the control `a` and the variant `b`: values, 0/1 answers or Counts(hits, n).

    Shares are beta distributed, starting from the beta distribution `prior`; means have Student's distribution, which
    follows from the reference prior of a normal one. Everything is integrated, nothing is drawn at random.
    Source: Gelman et al. (2013), Bayesian Data Analysis, sections 2.4 and 3.2; Stucchio (2015), Bayesian A/B testing.
    """
    if kind_of((a, b), kind) == "share":
        if not min(prior) > 0:
            raise ValueError("Both numbers of the prior are above 0.")
        both = [_share(counts_of(group, name), prior) for group, name in ((a, "a"), (b, "b"))]
        return _believe("share", both[0], both[1])
    return _believe("mean", _mean(a, "a"), _mean(b, "b"))


def _share(counts: Counts, prior: tuple[float, float]) -> Any:
    return beta(prior[0] + counts.hits, prior[1] + counts.n - counts.hits)


def _mean(values: Any, name: str) -> Any:
    sample = sample_of(values, name)
    if sample.n < 5 or not sample.variance > 0:
        raise CannotCompare(f"Group {name} needs at least 5 people who do not all have one value.")
    return t(sample.n - 1, sample.mean, np.sqrt(sample.of_mean))


def _believe(kind: str, a: Any, b: Any) -> Belief:
    ends = [each.ppf([1e-9, 1 - 1e-9]) for each in (a, b)]
    values = np.linspace(min(end[0] for end in ends), max(end[1] for end in ends), _GRID)
    below_a, below_b = a.cdf(values), b.cdf(values)
    # E max(b - a, 0) is the integral of P(a < v < b) over v.
    loss_a = float(np.trapezoid(below_a * (1 - below_b), values))
    loss_b = float(np.trapezoid(below_b * (1 - below_a), values))
    middle = (np.arange(_GRID) + 0.5) / _GRID
    chance = float(np.mean(a.cdf(b.ppf(middle))))
    some = (np.arange(_PAIRS) + 0.5) / _PAIRS
    lower, upper = np.quantile(np.subtract.outer(b.ppf(some), a.ppf(some)), [0.025, 0.975])
    shown = _shown(a, b)
    return Belief(
        kind, chance, loss_a, loss_b, float(b.mean() - a.mean()), float(lower), float(upper), shown, a.pdf(shown),
        b.pdf(shown),
    )  # fmt: skip


def _shown(a: Any, b: Any) -> Vector:
    """The values at which densities are drawn: where there is something to see."""
    ends = np.concatenate([each.ppf([1e-4, 1 - 1e-4]) for each in (a, b)])
    return np.linspace(ends.min(), ends.max(), 200)
