"""What every recommender promises: learn from interactions, recommend to users, say why."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import pandas as pd
import scipy.sparse as sparse
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from rapport.science.language import _
from rapport.science.recommend.interactions import Codes, Interactions, Vector, interactions_of

# Cells of users x items that are scored at once: 80 MB.
_CELLS = 10_000_000


@dataclass(frozen=True)
class Top:
    """The best items of some users (rows), best first: their codes, scores, and whether the model found them.

    Where fewer than k items are left, `codes` is -1. What the model has no opinion on is filled up by popularity.
    """

    codes: Codes
    scores: Vector
    by_model: NDArray[np.bool_]


class Recommender(BaseEstimator):
    """Recommends items to users after `fit`; users and items it does not know are served by popularity.

    Learned: `users_`, `items_` (each an Index), `popularity_` (n items, the most popular 1), `history_` (weights,
    sparse users x items), `n_interactions_`.
    """

    def fit(self, interactions: Any, y: Any = None) -> Self:
        """Learn from a DataFrame with `user`, `item` and perhaps `weight` and `time`, or a sparse users x items matrix.

        Raises CannotRecommend (a ValueError) for a table that cannot be read.
        """
        data = interactions_of(interactions)
        self.users_, self.items_ = data.users, data.items
        self.n_interactions_ = len(data.weight)
        self.history_ = data.matrix
        self.popularity_ = _popularity(data)
        self._learn(data)
        return self

    def recommend(
        self, users: Any = None, k: int = 10, exclude_seen: bool = True, *, reasons: bool = True
    ) -> pd.DataFrame:
        """The `k` best items of each user (all when None), best first: user, item, score, rank (from 1) and reason.

        A score orders the items of one user and means nothing across models. Users without a history and places that
        the model cannot fill get what is popular, and the reason says so. Fewer rows where fewer items are left.
        """
        check_is_fitted(self, "popularity_")
        asked = self.users_ if users is None else _listed(users)
        codes = np.asarray(self.users_.get_indexer(asked), dtype=np.int64)
        parts = [
            self._table(asked[part], codes[part], self.top(codes[part], k, exclude_seen), reasons)
            for part in self.blocks(len(asked))
        ]
        return pd.concat(parts, ignore_index=True) if parts else self._table(asked, codes, _nothing(), reasons)

    def top(self, codes: Codes, k: int, exclude_seen: bool = True) -> Top:
        """The same as codes, for users by their place in `users_`, -1 for an unknown one."""
        if k < 1:
            raise ValueError("At least one item has to be asked for.")
        k = min(int(k), len(self.items_))
        known = np.flatnonzero(codes >= 0)
        scores = np.zeros((len(codes), len(self.items_)))
        scores[known] = self._scores(codes[known])
        usable = scores > 0
        # Popularity fills up below everything that the model has an opinion on.
        order = np.where(usable, scores, self.popularity_[None, :] - 2.0)
        if exclude_seen:
            rows, columns = self.history_[codes[known]].nonzero()
            order[known[rows], columns] = -np.inf
        best = _best(order, k)
        value = np.take_along_axis(order, best, axis=1)
        by_model = np.take_along_axis(usable, best, axis=1)
        popular = self.popularity_[best] * ~usable.any(axis=1, keepdims=True)
        shown = np.where(by_model, value, popular)
        return Top(np.where(np.isfinite(value), best, -1), shown, by_model)

    def _learn(self, data: Interactions) -> None:
        raise NotImplementedError

    def _scores(self, users: Codes) -> Vector:
        """Scores of known users (rows) by item; 0 or less where the model has no opinion in favour."""
        raise NotImplementedError

    def _because(self, user: int, items: Codes) -> list[int]:
        """For each item the code of the item in the user's history that speaks most for it, -1 for none."""
        return [-1] * len(items)

    def blocks(self, rows: int) -> Iterator[slice]:
        """Parts of so many users that a part can be scored at once."""
        step = max(1, _CELLS // len(self.items_))
        return (slice(start, start + step) for start in range(0, rows, step))

    def _table(self, users: pd.Index, codes: Codes, top: Top, reasons: bool) -> pd.DataFrame:
        row, place = np.nonzero(top.codes >= 0)
        item = top.codes[row, place]
        table = pd.DataFrame(
            {
                "user": users[row],
                "item": self.items_[item],
                "score": top.scores[row, place],
                "rank": place + 1,
            }
        )
        if reasons:
            said = [self._reason(code, top.codes[n], top.by_model[n]) for n, code in enumerate(codes)]
            table["reason"] = np.array([text for texts in said for text in texts], dtype=object)
        return table

    def _reason(self, user: int, items: Codes, by_model: NDArray[np.bool_]) -> list[str]:
        items, by_model = items[items >= 0], by_model[items >= 0]
        if user < 0:
            return [_("Popular with everybody; nothing is known of this customer yet.")] * len(items)
        because = self._because(user, items) if by_model.any() else [-1] * len(items)
        return [
            _("Popular with everybody.")
            if not found or source < 0
            else _("Because of {item}.").format(item=self.items_[source])
            for source, found in zip(because, by_model, strict=True)
        ]


class Comparing(Recommender):
    """A recommender that also knows which items are alike."""

    def similar(self, item: Any, k: int = 10) -> pd.DataFrame:
        """The `k` items most like this one: item, score (a cosine from 0 to 1), rank and reason.

        An item that nobody was seen with gets what is popular, and the reason says so.
        """
        check_is_fitted(self, "popularity_")
        if k < 1:
            raise ValueError("At least one item has to be asked for.")
        code = int(self.items_.get_indexer(_listed([item]))[0])
        known = code >= 0
        score = self._similarity(code) if known else self.popularity_.copy()
        order = score.copy()
        if known:
            order[code] = -np.inf
        best = _best(order[None, :], min(int(k), len(order)))[0]
        best = best[order[best] > 0]
        reason = _("Liked by the same customers.") if known else _("Popular; nothing is known of this item yet.")
        table = pd.DataFrame({"item": self.items_[best], "score": score[best], "rank": np.arange(1, len(best) + 1)})
        return table.assign(reason=reason)

    def _similarity(self, item: int) -> Vector:
        raise NotImplementedError


def _popularity(data: Interactions) -> Vector:
    """How many users had to do with each item, the most popular 1."""
    users: Vector = np.bincount(data.matrix.indices, minlength=len(data.items)).astype(float)
    users /= users.max()
    return users


def _best(scores: Vector, k: int) -> Codes:
    """The places of the k greatest of each row, greatest first; of equals the first."""
    if k < scores.shape[1]:
        some = np.sort(np.argpartition(-scores, k - 1, axis=1)[:, :k], axis=1)
    else:
        some = np.broadcast_to(np.arange(scores.shape[1]), scores.shape)
    order = np.argsort(-np.take_along_axis(scores, some, axis=1), axis=1, kind="stable")
    return np.take_along_axis(some, order, axis=1)


def _listed(values: Any) -> pd.Index:
    if isinstance(values, str | bytes) or not isinstance(values, Iterable):
        values = [values]
    return values if isinstance(values, pd.Index) else pd.Index(list(values))


def _nothing() -> Top:
    empty = np.zeros((0, 0))
    return Top(empty.astype(np.int64), empty, empty.astype(bool))


def rows_of(matrix: sparse.csr_matrix, row: int) -> tuple[NDArray[np.int32], Vector]:
    """The columns and values of one row."""
    part = slice(matrix.indptr[row], matrix.indptr[row + 1])
    return matrix.indices[part], matrix.data[part]
