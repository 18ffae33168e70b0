"""What each customer will bring: purchases to come, times spend, discounted, with intervals."""

import math
from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from rapport.science.intervals import Estimate, normal_quantile
from rapport.science.language import _
from rapport.science.value.betageo import BetaGeoNBD
from rapport.science.value.gammagamma import GammaGamma
from rapport.science.value.horizon import Ahead, Habits, Horizon
from rapport.science.value.independence import Independence, independence
from rapport.science.value.likelihood import NotEnoughData, Vector
from rapport.science.value.outcome import Outcome
from rapport.science.value.tables import columns, purchases


class CustomerValue(BaseEstimator):
    """Discounted value of customers without a contract: BG/NBD purchases x Gamma-Gamma spend.

    `rate` is the discount rate a `period`, and `period` its length in the unit of time of the table: with a table in
    weeks, 10 % a year is `rate=0.10, period=52`. Purchases of a period count at its end. `confidence` is that of every
    interval.
    Source: Fader, Hardie and Lee (2005), RFM and CLV: Using Iso-Value Curves for Customer Base Analysis, Journal of
    Marketing Research 42(4), 415-430.

    Learned: `purchases_` (BetaGeoNBD), `spend_` (GammaGamma), `independence_` (whether frequency and spend go together,
    which the product rules out), `notes_` (sentences about what to mind).
    """

    def __init__(self, rate: float = 0.0, period: float = 1.0, confidence: float = 0.95) -> None:
        self.rate = rate
        self.period = period
        self.confidence = confidence

    def fit(self, frequency: Any, recency: Any, T: Any, monetary_value: Any) -> Self:
        """Learn from one row a customer, as `summary_from_transactions` makes them.

        Raises ValueError for impossible rows and NotEnoughData where too few bought again.
        """
        self._check()
        x, t_x, age, z = _rows(frequency, recency, T, monetary_value)
        self.purchases_ = BetaGeoNBD().fit(x, t_x, age)
        self.spend_ = GammaGamma().fit(x, z)
        repeat = (x > 0) & (z > 0)
        self.independence_: Independence = independence(x[repeat], z[repeat], self.confidence)
        self._observed_mean = float(np.average(z[repeat], weights=x[repeat]))
        self.notes_ = self._notes(int((x > 0).sum()))
        return self

    def predict(self, horizon: float, frequency: Any, recency: Any, T: Any, monetary_value: Any) -> pd.DataFrame:
        """One row a customer about the next `horizon` units of time; the index of `frequency` where it has one.

        * `alive`: P(still a customer). `purchases`: expected number. `spend`: expected mean of one purchase.
          `value`: expected spend in total, discounted.
        * `purchases_lower`, `purchases_upper`, `lower`, `upper`: confidence intervals of these two expectations. They
          say how well the model's parameters are known (delta method on the logarithm), not what one customer will
          do, and are NaN where the table does not determine the parameters.
        * `purchases_least`, `purchases_most`, `value_least`, `value_most`: prediction intervals. Between them lies what
          the customer will really do, given the parameters (quantiles of the exact mixture).
        """
        check_is_fitted(self, "purchases_")
        x, t_x, age, z = _rows(frequency, recency, T, monetary_value)
        ahead = self._horizon(horizon)
        found = pd.DataFrame(index=frequency.index if isinstance(frequency, pd.Series) else pd.RangeIndex(len(x)))
        habits = self._habits()
        found["alive"] = alive = self.purchases_.probability_alive(x, t_x, age)
        coming = ahead.purchases(habits, x, age)
        found["purchases"] = alive * coming.plain
        found["spend"] = self._spend(x, z)
        found["value"] = alive * coming.discounted * found["spend"].to_numpy()
        of_alive = _alive_sensitivity(habits, x, t_x, age, alive)
        count_error = _error(of_alive + coming.by_plain, self._log_covariance())
        value_error = np.hypot(
            _error(of_alive + coming.by_discounted, self._log_covariance()),
            _error(self._spend_sensitivity(x, z), self._spend_covariance()),
        )
        reach = normal_quantile(self.confidence)
        for names, column, error in (
            (("purchases_lower", "purchases_upper"), "purchases", count_error),
            (("lower", "upper"), "value", value_error),
        ):
            # A value known to no order of magnitude has the whole line above 0.
            factor = np.exp(np.minimum(reach * error, 300.0))
            found[names[0]], found[names[1]] = found[column] / factor, found[column] * factor
        return self._with_outcomes(found, ahead, x, age, z, _ratio(coming))

    def total(self, horizon: float, frequency: Any, recency: Any, T: Any, monetary_value: Any) -> Estimate:
        """Expected value of all these customers together, with the confidence interval of that expectation.

        It says how well the parameters are known; what the customers' luck adds is not in it.
        """
        check_is_fitted(self, "purchases_")
        x, t_x, age, z = _rows(frequency, recency, T, monetary_value)
        ahead = self._horizon(horizon)
        habits = self._habits()
        alive = self.purchases_.probability_alive(x, t_x, age)
        coming = ahead.purchases(habits, x, age)
        value = alive * coming.discounted * self._spend(x, z)
        by_value = _alive_sensitivity(habits, x, t_x, age, alive) + coming.by_discounted
        by_spend = self._spend_sensitivity(x, z)
        total = float(value.sum())
        share = value / total if total else value
        error = math.hypot(
            float(_error((share @ by_value)[None, :], self._log_covariance())[0]),
            float(_error((share @ by_spend)[None, :], self._spend_covariance())[0]),
        )
        factor = math.exp(min(normal_quantile(self.confidence) * error, 300.0)) if math.isfinite(error) else math.nan
        return Estimate(total, total / factor, total * factor, len(x), self.confidence)

    def _check(self) -> None:
        if not self.rate > -1:
            raise ValueError(f"A discount rate is above -1 (-100 %), not {self.rate:g}.")
        if not 0 < self.period < math.inf:
            raise ValueError(f"A period is longer than 0, in the unit of time of the table, not {self.period:g}.")
        normal_quantile(self.confidence)

    def _horizon(self, length: float) -> Horizon:
        if not 0 <= length < math.inf:
            raise ValueError(f"A horizon is 0 or longer, in the unit of time of the table, not {length:g}.")
        return Horizon(float(length), self.rate, self.period)

    def _habits(self) -> Habits:
        model = self.purchases_
        return Habits(model.r_, model.alpha_, model.a_, model.b_)

    def _spend(self, x: Vector, z: Vector) -> Vector:
        p, q, v = self.spend_.p_, self.spend_.q_, self.spend_.v_
        known = p * x + q - 1
        return np.where(known > 0, p * (v + x * z) / np.where(known > 0, known, 1.0), self._observed_mean)

    def _spend_sensitivity(self, x: Vector, z: Vector) -> Vector:
        p, q, v = self.spend_.p_, self.spend_.q_, self.spend_.v_
        known = p * x + q - 1
        safe = np.where(known > 0, known, 1.0)
        by = np.column_stack([1 - p * x / safe, -q / safe, v / (v + x * z)])
        return np.where((known > 0)[:, None], by, 0.0)

    def _log_covariance(self) -> Vector:
        values = np.array(self._habits())
        return np.asarray(self.purchases_.covariance_ / np.outer(values, values))

    def _spend_covariance(self) -> Vector:
        values = np.array([self.spend_.p_, self.spend_.q_, self.spend_.v_])
        return np.asarray(self.spend_.covariance_ / np.outer(values, values))

    def _with_outcomes(
        self, found: pd.DataFrame, ahead: Horizon, x: Vector, age: Vector, z: Vector, discount: Vector
    ) -> pd.DataFrame:
        spending = (self.spend_.p_, self.spend_.q_, self.spend_.v_)
        outcome = Outcome(self._habits(), spending, ahead.length)
        alive = found["alive"].to_numpy()
        levels = ((1 - self.confidence) / 2, (1 + self.confidence) / 2)
        quantiles = outcome.quantiles(levels, x, age, alive, x * z)
        for name, (count, spend) in zip(("least", "most"), quantiles, strict=True):
            # The customer's purchases are discounted as they are on average: when they come is not in the mixture.
            found[f"purchases_{name}"], found[f"value_{name}"] = count, spend * discount
        return found[
            [
                "purchases", "alive", "spend", "value", "lower", "upper", "value_least", "value_most",
                "purchases_lower", "purchases_upper", "purchases_least", "purchases_most",
            ]
        ]  # fmt: skip

    def _notes(self, repeat_buyers: int) -> list[str]:
        notes = [self.independence_.sentence] if self.independence_.doubtful else []
        if self.spend_.q_ <= 1:
            notes.append(
                _(
                    "Spend differs so much between customers that its mean is not finite in the model: for customers "
                    "who bought once, the mean seen so far is used instead."
                )
            )
        errors = [*self.purchases_.standard_errors_.values(), *self.spend_.standard_errors_.values()]
        if not np.isfinite(errors).all():
            notes.append(
                _(
                    "The {customers} customers who bought again do not determine the model, so no confidence "
                    "intervals can be given."
                ).format(customers=repeat_buyers)
            )
        return notes


