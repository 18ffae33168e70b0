"""Whether the past would have foreseen the present: models and the obvious rival on purchases they have not seen."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from rapport.science.value.betageo import BetaGeoNBD
from rapport.science.value.likelihood import NotEnoughData, Vector
from rapport.science.value.transactions import days_of, moment, summary_from_transactions


@dataclass(frozen=True)
class Foreseen:
    """How near one prediction comes to the actual purchases: mean absolute error a customer, correlation, total."""

    mean_absolute_error: float
    correlation: float
    total: float


@dataclass(frozen=True)
class HoldoutCheck:
    """`model` and `rival` (purchases so far a unit of time, carried on) against `actual_total` purchase days.

    `customers` has one row each: frequency, recency, T, `actual`, `expected` and `carried_on`. `horizon` is in the same
    unit as T.
    """

    model: Foreseen
    rival: Foreseen
    actual_total: float
    horizon: float
    customers: pd.DataFrame


def holdout_check(
    transactions: pd.DataFrame,
    until: object,
    *,
    customer: str = "customer",
    date: str = "date",
    days_a_unit: float = 7.0,
    end: object = None,
) -> HoldoutCheck:
    """Learn from purchases up to the day `until`, foresee those after it up to `end` (the last day there is).

    Only customers who had bought by `until` count. Raises ValueError when nothing is left to foresee.
    """
    calibration = summary_from_transactions(
        transactions, customer=customer, date=date, until=until, days_a_unit=days_a_unit
    )
    days = days_of(transactions, date)
    begin, last = moment(until, days), days.max() if end is None else moment(end, days)
    if last <= begin:
        raise ValueError("There is no day after that date to check the model on.")
    later = transactions.loc[(days > begin) & (days <= last), [customer]].assign(day=days)
    bought = later.drop_duplicates().groupby(customer).size()
    horizon = float((last - begin) / pd.Timedelta(days=days_a_unit))
    x, t_x, age = (calibration[name].to_numpy(float) for name in ("frequency", "recency", "T"))
    if not (x > 0).any():
        raise NotEnoughData("Nobody had bought a second time by that date, so there is nothing to foresee from.")
    expected = BetaGeoNBD().fit(x, t_x, age).expected_purchases(horizon, x, t_x, age)
    carried_on = np.divide(x, age, out=np.zeros_like(x), where=age > 0) * horizon
    actual = bought.reindex(calibration.index, fill_value=0).to_numpy(float)
    return HoldoutCheck(
        model=_foreseen(expected, actual),
        rival=_foreseen(carried_on, actual),
        actual_total=float(actual.sum()),
        horizon=horizon,
        customers=calibration.assign(actual=actual, expected=expected, carried_on=carried_on),
    )


def _foreseen(expected: Vector, actual: Vector) -> Foreseen:
    varied = np.ptp(expected) > 0 and np.ptp(actual) > 0
    correlation = float(np.corrcoef(expected, actual)[0, 1]) if varied else float("nan")
    return Foreseen(float(np.abs(expected - actual).mean()), correlation, float(expected.sum()))
