"""Settings chosen by what was taken later, inside the interactions that are learnt from."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from rapport.science.recommend.evaluation import evaluate
from rapport.science.recommend.interactions import CannotRecommend, Interactions, interactions_of
from rapport.science.recommend.recommender import Recommender
from rapport.science.recommend.splitting import split_by_time

# Settings hardly depend on more events than these.
_ENOUGH = 150_000
_MOMENTS = (0.5, 0.35, 0.2)
_FEW_USERS = 100

Halves = tuple[pd.DataFrame, pd.DataFrame]


@dataclass(frozen=True)
class Choice:
    """The best candidate, and a row a candidate: model, NDCG on later interactions, users it was measured on."""

    best: Recommender
    table: pd.DataFrame


def choose(candidates: Sequence[Recommender], interactions: Any, k: int = 10, *, seed: int = 0) -> Choice:
    """The candidate (not yet fitted) with the greatest NDCG at `k` on later interactions; of equals the first.

    Three moments part earlier from later; when few users took part on both sides of them, also the latest fifth of
    each user's interactions is foreseen, and without times a random fifth. More than 150,000 interactions are sampled
    down by users. Raises CannotRecommend when there is nothing later to foresee.
    """
    if not candidates:
        raise ValueError("There must be a candidate to choose.")
    data = interactions if isinstance(interactions, Interactions) else interactions_of(interactions)
    halves = _halves(_table(data, seed), seed)
    found = [_ndcg(candidate, halves, k, seed) for candidate in candidates]
    if all(not len(values) for values in found):
        raise CannotRecommend("Nobody took anything new later, so settings cannot be compared: name them yourself.")
    means = [float(values.mean()) for values in found]
    table = pd.DataFrame({"model": [str(each) for each in candidates], "ndcg": means, "users": [len(v) for v in found]})
    return Choice(candidates[int(np.argmax(means))], table)


def _table(data: Interactions, seed: int) -> pd.DataFrame:
    table = pd.DataFrame({"user": data.user, "item": data.item, "weight": data.weight})
    if data.time is not None:
        table["time"] = data.time
    if len(table) <= _ENOUGH:
        return table
    size = np.bincount(data.user, minlength=len(data.users))
    order = np.random.default_rng(seed).permutation(len(data.users))
    kept = order[: max(1, int(np.searchsorted(np.cumsum(size[order]), _ENOUGH)))]
    return table[np.isin(data.user, kept)]


def _halves(table: pd.DataFrame, seed: int) -> list[Halves]:
    if "time" not in table:
        # Without times any order stands for one.
        return _possible(table.assign(time=np.random.default_rng(seed).permutation(len(table))), 0.2, per_user=True)
    parts = [halves for share in _MOMENTS for halves in _possible(table, share)]
    both = sum(earlier["user"].drop_duplicates().isin(later["user"]).sum() for earlier, later in parts)
    return parts if both >= _FEW_USERS else parts + _possible(table, 0.2, per_user=True)


def _possible(table: pd.DataFrame, share: float, *, per_user: bool = False) -> list[Halves]:
    try:
        return [split_by_time(table, share, per_user=per_user)]
    except CannotRecommend:
        return []


def _ndcg(model: Recommender, halves: list[Halves], k: int, seed: int) -> Any:
    """NDCG of each user of each pair of halves; nothing where nobody could be measured."""
    found = [np.empty(0)]
    for earlier, later in halves:
        try:
            found.append(evaluate(model, earlier, later, k, seed=seed).per_user["ndcg"].to_numpy(float))
        except CannotRecommend:
            continue
    return np.concatenate(found)
