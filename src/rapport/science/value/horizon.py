"""Purchases that are still to come from customers who are alive: plain and discounted, exact and for many at once."""

from dataclasses import dataclass
from functools import cache, cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv, hyp2f1

from rapport.science.value.likelihood import Vector
from rapport.science.value.tables import grouped

_NODES = 33
_COSINES = np.cos((2 * np.arange(_NODES) + 1) * np.pi / (2 * _NODES))  # Chebyshev's nodes
_DENSE = 4097
_STEP = 1e-4


class Habits(NamedTuple):
    """The four parameters of BG/NBD."""

    r: float
    alpha: float
    a: float
    b: float


def purchases_if_alive(habits: Habits, t: Vector, x: Vector, age: Vector) -> Vector:
    """Expected purchases in the next `t` of a customer who is alive at `age` after `x` repeat purchases.

    Source: Fader, Hardie and Lee (2005), equation 10 without P(alive); its 2F1 by Euler's transformation (Abramowitz
    and Stegun 15.3.3), which does not overflow for customers with thousands of purchases.
    """
    r, alpha, a, b = habits
    # a = 1 is a removable pole.
    a = a if abs(a - 1) > 1e-7 else 1 + 1e-7
    t, x, age = np.broadcast_arrays(t, x, age)
    z = t / (alpha + age + t)
    with np.errstate(all="ignore"):
        series = hyp2f1(a + b - 1 - r, a - 1, a + b + x - 1, z)
        expected: Vector = (a + b + x - 1) / (a - 1) * (1 - np.exp((a - 1) * np.log1p(-z)) * series)
        most = (r + x) * t / (alpha + age)  # were it certain that nobody leaves
        doubtful = ~(np.isfinite(expected) & (expected >= 0) & (expected <= most * (1 + 1e-9))) | (a + b > 1e5)
    if doubtful.any():
        expected = expected.copy()
        expected[doubtful] = _by_quadrature(habits, t[doubtful], x[doubtful], age[doubtful])
    return expected


def _by_quadrature(habits: Habits, t: Vector, x: Vector, age: Vector) -> Vector:
    """The mean over the chance p of leaving, beta(a, b + x), of (1 - (1 + p t / (alpha + age))^-(r + x)) / p."""
    r, alpha, a, b = habits
    nodes, weights = np.polynomial.legendre.leggauss(48)
    distinct, of = np.unique(x, return_inverse=True)
    p = np.maximum(betaincinv(a, (b + distinct)[:, None], (nodes + 1) / 2), 1e-300)[of]
    values = -np.expm1(-(r + x)[:, None] * np.log1p(p * (t / (alpha + age))[:, None])) / p
    mean: Vector = values @ weights / 2
    return mean


