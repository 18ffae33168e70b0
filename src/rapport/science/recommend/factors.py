"""Tastes and items as points in one space: implicit-feedback ALS."""

from typing import NamedTuple

import numpy as np

from rapport.science.recommend.choosing import choose
from rapport.science.recommend.interactions import CannotRecommend, Codes, Interactions, Vector
from rapport.science.recommend.recommender import Comparing, rows_of
from rapport.science.recommend.solving import batches_of, half_step, loss


class Settings(NamedTuple):
    factors: int
    regularisation: float
    confidence: float


# From few to many interactions. The first is taken when nothing later can be foreseen.
GRID = (
    Settings(8, 1.0, 1.0),
    Settings(8, 0.1, 1.0),
    Settings(8, 50.0, 5.0),
    Settings(16, 10.0, 1.0),
    Settings(16, 50.0, 5.0),
    Settings(32, 10.0, 1.0),
    Settings(32, 50.0, 1.0),
)


class ALS(Comparing):
    """Alternating least squares on implicit feedback.

    Having had to do with an item is a sign of taste whose confidence grows with its weight: c = 1 + `confidence` x
    weight; everything else is a weak sign against. Each user and item becomes a vector of `factors` numbers, and
    their product is the score.
    Source: Hu, Koren and Volinsky (2008), Collaborative Filtering for Implicit Feedback Datasets, ICDM 2008.

    Parameters: `factors`, `regularisation` and `confidence`, of which those that are None are chosen inside `fit` by
    later interactions (`choose`); `iterations`; `conjugate_steps` in each half of one; `seed`.
    Learned: beside those of every recommender, `user_factors_`, `item_factors_` (n x factors), `factors_`,
    `regularisation_`, `confidence_`, `loss_`, `choice_` (a row a candidate; None when all were given).
    """

    def __init__(
        self,
        factors: int | None = None,
        regularisation: float | None = None,
        confidence: float | None = None,
        *,
        iterations: int = 15,
        conjugate_steps: int = 3,
        seed: int = 0,
    ) -> None:
        self.factors = factors
        self.regularisation = regularisation
        self.confidence = confidence
        self.iterations = iterations
        self.conjugate_steps = conjugate_steps
        self.seed = seed

    def _learn(self, data: Interactions) -> None:
        self._check()
        self.factors_, self.regularisation_, self.confidence_ = self._settings(data)
        dice = np.random.default_rng(self.seed)
        width = min(self.factors_, *data.matrix.shape)
        users, items = (
            dice.normal(0, 0.1 / np.sqrt(width), (size, width)).astype(np.float32) for size in data.matrix.shape
        )
        by_user, by_item = batches_of(data.matrix, width), batches_of(data.matrix.T.tocsr(), width)
        given = {"regularisation": self.regularisation_, "confidence": self.confidence_}
        for _iteration in range(self.iterations):
            users = half_step(by_user, users, items, steps=self.conjugate_steps, **given)
            items = half_step(by_item, items, users, steps=self.conjugate_steps, **given)
        self.user_factors_, self.item_factors_ = users, items
        self.loss_ = loss(data.matrix, users, items, **given)

    def _settings(self, data: Interactions) -> Settings:
        self.choice_ = None
        given = (self.factors, self.regularisation, self.confidence)
        candidates = list(dict.fromkeys(_filled(given, each) for each in GRID))
        if len(candidates) == 1:
            return candidates[0]
        try:
            models = [
                ALS(*each, iterations=5, conjugate_steps=self.conjugate_steps, seed=self.seed) for each in candidates
            ]
            choice = choose(models, data, seed=self.seed)
        except CannotRecommend:
            return candidates[0]
        self.choice_ = choice.table
        return candidates[models.index(choice.best)]

    def _with(self, settings: Settings) -> "ALS":
        """A quicker model, good enough to compare settings by."""
        return ALS(*settings, iterations=min(5, self.iterations), conjugate_steps=self.conjugate_steps, seed=self.seed)

    def _check(self) -> None:
        if self.iterations < 1 or self.conjugate_steps < 1 or (self.factors is not None and self.factors < 1):
            raise ValueError("Factors, iterations and conjugate steps are 1 or more.")
        if any(value is not None and not value > 0 for value in (self.regularisation, self.confidence)):
            raise ValueError("Regularisation and confidence are numbers above 0.")

    def _scores(self, users: Codes) -> Vector:
        scores: Vector = (self.user_factors_[users] @ self.item_factors_.T).astype(float)
        return scores

    def _because(self, user: int, items: Codes) -> list[int]:
        """Which item of the history adds most to each score (their section 5)."""
        history, weight = rows_of(self.history_, user)
        seen, wanted = self.item_factors_[history].astype(float), self.item_factors_[items].astype(float)
        left = self._gram + (seen.T * (self.confidence_ * weight)) @ seen
        effect = (wanted @ np.linalg.solve(left, seen.T)) * (1 + self.confidence_ * weight)
        best = effect.argmax(axis=1)
        return [int(history[n]) if effect[row, n] > 0 else -1 for row, n in enumerate(best)]

    @property
    def _gram(self) -> Vector:
        items = self.item_factors_.astype(float)
        gram: Vector = items.T @ items + self.regularisation_ * np.eye(items.shape[1])
        return gram

    def _similarity(self, item: int) -> Vector:
        items = self.item_factors_.astype(float)
        length = np.linalg.norm(items, axis=1)
        cosine: Vector = items @ items[item] / np.maximum(length * length[item], 1e-300)
        return cosine


def _filled(given: tuple[int | None, float | None, float | None], default: Settings) -> Settings:
    factors, regularisation, confidence = given
    return Settings(
        default.factors if factors is None else int(factors),
        default.regularisation if regularisation is None else float(regularisation),
        default.confidence if confidence is None else float(confidence),
    )
