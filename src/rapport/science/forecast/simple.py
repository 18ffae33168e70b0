"""The forecasts anybody would make by hand: last week again, and the mean of the last weeks."""

import numpy as np

from rapport.science.forecast.history import Matrix
from rapport.science.forecast.past import Past


def seasonal_naive(past: Past, count: int) -> Matrix:
    """What the same slot of the week held when it was last known (count x S)."""
    return _of_last_weeks(past.history.values, past, count, weeks=1)


def recent_mean(past: Past, count: int) -> Matrix:
    """The mean of the same slot of the week in the last four weeks (count x S), odd days and all."""
    return _of_last_weeks(past.history.values, past, count, weeks=4)


def robust_mean(past: Past, count: int) -> Matrix:
    """The mean of the last six ordinary weeks, without odd days, each holiday at its own height (count x S)."""
    usual = _of_last_weeks(past.clean, past, count, weeks=6)
    return np.asarray(usual * past.holiday_factor(past.next_days(count))[:, None])


def _of_last_weeks(values: Matrix, past: Past, count: int, *, weeks: int) -> Matrix:
    week = np.zeros((7, values.shape[1]))
    for weekday in range(7):
        rows = values[past.history.weekdays == weekday]
        known = rows[~np.isnan(rows).all(axis=1)][-weeks:]
        if len(known):
            filled = np.where(np.isnan(known), 0.0, known)
            week[weekday] = filled.sum(axis=0) / np.maximum((~np.isnan(known)).sum(axis=0), 1)
    return np.asarray(week[np.asarray(past.next_days(count).day_of_week)])
