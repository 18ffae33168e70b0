"""CDNOW and two cohorts of subscribers: published estimates, purchases foreseen, and how long a million takes."""

import time
from pathlib import Path

import numpy as np
import pandas as pd

from rapport.science.value import (
    BetaGeoNBD,
    CustomerValue,
    GammaGamma,
    ShiftedBetaGeometric,
    discounted_value,
    holdout_check,
    summary_from_transactions,
)
from tools.science.figure import Figure

# Fader, Hardie and Lee (2005), Fader and Hardie (2013): estimates, and half of their last digit.
HABITS = {"r": (0.2426, 5e-5), "alpha": (4.4135, 5e-5), "a": (0.7929, 5e-5), "b": (2.4258, 5e-5)}
SPENDING = {"p": (6.249, 5e-4), "q": (3.745, 5e-4), "v": (15.448, 5e-4), "mean": (35.17, 5e-3)}
# Fader and Hardie (2007): of 1,000 subscribers, those left after each year; the models saw the first seven.
COHORTS = {
    "high-end": ([1000, 869, 743, 653, 593, 551, 517, 491, 468, 445, 427, 409, 394], 0.668, 3.806),
    "regular": ([1000, 631, 468, 382, 326, 289, 262, 241, 223, 207, 194, 183, 173], 0.704, 1.182),
}
MILLION = 1_000_000


def figures(datasets: Path) -> list[Figure]:
    """Distances from what was published, and errors beside the obvious rival."""
    worth = discounted_value([1000] * 5, 0.10)
    found = [Figure("1000 a year for 5 years at 10 %: distance from 3790.79", abs(worth - 3790.79), 5e-3, "", False)]
    return [*found, *_estimates(datasets), *_foreseen(datasets), *_cohorts(), _million()]


def cdnow(datasets: Path) -> pd.DataFrame:
    """Purchases of the 2,357 customers of the CDNOW sample."""
    names = ["master", "customer", "date", "units", "amount"]
    bought = pd.read_csv(datasets / "cdnow" / "CDNOW_sample.txt", sep=r"\s+", names=names, dtype={"date": str})
    return bought.assign(date=pd.to_datetime(bought["date"], format="%Y%m%d"))


def _estimates(datasets: Path) -> list[Figure]:
    table = pd.read_csv(datasets / "cdnow" / "summary_with_transactions.csv")
    habits = BetaGeoNBD().fit(table["x"], table["t_x"], table["T"])
    spending = GammaGamma().fit(table["x"], table["zbar"])
    found = [
        Figure(
            f"CDNOW, BG/NBD: distance from {name} {value:g}", abs(getattr(habits, f"{name}_") - value), near, "", False
        )
        for name, (value, near) in HABITS.items()
    ]
    found.append(Figure("CDNOW, BG/NBD: log-likelihood", habits.log_likelihood_, -9582.45, "", True))
    return found + [
        Figure(
            f"CDNOW, Gamma-Gamma, {spending.n_customers_} repeat buyers: distance from {name} {value:g}",
            abs(getattr(spending, f"{name}_") - value),
            near,
            "",
            False,
        )
        for name, (value, near) in SPENDING.items()
    ]


