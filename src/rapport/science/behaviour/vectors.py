"""The array types and the few functions of numbers that every part of the model uses."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]
Rows = NDArray[np.intp]
Folds = list[tuple[Rows, Rows]]  # (learn, check) row numbers

SMALLEST = 1e-6


def log_odds(probability: Any, *, smallest: float = SMALLEST) -> Vector:
    """ln(p / (1 - p)), kept finite."""
    p = np.clip(np.asarray(probability, dtype=float), smallest, 1 - smallest)
    return np.asarray(np.log(p) - np.log1p(-p))


def log_loss(yes: Vector, probability: Vector) -> Vector:
    """Minus the log-likelihood of each answer, in nats."""
    p = np.clip(probability, SMALLEST, 1 - SMALLEST)
    return np.asarray(-(yes * np.log(p) + (1 - yes) * np.log1p(-p)))
