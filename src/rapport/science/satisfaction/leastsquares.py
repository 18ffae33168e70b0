"""Least squares with honest errors: exact for columns that cannot be separated, classic or robust to uneven spread."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]

# Singular values of columns of length 1 below this are the rounding of exact dependence.
_DEPENDENT = 1e-8


@dataclass(frozen=True)
class LeastSquares:
    """The fit of `y` by an intercept and the columns of X; errors are NaN where nothing can be said.

    `separable` is False for columns whose effect others can take over without changing any fitted value; `together`
    holds, for each such column, the others it cannot be separated from. `constant` columns have the coefficient 0.
    """

    intercept: float
    coefficients: Vector
    errors: Vector
    intercept_error: float
    inflation: Vector
    separable: NDArray[np.bool_]
    together: list[list[int]]
    constant: NDArray[np.bool_]
    residual_degrees: int
    spread: float  # residual standard deviation
    explained: float  # R squared, NaN where y does not vary


def least_squares(X: Vector, y: Vector, *, robust: bool) -> LeastSquares:
    """Fit by singular values of the centred columns at length 1.

    Errors: the classic ones of equal spread, or HC3. Source: MacKinnon and White (1985), Some heteroskedasticity-
    consistent covariance matrix estimators, Journal of Econometrics 29, 305-325.
    """
    n = len(y)
    means, middle = X.mean(axis=0), float(y.mean())
    centred = X - means
    lengths = np.sqrt((centred**2).sum(axis=0))
    # A constant that is not exact in floating point leaves only its own rounding.
    constant = lengths <= 1e-12 * np.sqrt(n) * np.maximum(np.abs(means), 1e-300)
    lengths = np.where(constant, 1.0, lengths)
    scaled = np.where(constant, 0.0, centred / lengths)
    U, S, V = _singular(scaled)
    weights = (V / S) @ U.T  # how much each answer moves each coefficient of the scaled columns
    slopes = weights @ (y - middle)
    residuals = y - middle - scaled @ slopes
    degrees = n - 1 - len(S)
    square = float(residuals @ residuals)
    total = float(((y - middle) ** 2).sum())
    mean_weights = 1 / n - (means / lengths) @ weights
    leverage = 1 / n + (U**2).sum(axis=1)
    variance, intercept_variance = (
        _robust(weights, mean_weights, residuals, leverage)
        if robust
        else _classic(weights, mean_weights, square / degrees if degrees else np.nan)
    )
    if not degrees:
        variance, intercept_variance = np.full(len(slopes), np.nan), np.nan
    shared = np.eye(len(slopes)) - V @ V.T
    separable = (np.diag(shared) < 1e-6) & ~constant
    inflation = np.where(constant, np.nan, np.where(separable, (weights**2).sum(axis=1), np.inf))
    return LeastSquares(
        intercept=middle - float(means @ (slopes / lengths)),
        coefficients=slopes / lengths,
        errors=np.where(separable, np.sqrt(variance) / lengths, np.nan),
        intercept_error=float(np.sqrt(intercept_variance)) if (separable | constant).all() else float("nan"),
        inflation=inflation,
        separable=separable,
        together=[_together(shared, column, separable | constant) for column in range(len(slopes))],
        constant=constant,
        residual_degrees=degrees,
        spread=float(np.sqrt(square / degrees)) if degrees else float("nan"),
        explained=1 - square / total if total > 1e-24 * max(1.0, middle**2) * n else float("nan"),
    )


def _singular(scaled: Vector) -> tuple[Vector, Vector, Vector]:
    """U, S and V without the directions in which nothing varies; through R, which is small whatever n is."""
    _unused, S, rows = np.linalg.svd(np.linalg.qr(scaled, mode="r"), full_matrices=False)
    kept = S > _DEPENDENT
    V = rows[kept].T
    return scaled @ V / S[kept], S[kept], V


def _classic(weights: Vector, mean_weights: Vector, variance: float) -> tuple[Vector, float]:
    return variance * (weights**2).sum(axis=1), float(variance * (mean_weights**2).sum())


def _robust(weights: Vector, mean_weights: Vector, residuals: Vector, leverage: Vector) -> tuple[Vector, float]:
    alone = leverage > 1 - 1e-9  # an answer that decides a coefficient by itself has no residual to learn from
    squares = np.where(alone, 0.0, residuals / np.where(alone, 1.0, 1 - leverage)) ** 2
    undecided = (np.abs(weights[:, alone]) > 1e-9).any(axis=1)
    variance = np.where(undecided, np.nan, (weights**2) @ squares)
    mean_undecided = (np.abs(mean_weights[alone]) > 1e-9).any()
    return variance, float("nan") if mean_undecided else float((mean_weights**2) @ squares)


def _together(shared: Vector, column: int, separable: NDArray[np.bool_]) -> list[int]:
    if separable[column]:
        return []
    near = (np.abs(shared[column]) > 1e-6) & ~separable
    return [int(other) for other in np.flatnonzero(near) if other != column]
