"""Maximum likelihood of positive parameters, with standard errors."""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import optimize
from threadpoolctl import threadpool_limits

Vector = NDArray[np.float64]


class NotEnoughData(ValueError):
    """The table cannot say what the model asks of it; the message says what is missing."""


@dataclass(frozen=True)
class Fit:
    """`parameters` at the maximum, in their own units, with the covariance of their estimates (NaN where flat)."""

    parameters: Vector
    covariance: Vector
    log_likelihood: float

    @property
    def standard_errors(self) -> Vector:
        with np.errstate(invalid="ignore"):
            return np.sqrt(np.diag(self.covariance))


def maximise(value_and_gradient: Callable[[Vector], tuple[float, Vector]], start: Vector, *, starts: int = 3) -> Fit:
    """Maximise a log-likelihood over positive parameters, searched on the log scale.

    `value_and_gradient` takes the parameters and answers the log-likelihood and its gradient by them.
    Up to three starts are tried and the best end kept; the covariance is the inverse of the observed information.
    """

    def negative(logs: Vector) -> tuple[float, Vector]:
        parameters = np.exp(logs)
        value, gradient = value_and_gradient(parameters)
        if not np.isfinite(value):
            return 1e300, np.zeros_like(logs)
        return -value, -gradient * parameters

    # Sums over few numbers, thousands of times: threads would wait for each other longer than they add.
    with threadpool_limits(1, "blas"):
        ends = [
            optimize.minimize(
                negative, np.log(start) + shift, jac=True, method="L-BFGS-B", bounds=[(-14, 16)] * len(start),
                options={"maxiter": 2000, "ftol": 1e-12, "gtol": 1e-8},
            )
            for shift in (0.0, 1.0, -1.0)[:starts]
        ]  # fmt: skip
    best = min(ends, key=lambda end: float(end.fun))
    parameters = np.exp(best.x)
    return Fit(parameters, _covariance(value_and_gradient, parameters), -float(best.fun))


def improved(value_and_gradient: Callable[[Vector], tuple[float, Vector]], part: Fit, times: float) -> Fit:
    """The maximum over all rows, from a fit to a random part of them that all rows are `times` as many as.

    The curvature of the part is nearly that of all: Newton's steps with it arrive after a handful of passes, where a
    search from scratch needs a hundred.
    """
    at = part.parameters
    covariance = part.covariance * np.outer(1 / at, 1 / at) / times
    if np.isfinite(covariance).all():
        logs, passes = np.log(at), 12
        value, gradient = value_and_gradient(at)
        for _ in range(passes):
            step = covariance @ (gradient * np.exp(logs))
            # A tenth of a thousandth of a standard error is near enough.
            if float(step @ (gradient * np.exp(logs))) < 1e-8:
                return Fit(np.exp(logs), _covariance(value_and_gradient, np.exp(logs)), value)
            logs = logs + step
            previous, (value, gradient) = value, value_and_gradient(np.exp(logs))
            if not value >= previous:
                break
    return maximise(value_and_gradient, at, starts=1)


def _covariance(value_and_gradient: Callable[[Vector], tuple[float, Vector]], at: Vector) -> Vector:
    """Inverse of minus the Hessian, by central differences of the exact gradient."""
    size = len(at)
    hessian = np.empty((size, size))
    for column in range(size):
        step = np.zeros(size)
        step[column] = 1e-5 * at[column]
        up, down = value_and_gradient(at + step)[1], value_and_gradient(at - step)[1]
        hessian[:, column] = (up - down) / (2 * step[column])
    information = -(hessian + hessian.T) / 2
    covariance: Vector = np.full((size, size), np.nan)
    with contextlib.suppress(np.linalg.LinAlgError):
        np.linalg.cholesky(information)
        covariance = np.asarray(np.linalg.inv(information), dtype=float)
    return covariance
