"""How often customers will buy again, when they may leave unseen: BG/NBD."""

from dataclasses import dataclass
from functools import partial
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy.special import digamma, expit, gammaln, hyp2f1
from sklearn.base import BaseEstimator

from rapport.science.value.likelihood import Fit, NotEnoughData, Vector, maximise
from rapport.science.value.tables import columns, grouped, purchases

# Rows that are enough to start the search over all of them close to its end.
_PART = 20_000


class BetaGeoNBD(BaseEstimator):
    """Repeat purchases of customers without a contract.

    While alive a customer buys at a Poisson rate, gamma(r, alpha) over customers; after any purchase the customer
    leaves with a probability that is beta(a, b) over customers.
    Source: Fader, Hardie and Lee (2005), "Counting Your Customers" the Easy Way, Marketing Science 24(2), 275-284.

    Learned: `r_`, `alpha_` (in the unit of time), `a_`, `b_`, `standard_errors_` (dict of the four),
    `covariance_` (4 x 4), `log_likelihood_`, `n_customers_`.
    """

    def fit(self, frequency: Any, recency: Any, T: Any) -> Self:
        """Learn from one row a customer: repeat purchases, time of the last one, time observed (same unit).

        Raises ValueError for impossible rows and NotEnoughData when nobody bought twice.
        """
        x, t_x, age = purchases(frequency, recency, T)
        if not (x > 0).any():
            raise NotEnoughData("Nobody bought a second time, so repeat purchases cannot be learnt from this table.")
        (x, t_x, age), counts, _ = grouped(x, t_x, age)
        # One unit of time for the search, whatever unit the table uses: the end does not depend on it.
        unit = float(age.max()) / 10
        fit = _search(_Table.of(x, t_x / unit, age / unit, counts))
        self._keep(fit, unit, x, counts)
        return self

    def _keep(self, fit: Fit, unit: float, x: Vector, counts: Vector) -> None:
        scale = np.array([1.0, unit, 1.0, 1.0])
        self.r_, self.alpha_, self.a_, self.b_ = (float(value) for value in fit.parameters * scale)
        self.covariance_ = fit.covariance * np.outer(scale, scale)
        errors = fit.standard_errors * scale
        self.standard_errors_ = dict(zip(("r", "alpha", "a", "b"), (float(e) for e in errors), strict=True))
        # Densities of times shrink with the unit: each repeat purchase brings one such factor.
        self.log_likelihood_ = fit.log_likelihood - float(counts @ x) * float(np.log(unit))
        self.n_customers_ = int(counts.sum())

    def probability_alive(self, frequency: Any, recency: Any, T: Any) -> Vector:
        """P(the customer still buys | the record), one number from 0 to 1 a customer; 1 without repeat purchases.

        Source: Fader, Hardie and Lee (2008), Computing P(alive) Using the BG/NBD Model.
        """
        x, t_x, age = purchases(frequency, recency, T)
        alive: Vector = np.where(x > 0, expit(-self._log_odds_gone(x, t_x, age)), 1.0)
        return alive

    def expected_purchases(self, t: float, frequency: Any, recency: Any, T: Any) -> Vector:
        """Expected number of purchases in the next `t` units of time, one number a customer (their equation 10)."""
        x, t_x, age = purchases(frequency, recency, T)
        (x, t_x, age), _, inverse = grouped(x, t_x, age)
        return self._expected(float(t), x, t_x, age)[inverse]

    def expected_purchases_of_new(self, t: Any) -> Vector:
        """Expected repeat purchases of a customer in the first `t` units of time after the first purchase."""
        (time,) = columns(t=t)
        zero = np.zeros_like(time)
        return np.array([self._expected(float(moment), zero[:1], zero[:1], zero[:1])[0] for moment in time])

    def _log_odds_gone(self, x: Vector, t_x: Vector, age: Vector) -> Vector:
        odds: Vector = (
            np.log(self.a_)
            - np.log(self.b_ + np.maximum(x, 1) - 1)
            + (self.r_ + x) * np.log((self.alpha_ + age) / (self.alpha_ + t_x))
        )
        return odds

    def _expected(self, t: float, x: Vector, t_x: Vector, age: Vector) -> Vector:
        if t < 0:
            raise ValueError("A horizon is 0 or longer.")
        r, alpha, a, b = self.r_, self.alpha_, self.a_, self.b_
        # a = 1 is a removable pole of equation 10.
        a = a if abs(a - 1) > 1e-7 else 1 + 1e-7
        past = alpha + age
        series = hyp2f1(r + x, b + x, a + b + x - 1, t / (past + t))
        unseen = 1 - np.exp((r + x) * np.log(past / (past + t))) * series
        expected: Vector = (a + b + x - 1) / (a - 1) * unseen * self.probability_alive(x, t_x, age)
        return np.maximum(expected, 0.0)