@dataclass(frozen=True)
class Horizon:
    """`length` from now, discounted by `rate` a `period` at the end of each period (all in the table's unit of time).

    The last period may be a part of one, and is discounted by that part.
    """

    length: float
    rate: float = 0.0
    period: float = 1.0

    @cached_property
    def ends(self) -> Vector:
        whole = int(np.ceil(self.length / self.period - 1e-9))
        ends: Vector = np.minimum(np.arange(1, whole + 1) * self.period, self.length)
        return ends

    @cached_property
    def factors(self) -> Vector:
        factors: Vector = (1 + self.rate) ** -(self.ends / self.period)
        return factors

    @cached_property
    def _plan(self) -> tuple[Vector, Vector]:
        """Moments and weights whose sum of weighted purchases until then is the discounted number of purchases."""
        if not len(self.ends):
            return np.zeros(1), np.zeros(1)
        # sum d_k (E(t_k) - E(t_k-1)), arranged by E.
        weights = self.factors - np.append(self.factors[1:], 0.0)
        if len(self.ends) <= _NODES:
            return self.ends, weights
        # More periods than that are told by a few moments, as purchases grow smoothly with time.
        scale = self.length / 20
        places = np.log1p(self.ends / scale)
        nodes = places[-1] / 2 * (1 + _COSINES)
        basis = _basis(2 * places / places[-1] - 1)
        return scale * np.expm1(nodes), basis.T @ weights

    def purchases(self, habits: Habits, x: Vector, age: Vector) -> "Ahead":
        """Expected purchases of alive customers over the horizon, and how they change with the parameters."""
        # Once per frequency and age, which few pairs stand for; P(alive) alone needs the time of the last purchase.
        (distinct_x, distinct_age), _, inverse = grouped(x, age)
        found = np.empty((10, len(distinct_x)))
        for frequency, rows in _by_frequency(distinct_x):
            found[:, rows] = self._of_frequency(habits, frequency, distinct_age[rows])
        plain, discounted = np.maximum(found[0], 0.0), np.maximum(found[1], 0.0)
        return Ahead(plain[inverse], discounted[inverse], found[2:6, inverse].T, found[6:, inverse].T)

    def _of_frequency(self, habits: Habits, frequency: float, age: Vector) -> Vector:
        if len(age) <= _NODES:
            return self._exactly(habits, frequency, age)
        # Smooth in the logarithm of the age: a few nodes say it for a million ages.
        places = np.log(habits.alpha + age)
        low, high = float(places.min()), float(places.max())
        if high - low < 1e-9:
            return np.repeat(self._exactly(habits, frequency, age[:1]), len(age), axis=1)
        nodes = (low + high) / 2 + (high - low) / 2 * _COSINES
        values = self._exactly(habits, frequency, np.maximum(np.exp(nodes) - habits.alpha, 0.0))
        dense = _dense_basis() @ values.T
        grid = np.linspace(low, high, _DENSE)
        return np.array([np.interp(places, grid, column) for column in dense.T])

    def _exactly(self, habits: Habits, frequency: float, age: Vector) -> Vector:
        """Ten rows: plain, discounted, and the sensitivities of both."""
        plain, discounted = self._both(habits, frequency, age)
        found = [plain, discounted]
        changes = [
            [self._both(_changed(habits, which, change), frequency, age) for change in (_STEP, -_STEP)]
            for which in range(4)
        ]
        for kind in (0, 1):
            for up, down in changes:
                safe = (up[kind] > 0) & (down[kind] > 0)
                ratio = np.divide(up[kind], down[kind], out=np.ones_like(plain), where=safe)
                found.append(np.log(ratio) / (2 * _STEP))
        return np.array(found)

    def _both(self, habits: Habits, frequency: float, age: Vector) -> tuple[Vector, Vector]:
        x = np.array(frequency)
        plain = purchases_if_alive(habits, np.array(self.length), x, age)
        if self.rate == 0:
            return plain, plain
        moments, weights = self._plan
        return plain, purchases_if_alive(habits, moments[None, :], x, age[:, None]) @ weights


class Ahead(NamedTuple):
    """Purchases of customers who are alive: `plain`, each `discounted` to now, and the derivatives of the logarithms
    of both by the logarithms of r, alpha, a and b, (customers, 4) each."""

    plain: Vector
    discounted: Vector
    by_plain: Vector
    by_discounted: Vector


def _changed(habits: Habits, which: int, change: float) -> Habits:
    values = list(habits)
    values[which] *= np.exp(change)
    return Habits(*values)


def _by_frequency(x: Vector) -> list[tuple[float, NDArray[np.intp]]]:
    order = np.argsort(x, kind="stable")
    distinct, starts = np.unique(x[order], return_index=True)
    return list(zip((float(value) for value in distinct), np.split(order, starts[1:]), strict=True))


@cache
def _dense_basis() -> Vector:
    return _basis(np.linspace(-1, 1, _DENSE))


def _basis(places: Vector) -> Vector:
    """The matrix that turns values at the Chebyshev nodes into values at places from -1 to 1.

    Source: Berrut and Trefethen (2004), Barycentric Lagrange interpolation, SIAM Review 46(3), equation 4.2.
    """
    weights = (-1.0) ** np.arange(_NODES) * np.sqrt(1 - _COSINES**2)
    apart = places[:, None] - _COSINES
    hit = np.abs(apart) < 1e-14
    terms = weights / np.where(hit, 1.0, apart)
    basis = terms / terms.sum(axis=1, keepdims=True)
    exact = hit.any(axis=1)
    basis[exact] = hit[exact]
    return np.asarray(basis)
