"""What is asked of the models in `bench.science`: the table, our way, and the obvious way."""

import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from tools.science.value import simulated

Table = pd.DataFrame
Way = Callable[[Table], object]


@dataclass(frozen=True)
class Task:
    """`rival` says in words what `theirs` does."""

    name: str
    rival: str
    table: Callable[[int], Table]
    ours: Way
    theirs: Way


def purchases(n: int) -> Table:
    """Customers with the habits of CDNOW's: repeat purchases, time of the last, time observed, mean spend."""
    return pd.DataFrame(dict(zip(("frequency", "recency", "T", "monetary_value"), simulated(n), strict=True)))


def customers(n: int) -> Table:
    """Four kinds of customers in five skewed columns."""
    dice = np.random.default_rng(0)
    kind = dice.choice(4, n, p=[0.4, 0.3, 0.2, 0.1])
    centres = np.array([[3.0, 1, 2, 1, 0], [5, 2, 4, 0, 1], [4, 3, 1, 2, 3], [6, 4, 5, 3, 2]])
    measured = np.exp(centres[kind] + dice.normal(0, 0.4, (n, 5)))
    return pd.DataFrame(measured, columns=["spend", "orders", "tenure", "contacts", "discount"])


def leavers(n: int) -> Table:
    """Ten columns, numbers and categories with gaps, and whether the customer left."""
    dice = np.random.default_rng(0)
    table = pd.DataFrame(dice.normal(size=(n, 8)), columns=[f"measure {number}" for number in range(8)])
    table["contract"] = pd.Categorical(dice.choice(["month", "year", "two years"], n))
    table["paid by"] = pd.Categorical(dice.choice(["card", "transfer", "cheque", "debit"], n))
    odds = (
        table["measure 0"] - 0.8 * table["measure 1"] * (table["measure 2"] > 0) + (table["contract"] == "month") - 1.5
    )
    table.loc[dice.random(n) < 0.05, "measure 3"] = np.nan
    return table.assign(left=(dice.random(n) < 1 / (1 + np.exp(-odds))).astype(int))


def records(n: int) -> Table:
    """Days since the last purchase, purchases and money."""
    dice = np.random.default_rng(0)
    count = dice.geometric(0.3, n)
    return pd.DataFrame(
        {"recency": dice.integers(0, 730, n), "frequency": count, "monetary": (count * dice.gamma(2, 20, n)).round(2)}
    )


def answers(n: int) -> Table:
    """Scores of six drivers that go together, and satisfaction."""
    dice = np.random.default_rng(0)
    mood = dice.normal(size=n)
    table = pd.DataFrame({f"driver {number}": mood + dice.normal(size=n) for number in range(6)})
    return table.assign(score=0.5 * table["driver 0"] - 0.2 * table["driver 1"] + dice.normal(size=n))


def _value(table: Table) -> object:
    from rapport.science.value import CustomerValue

    columns = [table[name] for name in table]
    return CustomerValue(rate=0.0029).fit(*columns).predict(39, *columns)


def _value_row_by_row(table: Table) -> object:
    """The formulas of the papers over every row, and a search without gradients; no intervals."""
    from scipy.optimize import minimize
    from scipy.special import gammaln, hyp2f1

    x, t_x, age, z = (table[name].to_numpy(float) for name in table)

    def habits(logs: np.ndarray) -> float:
        r, alpha, a, b = np.exp(logs)
        common = gammaln(r + x) - gammaln(r) + r * np.log(alpha) + gammaln(a + b) + gammaln(b + x)
        common -= gammaln(b) + gammaln(a + b + x)
        left = np.where(x > 0, np.log(a) - np.log(b + np.maximum(x, 1) - 1) - (r + x) * np.log(alpha + t_x), -np.inf)
        return -float((common + np.logaddexp(-(r + x) * np.log(alpha + age), left)).mean())

    bought, spent = x[x > 0], z[x > 0]

    def spending(logs: np.ndarray) -> float:
        p, q, v = np.exp(logs)
        terms = gammaln(p * bought + q) - gammaln(p * bought) - gammaln(q) + q * np.log(v)
        terms += (p * bought - 1) * np.log(spent) + p * bought * np.log(bought)
        return -float((terms - (p * bought + q) * np.log(v + bought * spent)).mean())

    options = {"xatol": 1e-4, "fatol": 1e-7, "maxiter": 1_000}
    r, alpha, a, b = np.exp(minimize(habits, np.zeros(4), method="Nelder-Mead", options=options).x)
    p, q, v = np.exp(
        minimize(spending, np.array([0.0, 0.7, np.log(spent.mean())]), method="Nelder-Mead", options=options).x
    )
    series = hyp2f1(r + x, b + x, a + b + x - 1, 39 / (alpha + age + 39))
    with np.errstate(over="ignore"):
        gone = np.where(x > 0, a / (b + np.maximum(x, 1) - 1) * ((alpha + age) / (alpha + t_x)) ** (r + x), 0.0)
    coming = (a + b + x - 1) / (a - 1) * (1 - ((alpha + age) / (alpha + age + 39)) ** (r + x) * series) / (1 + gone)
    return coming * p * (v + x * z) / (p * x + q - 1)


