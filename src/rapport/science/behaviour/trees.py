"""The trees of scikit-learn's ensembles as plain arrays."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rapport.science.behaviour.vectors import Vector


@dataclass(frozen=True)
class Tree:
    """One tree as arrays by node; a leaf has `left` below 1. Numbers up to `threshold` go left."""

    column: NDArray[np.intp]
    threshold: Vector
    left: NDArray[np.intp]
    right: NDArray[np.intp]
    gap_left: NDArray[np.bool_]
    value: Vector
    cover: Vector


def trees_of_boosting(model: Any) -> tuple[list[Tree], float]:
    """The trees of a fitted HistGradientBoostingClassifier on numbers, and the log-odds they start from."""
    trees = []
    for (predictor,) in model._predictors:
        nodes = predictor.nodes
        left = np.where(nodes["is_leaf"] == 1, 0, nodes["left"].astype(np.intp))
        trees.append(
            Tree(
                nodes["feature_idx"].astype(np.intp),
                nodes["num_threshold"].astype(float),
                left,
                nodes["right"].astype(np.intp),
                nodes["missing_go_to_left"].astype(bool),
                nodes["value"].astype(float),
                nodes["count"].astype(float),
            )
        )
    return trees, float(np.asarray(model._baseline_prediction).ravel()[0])


def trees_of_forest(model: Any) -> list[Tree]:
    """The trees of a fitted RandomForestClassifier, each with its part of the mean chance."""
    trees = []
    for estimator in model.estimators_:
        tree = estimator.tree_
        chance = tree.value[:, 0, 1] / tree.value[:, 0, :].sum(axis=1)
        trees.append(
            Tree(
                np.asarray(tree.feature, dtype=np.intp),
                np.asarray(tree.threshold, dtype=float),
                np.maximum(np.asarray(tree.children_left, dtype=np.intp), 0),
                np.asarray(tree.children_right, dtype=np.intp),
                np.asarray(tree.missing_go_to_left, dtype=bool),
                chance / len(model.estimators_),
                np.asarray(tree.weighted_n_node_samples, dtype=float),
            )
        )
    return trees
