"""Two groups compared once, at an end that was planned before: the fixed-horizon test."""

import math
from dataclasses import dataclass
from typing import Any

from scipy.stats import norm, t

from rapport.science.experiment.samples import (
    CannotCompare,
    Counts,
    Sample,
    checked_level,
    counts_of,
    kind_of,
    sample_of,
)
from rapport.science.experiment.shares import share_interval, share_test
from rapport.science.experiment.wording import verdict_of

LEAST = 5


@dataclass(frozen=True)
class Comparison:
    """The variant (b) beside the control (a): `effect` is b - a, with its interval at `1 - alpha`.

    `relative_effect` is the effect as a share of the control's value (None unless that is above 0), and
    `relative_interval` its bounds (None when the control's value may as well be 0).
    """

    kind: str
    method: str
    control: float
    variant: float
    effect: float
    lower: float
    upper: float
    p_value: float
    relative_effect: float | None
    relative_interval: tuple[float, float] | None
    n_control: int
    n_variant: int
    alpha: float

    @property
    def interval(self) -> tuple[float, float]:
        return self.lower, self.upper

    @property
    def n(self) -> int:
        return self.n_control + self.n_variant

    @property
    def decided(self) -> bool:
        """Whether a difference is shown."""
        return self.p_value <= self.alpha

    @property
    def verdict(self) -> str:
        """The result in one sentence, in the language being spoken."""
        return verdict_of(self.kind, self.control, self.variant, self.interval, self.decided)


def fixed_horizon(a: Any, b: Any, *, kind: str = "auto", alpha: float = 0.05) -> Comparison:
    """Compare the variant `b` with the control `a`: values of people, 0/1 answers, or Counts(hits, n).

    Means: Welch's t test. Shares (`kind` "share", or "auto" when all values are 0 or 1): the pooled score test and
    Mee's interval, Fisher's exact test where few hits or misses are expected. Valid for one look at the end that was
    planned; for looks along the way use SequentialTest.
    Raises CannotCompare (a ValueError) for fewer than 5 people in a group and for means without any variation.
    Source: Welch (1947), Biometrika 34, 28-35; Mee (1984), Biometrics 40, 1175-1176.
    """
    checked_level(alpha)
    if kind_of((a, b), kind) == "share":
        return _compare_shares(counts_of(a, "a"), counts_of(b, "b"), alpha)
    return compare_samples(sample_of(a, "a"), sample_of(b, "b"), alpha)


def compare_samples(a: Sample, b: Sample, alpha: float, *, method: str = "Welch", kind: str = "mean") -> Comparison:
    """Welch's comparison of two groups by their numbers, means and variances."""
    _enough(a.n, b.n)
    spread = a.of_mean + b.of_mean
    if not spread > 1e-30 * max(abs(a.mean), abs(b.mean)) ** 2:
        raise CannotCompare("Everybody of a group has the same value, so nothing says how sure a difference is.")
    freedom = welch_freedom(a, b)
    effect, error = b.mean - a.mean, math.sqrt(spread)
    quantile = float(t.isf(alpha / 2, freedom))
    return Comparison(
        kind=kind,
        method=method,
        control=a.mean,
        variant=b.mean,
        effect=effect,
        lower=effect - quantile * error,
        upper=effect + quantile * error,
        p_value=float(2 * t.sf(abs(effect) / error, freedom)),
        relative_effect=effect / a.mean if a.mean > 0 else None,
        relative_interval=fieller(a, b, quantile),
        n_control=a.n,
        n_variant=b.n,
        alpha=alpha,
    )


def welch_freedom(a: Sample, b: Sample) -> float:
    """Satterthwaite's degrees of freedom of the difference of two means."""
    # Shares of the whole, so that no unit is too small or too large to be squared.
    share = a.of_mean / (a.of_mean + b.of_mean)
    return 1 / (share**2 / (a.n - 1) + (1 - share) ** 2 / (b.n - 1))


def fieller(a: Sample, b: Sample, quantile: float) -> tuple[float, float] | None:
    """Bounds of b / a - 1, or None where a may as well be 0.

    Source: Fieller (1954), Some problems in interval estimation, JRSS B 16, 175-185.
    """
    doubt = quantile**2 * a.of_mean / a.mean**2 if a.mean > 0 else 1.0
    if doubt >= 1:
        return None
    ratio = b.mean / a.mean
    root = math.sqrt(max(0.0, b.of_mean + ratio**2 * a.of_mean - doubt * b.of_mean))
    half = quantile / a.mean * root
    return (ratio - half) / (1 - doubt) - 1, (ratio + half) / (1 - doubt) - 1


def _compare_shares(a: Counts, b: Counts, alpha: float) -> Comparison:
    _enough(a.n, b.n)
    share_a, share_b = a.hits / a.n, b.hits / b.n
    p_value, method = share_test(a, b)
    lower, upper = share_interval(a, b, alpha)
    samples = [Sample(group.n, s, s * (1 - s)) for group, s in ((a, share_a), (b, share_b))]
    return Comparison(
        kind="share",
        method=method,
        control=share_a,
        variant=share_b,
        effect=share_b - share_a,
        lower=lower,
        upper=upper,
        p_value=p_value,
        relative_effect=share_b / share_a - 1 if share_a else None,
        relative_interval=fieller(samples[0], samples[1], float(norm.isf(alpha / 2))),
        n_control=a.n,
        n_variant=b.n,
        alpha=alpha,
    )


def _enough(*sizes: int) -> None:
    if min(sizes) < LEAST:
        raise CannotCompare(f"A comparison needs at least {LEAST} people in each group, not {sizes[0]} and {sizes[1]}.")
