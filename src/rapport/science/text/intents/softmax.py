"""Multinomial logistic regression on dense and sparse columns side by side."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import minimize

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Columns:
    """The same n texts as dense columns (vectors) and sparse ones (weights of words)."""

    dense: Floats
    sparse: sparse.csr_array

    def __len__(self) -> int:
        return int(self.dense.shape[0])

    @property
    def width(self) -> int:
        return int(self.dense.shape[1] + self.sparse.shape[1])

    def rows(self, chosen: Any) -> "Columns":
        return Columns(self.dense[chosen], self.sparse[chosen])

    def times(self, weights: Floats) -> Floats:
        """n x classes, the columns by their weights."""
        cut = self.dense.shape[1]
        product: Floats = self.dense @ weights[:cut] + self.sparse @ weights[cut:]
        return product


@dataclass(frozen=True)
class Softmax:
    """P(class | text) is proportional to exp(weights of the class . columns of the text)."""

    weights: Floats  # columns x classes
    bias: Floats

    @classmethod
    def fit(cls, columns: Columns, codes: NDArray[np.intp], classes: int, *, strength: float, steps: int = 60) -> Self:
        """The maximum of sum(log P) - |weights|^2 / (2 strength), by L-BFGS; the bias is free.

        Every step is deterministic; `steps` are more than enough for probabilities that are calibrated afterwards.
        """
        truth = np.zeros((len(columns), classes), dtype=np.float32)
        truth[np.arange(len(codes)), codes] = 1
        turned = columns.sparse.T.tocsr()
        shape = (columns.width + 1, classes)

        def loss(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
            both = flat.reshape(shape).astype(np.float32)
            scores = columns.times(both[:-1]) + both[-1]
            chance, total = _normalised(scores)
            wrong = (chance - truth) * np.float32(strength)
            gradient = np.empty(shape)
            cut = columns.dense.shape[1]
            gradient[:cut] = columns.dense.T @ wrong
            gradient[cut:-1] = turned @ wrong
            gradient[-1] = wrong.sum(axis=0)
            gradient[:-1] += both[:-1]
            right = scores[np.arange(len(codes)), codes]
            value = strength * float((total - right).sum(dtype=float)) + 0.5 * float((both[:-1] ** 2).sum(dtype=float))
            return value / len(codes), (gradient / len(codes)).ravel()

        # Single-precision noise ends the search before any finer tolerance would.
        options = {"maxiter": steps, "maxcor": 6, "gtol": 1e-4 * strength / classes, "ftol": 1e-7}
        found = minimize(loss, np.zeros(shape).ravel(), jac=True, method="L-BFGS-B", options=options)
        both = found.x.reshape(shape).astype(np.float32)
        return cls(both[:-1], both[-1])

    def log_chance(self, columns: Columns) -> Floats:
        """n x classes, log P(class | text)."""
        scores = columns.times(self.weights) + self.bias
        return log_softmax(scores)


def log_softmax(scores: Floats) -> Floats:
    """Scores less what makes their exponentials add up to 1 in every row."""
    shifted = scores - scores.max(axis=1, keepdims=True)
    result: Floats = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return result


def _normalised(scores: Floats) -> tuple[Floats, Floats]:
    """The chances of every row, and the logarithm of what they were divided by."""
    top = scores.max(axis=1, keepdims=True)
    odds = np.exp(scores - top)
    total = odds.sum(axis=1, keepdims=True)
    return odds / total, (np.log(total) + top).ravel()