@dataclass(frozen=True)
class _Table:
    """Distinct rows of the table in the unit of the search, and what each frequency occurs as."""

    x: Vector
    t_x: Vector
    age: Vector
    counts: Vector
    distinct: Vector  # the frequencies that occur
    which: NDArray[np.intp]  # for every row, the index of its frequency in `distinct`

    @classmethod
    def of(cls, x: Vector, t_x: Vector, age: Vector, counts: Vector) -> "_Table":
        distinct, which = np.unique(x, return_inverse=True)
        return cls(x, t_x, age, counts, distinct, which)

    def some(self, size: int) -> "_Table":
        """A fixed random part of the rows, to start a search from."""
        chosen = np.random.default_rng(0).choice(len(self.x), size, replace=False)
        return _Table.of(self.x[chosen], self.t_x[chosen], self.age[chosen], self.counts[chosen])


def _search(table: _Table) -> Fit:
    start = np.ones(4)
    if len(table.x) > 2 * _PART:
        start = maximise(partial(_log_likelihood, table.some(_PART)), start).parameters
        return maximise(partial(_log_likelihood, table), start, starts=1)
    return maximise(partial(_log_likelihood, table), start)


def _log_likelihood(table: _Table, p: Vector) -> tuple[float, Vector]:
    """The log-likelihood (their equation 6) and its exact gradient by r, alpha, a, b."""
    r, alpha, a, b = p
    x, counts, k, of = table.x, table.counts, table.distinct, table.which
    # Gamma functions depend on the frequency alone, and few frequencies occur.
    common = gammaln(r + k) - gammaln(r) + r * np.log(alpha)
    common += gammaln(a + b) + gammaln(b + k) - gammaln(b) - gammaln(a + b + k)
    before = np.log(a) - np.log(b + np.maximum(k, 1) - 1)
    by_r_common = digamma(r + k) - digamma(r) + np.log(alpha)
    by_a_common = digamma(a + b) - digamma(a + b + k)
    by_b_common = by_a_common + digamma(b + k) - digamma(b)
    log_age, log_last = np.log(alpha + table.age), np.log(alpha + table.t_x)
    stay = -(r + x) * log_age
    leave = np.where(x > 0, before[of] - (r + x) * log_last, -np.inf)
    both = np.logaddexp(stay, leave)
    weight = np.exp(leave - both)  # how likely it is that the customer left after the last purchase
    by_r = by_r_common[of] - (1 - weight) * log_age - weight * log_last
    by_alpha = r / alpha - (r + x) * ((1 - weight) / (alpha + table.age) + weight / (alpha + table.t_x))
    by_a = by_a_common[of] + weight / a
    # The weight is 0 where nobody bought again, whatever b is.
    by_b = by_b_common[of] - weight / (b + np.maximum(x, 1) - 1)
    gradient = np.array([counts @ by_r, counts @ by_alpha, counts @ by_a, counts @ by_b])
    return float(counts @ (common[of] + both)), gradient
