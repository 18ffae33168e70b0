"""Who takes which request when each takes one: the assignment problem, with a proof that nothing is worth more."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

Matrix = NDArray[np.float64]
Rows = NDArray[np.intp]
_ROUNDS = 200


@dataclass(frozen=True)
class Assignment:
    """Pairs of one agent and one request. It unpacks as `pairs, total, bound`.

    `pairs` are (agent, request): row and column numbers, or labels where a DataFrame was given, by agent. `total` is
    their value, `bound` a proven upper limit on the value of any assignment of as many pairs; `agents_left` and
    `requests_left` are those without a partner.
    """

    pairs: list[tuple[Any, Any]]
    total: float
    bound: float
    agents_left: list[Any]
    requests_left: list[Any]

    @property
    def gap(self) -> float:
        """By how much of the bound a better assignment could at most be better; 0 but for rounding."""
        return (self.bound - self.total) / max(abs(self.bound), 1e-12)

    def __iter__(self) -> Iterator[Any]:
        yield from (self.pairs, self.total, self.bound)


def assign(value: Any, *, complete: bool = True) -> Assignment:
    """Pairs of agents and requests with the greatest total value, each in at most one pair.

    `value` is agents x requests (array or DataFrame, of any two lengths); NaN and -inf mean that the agent may not
    take the request. As many pairs as are allowed are made, and among these the most valuable; with
    `complete=False` a pair is only made where it adds value. Raises ValueError for +inf and for what is no matrix.

    The bound is the value of the dual problem, from prices of requests that are computed apart from the solver.
    Source: D. Crouse (2016), On implementing 2D rectangular assignment algorithms, IEEE Transactions on Aerospace
    and Electronic Systems 52(4), 1679-1696; duality: H. Kuhn (1955), Naval Research Logistics Quarterly 2, 83-97.
    """
    matrix, agents, requests = _read(value)
    allowed = np.isfinite(matrix)
    gain = np.where(allowed, matrix, -np.inf) if complete else np.where(allowed, np.maximum(matrix, 0.0), 0.0)
    rows, columns, bound = _solve(gain)
    made = allowed[rows, columns] if complete else allowed[rows, columns] & (matrix[rows, columns] > 0)
    rows, columns = rows[made], columns[made]
    total = float(matrix[rows, columns].sum())
    return Assignment(
        [(agents[row], requests[column]) for row, column in zip(rows, columns, strict=True)],
        total,
        max(bound, total),
        _left(agents, rows),
        _left(requests, columns),
    )


def _read(value: Any) -> tuple[Matrix, list[Any], list[Any]]:
    try:
        matrix = np.array(value, dtype=float)
    except (TypeError, ValueError):
        raise ValueError("The values are a table of numbers, one row an agent and one column a request.") from None
    if matrix.ndim == 1 and matrix.size == 0:
        matrix = matrix.reshape(0, 0)
    if matrix.ndim != 2:
        raise ValueError(f"The values need one row an agent and one column a request, not {matrix.ndim} dimension(s).")
    if np.isposinf(matrix).any():
        raise ValueError("A value is infinite; give a large number to what must be done.")
    if isinstance(value, pd.DataFrame):
        return matrix, value.index.tolist(), value.columns.tolist()
    return matrix, list(range(matrix.shape[0])), list(range(matrix.shape[1]))


def _left(names: list[Any], taken: Rows) -> list[Any]:
    used = set(taken.tolist())
    return [name for place, name in enumerate(names) if place not in used]


def _solve(gain: Matrix) -> tuple[Rows, Rows, float]:
    """Rows, columns and bound; where not everybody can have a partner, forbidden pairs fill up and are to be left."""
    if not gain.size:
        return np.empty(0, dtype=np.intp), np.empty(0, dtype=np.intp), 0.0
    try:
        rows, columns = linear_sum_assignment(gain, maximize=True)
    except ValueError:  # no complete assignment is allowed
        return _solve_partly(gain)
    return rows, columns, _bound(gain, rows, columns)


def _solve_partly(gain: Matrix) -> tuple[Rows, Rows, float]:
    allowed = np.isfinite(gain)
    if not allowed.any():
        return np.empty(0, dtype=np.intp), np.empty(0, dtype=np.intp), 0.0
    # Dearer than all the value that pairs can differ in: a forbidden pair is only taken where one must be.
    middle = float(gain[allowed].mean())
    forfeit = 1.0 + 2 * min(gain.shape) * float(np.abs(gain[allowed] - middle).max())
    shifted = np.where(allowed, gain - middle, -forfeit)
    rows, columns = linear_sum_assignment(shifted, maximize=True)
    forbidden = int((~allowed[rows, columns]).sum())
    bound = _bound(shifted, rows, columns) + forfeit * forbidden + middle * (len(rows) - forbidden)
    return rows, columns, bound


def _bound(gain: Matrix, rows: Rows, columns: Rows) -> float:
    """The value of the dual problem: the prices of the longer side that make every pair of the shorter its best one.

    With prices v >= 0, sum_i max_j (gain_ij - v_j) + sum_j v_j is at least the value of any assignment that gives
    every i a partner. The least prices that fit the assignment are the longest paths through it.
    """
    if gain.shape[0] > gain.shape[1]:
        return _bound(gain.T, columns, rows)
    partner = np.empty(len(gain), dtype=np.intp)
    partner[rows] = columns
    own = gain[np.arange(len(gain)), partner]
    beside = gain[:, partner] - own[:, None]  # what i would gain by taking the partner of k instead
    prices = np.zeros(len(gain))
    for _ in range(_ROUNDS):
        dearer = np.maximum(prices, (beside + prices[:, None]).max(axis=0))
        if np.array_equal(dearer, prices):
            break
        prices = dearer
    every = np.zeros(gain.shape[1])
    every[partner] = prices
    return float((gain - every).max(axis=1).sum() + prices.sum())
