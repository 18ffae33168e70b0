"""From the leaves of trees to conditions that a person can read."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.tree import DecisionTreeClassifier

from rapport.science.behaviour.roles import Role
from rapport.science.segmentation.axes import Matrix, Vector
from rapport.science.segmentation.facts import Facts
from rapport.science.segmentation.sentences import Condition

Mask = NDArray[np.bool_]
Bounds = dict[int, tuple[float, float]]


@dataclass(frozen=True)
class Leaf:
    """The customers of a leaf and, by matrix column, above what and up to what their values are."""

    rows: Mask
    bounds: Bounds


def best_leaf(trees: Sequence[DecisionTreeClassifier], matrix: Matrix, inside: Mask) -> Leaf:
    """The leaf that overlaps the segment most (Jaccard); among equals the one with the shorter path."""
    leaves = [leaf for tree in trees for leaf in _leaves(tree, matrix)]
    return max(leaves, key=lambda leaf: (round(_overlap(leaf.rows, inside), 9), -len(leaf.bounds)))


def _overlap(first: Mask, second: Mask) -> float:
    return float((first & second).sum() / (first | second).sum())


def _leaves(tree: DecisionTreeClassifier, matrix: Matrix) -> Iterator[Leaf]:
    for bounds in _paths(tree, 0, {}):
        # By the values themselves: the tree reads them in single precision.
        rows = np.ones(len(matrix), dtype=bool)
        for column, (low, high) in bounds.items():
            rows &= (matrix[:, column] > low) & (matrix[:, column] <= high)
        if rows.any():
            yield Leaf(rows, bounds)


def _paths(tree: DecisionTreeClassifier, node: int, bounds: Bounds) -> Iterator[Bounds]:
    parts = tree.tree_
    if parts.children_left[node] == -1:
        yield bounds
        return
    column, limit = int(parts.feature[node]), float(parts.threshold[node])
    low, high = bounds.get(column, (-math.inf, math.inf))
    yield from _paths(tree, int(parts.children_left[node]), bounds | {column: (low, min(high, limit))})
    yield from _paths(tree, int(parts.children_right[node]), bounds | {column: (max(low, limit), high)})


def conditions_of(leaf: Leaf, matrix: Matrix, facts: Facts) -> Iterator[Condition]:
    """One condition a column of the table, in the order of the splits."""
    levels: dict[str, tuple[list[str], list[str]]] = {}
    for column in leaf.bounds:
        if facts.roles_ and facts.levels_[column] is not None:
            among, not_among = levels.setdefault(facts.names_[column], ([], []))
            is_it = leaf.bounds[column][0] > -math.inf
            (among if is_it else not_among).append(str(facts.levels_[column]))
    for column, (low, high) in leaf.bounds.items():
        name = facts.names_[column]
        if facts.levels_[column] is None:
            yes_no = facts.roles_[column] is Role.BOOLEAN
            values = matrix[:, column]
            yield Condition(name, _roundest(values, low), _roundest(values, high), yes_no)
        elif name in levels:
            among, not_among = levels.pop(name)
            yield Condition(name, among=tuple(among), not_among=() if among else tuple(not_among))


def _roundest(values: Vector, limit: float) -> float:
    """The number with the fewest digits that parts the same customers, from the last value below to the next above."""
    if math.isinf(limit):
        return limit
    lower, upper = values[values <= limit], values[values > limit]
    if not len(lower) or not len(upper):
        return limit
    below, above = float(lower.max()), float(upper.min())
    for digits in range(1, 17):
        step = 10.0 ** (math.floor(math.log10(max(abs(below), abs(above)))) + 1 - digits)
        rounded = math.floor(above / step) * step
        rounded = float(f"{rounded:.15g}")
        if rounded >= above:
            rounded = float(f"{rounded - step:.15g}")
        if below <= rounded < above:
            return rounded
    return below
