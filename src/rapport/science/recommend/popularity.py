"""What everybody takes: the rival that every recommender has to beat."""

from typing import Any

import numpy as np

from rapport.science.recommend.interactions import CannotRecommend, Codes, Interactions, Vector
from rapport.science.recommend.recommender import Recommender


class Popularity(Recommender):
    """Recommends to everybody what most weight was given to.

    Parameters: `half_life`, after how long an interaction counts half (days when `time` holds dates, else the unit of
    `time`; None counts all alike).
    Learned: beside those of every recommender, `weight_` (n items, the most popular 1).
    """

    def __init__(self, half_life: float | None = None) -> None:
        self.half_life = half_life

    def _learn(self, data: Interactions) -> None:
        weight = data.weight * self._decay(data)
        total = np.bincount(data.item, weights=weight, minlength=len(data.items))
        self.weight_ = total / total.max()
        self.popularity_ = self.weight_

    def _decay(self, data: Interactions) -> Any:
        if self.half_life is None:
            return 1.0
        if not self.half_life > 0:
            raise ValueError("A half-life is a length of time above 0.")
        if data.time is None:
            raise CannotRecommend("A half-life needs a column time in the table.")
        return 0.5 ** ((data.time.max() - data.time) / self.half_life)

    def _scores(self, users: Codes) -> Vector:
        return np.tile(self.weight_, (len(users), 1))