def _rows(frequency: Any, recency: Any, age: Any, monetary_value: Any) -> list[Vector]:
    x, t_x, T = purchases(frequency, recency, age)
    if not len(x):
        raise NotEnoughData(_("There is no customer in the table."))
    x, z = columns(frequency=frequency, monetary_value=monetary_value)
    if (z < 0).any():
        raise ValueError(_("monetary_value is the mean spend of a repeat purchase: 0 or more."))
    return [x, t_x, T, z]


def _alive_sensitivity(habits: Habits, x: Vector, t_x: Vector, age: Vector, alive: Vector) -> Vector:
    """Of log P(alive): minus P(gone) times that of the log odds of being gone."""
    r, alpha, _, b = habits
    repeat = np.maximum(x, 1)
    by_r = r * np.log((alpha + age) / (alpha + t_x))
    by_alpha = alpha * (r + x) * (1 / (alpha + age) - 1 / (alpha + t_x))
    by = np.column_stack([by_r, by_alpha, np.ones(len(x)), -b / (b + repeat - 1)])
    return np.asarray(by * -((1 - alive) * (x > 0))[:, None])


def _error(by: Vector, covariance: Vector) -> Vector:
    error: Vector = np.sqrt(np.maximum(np.einsum("ij,jk,ik->i", by, covariance, by, optimize=True), 0.0))
    return error


def _ratio(coming: Ahead) -> Vector:
    return np.divide(coming.discounted, coming.plain, out=np.ones_like(coming.plain), where=coming.plain > 0)
