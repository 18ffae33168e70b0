"""How much of each service to give under common limits: a linear programme with its prices."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import OptimizeResult, linprog
from scipy.sparse import csr_array, issparse

from rapport.science.assignment.refusals import CannotPlan, Infeasible, Unbounded
from rapport.science.language import _

Vector = NDArray[np.float64]
_NEAR = 1e-9
# A conflict among more limits than this is named as a whole, without looking for its smallest part.
_MOST_LIMITS = 200


@dataclass(frozen=True)
class ServicePlan:
    """A best plan. It unpacks as `x, value, shadow_prices`.

    `x` (n) is how much of each service, `value` its worth c'x; `shadow_prices` (m) is what one more unit of each
    limit would add, `upper_prices` (n) what one more unit of each upper limit would; `slack` (m) is what is left of
    each limit. `unique` says whether no other plan is worth as much, `prices_unique` whether each price holds for
    more and for less of its limit; `notes` says in sentences where they do not.
    """

    x: Vector
    value: float
    shadow_prices: Vector
    upper_prices: Vector
    slack: Vector
    unique: bool
    prices_unique: bool
    notes: tuple[str, ...] = ()

    def __iter__(self) -> Iterator[Any]:
        yield from (self.x, self.value, self.shadow_prices)


@dataclass(frozen=True)
class _Programme:
    c: Vector
    A: Any
    b: Vector
    upper: Vector
    services: Sequence[str]
    limits: Sequence[str]

    def solve(self, c: Vector | None = None) -> OptimizeResult:
        bounds = np.column_stack([np.zeros(len(self.c)), self.upper])
        # The dual simplex method ends in a corner, whose coordinates are exact but for rounding.
        return linprog(-(self.c if c is None else c), self.A, self.b, bounds=bounds, method="highs-ds")


def service_plan(
    c: Any,
    A: Any,
    b: Any,
    upper: Any = None,
    *,
    services: Sequence[str] | None = None,
    limits: Sequence[str] | None = None,
) -> ServicePlan:
    """The greatest c'x with Ax <= b and 0 <= x <= upper, solved by HiGHS.

    `c` (n) is the worth of a unit of each service, `A` (m x n, dense or sparse) what a unit takes of each limit,
    `b` (m) the limits, `upper` (a number, n numbers, or None for no upper limit). `services` and `limits` name them
    in sentences. Raises Infeasible or Unbounded, which name the limits or services at fault, and ValueError for
    numbers that do not fit together.

    Source: G. Dantzig (1963), Linear programming and extensions; Q. Huangfu and J. Hall (2018), Parallelizing the
    dual revised simplex method, Mathematical Programming Computation 10, 119-142.

    >>> service_plan((1, 1, 1), [[2, 1, 2], [1, 2, 1], [1, 1, 2]], (8, 6, 8), 10).value
    4.666666666666666
    """
    programme = _read(c, A, b, upper, services, limits)
    found = programme.solve()
    if found.status == 0:
        return _plan(programme, found)
    # HiGHS may only know that one of the two is the case: whether any plan exists decides.
    if found.status in (2, 3, 4) and programme.solve(np.zeros(len(programme.c))).status == 2:
        raise _infeasible(programme)
    if found.status in (2, 3, 4):
        raise _unbounded(programme)
    raise CannotPlan("The solver ended without an answer; scale the numbers so that they differ less in size.")


def _read(
    c: Any, A: Any, b: Any, upper: Any, services: Sequence[str] | None, limits: Sequence[str] | None
) -> _Programme:
    worth, bound = _numbers(c, "c"), _numbers(b, "b")
    if not len(worth):
        raise ValueError("A plan needs at least one service; c is empty.")
    matrix = csr_array(A, dtype=float) if issparse(A) else _dense(A, len(worth))
    if matrix.shape != (len(bound), len(worth)):
        raise ValueError(
            f"A needs one row a limit and one column a service, {len(bound)} x {len(worth)}, not "
            f"{' x '.join(map(str, matrix.shape))}."
        )
    if not np.isfinite(matrix.data if issparse(A) else matrix).all():
        raise ValueError("A holds a number that is missing or infinite; use 0 where a service takes nothing.")
    most = np.full(len(worth), np.inf) if upper is None else np.asarray(upper, dtype=float)
    if most.ndim > 1 or most.size not in (1, len(worth)) or np.isnan(most).any():
        raise ValueError(f"upper is one number or {len(worth)} numbers, one a service, none of them missing.")
    names = [f"service {place + 1}" for place in range(len(worth))] if services is None else list(services)
    rows = [f"limit {place + 1}" for place in range(len(bound))] if limits is None else list(limits)
    if len(names) != len(worth) or len(rows) != len(bound):
        raise ValueError("Give one name to every service and every limit, or none at all.")
    return _Programme(worth, matrix, bound, np.broadcast_to(most.ravel(), len(worth)).copy(), names, rows)


def _numbers(values: Any, name: str) -> Vector:
    try:
        array = np.asarray(values, dtype=float)
    except (TypeError, ValueError):
        raise ValueError(f"{name} holds something that is not a number.") from None
    if array.ndim != 1 or not np.isfinite(array).all():
        raise ValueError(f"{name} is one row of finite numbers.")
    return array


def _dense(A: Any, services: int) -> Vector:
    try:
        array = np.asarray(A, dtype=float)
    except (TypeError, ValueError):
        raise ValueError("A is a table of numbers with rows of equal length.") from None
    return array.reshape(0, services) if array.size == 0 else np.atleast_2d(array)


def _plan(programme: _Programme, found: OptimizeResult) -> ServicePlan:
    x = np.clip(np.asarray(found.x, dtype=float), 0, programme.upper)
    slack = programme.b - programme.A @ x
    prices = np.maximum(0.0, -np.asarray(found.ineqlin.marginals, dtype=float))
    upper_prices = np.maximum(0.0, -np.asarray(found.upper.marginals, dtype=float))
    unique = _unique(programme, x, slack, prices)
    tight = int((slack <= _NEAR * _size(programme.b)).sum())
    tight += int((x <= _NEAR).sum() + (programme.upper - x <= _NEAR * _size(programme.upper)).sum())
    prices_unique = tight <= len(x)
    notes = []
    if not unique:
        notes.append(_("Other plans are worth as much as this one, so choose among them by what is not counted here."))
    if not prices_unique:
        notes.append(
            _("More limits meet in this plan than decide it, so a price may hold for less of a limit but not for more.")
        )
    value = float(programme.c @ x)
    return ServicePlan(x + 0.0, value, prices + 0.0, upper_prices + 0.0, slack, unique, prices_unique, tuple(notes))


def _size(numbers: Vector) -> Vector:
    return np.maximum(1.0, np.where(np.isfinite(numbers), np.abs(numbers), 1.0))


def _unique(programme: _Programme, x: Vector, slack: Vector, prices: Vector) -> bool:
    """Whether no step away from this corner keeps the value: as far as one can go along what is free of charge."""
    reduced = programme.c - programme.A.T @ prices
    free = np.abs(reduced) <= _NEAR * _size(programme.c)
    low, high = x <= _NEAR, programme.upper - x <= _NEAR
    direction = np.where(free & low, 1.0, 0.0) - np.where(free & high & ~low, 1.0, 0.0)
    loose = (prices <= _NEAR) & (slack <= _NEAR * _size(programme.b))
    if not direction.any() and not loose.any():
        return True
    direction = direction - np.asarray(programme.A.T @ loose.astype(float)).ravel()
    # Only along the face of the best plans: what has a price keeps its place.
    upper = np.where(~free & low, 0.0, np.where(np.isfinite(programme.upper), programme.upper, x + 1.0))
    lower = np.where(~free & high & ~low, programme.upper, 0.0)
    fixed = prices > _NEAR
    face = linprog(
        -direction,
        programme.A,
        programme.b,
        A_eq=programme.A[fixed] if fixed.any() else None,
        b_eq=programme.b[fixed] if fixed.any() else None,
        bounds=np.column_stack([np.minimum(lower, x), np.maximum(upper, x)]),
        method="highs-ds",
    )
    return bool(face.status != 0 or -face.fun - direction @ x <= 1e-7 * max(1.0, float(np.abs(x).max())))


def _infeasible(programme: _Programme) -> Infeasible:
    if (programme.upper < 0).any():
        place = int(np.argmax(programme.upper < 0))
        return Infeasible(f"No plan is possible: the upper limit of {programme.services[place]} is below 0.")
    least = _least(programme)
    alone = np.flatnonzero(least > programme.b + _NEAR * _size(programme.b))
    if len(alone):
        row = int(alone[0])
        return Infeasible(
            f"No plan is possible: {programme.limits[row]} allows at most {programme.b[row]:g}, but at least "
            f"{least[row]:g} is taken by any plan. Raise it.",
            (row,),
        )
    rows = _conflict(programme)
    names = ", ".join(programme.limits[row] for row in rows)
    return Infeasible(f"No plan is possible: these limits cannot hold together: {names}. Raise one of them.", rows)


def _least(programme: _Programme) -> Vector:
    """The least that any x within its bounds takes of each limit."""
    A = programme.A.toarray() if issparse(programme.A) else programme.A
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where(A < 0, A * programme.upper, 0.0).sum(axis=1))


def _conflict(programme: _Programme) -> tuple[int, ...]:
    """Limits that cannot hold together, none of which could be spared (a deletion filter)."""
    rows = list(range(len(programme.b)))
    if len(rows) > _MOST_LIMITS:
        return tuple(rows)
    for row in list(rows):
        fewer = [one for one in rows if one != row]
        part = _Programme(
            np.zeros_like(programme.c), programme.A[fewer], programme.b[fewer], programme.upper, programme.services, ()
        )
        if part.solve().status == 2:
            rows = fewer
    return tuple(rows)


def _unbounded(programme: _Programme) -> Unbounded:
    """The services along one direction in which the worth grows for ever."""
    most = np.where(np.isfinite(programme.upper), 0.0, 1.0)
    ray = linprog(
        -programme.c, programme.A, np.zeros(len(programme.b)), bounds=np.column_stack([0 * most, most]), method="highs"
    )
    places = tuple(int(place) for place in np.flatnonzero(ray.x > _NEAR)) if ray.status == 0 else ()
    names = ", ".join(programme.services[place] for place in places) or "some service"
    return Unbounded(
        f"There is no best plan: more of {names} is worth more, for ever, under every limit. "
        "Add a limit that it takes from, or an upper limit.",
        places,
    )
