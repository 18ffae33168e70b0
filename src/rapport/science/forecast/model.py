"""How many contacts will come: candidates compared on the past, the best one used, with intervals that hold."""

from collections.abc import Iterable
from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from rapport.science.forecast.backtest import (
    BLEND,
    RIVAL,
    WEEK,
    Candidate,
    Fold,
    blend_weights,
    blended,
    candidates,
    chosen,
    folds,
    minding_holidays,
    table,
)
from rapport.science.forecast.conformal import learn
from rapport.science.forecast.days import Calendar
from rapport.science.forecast.history import CannotForecast, Grid, History, Matrix, pattern, read
from rapport.science.forecast.past import Past

_LEAST_DAYS = 2 * WEEK
# Below, nothing can be compared: the mean of the weeks that there are is used, and tested as far as it goes.
_COMPARABLE_DAYS = 4 * WEEK
_DAY = pd.Timedelta(days=1)


class NotEnoughHistory(CannotForecast):
    """The series is too short to compare candidates on it; the sentence says how much is missing."""


class VolumeForecast(BaseEstimator):
    """Contact volume by any step that divides a day.

    Parameters: `freq`, a pandas frequency such as "30min", "h" or "D"; `country` for its holidays ("US", "DE-BY");
    `closed_days`, dates on which the desk is closed; `gaps`, what a missing row between first and last means:
    "unknown", or "zero" for a series that writes only what came; `candidates`, names to try (all by default);
    `tests`, how many past weeks are forecast to compare them; `confidence` of the intervals; `seed` of the trees.

    Learned: `best_` ("blend", or the candidate that was clearly better), `weights_` (of the candidates in it),
    `backtest_` (DataFrame by candidate: MASE and WAPE, best first), `coverage_` (share of counts that the intervals
    held in left-out weeks; NaN where only one could be tested), `n_days_`.
    """

    def __init__(
        self,
        freq: str = "h",
        *,
        country: str | None = None,
        closed_days: Iterable[Any] = (),
        gaps: str = "unknown",
        candidates: tuple[str, ...] | None = None,
        tests: int = 8,
        confidence: float = 0.95,
        seed: int = 0,
    ) -> None:
        self.freq = freq
        self.country = country
        self.closed_days = closed_days
        self.gaps = gaps
        self.candidates = candidates
        self.tests = tests
        self.confidence = confidence
        self.seed = seed

    def fit(self, series: pd.Series, y: Any = None) -> Self:
        """Learn from a Series of counts with a DatetimeIndex (with or without zone); finer counts are added up.

        Rows that are missing or NaN are unknown, unless `gaps` is "zero"; a slot of the week that is never named is
        closed. Days far below or above those around them (outages, bursts) do not teach what is usual.
        Rows may come in any order, and those of one step are added up. Below four weeks there is nothing to compare
        candidates on: the mean of the weeks is used, and its interval is wide.
        Raises CannotForecast for a series that is no count, and NotEnoughHistory below two weeks.
        """
        self._check_parameters()
        history = read(series, self.freq, gaps=self.gaps)
        self.n_days_ = int((~np.isnan(history.values)).any(axis=1).sum())
        if len(history.days) < _LEAST_DAYS:
            raise NotEnoughHistory(
                f"A forecast needs two weeks of counts or more; this series spans {len(history.days)} days."
            )
        self.history_, self.open_ = history, self._open(series, history)
        past = Past(history, Calendar(self.country, self.closed_days))
        tested, every = self._tested(past)
        self._choose(tested, every)
        self.intervals_ = learn(tested, self.best_, self.confidence)
        self.coverage_ = self.intervals_.coverage
        return self

    def predict(self, horizon: int | pd.DatetimeIndex) -> pd.DataFrame:
        """The coming volume: columns mean, lower and upper (contacts a step), indexed by the step's beginning.

        `horizon` counts steps after the last one of the series, closed slots that the series never names left out;
        or it is the moments themselves, all later than the series.
        """
        check_is_fitted(self, "best_")
        index = self._moments(horizon)
        days, slots = self.history_.grid.places(index)
        ahead = np.asarray((days - self.history_.days[-1]) // _DAY, dtype=np.intp)
        past = Past(self._whole_days(), Calendar(self.country, self.closed_days))
        started = len(self.history_.days) - len(past.history.days)
        place = ahead + started - 1
        coming = self._said(past, int(place.max()) + 1)
        mean = np.maximum(coming[place, slots], 0.0) * self.open_[np.asarray(days.day_of_week), slots]
        lower, upper = self.intervals_.bounds(mean, place)
        down, up = past.holiday_range(past.next_days(len(coming)))
        return pd.DataFrame({"mean": mean, "lower": lower * down[place], "upper": upper * up[place]}, index=index)

    def _check_parameters(self) -> None:
        if self.gaps not in ("unknown", "zero"):
            raise CannotForecast(f'A gap is "unknown" or "zero", not {self.gaps!r}.')
        if not 0 < self.confidence < 1:
            raise CannotForecast(f"Confidence lies between 0 and 1, such as 0.95, not {self.confidence}.")
        if self.tests < 2:
            raise CannotForecast("Candidates are compared on two past weeks or more.")

    def _open(self, series: pd.Series, history: History) -> Matrix:
        if self.gaps == "zero":
            return np.ones((7, history.grid.slots))
        return np.asarray(pattern(series, history), dtype=np.float64)

    def _tested(self, past: Past) -> tuple[list[Fold], dict[str, Candidate]]:
        every = candidates(self.candidates, self.seed)
        if len(past.history.days) < _COMPARABLE_DAYS:
            every = candidates((RIVAL,), self.seed)
            tested, least = folds(past, every, self.tests, least=WEEK), 1
        else:
            tested, least = folds(past, every, self.tests), 2
        if len(tested) < least:
            raise NotEnoughHistory("A forecast needs two tested weeks; too many of the last weeks hold no count.")
        return tested, every

    def _choose(self, tested: list[Fold], every: dict[str, Candidate]) -> None:
        self.backtest_ = table(tested)
        names = tuple(every)
        self.best_ = chosen(tested, names)
        self.weights_ = blend_weights(tested, names) if self.best_ == BLEND else {self.best_: 1.0}

    def _whole_days(self) -> History:
        """Without the last day where it has just begun: half a day says little and looks like an outage."""
        history = self.history_
        _, slot = history.grid.places(pd.DatetimeIndex([history.last]))
        later = self.open_[history.weekdays[-1], int(slot[0]) + 1 :]
        return history.until(len(history.days) - 1) if later.any() else history

    def _said(self, past: Past, count: int) -> Matrix:
        every = candidates(tuple(name for name, weight in self.weights_.items() if weight > 0), self.seed)
        weights = {name: self.weights_[name] for name in every}
        said = {name: every[name](past, count) for name in every}
        return blended(minding_holidays(said, past), weights)

    def _moments(self, horizon: int | pd.DatetimeIndex) -> pd.DatetimeIndex:
        grid, last = self.history_.grid, self.history_.last
        if isinstance(horizon, pd.DatetimeIndex):
            if len(horizon) == 0 or (horizon.tz is None) != (grid.zone is None) or horizon.min() <= last:
                raise CannotForecast(f"Moments to forecast lie after {last} and have a zone if the series has one.")
            return horizon if grid.zone is None else horizon.tz_convert(grid.zone)
        if isinstance(horizon, bool) or not isinstance(horizon, int | np.integer) or horizon < 1:
            raise CannotForecast("A horizon is a whole number of steps, 1 or more.")
        return _next(grid, last, int(horizon), self.open_)


def _next(grid: Grid, last: pd.Timestamp, horizon: int, is_open: Matrix) -> pd.DatetimeIndex:
    """The next open steps; a week has at least one, so the search ends."""
    steps = int(np.ceil(horizon / is_open.sum() * is_open.size)) + 2 * WEEK * grid.slots
    index = grid.after(last, steps)
    days, slots = grid.places(index)
    return index[is_open[np.asarray(days.day_of_week), slots] > 0][:horizon]
