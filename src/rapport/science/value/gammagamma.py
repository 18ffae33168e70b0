"""How much customers spend when they buy: Gamma-Gamma."""

from typing import Any, Self

import numpy as np
from scipy.special import digamma, gammaln
from sklearn.base import BaseEstimator

from rapport.science.value.likelihood import NotEnoughData, Vector, maximise
from rapport.science.value.tables import columns, grouped

_ENOUGH = 3


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
                f"Spend can be learnt from at least {_ENOUGH} customers who bought again; there are {int(keep.sum())}."
            )
        (x, z), counts, _ = grouped(x[keep], z[keep])
        unit = float(counts @ z / counts.sum())
        fit = maximise(lambda p: _log_likelihood(p, x, z / unit, counts), np.array([1.0, 2.0, 1.0]))
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


def _log_likelihood(parameters: Vector, x: Vector, z: Vector, counts: Vector) -> tuple[float, Vector]:
    """The log-likelihood (their equation 1a) and its exact gradient by p, q, v."""
    p, q, v = parameters
    px, total = p * x, np.log(v + x * z)
    value = gammaln(px + q) - gammaln(px) - gammaln(q) + q * np.log(v) + (px - 1) * np.log(z)
    value += px * np.log(x) - (px + q) * total
    by_p = x * (digamma(px + q) - digamma(px) + np.log(z) + np.log(x) - total)
    by_q = digamma(px + q) - digamma(q) + np.log(v) - total
    by_v = q / v - (px + q) / (v + x * z)
    return float(counts @ value), np.array([counts @ by_p, counts @ by_q, counts @ by_v])
