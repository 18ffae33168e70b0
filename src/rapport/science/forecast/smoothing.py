"""Exponential smoothing of the height of days: level, damped trend and weekday, chosen on one-step errors."""

import itertools

import numpy as np

from rapport.science.forecast.history import Matrix, Whole
from rapport.science.forecast.past import Past

_ALPHAS = (0.02, 0.05, 0.1, 0.2, 0.35, 0.6)
_BETAS = (0.0, 0.05)
_GAMMAS = (0.0, 0.05, 0.15, 0.3)
_DAMPING = 0.97


def holt_winters(past: Past, count: int) -> Matrix:
    """Additive Holt-Winters with damped trend on the logarithm of the days' height, spread over the usual day.

    Sources: Winters (1960), Forecasting sales by exponentially weighted moving averages, Management Science 6(3);
    Gardner and McKenzie (1985), Forecasting trends in time series, Management Science 31(10), for the damping.
    """
    days = past.next_days(count)
    level = smoothed(past.parts.level, past.history.weekdays, np.asarray(days.day_of_week), past.parts.expected)
    return spread(past, level)


def spread(past: Past, level: Matrix) -> Matrix:
    """Turn heights of the coming days (count) into counts a slot (count x S), holidays at their own height."""
    days = past.next_days(len(level))
    height = np.exp(level) * past.holiday_factor(days)
    return np.asarray(past.parts.week[np.asarray(days.day_of_week)] * height[:, None])


def smoothed(level: Matrix, weekdays: Whole, ahead: Whole, expected: Matrix) -> Matrix:
    """The expected level of the coming days, whose weekdays are `ahead`; unknown days are stepped over.

    All combinations of the three rates run side by side; the one with the least weighted absolute one-step error wins.
    """
    rates = np.array(list(itertools.product(_ALPHAS, _BETAS, _GAMMAS))).T
    known = ~np.isnan(level)
    if not known.any():
        return np.zeros(len(ahead))
    start = float(np.mean(level[known][:14]))
    state = _State(rates, start)
    weight = np.sqrt(expected)
    loss = np.zeros(rates.shape[1])
    for day, (value, weekday) in enumerate(zip(level, weekdays, strict=True)):
        error = state.step(value, weekday)
        if error is not None and day >= min(14, len(level) // 2):
            loss += weight[day] * np.abs(error)
    best = int(np.argmin(loss))
    trend = state.trend[best] * np.cumsum(_DAMPING ** np.arange(1, len(ahead) + 1))
    return np.asarray(state.level[best] + trend + state.season[ahead, best])


class _State:
    """Level, trend and seven weekdays of many smoothings (one column each) that differ in their rates."""

    def __init__(self, rates: Matrix, start: float) -> None:
        self.alpha, self.beta, self.gamma = rates
        self.level = np.full(rates.shape[1], start)
        self.trend = np.zeros(rates.shape[1])
        self.season = np.zeros((7, rates.shape[1]))

    def step(self, value: float, weekday: int) -> Matrix | None:
        """Take one day in, and return how far it was from what was expected; None for an unknown day."""
        self.trend = self.trend * _DAMPING
        self.level = self.level + self.trend
        if np.isnan(value):
            return None
        error = value - self.level - self.season[weekday]
        self.level = self.level + self.alpha * error
        self.trend = self.trend + self.alpha * self.beta * error
        self.season[weekday] += self.gamma * (1 - self.alpha) * error
        return np.asarray(error)
