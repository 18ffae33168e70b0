"""When customers will leave, with curves, medians and reasons."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Self

import numpy as np
import pandas as pd
from scipy.stats import norm, rankdata
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from rapport.science.behaviour.comparing import threads
from rapport.science.behaviour.encoding import Encoder
from rapport.science.behaviour.explaining import LOG_HAZARD, Explanation, by_column
from rapport.science.behaviour.leakage import guard
from rapport.science.behaviour.reading import read_table
from rapport.science.behaviour.reasons import Reason, risk_reasons_of
from rapport.science.behaviour.roles import Column, Role, as_table, guess_roles, readable
from rapport.science.behaviour.survival.choosing import PENALTIES, choose_penalty
from rapport.science.behaviour.survival.cox import CoxRegression
from rapport.science.behaviour.survival.curves import kaplan_meier, median_of, nelson_aalen
from rapport.science.behaviour.survival.durations import read_durations
from rapport.science.behaviour.vectors import Matrix, Vector
from rapport.science.intervals import Estimate
from rapport.science.language import _

ENOUGH_EVENTS = 10
_TIME_ITSELF = 0.85
_FOLDS = 5


class SurvivalModel(BaseEstimator):
    """Time to churn, or to any event that has not come yet for many customers.

    Proportional hazards (Cox, Efron's ties) with a ridge penalty chosen by held-out partial likelihood, on the same
    roles and leakage guard as BehaviourModel. What is known of a customer must have been known when the time began:
    columns that follow the time itself, such as a total so far, are left out. Where the columns do not order
    customers better than chance, everybody gets the Kaplan-Meier curve.

    Parameters: `seed`; `penalty`, None to choose it; `roles`, `keep`, `drop` as in BehaviourModel; `max_rows`.

    Learned: `curve_` (Kaplan-Meier with Greenwood bands), `hazard_` (Nelson-Aalen), `concordance_` (held out, with
    interval; None where it could not be measured), `coefficients_` (per column and level: coefficient,
    standard_error, hazard_ratio, lower, upper, p), `chosen_` ("cox" or "baseline"), `enough_`, `columns_`,
    `left_out_`, `notes_`, `median_`, `n_rows_`, `n_events_`, `penalty_`.
    """

    def __init__(
        self,
        seed: int = 0,
        *,
        penalty: float | None = None,
        roles: Mapping[str, str] | None = None,
        keep: Sequence[str] = (),
        drop: Sequence[str] = (),
        max_rows: int = 100_000,
    ) -> None:
        self.seed = seed
        self.penalty = penalty
        self.roles = roles
        self.keep = keep
        self.drop = drop
        self.max_rows = max_rows

    def fit(self, X: Any, duration: Any, event: Any) -> Self:
        """Learn from one row a customer, the time each was seen, and whether the event ended it (yes/no).

        Raises ValueError, in words, for negative or missing times and when nothing happened to anybody.
        """
        table = as_table(X)
        times, happened = read_durations(duration, event, rows=len(table))
        if not happened.any():
            raise ValueError("Nothing happened to any customer yet, so no time to it can be learnt.")
        self.curve_, self.hazard_ = kaplan_meier(times, happened), nelson_aalen(times, happened)
        self.median_ = median_of(self.curve_["time"].to_numpy(), self.curve_["survival"].to_numpy())
        self.notes_: list[str] = []
        self.event_words_ = readable(str(getattr(event, "name", None) or "the event"))
        table, times, happened = self._sampled(table, times, happened)
        self.n_rows_, self.n_events_ = len(times), int(happened.sum())
        self.columns_ = self._columns(table, times, happened)
        self.left_out_ = {column.name: column.why for column in self.columns_ if not column.used}
        self.feature_names_in_ = np.array(list(table.columns), dtype=object)
        self.n_features_in_ = len(table.columns)
        self._learn(read_table(table, self.columns_), times, happened)
        return self

    def predict_survival(self, X: Any, times: Any, *, since: Any = None) -> pd.DataFrame:
        """P(still there after each of `times`), customers x times.

        With `since`, the time each customer has stayed already, it is P(still there `times` later | there now).
        """
        moments = np.atleast_1d(np.asarray(times, dtype=float))
        risk = self._relative_risk(X)
        if since is None:
            survival = np.exp(-risk[:, None] * self._cumulative(moments))
        else:
            stayed = np.broadcast_to(np.asarray(since, dtype=float).ravel(), len(risk))[:, None]
            ahead = self._cumulative(stayed + moments) - self._cumulative(stayed)
            survival = np.exp(-risk[:, None] * ahead)
        return pd.DataFrame(survival, columns=moments)

    def median_time(self, X: Any) -> Vector:
        """The time at which half of customers like this one have left; NaN where more than half are still there at
        the last time that was seen.
        """
        risk = self._relative_risk(X)
        needed = np.log(2) / risk
        position = np.searchsorted(self._baseline, needed - 1e-12, side="left")
        return np.asarray(np.append(self._times, np.nan)[position])

    def predict_risk(self, X: Any) -> Vector:
        """The hazard of each customer as a multiple of the average customer's."""
        return self._relative_risk(X)

    def explain(self, X: Any) -> Explanation:
        """Exact effects by column, in log hazard: they add up to the log of `predict_risk`."""
        table = self._clean(X)
        count = len(self._encoder.columns)
        if self._cox is None:
            return Explanation(0.0, np.zeros((len(table), count)), LOG_HAZARD, "nothing to explain")
        linear = self._encoder.transform(table).linear
        effects = by_column((linear - self._cox.mean_) * self._cox.coef_, self._encoder.linear_columns_, count)
        return Explanation(0.0, effects, LOG_HAZARD, "exact: coefficient x deviation from the mean")

    def reasons(self, X: Any, n: int = 3) -> list[list[Reason]]:
        """For each customer up to `n` sentences, the greatest effect on the risk first."""
        return risk_reasons_of(self._clean(X), self.explain(X), self._encoder, self.event_words_, n)

    def _sampled(self, table: pd.DataFrame, times: Vector, happened: Vector) -> tuple[pd.DataFrame, Vector, Vector]:
        if len(table) <= self.max_rows:
            return table, times, happened
        drawn = _("Learnt from {some} customers drawn at random of {all}.")
        self.notes_.append(drawn.format(some=f"{self.max_rows:,}", all=f"{len(table):,}"))
        some = np.sort(np.random.default_rng(self.seed).choice(len(table), self.max_rows, replace=False))
        return table.iloc[some].reset_index(drop=True), times[some], happened[some]

    def _columns(self, table: pd.DataFrame, times: Vector, happened: Vector) -> list[Column]:
        columns = guess_roles(table, self.roles)
        judged, warnings = guard(table, columns, happened, target=self.event_words_, keep=self.keep)
        self.notes_ += warnings
        asked = dict.fromkeys(self.drop, _("it was asked to be left out"))
        return [
            replace(column, used=False, why=asked[column.name])
            if column.name in asked
            else self._without_the_time(table, column, times)
            for column in judged
        ]

    def _without_the_time(self, table: pd.DataFrame, column: Column, times: Vector) -> Column:
        if not column.used or column.name in self.keep or column.role is Role.CATEGORY:
            return column
        values = read_table(table[[column.name]], [column])[column.name].to_numpy(float)
        known = np.isfinite(values)
        if known.sum() < 20 or np.ptp(values[known]) == 0 or np.ptp(times[known]) == 0:
            return column
        follows = abs(float(np.corrcoef(rankdata(values[known]), rankdata(times[known]))[0, 1]))
        if follows < _TIME_ITSELF:
            return column
        why = _("it follows the time itself (rank correlation {correlation})").format(correlation=f"{follows:.2f}")
        return replace(column, used=False, why=why)

    def _learn(self, table: pd.DataFrame, times: Vector, happened: Vector) -> None:
        self._cox: CoxRegression | None = None
        self.concordance_: Estimate | None = None
        self.penalty_, self.chosen_ = float("nan"), "baseline"
        self._encoder = Encoder(self.columns_, straight=True).fit(table)
        self.enough_ = self.n_events_ >= ENOUGH_EVENTS and len(table) >= 2 * ENOUGH_EVENTS
        if not self.enough_:
            few = _(
                "{events} events among {count} customers say too little to tell customers apart: at least {needed} "
                "events are needed. Everybody gets the same curve."
            )
            self.notes_.append(few.format(events=self.n_events_, count=self.n_rows_, needed=ENOUGH_EVENTS))
        elif not len(self._encoder.linear_columns_):
            self.notes_.append(_("No column is left to learn from, so everybody gets the same curve."))
        else:
            with threads(len(table)):
                self._cox = self._learn_risks(self._encoder.transform(table).linear, times, happened)
        self._times, self._baseline = self._average()
        self.coefficients_ = self._coefficients()

    def _average(self) -> tuple[Vector, Vector]:
        """The times and the cumulative hazard of the average customer."""
        if self._cox is not None:
            return self._cox.times_, self._cox.baseline_
        with np.errstate(divide="ignore"):
            return self.curve_["time"].to_numpy(float), -np.log(self.curve_["survival"].to_numpy(float))

    def _learn_risks(self, linear: Matrix, times: Vector, happened: Vector) -> CoxRegression | None:
        penalties = PENALTIES if self.penalty is None else (self.penalty / len(linear),)
        folds = min(_FOLDS, self.n_events_)
        self.penalty_, self.concordance_ = choose_penalty(
            linear, times, happened, penalties, folds=folds, seed=self.seed
        )
        if self.concordance_ is None or self.concordance_.lower <= 0.5:
            self.notes_.append(
                _("The columns do not order customers better than chance: everybody gets the same curve.")
            )
            return None
        self.chosen_ = "cox"
        return CoxRegression(self.penalty_).fit(linear, times, happened)

    def _coefficients(self) -> pd.DataFrame:
        names = ["column", "level", "coefficient", "standard_error", "hazard_ratio", "lower", "upper", "p"]
        if self._cox is None:
            return pd.DataFrame(columns=names)
        spread = np.where(np.isfinite(self._encoder.spread_), self._encoder.spread_, np.nan)
        coefficient, error = self._cox.coef_ / spread, self._cox.standard_errors_ / spread
        columns = [self._encoder.columns[position].name for position in self._encoder.linear_columns_]
        levels = [term for part in self._encoder.parts_ for term in part.terms()]
        wide = norm.ppf(0.975) * error
        values = (coefficient, error, np.exp(coefficient), np.exp(coefficient - wide), np.exp(coefficient + wide))
        p = 2 * norm.sf(np.abs(coefficient / error))
        return pd.DataFrame(dict(zip(names, (columns, levels, *values, p), strict=True)))

    def _relative_risk(self, X: Any) -> Vector:
        return np.asarray(np.exp(self.explain(X).total))

    def _cumulative(self, times: Any) -> Matrix:
        return np.asarray(np.concatenate([[0.0], self._baseline])[np.searchsorted(self._times, times, side="right")])

    def _clean(self, X: Any) -> pd.DataFrame:
        check_is_fitted(self, "curve_")
        return read_table(as_table(X), self.columns_)
