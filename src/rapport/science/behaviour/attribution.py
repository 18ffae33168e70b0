"""Exact shares of each column in what a sum of trees says: Shapley values that follow the paths of the trees.

The game is that of TreeSHAP: a column that is not known lets a customer go both ways, in the proportion in which the
learning customers went. Source: S. Lundberg, G. Erion and S.-I. Lee (2018), Consistent individualized feature
attribution for tree ensembles, arXiv:1802.03888.

For one leaf of value v, on whose path the columns D stand, let o_j be 1 where the customer meets all conditions on
column j and else 0, and z_j the share of learning customers that met them. The Shapley value of column i is

    v (o_i - z_i) sum over S in D without i of |S|! (d - |S| - 1)! / d! prod_{S} o_j prod_{not S} z_j
  = v (o_i - z_i) integral from 0 to 1 of prod_{j in D without i} (t o_j + (1 - t) z_j) dt,

because the weights are Beta integrals. The integrand has degree d - 1 in t, so Gauss and Legendre's rule with
ceil(d / 2) points gives the integral exactly.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rapport.science.behaviour.vectors import Matrix, Vector

_CELLS = 4_000_000  # of one block in memory


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


@dataclass(frozen=True)
class Leaves:
    """All leaves with equally many columns on their path, as arrays of leaf x column: low < x <= high, or a gap."""

    column: NDArray[np.intp]
    low: Matrix
    high: Matrix
    gap: NDArray[np.bool_]
    share: Matrix  # z
    value: Vector


class Attribution:
    """The columns' exact shares in the sum of `trees`, over `columns` matrix columns."""

    def __init__(self, trees: Iterable[Tree], columns: int, base: float = 0.0) -> None:
        self.columns = columns
        self.groups = list(_grouped(trees))
        self.base = base + sum(float(group.value @ group.share.prod(axis=1)) for group in self.groups)

    def shares(self, X: Matrix) -> Matrix:
        """One row a customer; with `base` they add up to what the trees say."""
        out = np.zeros((len(X), self.columns))
        for group in self.groups:
            leaves, depth = group.column.shape
            if not depth:
                continue
            step = max(1, _CELLS // (leaves * depth))
            belongs = np.zeros((leaves * depth, self.columns))
            belongs[np.arange(leaves * depth), group.column.ravel()] = 1
            for start in range(0, len(X), step):
                part = _leaf_shares(group, X[start : start + step])
                out[start : start + step] += part.reshape(len(part), -1) @ belongs
        return out


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


def _leaf_shares(group: Leaves, X: Matrix) -> NDArray[np.float64]:
    """customers x leaves x columns of the path."""
    x = X[:, group.column]
    meets = np.where(np.isnan(x), group.gap, (x > group.low) & (x <= group.high)).astype(float)
    nodes, weights = np.polynomial.legendre.leggauss(-(-group.column.shape[1] // 2))
    total = np.zeros_like(meets)
    for t, weight in zip((nodes + 1) / 2, weights / 2, strict=True):
        factor = t * meets + (1 - t) * group.share
        # Never 0: every share is above 0 and t is below 1.
        total += weight * factor.prod(axis=2, keepdims=True) / factor
    return np.asarray((meets - group.share) * total * group.value[:, None])


def _grouped(trees: Iterable[Tree]) -> Iterator[Leaves]:
    by_depth: dict[int, list[tuple[dict[int, list[Any]], float]]] = defaultdict(list)
    for tree in trees:
        for path, value in _paths(tree):
            by_depth[len(path)].append((path, value))
    for depth, leaves in sorted(by_depth.items()):
        shape = (len(leaves), depth)
        cells = [condition for path, _ in leaves for condition in path.values()]
        low, high, gap, share = (
            np.array([cell[field] for cell in cells], dtype=float).reshape(shape) for field in range(4)
        )
        column = np.array([name for path, _ in leaves for name in path], dtype=np.intp).reshape(shape)
        yield Leaves(column, low, high, gap.astype(bool), share, np.array([value for _, value in leaves]))


def _paths(tree: Tree) -> Iterator[tuple[dict[int, list[Any]], float]]:
    """For every leaf, by column: low, high, whether a gap comes here, and the share of customers that came."""
    waiting: list[tuple[int, dict[int, list[Any]]]] = [(0, {})]
    while waiting:
        node, path = waiting.pop()
        if tree.left[node] <= 0:
            yield path, float(tree.value[node])
            continue
        column, threshold = int(tree.column[node]), float(tree.threshold[node])
        gap_left = bool(tree.gap_left[node])
        for child, goes_left in ((int(tree.left[node]), True), (int(tree.right[node]), False)):
            low, high, gap, share = path.get(column, (-np.inf, np.inf, True, 1.0))
            low, high = (low, min(high, threshold)) if goes_left else (max(low, threshold), high)
            share = share * float(tree.cover[child] / tree.cover[node])
            waiting.append((child, {**path, column: [low, high, gap and gap_left is goes_left, share]}))