def _foreseen(datasets: Path) -> list[Figure]:
    bought = cdnow(datasets)
    until = pd.Timestamp("1997-09-30")
    check = holdout_check(bought, until)
    model, rival = check.model, check.rival
    later = bought[bought["date"] > until].groupby("customer")["amount"].sum()
    table = summary_from_transactions(bought, amount="amount", until=until)
    columns = [table[name] for name in ("frequency", "recency", "T", "monetary_value")]
    value = CustomerValue().fit(*columns).predict(check.horizon, *columns)
    spent, counted = later.reindex(table.index, fill_value=0.0), check.customers["actual"]
    carried_on = table["frequency"] / table["T"] * check.horizon * table["monetary_value"]
    held = ((counted >= value["purchases_least"]) & (counted <= value["purchases_most"])).mean()
    paid = ((spent >= value["value_least"]) & (spent <= value["value_most"])).mean()
    weeks = "CDNOW, next 39 weeks"
    return [
        Figure(f"{weeks}: distance from the actual 1,882 purchase days", abs(check.actual_total - 1882), 0, "", False),
        Figure(f"{weeks}: distance from the model's published 1,653", abs(model.total - 1653), 0.5, "", False),
        Figure(f"{weeks}: absolute error a customer (published .786)", model.mean_absolute_error, 0.786, "", False),
        Figure(
            f"{weeks}: absolute error a customer, frequency / T carried on",
            model.mean_absolute_error,
            rival.mean_absolute_error,
            "",
            False,
        ),
        Figure(
            f"{weeks}: distance from the published correlation .626", abs(model.correlation - 0.626), 5e-4, "", False
        ),
        Figure(f"{weeks}: correlation, frequency / T carried on", model.correlation, rival.correlation, "", True),
        Figure(
            f"{weeks}: absolute error of spend a customer, past spend carried on",
            float((value["value"] - spent).abs().mean()),
            float((carried_on - spent).abs().mean()),
            "$",
            False,
        ),
        Figure(f"{weeks}: customers inside the 95 % prediction interval of purchases", float(held), 0.95, "", True),
        Figure(f"{weeks}: customers inside the 95 % prediction interval of spend", float(paid), 0.95, "", True),
    ]


def _cohorts() -> list[Figure]:
    found = []
    for name, (left, alpha, beta) in COHORTS.items():
        model = ShiftedBetaGeometric().fit(left[:8])
        years, actual = np.arange(8, 13), np.array(left[8:])
        error = float(np.abs(1000 * model.survival(years) - actual).mean())
        kept = (left[7] / left[0]) ** (1 / 7)
        steady = float(np.abs(1000 * kept**years - actual).mean())
        found += [
            Figure(f"{name} subscribers: distance from alpha {alpha}", abs(model.alpha_ - alpha), 5e-4, "", False),
            Figure(f"{name} subscribers: distance from beta {beta}", abs(model.beta_ - beta), 5e-4, "", False),
            Figure(
                f"{name} subscribers, years 8 to 12: error, steady churn",
                error / 10,
                steady / 10,
                "points",
                False,
            ),
        ]
    return found


def _million() -> Figure:
    """Seconds for a million customers like those of CDNOW, both models learnt and every column predicted."""
    columns = simulated(MILLION)
    started = time.perf_counter()
    CustomerValue(rate=0.0029).fit(*columns).predict(39, *columns)
    return Figure("a million customers, learnt and predicted", time.perf_counter() - started, 10, "s", False)


def simulated(n: int, *, seed: int = 0) -> list[np.ndarray]:
    """frequency, recency, T (weeks, from dates) and mean spend of customers with the habits of CDNOW's."""
    dice = np.random.default_rng(seed)
    r, alpha, a, b = (value for value, _near in HABITS.values())
    p, q, v = (SPENDING[name][0] for name in "pqv")
    age = dice.integers(27 * 7, 39 * 7, n) / 7
    rate, leaving = np.maximum(dice.gamma(r, 1 / alpha, n), 1e-12), dice.beta(a, b, n)
    x, last, at, here = np.zeros(n), np.zeros(n), np.zeros(n), np.arange(n)
    while len(here):
        at[here] += dice.exponential(1 / rate[here])
        here = here[at[here] < age[here]]
        x[here] += 1
        last[here] = np.minimum(np.ceil(at[here] * 7) / 7, age[here])
        here = here[dice.random(len(here)) > leaving[here]]
    total = dice.gamma(p * np.maximum(x, 1)) / dice.gamma(q, 1 / v, n)
    return [x, last, age, np.where(x > 0, (total / np.maximum(x, 1)).round(2), 0.0)]
