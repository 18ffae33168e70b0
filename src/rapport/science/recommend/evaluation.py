"""How well a recommender foresees what its users took later, with intervals, beside its rivals."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse as sparse
from sklearn.base import clone

from rapport.science.intervals import Estimate
from rapport.science.language import _
from rapport.science.recommend.interactions import ITEM, USER, CannotRecommend, Codes, Vector, checked_table
from rapport.science.recommend.ranking import ranking_metrics
from rapport.science.recommend.recommender import Recommender

_REPEATS = 1000


@dataclass(frozen=True)
class Ranking:
    """What the lists of one model were worth on later interactions.

    `metrics` has precision, recall, map, ndcg and hit_rate at `k` (means over users, 95 % bootstrap interval) and
    coverage (the share of known items that anybody was recommended). `users` were measured; `new_users` had no
    history and `nothing_new` only took what they had before or what nobody had: both are left out.
    """

    model: str
    k: int
    metrics: dict[str, Estimate]
    users: int
    new_users: int
    nothing_new: int
    per_user: pd.DataFrame

    def __getitem__(self, metric: str) -> Estimate:
        return self.metrics[metric]

    def gain_over(self, rival: "Ranking", metric: str = "ndcg", *, seed: int = 0) -> Estimate:
        """By how much this model is better than a rival that was measured on the same users, with its interval."""
        if not self.per_user.index.equals(rival.per_user.index) or self.k != rival.k:
            raise ValueError("Two models are compared on the same users and the same k.")
        return bootstrap((self.per_user[metric] - rival.per_user[metric]).to_numpy(float), seed)

    @property
    def description(self) -> str:
        return _(
            "{model}: NDCG {ndcg:.3f} ({lower:.3f} to {upper:.3f}) at {k} items for {users} users with a history; "
            "{new} new users were left out."
        ).format(
            model=self.model, ndcg=self["ndcg"].value, lower=self["ndcg"].lower, upper=self["ndcg"].upper, k=self.k,
            users=self.users, new=self.new_users,
        )  # fmt: skip


def evaluate(model: Recommender, train: Any, test: pd.DataFrame, k: int = 10, *, seed: int = 0) -> Ranking:
    """Fit a copy of the model to `train` and rank for the users of `test`, later rows with `user` and `item`.

    Relevant is what a user took in `test`, had not taken in `train`, and somebody had: what no model can know is
    left out, for every model alike. Raises CannotRecommend when nobody is left to measure.
    """
    fitted = clone(model).fit(train)
    users, relevant, new_users, nothing_new = _relevant(fitted, checked_table(test))
    hits, shown = _hits(fitted, users, relevant, k)
    values = ranking_metrics(hits, np.diff(relevant.indptr).astype(float))
    metrics = {name: bootstrap(value, seed) for name, value in values.items()}
    metrics["coverage"] = _coverage(shown, len(fitted.items_))
    table = pd.DataFrame(values, index=fitted.users_[users])
    return Ranking(type(model).__name__, k, metrics, len(users), new_users, nothing_new, table)


def bootstrap(values: Vector, seed: int) -> Estimate:
    """The mean over users and its 95 % percentile interval, resampling users."""
    dice = np.random.default_rng(seed)
    n = len(values)
    # One block of draws at a time, so that many users do not take much memory.
    means = [values[dice.integers(0, n, n)].mean() for _repeat in range(_REPEATS if n <= 20_000 else _REPEATS // 5)]
    lower, upper = np.quantile(means, [0.025, 0.975])
    return Estimate(float(values.mean()), float(lower), float(upper), n)


def _relevant(model: Recommender, test: pd.DataFrame) -> tuple[Codes, sparse.csr_matrix, int, int]:
    user, item = model.users_.get_indexer(test[USER]), model.items_.get_indexer(test[ITEM])
    new_users = int(test.loc[user < 0, USER].nunique())
    known = (user >= 0) & (item >= 0)
    shape = (len(model.users_), len(model.items_))
    taken = sparse.csr_matrix((np.ones(int(known.sum())), (user[known], item[known])), shape=shape)
    taken.data[:] = 1
    relevant = (taken - taken.multiply(model.history_ > 0)).tocsr()
    relevant.eliminate_zeros()
    users = np.flatnonzero(np.diff(relevant.indptr) > 0)
    if not len(users):
        raise CannotRecommend("Nobody in the later part has a history and took anything new: choose another moment.")
    return users, relevant[users], new_users, len(np.unique(user[user >= 0])) - len(users)


def _hits(model: Recommender, users: Codes, relevant: sparse.csr_matrix, k: int) -> tuple[Vector, Codes]:
    hits, shown = [], []
    for part in model.blocks(len(users)):
        codes = model.top(users[part], k).codes
        wanted = relevant[part].toarray()
        found = np.take_along_axis(wanted, np.maximum(codes, 0), axis=1) * (codes >= 0)
        hits.append(np.pad(found, ((0, 0), (0, k - found.shape[1]))))
        shown.append(np.unique(codes[codes >= 0]))
    return np.concatenate(hits), np.unique(np.concatenate(shown))


def _coverage(shown: Codes, items: int) -> Estimate:
    """The share of all items; a count of what was shown, not a sample, so its interval is itself."""
    value = len(shown) / items
    return Estimate(value, value, value, items)
