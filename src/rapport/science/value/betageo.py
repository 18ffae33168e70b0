"""How often customers will buy again, when they may leave unseen: BG/NBD."""

from dataclasses import dataclass
from functools import partial
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy.special import digamma, expit, gammaln
from sklearn.base import BaseEstimator

from rapport.science.language import _
from rapport.science.value.horizon import Habits, Horizon, purchases_if_alive
from rapport.science.value.likelihood import Fit, NotEnoughData, Vector, improved, maximise
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
            raise NotEnoughData(_("Nobody bought a second time, so repeat purchases cannot be learnt from this table."))
        (x, t_x, age), counts, _back = grouped(x, t_x, age)
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
        if not 0 <= t < np.inf:
            raise ValueError("A horizon is 0 or longer.")
        return Horizon(float(t)).purchases(self._habits(), x, age).plain * self.probability_alive(x, t_x, age)

    def expected_purchases_of_new(self, t: Any) -> Vector:
        """Expected repeat purchases of a customer in the first `t` units of time after the first purchase."""
        (time,) = columns(t=t)
        if (time < 0).any():
            raise ValueError("A horizon is 0 or longer.")
        return purchases_if_alive(self._habits(), time, np.zeros(1), np.zeros(1))

    def _habits(self) -> Habits:
        return Habits(self.r_, self.alpha_, self.a_, self.b_)

    def _log_odds_gone(self, x: Vector, t_x: Vector, age: Vector) -> Vector:
        odds: Vector = (
            np.log(self.a_)
            - np.log(self.b_ + np.maximum(x, 1) - 1)
            + (self.r_ + x) * np.log((self.alpha_ + age) / (self.alpha_ + t_x))
        )
        return odds


@dataclass(frozen=True)
class _Table:
    """Distinct rows of the table in the unit of the search, and what each frequency occurs as."""

    x: Vector
    t_x: Vector
    age: Vector
    counts: Vector
    distinct: Vector  # the frequencies that occur
    which: NDArray[np.intp]  # for every row, the index of its frequency in `distinct`
    totals: Vector  # customers of each of these frequencies

    @classmethod
    def of(cls, x: Vector, t_x: Vector, age: Vector, counts: Vector) -> "_Table":
        distinct, which = np.unique(x, return_inverse=True)
        return cls(x, t_x, age, counts, distinct, which, np.bincount(which, weights=counts).astype(float))

    def some(self, size: int) -> "_Table":
        """A fixed random part of the customers, to start a search from."""
        drawn = np.random.default_rng(0).multinomial(size, self.counts / self.counts.sum())
        kept = drawn > 0
        return _Table.of(self.x[kept], self.t_x[kept], self.age[kept], drawn[kept].astype(float))


def _search(table: _Table) -> Fit:
    if len(table.x) <= 2 * _PART:
        return maximise(partial(_log_likelihood, table), np.ones(4))
    start = maximise(partial(_log_likelihood, table.some(_PART)), np.ones(4))
    return improved(partial(_log_likelihood, table), start, float(table.counts.sum()) / _PART)


def _log_likelihood(table: _Table, p: Vector) -> tuple[float, Vector]:
    """The log-likelihood (their equation 6) and its exact gradient by r, alpha, a, b."""
    r, alpha, a, b = p
    # Gamma functions depend on the frequency alone, and few frequencies occur.
    k, of, counts, total = table.distinct, table.which, table.counts, table.totals
    common = gammaln(r + k) - gammaln(r) + r * np.log(alpha)
    common += gammaln(a + b) + gammaln(b + k) - gammaln(b) - gammaln(a + b + k)
    before = np.where(k > 0, np.log(a) - np.log(b + np.maximum(k, 1) - 1), -np.inf)
    past, last = alpha + table.age, alpha + table.t_x
    log_past, silence = np.log(past), np.log(past / last)
    rate = r + table.x
    gone = before[of] + rate * silence  # log odds of having left after the last purchase
    weight = expit(gone)
    value = total @ common + counts @ (np.logaddexp(0.0, gone) - rate * log_past)
    left = np.bincount(of, weights=counts * weight, minlength=len(k))
    by_r = total @ (digamma(r + k) - digamma(r) + np.log(alpha)) + counts @ (weight * silence - log_past)
    by_alpha = total.sum() * r / alpha - counts @ (rate * (1 / past + weight * (1 / last - 1 / past)))
    by_a = total @ (digamma(a + b) - digamma(a + b + k)) + left.sum() / a
    by_b = total @ (digamma(a + b) - digamma(a + b + k) + digamma(b + k) - digamma(b))
    # Nobody who never bought again has left: the weight is 0 there.
    by_b -= left @ (1 / (b + np.maximum(k, 1) - 1))
    return float(value), np.array([by_r, by_alpha, by_a, by_b])
