"""A test that may be looked at after every customer: always-valid p-values and intervals."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import ndtr, ndtri, stdtr, stdtrit
from sklearn.base import BaseEstimator

from rapport.science.experiment.fixed import welch_freedom
from rapport.science.experiment.samples import Counts, Sample, Vector, checked_level, counts_of, numbers_of
from rapport.science.experiment.wording import verdict_of
from rapport.science.language import _

# People of each group before the first word, and hits and misses of both together for shares: the intervals rest on
# means being about normal.
LEAST, LEAST_ANSWERS = 30, 20


def mixture_p_value(z: Any, variance: Any, tau: Any) -> Any:
    """The always-valid p-value of one look at an effect of `z` standard errors whose squared error is `variance`.

    Source: Johari, Koomen, Pekelis and Walsh (2022), Always valid inference, Operations Research 70(3): a mixture of
    likelihood ratios over effects from a normal distribution with standard deviation `tau`.
    """
    total = variance + tau**2
    return np.minimum(1.0, np.exp(0.5 * np.log(total / variance) - 0.5 * tau**2 * np.square(z) / total))


def mixture_bound(variance: Any, tau: Any, alpha: float) -> Any:
    """How many standard errors the interval of such a look reaches to either side."""
    total = variance + tau**2
    return np.sqrt(total / tau**2 * (2 * math.log(1 / alpha) + np.log(total / variance)))


def narrowest_tau(variance: float, alpha: float) -> float:
    """The `tau` under which the interval is narrowest when the squared error has come down to `variance`.

    Source: Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas (2024), Time-uniform central limit theory and asymptotic
    confidence sequences, Annals of Statistics 52(6), appendix B.
    """
    evidence = 2 * math.log(1 / alpha)
    return math.sqrt(variance * (evidence + math.log(evidence + 1)))


@dataclass(frozen=True)
class Running:
    """Number, mean and sum of squares of a group so far, joined without keeping the values."""

    n: int = 0
    mean: float = 0.0
    squares: float = 0.0

    def joined(self, values: Vector) -> "Running":
        """Source: Chan, Golub and LeVeque (1983), Algorithms for computing the sample variance."""
        if not len(values):
            return self
        n, mean = self.n + len(values), float(values.mean())
        gap = mean - self.mean
        squares = self.squares + float(np.square(values - mean).sum()) + gap**2 * self.n * len(values) / n
        return Running(n, self.mean + gap * len(values) / n, squares)

    def with_counts(self, counts: Counts) -> "Running":
        n = self.n + counts.n
        hits = self.mean * self.n + counts.hits
        return Running(n, hits / n, hits * (1 - hits / n)) if n else self

    @property
    def sample(self) -> Sample:
        return Sample(self.n, self.mean, self.squares / (self.n - 1) if self.n > 1 else math.nan)


class SequentialTest(BaseEstimator):
    """Compares a variant (b) with a control (a) while people come in, with as many looks as anybody likes.

    The chance that it ever sees a difference where there is none stays below `alpha`, which a t test that is peeked at
    does not keep. The interval holds the true difference at every look at once, with chance 1 - `alpha`.
    The error of a mean is estimated, so that this is exact in the limit only: nothing is said before 30 people of each
    group (for shares, also 20 hits and 20 misses) have come in, and small groups get Student's wider bounds.

    Parameters: `kind`, "mean" or "share"; `alpha`; `planned`, how many people a group the interval is to be narrowest
    for; `tau`, the standard deviation of effects that are expected, in the unit of the values (None: from `planned`).
    State: `p_value_`, `interval_`, `effect_` (b - a), `decided_`, `better_` ("a", "b" or None), `n_a_`, `n_b_`,
    `tau_`, `history_` (a row a look), `verdict_`.
    Sources: Johari et al. (2022) and Waudby-Smith et al. (2024), named in full at the functions of this module.
    """

    def __init__(
        self, kind: str = "mean", *, alpha: float = 0.05, planned: int = 1000, tau: float | None = None
    ) -> None:
        self.kind = kind
        self.alpha = alpha
        self.planned = planned
        self.tau = tau
        self._a, self._b = Running(), Running()
        self._looks: list[tuple[int, int, float, float, float, float]] = []
        self._p_value, self._bounds = 1.0, (-math.inf, math.inf)
        self._tau: float | None = None

    def update(self, a: Any = (), b: Any = ()) -> "SequentialTest":
        """Take in who came since the last look: values, one value, 0/1 answers or Counts; either may be empty.

        Raises ValueError for values that are not numbers, and for others than 0 and 1 where shares are compared.
        """
        self._check()
        joined = self._joined(self._a, a, "a"), self._joined(self._b, b, "b")
        self._a, self._b = joined
        self._look()
        return self

    @property
    def n_a_(self) -> int:
        return self._a.n

    @property
    def n_b_(self) -> int:
        return self._b.n

    @property
    def effect_(self) -> float:
        """b - a so far; not a number before both have people."""
        return self._b.mean - self._a.mean if min(self._a.n, self._b.n) else math.nan

    @property
    def p_value_(self) -> float:
        return self._p_value

    @property
    def interval_(self) -> tuple[float, float]:
        return self._bounds

    @property
    def decided_(self) -> bool:
        """Whether a difference is shown; once it is, it stays."""
        return self._p_value <= self.alpha

    @property
    def better_(self) -> str | None:
        """The group with the greater values, once that is decided."""
        if not self.decided_:
            return None
        lower, upper = self._bounds
        return "b" if lower + upper > 0 else "a"

    @property
    def tau_(self) -> float | None:
        return self._tau

    @property
    def history_(self) -> pd.DataFrame:
        """One row a look since enough people came in: n_a, n_b, effect, lower, upper, p_value."""
        return pd.DataFrame(self._looks, columns=["n_a", "n_b", "effect", "lower", "upper", "p_value"])

    @property
    def verdict_(self) -> str:
        """Where the test stands, in one sentence of the language being spoken."""
        if not self._looks:
            return _("Nothing can be said yet: too few people took part.")
        return verdict_of(self.kind, self._a.mean, self._b.mean, self._bounds, self.decided_)

    def _check(self) -> None:
        checked_level(self.alpha)
        if self.kind not in ("mean", "share"):
            raise ValueError(f'The kind of measurement is "mean" or "share", not {self.kind!r}.')
        if self.planned < 1 or (self.tau is not None and not self.tau > 0):
            raise ValueError("The planned number of people is 1 or more, and tau is above 0.")

    def _joined(self, running: Running, given: Any, name: str) -> Running:
        if isinstance(given, Counts):
            if self.kind != "share":
                raise ValueError('Counts are shares: make the test with kind="share".')
            return running.with_counts(given)
        values = numbers_of(np.atleast_1d(given) if np.isscalar(given) else given, name)
        if self.kind == "share":
            if not np.isin(values, (0, 1)).all():
                raise ValueError("Shares are learnt from answers that are 0 or 1: these hold other values.")
            return running.with_counts(counts_of(values, name)) if len(values) else running
        return running.joined(values)

    def _look(self) -> None:
        a, b = self._estimates()
        if a is None or b is None:
            return
        variance = a.of_mean + b.of_mean
        if self._tau is None:
            spread = variance / (1 / a.n + 1 / b.n)
            self._tau = self.tau or narrowest_tau(2 * spread / self.planned, self.alpha)
        effect, error = self.effect_, math.sqrt(variance)
        freedom = welch_freedom(a, b)
        bound = float(mixture_bound(variance, self._tau, self.alpha))
        # The same tail under Student's distribution, since the errors are estimated.
        half = -float(stdtrit(freedom, ndtr(-bound))) * error
        z = -float(ndtri(stdtr(freedom, -abs(effect) / error)))
        self._p_value = min(self._p_value, float(mixture_p_value(z, variance, self._tau)))
        self._bounds = _narrowed(self._bounds, effect - half, effect + half)
        self._looks.append((a.n, b.n, effect, *self._bounds, self._p_value))

    def _estimates(self) -> Sequence[Sample | None]:
        """The two groups, or nothing while they are too small for their means to be about normal."""
        groups = self._a, self._b
        if min(group.n for group in groups) < LEAST:
            return None, None
        if self.kind == "mean":
            samples = [group.sample for group in groups]
            return samples if sum(sample.variance for sample in samples) > 0 else (None, None)
        hits = sum(group.mean * group.n for group in groups)
        if min(hits, sum(group.n for group in groups) - hits) < LEAST_ANSWERS:
            return None, None
        return [_smoothed(group) for group in groups]


def _smoothed(group: Running) -> Sample:
    """A share whose variance is not 0 while nobody, or everybody, has answered yes."""
    share = (group.mean * group.n + 0.5) / (group.n + 1)
    return Sample(group.n, group.mean, share * (1 - share))


def _narrowed(before: tuple[float, float], lower: float, upper: float) -> tuple[float, float]:
    """What both looks allow; the newer alone when they contradict each other, as when the truth has moved."""
    both = max(before[0], lower), min(before[1], upper)
    return both if both[0] <= both[1] else (lower, upper)