def _segments(table: Table) -> object:
    from rapport.science.segmentation import Segmentation

    return Segmentation().fit(table).predict(table)


def _segments_by_silhouette(table: Table) -> object:
    from sklearn.cluster import KMeans
    from sklearn.metrics import silhouette_score
    from sklearn.preprocessing import StandardScaler

    places = StandardScaler().fit_transform(table)
    found = [KMeans(k, random_state=0).fit(places) for k in range(2, 9)]
    size = min(10_000, len(table))
    best = max(found, key=lambda model: silhouette_score(places, model.labels_, sample_size=size, random_state=0))
    return best.predict(places)


def _behaviour(table: Table) -> object:
    from rapport.science.behaviour import BehaviourModel

    X = table.drop(columns="left")
    return BehaviourModel(seed=0).fit(X, table["left"]).predict_proba(X)


def _boosting(table: Table) -> object:
    from sklearn.ensemble import HistGradientBoostingClassifier

    X = table.drop(columns="left")
    model = HistGradientBoostingClassifier(categorical_features="from_dtype", random_state=0)
    return model.fit(X, table["left"]).predict_proba(X)


def _rfm(table: Table) -> object:
    from rapport.science.segmentation import RFM

    return RFM().fit(table).groups(table)


def _rfm_by_quantiles(table: Table) -> object:
    ranks = {name: table[name].rank(method="first", ascending=name != "recency") for name in table}
    scores = {name: pd.qcut(rank, 5, labels=False) + 1 for name, rank in ranks.items()}
    return scores["recency"].astype(str) + scores["frequency"].astype(str) + scores["monetary"].astype(str)


def _drivers(table: Table) -> object:
    from rapport.science.satisfaction import SatisfactionDrivers

    X = table.drop(columns="score")
    return SatisfactionDrivers().fit(X, table["score"]).sentences_


def _ordinary_least_squares(table: Table) -> object:
    import statsmodels.api as sm
    from statsmodels.stats.outliers_influence import variance_inflation_factor

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        X = sm.add_constant(table.drop(columns="score"))
        inflation = [variance_inflation_factor(X.to_numpy(), column) for column in range(1, X.shape[1])]
        return sm.OLS(table["score"], X).fit().summary(), inflation


TASKS = {
    "value": Task(
        "Value: two models, 39 weeks, intervals", "SciPy row by row, no intervals", purchases, _value, _value_row_by_row
    ),
    "segmentation": Task(
        "Segments: scaled, k chosen, stable", "StandardScaler, KMeans, silhouette", customers, _segments,
        _segments_by_silhouette,
    ),
    "behaviour": Task(
        "Behaviour: four models compared, calibrated", "one HistGradientBoosting", leavers, _behaviour, _boosting
    ),
    "rfm": Task("RFM: scores and named groups", "pandas qcut, no names", records, _rfm, _rfm_by_quantiles),
    "drivers": Task(
        "Drivers: errors, inflation, importance, sentences", "statsmodels OLS and VIF", answers, _drivers,
        _ordinary_least_squares,
    ),
}  # fmt: skip
