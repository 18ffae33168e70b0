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

A tree sees of a customer only between which of its thresholds each column lies, so customers that are alike in this
are worked out once.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import prod
from typing import Self

import numpy as np
from numpy.typing import NDArray

from rapport.science.behaviour.trees import Tree
from rapport.science.behaviour.vectors import Matrix, Rows, Vector

_CELLS = 2_000_000  # of one block in memory
_KINDS_A_ROW = 4  # above so many kinds of customers for each of them, few would be alike

Condition = tuple[float, float, bool, float]  # low, high, whether a gap comes here, the share that came
Path = Mapping[int, Condition]


class Attribution:
    """The columns' exact shares in the sum of `trees`, over `columns` matrix columns."""

    def __init__(self, trees: Iterable[Tree], columns: int, base: float = 0.0) -> None:
        self.columns = columns
        self.games = [Game.of(tree) for tree in trees]
        self.base = base + sum(game.base for game in self.games)

    def shares(self, X: Matrix) -> Matrix:
        """One row a customer; with `base` they add up to what the trees say."""
        X, out = np.asfortranarray(X), np.zeros((len(X), self.columns), order="F")
        grids = self._grids()
        cells = {column: _cells(X[:, column], grid) for column, grid in grids.items()}
        for game in self.games:
            game.add(X, grids, cells, out)
        return out

    def _grids(self) -> dict[int, Vector]:
        """Every threshold on each column that any tree asks about."""
        found: dict[int, list[Vector]] = defaultdict(list)
        for game in self.games:
            for column, thresholds in zip(game.columns, game.thresholds, strict=True):
                found[int(column)].append(thresholds)
        return {column: np.unique(np.concatenate(parts)) for column, parts in found.items()}


@dataclass(frozen=True)
class Leaves:
    """All leaves of a tree with equally many columns on their path, as arrays of leaf x column of the path."""

    column: NDArray[np.intp]  # its place among the columns of the tree
    low: Matrix  # low < x <= high, or a gap
    high: Matrix
    gap: NDArray[np.bool_]
    share: Matrix  # z
    value: Vector

    @classmethod
    def of(cls, leaves: list[tuple[Path, float]], places: Mapping[int, int]) -> Self:
        shape = (len(leaves), len(leaves[0][0]))
        conditions = np.array([list(path.values()) for path, _ in leaves], dtype=float).reshape(*shape, 4)
        column = np.array([[places[name] for name in path] for path, _ in leaves], dtype=np.intp).reshape(shape)
        low, high, gap, share = np.moveaxis(conditions, 2, 0)
        return cls(column, low, high, gap.astype(bool), share, np.array([value for _, value in leaves]))


@dataclass(frozen=True)
class Game:
    """What one tree says, to be shared out among the `columns` it asks about."""

    columns: Rows
    thresholds: tuple[Vector, ...]  # ascending, for each column
    groups: tuple[Leaves, ...]
    base: float

    @classmethod
    def of(cls, tree: Tree) -> Self:
        inner = tree.left > 0
        columns = np.unique(tree.column[inner])
        thresholds = tuple(np.unique(tree.threshold[inner & (tree.column == column)]) for column in columns)
        places = {int(column): place for place, column in enumerate(columns)}
        by_depth: dict[int, list[tuple[Path, float]]] = defaultdict(list)
        for path, value in _paths(tree):
            by_depth[len(path)].append((path, value))
        groups = tuple(Leaves.of(leaves, places) for _, leaves in sorted(by_depth.items()))
        return cls(columns, thresholds, groups, sum(float(one.value @ one.share.prod(axis=1)) for one in groups))

    def add(self, X: Matrix, grids: Mapping[int, Vector], cells: Mapping[int, Rows], out: Matrix) -> None:
        """Add this tree's shares to `out`, customers x all columns."""
        kinds = prod(len(thresholds) + 2 for thresholds in self.thresholds)
        if kinds > _KINDS_A_ROW * len(X):
            out[:, self.columns] += self._shares(X[:, self.columns])
            return
        kind = np.zeros(len(X), dtype=np.intp)
        for column, thresholds in zip(self.columns.tolist(), self.thresholds, strict=True):
            kind *= len(thresholds) + 2
            kind += _coarser(grids[column], thresholds)[cells[column]]
        rows, place = _different(kind, kinds)
        shares = self._shares(X[rows][:, self.columns])
        for number, column in enumerate(self.columns):
            out[:, column] += shares[:, number][place]

    def _shares(self, X: Matrix) -> Matrix:
        out = np.zeros(X.shape)
        for group in self.groups:
            leaves, depth = group.column.shape
            if not depth:
                continue
            step = max(1, _CELLS // (leaves * depth))
            belongs = np.zeros((leaves * depth, X.shape[1]))
            belongs[np.arange(leaves * depth), group.column.ravel()] = 1
            for start in range(0, len(X), step):
                part = _leaf_shares(group, X[start : start + step])
                out[start : start + step] += part.reshape(len(part), -1) @ belongs
        return out


def _cells(x: Vector, grid: Vector) -> Rows:
    """Between which thresholds each number lies; the last cell is that of gaps."""
    return np.where(np.isnan(x), len(grid) + 1, np.searchsorted(grid, x, side="left"))


def _coarser(grid: Vector, thresholds: Vector) -> Rows:
    """For each cell of the grid of all trees, the cell of one tree's own thresholds."""
    inside = np.searchsorted(thresholds, grid, side="right")
    return np.concatenate([[0], inside, [len(thresholds) + 1]])


def _different(kind: Rows, kinds: int) -> tuple[Rows, Rows]:
    """One row of each kind that occurs, and for every row the place of its kind among them."""
    example = np.full(kinds, -1)
    example[kind] = np.arange(len(kind))
    occurs = example >= 0
    return example[occurs], (np.cumsum(occurs) - 1)[kind]


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


def _paths(tree: Tree) -> Iterator[tuple[Path, float]]:
    """For every leaf, by column: low, high, whether a gap comes here, and the share of customers that came."""
    waiting: list[tuple[int, Path]] = [(0, {})]
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
            waiting.append((child, {**path, column: (low, high, gap and gap_left is goes_left, share)}))
