"""Proportional hazards: which customers leave sooner, whatever the shape of leaving over time."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator

from rapport.science.behaviour.survival.durations import read_durations
from rapport.science.behaviour.vectors import Matrix, Rows, Vector

_STEPS = 60
_CLOSE = 1e-9


class CoxRegression(BaseEstimator):
    """Cox's model, hazard(t | x) = hazard_0(t) exp(x . coef), by partial likelihood with Efron's handling of ties.

    `penalty` is half the weight of the sum of squared coefficients taken off the log-likelihood (ridge; 0 is plain).
    Sources: D. Cox (1972), Regression models and life-tables, JRSS B 34, 187-220; B. Efron (1977), JASA 72, 557-565;
    baseline hazard: N. Breslow (1972), in the discussion of Cox's paper.

    Learned: `coef_` (p), `covariance_` (p x p), `standard_errors_` (p), `log_likelihood_` (partial, without penalty),
    `null_log_likelihood_`, `times_` and `baseline_` (cumulative hazard at those times for x = `mean_`), `mean_`.
    """

    def __init__(self, penalty: float = 0.0) -> None:
        self.penalty = penalty

    def fit(self, X: Any, duration: Any, event: Any, *, start: Vector | None = None) -> Self:
        """Learn from numbers (n x p) and the time each customer was seen, with 1 where it ended by the event.

        Raises ValueError when nothing happened to anybody or the columns depend on each other without a penalty.
        """
        X = np.asarray(X, dtype=float)
        times, happened = read_durations(duration, event, rows=len(X))
        if not happened.any():
            raise ValueError("Nothing happened to any customer yet, so no time to it can be learnt.")
        self.mean_ = X.mean(axis=0)
        risks = Risks.of(X - self.mean_, times, happened)
        self.coef_ = self._climb(risks, np.zeros(X.shape[1]) if start is None else start)
        value, _, information = risks.likelihood(self.coef_)
        self.log_likelihood_ = value
        self.null_log_likelihood_ = risks.likelihood(np.zeros(X.shape[1]))[0]
        self.covariance_ = np.linalg.inv(information + self.penalty * np.eye(len(self.coef_)))
        self.standard_errors_ = np.sqrt(np.diag(self.covariance_))
        self.times_, self.baseline_ = risks.breslow(self.coef_)
        return self

    def log_risk(self, X: Any) -> Vector:
        """The log hazard ratio of each customer to the average one."""
        return np.asarray((np.asarray(X, dtype=float) - self.mean_) @ self.coef_)

    def survival(self, X: Any, times: Any) -> Matrix:
        """P(still there after each time), customers x times."""
        return np.asarray(np.exp(-np.exp(self.log_risk(X))[:, None] * self.cumulative(times)))

    def cumulative(self, times: Any) -> Vector:
        """The cumulative hazard of the average customer: constant after the last time that was seen."""
        position = np.searchsorted(self.times_, np.asarray(times, dtype=float), side="right")
        return np.concatenate([[0.0], self.baseline_])[position]

    def _climb(self, risks: "Risks", beta: Vector) -> Vector:
        """Newton's method, halving steps that lead down."""

        def penalised(at: Vector) -> float:
            return risks.value(at) - self.penalty * float(at @ at) / 2

        now = penalised(beta)
        for _ in range(_STEPS):
            _, gradient, information = risks.likelihood(beta)
            gradient = gradient - self.penalty * beta
            try:
                step = np.linalg.solve(information + self.penalty * np.eye(len(beta)), gradient)
            except np.linalg.LinAlgError as error:
                raise ValueError("Some columns depend on each other: leave one out, or give a penalty.") from error
            while (after := penalised(beta + step)) < now - 1e-10 and np.abs(step).max() > _CLOSE:
                step = step / 2
            beta, done = beta + step, float(gradient @ step) < _CLOSE
            now = after
            if done:
                break
        return beta


