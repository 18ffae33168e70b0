"""Calendar effects on the height of days, by ridge regression, with smoothing of what they leave."""

import numpy as np
import pandas as pd

from rapport.science.forecast.days import features
from rapport.science.forecast.history import Matrix
from rapport.science.forecast.past import Past
from rapport.science.forecast.smoothing import smoothed, spread

# Days that the prior "the calendar changes nothing" is worth, a feature of unit variance.
_PRIOR_DAYS = 8.0


def calendar_regression(past: Past, count: int) -> Matrix:
    """Days around holidays and places in the month move the level by a factor; the rest is smoothed (count x S).

    Source: regression with smoothed errors, Hyndman and Athanasopoulos (2021), Forecasting: Principles and Practice,
    chapter 10; ridge penalty by Hoerl and Kennard (1970), Technometrics 12(1).
    """
    level, days = past.parts.level, past.next_days(count)
    both = features(past.history.days.append(days), past.calendar)
    seen, coming = both[: len(level)], both[len(level) :]
    effect = _ridge(seen, level - _around(level), past.parts.expected)
    rest = smoothed(level - seen @ effect, past.history.weekdays, np.asarray(days.day_of_week), past.parts.expected)
    return spread(past, rest + coming @ effect)


def _around(level: Matrix) -> Matrix:
    """The running median of four weeks, so that seasons and growth are not taken for effects."""
    return np.asarray(pd.Series(level).rolling(29, center=True, min_periods=5).median().to_numpy())


def _ridge(design: Matrix, target: Matrix, expected: Matrix) -> Matrix:
    known = ~np.isnan(target)
    x, y = design[known], target[known]
    weight = np.sqrt(expected[known])
    if len(y) < 2 * design.shape[1] or weight.sum() <= 0:
        return np.zeros(design.shape[1])
    weight = weight / weight.mean()
    x, y = x - np.average(x, axis=0, weights=weight), y - np.average(y, weights=weight)
    scatter = (x * weight[:, None]).T @ x
    penalty = _PRIOR_DAYS * np.maximum(np.mean(x**2, axis=0), 1 / len(y))
    return np.asarray(np.linalg.solve(scatter + np.diag(penalty), (x * weight[:, None]).T @ y))
