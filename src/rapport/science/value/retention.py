"""How long subscribers stay, when we see them leave: shifted beta-geometric."""

from typing import Any, Self

import numpy as np
from scipy.special import betaln, digamma, expit
from sklearn.base import BaseEstimator

from rapport.science.intervals import normal_quantile
from rapport.science.language import _
from rapport.science.value.likelihood import NotEnoughData, Vector, maximise
from rapport.science.value.tables import columns


class ShiftedBetaGeometric(BaseEstimator):
    """Retention of a cohort under contract, renewed each period.

    Each customer leaves at the end of a period with an own probability, beta(alpha, beta) over customers; retention
    rises with age because those likely to leave have gone.
    Source: Fader and Hardie (2007), How to project customer retention, Journal of Interactive Marketing 21(1), 76-90.

    Learned: `alpha_`, `beta_`, `standard_errors_`, `covariance_`, `log_likelihood_`, `n_customers_`, `n_periods_`.
    """

    def fit(self, survivors: Any) -> Self:
        """Learn from how many of one cohort are left at the start (period 0) and after each period.

        `survivors` is a sequence that never grows, such as [1000, 869, 743, 653].
        Raises NotEnoughData for fewer than two periods or when nobody left.
        """
        (left,) = columns(survivors=survivors)
        if len(left) < 3:
            raise NotEnoughData(_("Retention can be learnt from a cohort seen over at least two periods."))
        if (left < 0).any() or (np.diff(left) > 0).any():
            raise ValueError(_("survivors never grow: each number is how many of the first are still there."))
        lost = -np.diff(left)
        if not lost.sum():
            raise NotEnoughData(_("Nobody has left yet, so nothing can be said about when they will."))
        fit = maximise(lambda p: _log_likelihood(p, lost, float(left[-1])), np.ones(2))
        self.alpha_, self.beta_ = (float(value) for value in fit.parameters)
        self.covariance_ = fit.covariance
        self.standard_errors_ = dict(zip(("alpha", "beta"), (float(e) for e in fit.standard_errors), strict=True))
        self.log_likelihood_ = fit.log_likelihood
        self.n_customers_, self.n_periods_ = int(left[0]), len(lost)
        return self

    def survival(self, periods: Any) -> Vector:
        """Expected share of the cohort left after each number of periods, from 1 down to 0."""
        (t,) = columns(periods=periods)
        kept: Vector = np.exp(betaln(self.alpha_, self.beta_ + t) - betaln(self.alpha_, self.beta_))
        return kept

    def survival_interval(self, periods: Any, confidence: float = 0.95) -> tuple[Vector, Vector]:
        """Lower and upper ends of the confidence interval of each expected share, by the delta method on its log odds.

        They say how well the curve is known; how many of a small cohort will really be left varies more.
        """
        (t,) = columns(periods=periods)
        share = self.survival(t)
        by_alpha = digamma(self.alpha_ + self.beta_) - digamma(self.alpha_ + self.beta_ + t)
        by_beta = by_alpha + digamma(self.beta_ + t) - digamma(self.beta_)
        by = np.column_stack([by_alpha, by_beta])
        error = np.sqrt(np.einsum("ij,jk,ik->i", by, self.covariance_, by))
        # The share's relative error, over the share lost, is the error of the log odds; at period 0 nobody is lost.
        reach = normal_quantile(confidence) * error / np.where(t > 0, 1 - share, 1.0)
        odds = np.log(share) - np.log1p(-np.where(t > 0, share, 0.5))
        lower, upper = (np.where(t > 0, expit(odds + side * reach), 1.0) for side in (-1, 1))
        return lower, upper

    def retention(self, periods: Any) -> Vector:
        """Expected share of those in period t who renew into the next: (beta + t - 1) / (alpha + beta + t - 1)."""
        (t,) = columns(periods=periods)
        return (self.beta_ + t - 1) / (self.alpha_ + self.beta_ + t - 1)

    def expected_value(self, margin: float, rate: float, *, age: int = 0, horizon: int = 1000) -> float:
        """Discounted margin still to come from a customer who has just renewed for the `age`-th time.

        `margin` is earned at the start of each period, `rate` the discount rate a period, at most `horizon` periods.
        Source: Fader and Hardie (2010), Customer-Base Valuation in a Contractual Setting, Marketing Science 29(1).
        """
        t = np.arange(horizon, dtype=float)
        left = np.exp(betaln(self.alpha_, self.beta_ + age + t) - betaln(self.alpha_, self.beta_ + age))
        return float(margin * np.sum(left / (1 + rate) ** t))


def _log_likelihood(parameters: Vector, lost: Vector, left: float) -> tuple[float, Vector]:
    """sum of lost_t ln P(T = t) + left ln S(n), and its exact gradient by alpha, beta."""
    alpha, beta = parameters
    t = np.arange(1, len(lost) + 1)
    n = len(lost)
    base = betaln(alpha, beta)
    value = lost @ (betaln(alpha + 1, beta + t - 1) - base) + left * (betaln(alpha, beta + n) - base)
    both = digamma(alpha + beta)
    by_alpha = lost @ (digamma(alpha + 1) - digamma(alpha + beta + t) - digamma(alpha) + both)
    by_alpha += left * (both - digamma(alpha + beta + n))
    by_beta = lost @ (digamma(beta + t - 1) - digamma(alpha + beta + t) - digamma(beta) + both)
    by_beta += left * (digamma(beta + n) - digamma(alpha + beta + n) - digamma(beta) + both)
    return float(value), np.array([by_alpha, by_beta])
