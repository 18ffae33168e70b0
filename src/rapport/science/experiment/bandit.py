"""Learning while serving: Thompson sampling gives most people what is probably best."""

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator

from rapport.science.experiment.samples import Vector, numbers_of

KINDS = ("bernoulli", "gaussian")
# A mean and its spread are not known from fewer rewards, and two can be alike by chance.
_FIRST = 3
_DRAWS = 20_000


class ThompsonBandit(BaseEstimator):
    """Chooses among arms, each as often as it is likely to be the best.

    Rewards may come late, in any order, or never: choosing does not wait for them.
    Sources: Thompson (1933), Biometrika 25, 285-294; Russo et al. (2018), A Tutorial on Thompson Sampling; for means
    with unknown variance: Honda and Takemura (2014), Optimality of Thompson sampling for Gaussian bandits depends on
    priors, AISTATS.

    Parameters: `arms`, their names, or how many there are; `kind`, "bernoulli" (rewards 0 or 1, or shares between) or
    "gaussian" (any number; each arm is tried three times first); `prior`, the beta distribution that a bernoulli arm
    starts from; `seed`.
    State: `arms_`, and for each arm, as a Series, `chosen_`, `rewarded_`, `means_`, `probability_best_`.
    """

    def __init__(
        self,
        arms: int | Sequence[Any] = 2,
        kind: str = "bernoulli",
        *,
        prior: tuple[float, float] = (1.0, 1.0),
        seed: int | None = 0,
    ) -> None:
        self.arms = arms
        self.kind = kind
        self.prior = prior
        self.seed = seed
        self._start()

    def choose(self, size: int | None = None) -> Any:
        """The arm for the next person, or a list of arms for the next `size` people."""
        if size is not None and size < 0:
            raise ValueError("The number of people is 0 or more.")
        places = [self._choose() for _person in range(1 if size is None else size)]
        return self.arms_[places[0]] if size is None else [self.arms_[place] for place in places]

    def update(self, arm: Any, reward: Any) -> Self:
        """Learn from one reward of an arm, or from several."""
        place = self._place(arm)
        rewards = numbers_of(np.atleast_1d(reward), str(arm))
        if self.kind == "bernoulli" and ((rewards < 0) | (rewards > 1)).any():
            raise ValueError('A reward is a number from 0 to 1; for others make the bandit with kind="gaussian".')
        for value in rewards:
            self._n[place] += 1
            gap = value - self._mean[place]
            self._mean[place] += gap / self._n[place]
            self._squares[place] += gap * (value - self._mean[place])
        return self

    @property
    def probability_best_(self) -> pd.Series:
        """The chance that each arm is the best of all, drawn 20,000 times with the same seed each time."""
        drawn = self._draw(np.random.default_rng(0), _DRAWS)
        wins = np.bincount(drawn.argmax(axis=1), minlength=len(self.arms_))
        return pd.Series(wins / _DRAWS, index=self.arms_, name="probability_best")

    @property
    def means_(self) -> pd.Series:
        """The mean reward of each arm so far; not a number for an arm without any."""
        return pd.Series(np.where(self._n > 0, self._mean, np.nan), index=self.arms_, name="mean")

    @property
    def chosen_(self) -> pd.Series:
        return pd.Series(self._chosen, index=self.arms_, name="chosen")

    @property
    def rewarded_(self) -> pd.Series:
        return pd.Series(self._n.astype(int), index=self.arms_, name="rewarded")

    def to_dict(self) -> dict[str, Any]:
        """Everything needed to go on elsewhere, ready for JSON when the names of the arms are."""
        state: dict[str, Any] = {
            "arms": list(self.arms_), "kind": self.kind, "prior": list(self.prior), "seed": self.seed,
            "chosen": self._chosen.tolist(), "rewarded": self._n.tolist(), "means": self._mean.tolist(),
            "squares": self._squares.tolist(), "dice": self._dice.bit_generator.state,
        }  # fmt: skip
        return state

    @classmethod
    def from_dict(cls, state: dict[str, Any]) -> "ThompsonBandit":
        """The bandit that `to_dict` described: it goes on with the same choices."""
        made = cls(state["arms"], state["kind"], prior=tuple(state["prior"]), seed=state["seed"])
        made._chosen = np.array(state["chosen"], dtype=np.int64)
        made._n, made._mean, made._squares = (
            np.array(state[name], dtype=float) for name in ("rewarded", "means", "squares")
        )
        made._dice.bit_generator.state = state["dice"]
        return made

    def _start(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f'The kind of reward is "bernoulli" or "gaussian", not {self.kind!r}.')
        if not min(self.prior) > 0:
            raise ValueError("Both numbers of the prior are above 0.")
        self.arms_ = list(range(self.arms)) if isinstance(self.arms, int) else list(self.arms)
        if len(self.arms_) < 2 or len(set(self.arms_)) < len(self.arms_):
            raise ValueError("There must be at least two arms, each with its own name.")
        self._dice = np.random.default_rng(self.seed)
        self._n, self._mean, self._squares = (np.zeros(len(self.arms_)) for _ in range(3))
        self._chosen = np.zeros(len(self.arms_), dtype=np.int64)

    def _choose(self) -> int:
        first = self.kind == "gaussian" and (self._n < _FIRST).any()
        tried = np.maximum(self._chosen, self._n)
        if first and (tried < _FIRST).any():
            place = int(tried.argmin())
        elif first and (self._n < 2).any():
            # Rewards are late: nothing tells the arms apart yet.
            place = int(self._chosen.argmin())
        else:
            place = int(self._draw(self._dice, 1)[0].argmax())
        self._chosen[place] += 1
        return place

    def _draw(self, dice: np.random.Generator, size: int) -> Vector:
        """Means of the arms as they may be (size x arms)."""
        shape = (size, len(self.arms_))
        if self.kind == "bernoulli":
            hits = self._n * self._mean
            return dice.beta(self.prior[0] + hits, self.prior[1] + np.maximum(self._n - hits, 0.0), shape)
        # The spread of all arms is worth one reward of each: an arm whose first rewards are alike is not sure.
        spare = np.maximum(self._n - 1, 0)
        common = self._squares.sum() / max(spare.sum(), 1.0)
        freedom = spare + 1
        error = np.sqrt((self._squares + common) / freedom / np.maximum(self._n, 1e-6))
        drawn: Vector = self._mean + error * dice.standard_t(freedom, shape)
        return drawn

    def _place(self, arm: Any) -> int:
        if arm not in self.arms_:
            raise ValueError(f"There is no arm {arm!r}; there are {', '.join(map(str, self.arms_))}.")
        return self.arms_.index(arm)
