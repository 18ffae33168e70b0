"""What chance decides in a simulated desk, drawn before anything happens, so that two desks can share it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaincinv

Vector = NDArray[np.float64]


@dataclass(frozen=True)
class Chance:
    """The luck of `n` customers: when they come, in units of mean arrivals (n); and for each step (n x steps) how long
    they take, how long they would wait (both with mean 1) and whether the step is done again (0 to 1)."""

    coming: Vector
    taking: Vector
    bearing: Vector
    again: Vector

    @classmethod
    def draw(cls, customers: int, variations: list[float], seed: list[int]) -> "Chance":
        """Draw it; each kind and step has its own source, so that a change of one leaves the others alone."""

        def source(kind: int, step: int = 0) -> np.random.Generator:
            return np.random.default_rng([*seed, kind, step])

        steps = range(len(variations))
        return cls(
            np.cumsum(source(0).exponential(size=customers)),
            np.column_stack([_times(source(1, k).random(customers), variations[k]) for k in steps]),
            np.column_stack([source(2, k).exponential(size=customers) for k in steps]),
            np.column_stack([source(3, k).random(customers) for k in steps]),
        )


def _times(luck: Vector, variation: float) -> Vector:
    """Times of mean 1 with this coefficient of variation, by the quantiles of a gamma; 1 is exponential, 0 constant."""
    if variation == 0:
        return np.ones_like(luck)
    if variation == 1:
        return np.asarray(-np.log1p(-luck))
    shape = 1 / variation**2
    return np.asarray(gammaincinv(shape, luck) / shape, dtype=np.float64)
