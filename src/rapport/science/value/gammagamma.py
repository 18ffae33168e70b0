"""How much customers spend when they buy: Gamma-Gamma."""

from dataclasses import dataclass
from functools import partial
from typing import Any, Self

import numpy as np
from scipy.special import digamma, gammaln
from sklearn.base import BaseEstimator

from rapport.science.language import _
from rapport.science.value.likelihood import Fit, NotEnoughData, Vector, improved, maximise
from rapport.science.value.tables import columns, grouped

_ENOUGH = 3
# Rows that are enough to start the search over all of them close to its end.
_PART = 20_000


class GammaGamma(BaseEstimator):
    """Mean spend a purchase, drawn towards the mean of all the less a customer has bought.

    Spend of one purchase is gamma(p, nu), and nu is gamma(q, v) over customers; spend and frequency are independent.
    Source: Fader and Hardie (2013), The Gamma-Gamma Model of Monetary Value.

    Learned: `p_`, `q_`, `v_` (unit of money), `standard_errors_`, `covariance_`, `log_likelihood_`, `n_customers_`,
    `mean_` (mean spend over all customers; NaN where q <= 1, when it is not finite).
    """

    def fit(self, frequency: Any, monetary_value: Any) -> Self:
        """Learn from repeat buyers: their number of repeat purchases and the mean spend of those.

        Rows without a repeat purchase or without spend say nothing about it and are left out.
        Raises NotEnoughData when fewer than three customers remain, ValueError for negative spend.
        """
        x, z = _spend(frequency, monetary_value)
        keep = (x > 0) & (z > 0)
        if keep.sum() < _ENOUGH:
            raise NotEnoughData(
                _("Spend can be learnt from at least {least} customers who bought again; there are {count}.").format(
                    least=_ENOUGH, count=int(keep.sum())
                )
            )
        (x, z), counts, _back = grouped(x[keep], z[keep])
        unit = float(counts @ z / counts.sum())
        fit = _search(_Table.of(x, z / unit, counts))
        scale = np.array([1.0, 1.0, unit])
        self.p_, self.q_, self.v_ = (float(value) for value in fit.parameters * scale)
        self.covariance_ = fit.covariance * np.outer(scale, scale)
        errors = fit.standard_errors * scale
        self.standard_errors_ = dict(zip(("p", "q", "v"), (float(e) for e in errors), strict=True))
        self.log_likelihood_ = fit.log_likelihood - float(counts.sum() * np.log(unit))
        self.n_customers_ = int(counts.sum())
        self.mean_ = self.p_ * self.v_ / (self.q_ - 1) if self.q_ > 1 else float("nan")
        return self

    def expected_value(self, frequency: Any, monetary_value: Any) -> Vector:
        """Expected mean spend of future purchases, one number a customer; the mean of all for those without repeats."""
        x, z = _spend(frequency, monetary_value)
        if self.q_ <= 1 and (x == 0).any():
            raise NotEnoughData("The learnt mean spend is not finite, so nothing can be said of one-time buyers.")
        expected: Vector = self.p_ * (self.v_ + x * z) / (self.p_ * x + self.q_ - 1)
        return expected


def _spend(frequency: Any, monetary_value: Any) -> list[Vector]:
    x, z = columns(frequency=frequency, monetary_value=monetary_value)
    if (x < 0).any() or (z < 0).any():
        raise ValueError("frequency and monetary_value are 0 or more.")
    return [x, z]


@dataclass(frozen=True)
class _Table:
    """What the likelihood needs of the repeat buyers, most of it once a frequency and not once a customer."""

    x: Vector
    z: Vector
    counts: Vector
    distinct: Vector
    totals: Vector  # customers of each distinct frequency
    log_spend: float  # sums over customers: x ln(x z), and ln z
    log_mean: float

    @classmethod
    def of(cls, x: Vector, z: Vector, counts: Vector) -> "_Table":
        distinct, which = np.unique(x, return_inverse=True)
        totals = np.bincount(which, weights=counts).astype(float)
        log_z = np.log(z)
        return cls(x, z, counts, distinct, totals, float(counts @ (x * (log_z + np.log(x)))), float(counts @ log_z))

    def some(self, size: int) -> "_Table":
        """A fixed random part of the customers, to start a search from."""
        drawn = np.random.default_rng(0).multinomial(size, self.counts / self.counts.sum())
        kept = drawn > 0
        return _Table.of(self.x[kept], self.z[kept], drawn[kept].astype(float))


def _search(table: _Table) -> Fit:
    start = np.array([1.0, 2.0, 1.0])
    if len(table.x) <= 2 * _PART:
        return maximise(partial(_log_likelihood, table), start)
    part = maximise(partial(_log_likelihood, table.some(_PART)), start)
    return improved(partial(_log_likelihood, table), part, float(table.counts.sum()) / _PART)


def _log_likelihood(table: _Table, parameters: Vector) -> tuple[float, Vector]:
    """The log-likelihood (their equation 1a) and its exact gradient by p, q, v."""
    p, q, v = parameters
    k, n, customers = table.distinct, table.totals, float(table.totals.sum())
    sums = v + table.x * table.z
    logs, inverse = np.log(sums), 1 / sums
    all_logs, x_logs = float(table.counts @ logs), float(table.counts @ (table.x * logs))
    both = n @ digamma(p * k + q)
    value = n @ (gammaln(p * k + q) - gammaln(p * k)) + customers * (q * np.log(v) - gammaln(q))
    value += p * (table.log_spend - x_logs) - table.log_mean - q * all_logs
    by_p = (n * k) @ (digamma(p * k + q) - digamma(p * k)) + table.log_spend - x_logs
    by_q = both - customers * (digamma(q) - np.log(v)) - all_logs
    by_v = customers * q / v - float(table.counts @ ((p * table.x + q) * inverse))
    return float(value), np.array([by_p, by_q, by_v])
