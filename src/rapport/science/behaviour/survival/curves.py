"""How many remain after a time, and how dense leaving is: Kaplan-Meier and Nelson-Aalen."""

from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import norm

from rapport.science.behaviour.survival.durations import read_durations
from rapport.science.behaviour.vectors import Vector


def kaplan_meier(duration: Any, event: Any, *, confidence: float = 0.95) -> pd.DataFrame:
    """The share that remains after each time, with Greenwood's variance on the log(-log) scale.

    Columns: time, at_risk, events, survival, lower, upper; the first row is time 0.
    Sources: E. Kaplan and P. Meier (1958), JASA 53, 457-481; M. Greenwood (1926), Reports on Public Health 33;
    the scale: J. Kalbfleisch and R. Prentice (1980), The Statistical Analysis of Failure Time Data, 1.15.
    """
    table = _life_table(*read_durations(duration, event))
    risk, deaths = table["at_risk"].to_numpy(float), table["events"].to_numpy(float)
    survival = np.cumprod(1 - deaths / risk)
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = np.cumsum(deaths / (risk * (risk - deaths)))
        wide = norm.ppf((1 + confidence) / 2) * np.sqrt(variance) / np.log(survival)
        lower, upper = survival ** np.exp(-wide), survival ** np.exp(wide)
    inside = (survival > 0) & (survival < 1)
    lower, upper = np.where(inside, lower, survival), np.where(inside, upper, survival)
    return table.assign(survival=survival, lower=lower, upper=upper)


def nelson_aalen(duration: Any, event: Any, *, confidence: float = 0.95) -> pd.DataFrame:
    """The cumulative hazard at each time, with Aalen's variance on the log scale.

    Columns: time, at_risk, events, hazard (events / at_risk), cumulative, lower, upper.
    Source: O. Aalen (1978), Nonparametric inference for a family of counting processes, Annals of Statistics 6.
    """
    table = _life_table(*read_durations(duration, event))
    risk, deaths = table["at_risk"].to_numpy(float), table["events"].to_numpy(float)
    cumulative, variance = np.cumsum(deaths / risk), np.cumsum(deaths / risk**2)
    with np.errstate(divide="ignore", invalid="ignore"):
        wide = norm.ppf((1 + confidence) / 2) * np.sqrt(variance) / cumulative
    wide = np.where(cumulative > 0, wide, 0.0)
    return table.assign(
        hazard=deaths / risk,
        cumulative=cumulative,
        lower=cumulative * np.exp(-wide),
        upper=cumulative * np.exp(wide),
    )


def median_of(times: Vector, survival: Vector) -> float:
    """The first time at which half or fewer remain; NaN when more than half remain to the end."""
    reached = np.flatnonzero(survival <= 0.5)
    return float(times[reached[0]]) if len(reached) else float("nan")


def _life_table(times: Vector, happened: Vector) -> pd.DataFrame:
    moments, position = np.unique(times, return_inverse=True)
    leaving = np.bincount(position)
    at_risk = len(times) - np.concatenate([[0], np.cumsum(leaving)[:-1]])
    events = np.bincount(position, weights=happened)
    table = pd.DataFrame({"time": moments, "at_risk": at_risk, "events": events.astype(int)})
    if moments[0] > 0:
        start = pd.DataFrame({"time": [0.0], "at_risk": [len(times)], "events": [0]})
        table = pd.concat([start, table], ignore_index=True)
    return table