@dataclass(frozen=True)
class Risks:
    """Customers from the longest seen to the shortest, and who was at risk at each time something happened."""

    X: Matrix
    happened: Vector
    moments: Vector  # distinct times of events, ascending
    last: Rows  # for each moment, the last row at risk
    seen: Rows  # for each row, how many moments it was at risk at
    deaths: NDArray[np.intp]  # at each moment
    term: Rows  # for each event, its moment
    part: Vector  # for each event, its place among those of its moment, from 0 to just below 1

    @classmethod
    def of(cls, X: Matrix, times: Vector, happened: Vector) -> "Risks":
        order = np.argsort(-times, kind="stable")
        X, times, happened = X[order], times[order], happened[order]
        moments, deaths = np.unique(times[happened == 1], return_counts=True)
        last = np.searchsorted(-times, -moments, side="right") - 1
        term = np.repeat(np.arange(len(moments)), deaths)
        place = np.arange(len(term)) - np.repeat(np.cumsum(deaths) - deaths, deaths)
        seen = np.searchsorted(moments, times, side="right")
        return cls(X, happened, moments, last, seen, deaths, term, place / deaths[term])

    def value(self, beta: Vector) -> float:
        """The log partial likelihood."""
        log_risk = self.X @ beta
        return float(self.happened @ log_risk - self._remaining(self._relative(log_risk)[0])[0])

    def likelihood(self, beta: Vector) -> tuple[float, Vector, Matrix]:
        """The log partial likelihood, its gradient, and minus its second derivatives."""
        log_risk = self.X @ beta
        risk, dying = self._relative(log_risk)
        logs, left = self._remaining(risk)
        size = len(self.moments)
        inverse = np.bincount(self.term, 1 / left, size)
        thinned = np.bincount(self.term, self.part / left, size)
        weight = risk * np.concatenate([[0.0], np.cumsum(inverse)])[self.seen]
        weight -= dying * np.append(thinned, 0.0)[np.maximum(self.seen - 1, 0)]
        gradient = self.happened @ self.X - weight @ self.X
        at_risk = np.cumsum(risk[:, None] * self.X, axis=0)[self.last]
        died = self._sum_by_moment(dying)
        squares = [np.bincount(self.term, self.part**power / left**2, size) for power in range(3)]
        crossed = (at_risk * squares[1][:, None]).T @ died
        means = (at_risk * squares[0][:, None]).T @ at_risk - crossed - crossed.T
        means += (died * squares[2][:, None]).T @ died
        information = (self.X * weight[:, None]).T @ self.X - means
        return float(self.happened @ log_risk - logs), gradient, information

    def breslow(self, beta: Vector) -> tuple[Vector, Vector]:
        """The moments and the cumulative baseline hazard at each."""
        total = np.cumsum(np.exp(self.X @ beta))[self.last]
        return self.moments, np.cumsum(self.deaths / total)

    def _relative(self, log_risk: Vector) -> tuple[Vector, Vector]:
        # A bold step must not overflow: it is halved afterwards.
        risk = np.exp(np.clip(log_risk, -200, 200))
        return risk, risk * self.happened

    def _remaining(self, risk: Vector) -> tuple[float, Vector]:
        """The sum of logs, and for each event the risk left, less Efron's part of those who leave with it."""
        total = np.cumsum(risk)[self.last]
        dying = np.bincount(self.seen[self.happened == 1] - 1, risk[self.happened == 1], len(self.moments))
        left = total[self.term] - self.part * dying[self.term]
        return float(np.log(left).sum()), left

    def _sum_by_moment(self, dying: Vector) -> Matrix:
        """For each moment, the sum of x over those who leave at it, weighted by their risk."""
        gone = np.flatnonzero(self.happened == 1)[::-1]  # from the first moment on
        starts = np.cumsum(self.deaths) - self.deaths
        return np.asarray(np.add.reduceat(dying[gone, None] * self.X[gone], starts, axis=0))
