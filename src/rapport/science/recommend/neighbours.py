"""Items that are taken together: item-item collaborative filtering."""

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray

from rapport.science.recommend.interactions import Codes, Interactions, Vector
from rapport.science.recommend.recommender import Comparing, rows_of

_ITEMS = 512


class ItemKNN(Comparing):
    """Recommends what is like the items of a user's history.

    Two items are alike when the same users had to do with them: the cosine of their columns, drawn towards 0 by
    `shrinkage` where few users speak for it. The score of an item adds up its likeness to the items of the history.
    Sources: Sarwar et al. (2001), Item-based collaborative filtering recommendation algorithms, WWW 10; Deshpande and
    Karypis (2004), Item-based top-N recommendation algorithms, ACM TOIS 22(1).

    Parameters: `neighbours`, how many of the most alike items count for each; `shrinkage`, in sums of weights;
    `popularity`, from 0 (popular items keep all their advantage) over 0.5 (the cosine) to 1 (they lose it).
    Learned: beside those of every recommender, `similarity_` (sparse items x items; cell j, i is what having j says
    for i).
    """

    def __init__(self, neighbours: int = 200, shrinkage: float = 10.0, popularity: float = 0.4) -> None:
        self.neighbours = neighbours
        self.shrinkage = shrinkage
        self.popularity = popularity

    def _learn(self, data: Interactions) -> None:
        self._check()
        columns = data.matrix.tocsc()
        parts = [self._part(columns, start) for start in range(0, columns.shape[1], _ITEMS)]
        self.similarity_ = sparse.vstack(parts).T.tocsr()

    def _check(self) -> None:
        if self.neighbours < 1:
            raise ValueError("At least one neighbour has to count.")
        if not (self.shrinkage >= 0 and 0 <= self.popularity <= 1):
            raise ValueError("Shrinkage is 0 or more, and popularity lies between 0 and 1.")

    def _part(self, columns: sparse.csc_matrix, start: int) -> sparse.csr_matrix:
        """The neighbours of some items (rows), the most alike `neighbours` of each."""
        common = (columns[:, start : start + _ITEMS].T @ columns).tocsr()
        size = _squares(columns)
        item = np.repeat(np.arange(start, start + common.shape[0]), np.diff(common.indptr))
        expected = size[item] ** self.popularity * size[common.indices] ** (1 - self.popularity)
        common.data = np.where(item == common.indices, 0.0, common.data / (expected + self.shrinkage))
        for row in range(common.shape[0]):
            _, value = rows_of(common, row)
            if len(value) > self.neighbours:
                least = np.partition(value, len(value) - self.neighbours)[len(value) - self.neighbours]
                value[value < least] = 0.0
        common.eliminate_zeros()
        return common

    def _scores(self, users: Codes) -> Vector:
        scores: Vector = (self.history_[users] @ self.similarity_).toarray()
        return scores

    def _because(self, user: int, items: Codes) -> list[int]:
        history, weight = rows_of(self.history_, user)
        effect: NDArray[np.float64] = self.similarity_[history][:, items].toarray() * weight[:, None]
        return [int(history[n]) if effect[n, place] > 0 else -1 for place, n in enumerate(effect.argmax(axis=0))]

    def _similarity(self, item: int) -> Vector:
        """Cosines with every item, whatever the settings of the model."""
        columns = self.history_.tocsc()
        common = np.asarray((columns[:, [item]].T @ columns).todense()).ravel()
        size = _squares(columns)
        return common / np.sqrt(np.maximum(size[item] * size, 1e-300)) if size[item] else np.zeros_like(common)


def _squares(columns: sparse.csc_matrix) -> Vector:
    return np.asarray(columns.multiply(columns).sum(axis=0)).ravel()
