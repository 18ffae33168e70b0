"""One half of an alternating-least-squares step, for all users at once.

Rows are sorted by their length, so that rows of about one length are one batch of small matrix products, and conjugate
gradients take the place of one factorisation a row.
Source: Takács, Pilászy and Tikk (2011), Applications of the conjugate gradient method for implicit feedback
collaborative filtering, RecSys 2011.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

Single = NDArray[np.float32]

# Numbers of one batch of gathered rows: what fits into the cache of a core.
_BATCH = 1 << 18


@dataclass(frozen=True)
class Batch:
    """Rows of about one length: `columns` and `weights` are rows x length, padded by weight 0."""

    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    weights: Single


def batches_of(matrix: sparse.csr_matrix, factors: int) -> list[Batch]:
    """The rows of a matrix that are not empty, in batches that `half_step` solves together."""
    length = np.diff(matrix.indptr)
    order = np.argsort(length, kind="stable")
    order = order[length[order] > 0]
    found, start = [], 0
    while start < len(order):
        shortest = int(length[order[start]])
        # Longer rows may join as long as padding costs at most a quarter.
        end = int(np.searchsorted(length[order], max(shortest + 1, int(shortest * 1.25)), side="right"))
        longest = int(length[order[min(end, len(order)) - 1]])
        end = min(end, start + max(1, _BATCH // (longest * factors)))
        found.append(_batch(matrix, order[start:end]))
        start = end
    return found


def _batch(matrix: sparse.csr_matrix, rows: NDArray[np.int64]) -> Batch:
    first, length = matrix.indptr[rows], matrix.indptr[rows + 1] - matrix.indptr[rows]
    place = np.arange(int(length.max()))[None, :]
    real = place < length[:, None]
    at = np.where(real, first[:, None] + place, 0)
    weights = np.where(real, matrix.data[at], 0.0).astype(np.float32)
    return Batch(rows, np.where(real, matrix.indices[at], 0).astype(np.int64), weights)


def half_step(
    batches: list[Batch], ours: Single, theirs: Single, *, regularisation: float, confidence: float, steps: int
) -> Single:
    """Move our factors (rows x factors) towards the least loss given theirs, by `steps` conjugate gradients.

    Minimises, for each row u, sum over all i of c_ui (p_ui - x_u . y_i)^2 + regularisation |x_u|^2, where p is 1 and
    c is 1 + confidence x weight for what was seen, and p is 0 and c is 1 for the rest. Rows without any weight are 0.
    """
    gram = theirs.T @ theirs + np.float32(regularisation) * np.eye(theirs.shape[1], dtype=np.float32)
    found = np.zeros_like(ours)

    def solve(batch: Batch) -> None:
        seen = theirs[batch.columns]
        found[batch.rows] = _conjugate_gradients(
            gram, seen, np.float32(confidence) * batch.weights, ours[batch.rows], batch.weights > 0, steps
        )

    with threadpool_limits(1, user_api="blas"), ThreadPoolExecutor(2) as threads:
        list(threads.map(solve, batches))
    return found


def _conjugate_gradients(
    gram: Single, seen: Single, extra: Single, x: Single, real: NDArray[np.bool_], steps: int
) -> Single:
    def product(vector: Single) -> Single:
        part = (seen @ vector[:, :, None])[:, :, 0]
        answer: Single = vector @ gram + ((extra * part)[:, None, :] @ seen)[:, 0, :]
        return answer

    target = (np.where(real, 1 + extra, 0).astype(np.float32)[:, None, :] @ seen)[:, 0, :]
    rest = target - product(x)
    direction = rest.copy()
    size = (rest * rest).sum(axis=1)
    for _ in range(steps):
        moved = product(direction)
        curve = (direction * moved).sum(axis=1)
        step = np.divide(size, curve, out=np.zeros_like(size), where=curve > 0)[:, None]
        x = x + step * direction
        rest = rest - step * moved
        before, size = size, (rest * rest).sum(axis=1)
        direction = rest + np.divide(size, before, out=np.zeros_like(size), where=before > 0)[:, None] * direction
    return x


def loss(matrix: sparse.csr_matrix, users: Single, items: Single, *, regularisation: float, confidence: float) -> float:
    """What ALS minimises, over every cell of users x items, without ever making that matrix."""
    u, v = users.astype(float), items.astype(float)
    rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    total = float(((u.T @ u) * (v.T @ v)).sum())
    for start in range(0, matrix.nnz, 1 << 18):
        part = slice(start, start + (1 << 18))
        guess = np.einsum("ij,ij->i", u[rows[part]], v[matrix.indices[part]])
        c = 1 + confidence * matrix.data[part]
        total += float((c * (1 - guess) ** 2 - guess**2).sum())
    return total + regularisation * float((u**2).sum() + (v**2).sum())
