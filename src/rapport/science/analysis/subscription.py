"""What subscribers are worth: their charge for as long as others of their tenure stayed."""

from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator

from rapport.science.value.likelihood import NotEnoughData

Vector = NDArray[np.float64]

_FEWEST = 20  # customers who left
_DRAWS = 200
_TAIL = 0.25  # the share of the longest tenures whose rate of leaving goes on after the longest


class SubscriptionValue(BaseEstimator):
    """The discounted charges of the next `horizon` periods, by how long the customer has been there already.

    A life table: of those who reached each tenure, the share who left in it. After the longest tenure seen, the rate
    of the longest quarter goes on. The interval says how sure the table is, from customers drawn again (Poisson
    bootstrap, 95 %); what one customer does varies more.
    Source: E. Kaplan and P. Meier (1958), Nonparametric estimation from incomplete observations, JASA 53, 457-481.

    Parameters: `horizon` in periods, `rate` the discount rate a period, `seed`.
    Learned: `stay_` (survival by whole periods of tenure), `worth_`, `lower_`, `upper_` (by tenure, for a charge of 1).
    """

    def __init__(self, horizon: int = 12, rate: float = 0.00797, seed: int = 0) -> None:
        self.horizon = horizon
        self.rate = rate
        self.seed = seed

    def fit(self, tenure: Any, left: Any) -> Self:
        """Learn from one row a customer: periods so far and whether the customer left (1.0) or is there (0.0).

        Raises NotEnoughData when fewer than 20 left, ValueError for a negative tenure.
        """
        age, gone = np.floor(np.asarray(tenure, dtype=float)), np.asarray(left, dtype=float)
        if (age < 0).any():
            raise ValueError("A tenure is 0 periods or longer.")
        if gone.sum() < _FEWEST:
            raise NotEnoughData(
                f"Only {int(gone.sum())} customers have left, too few to say how long the others stay; "
                f"there should be at least {_FEWEST}."
            )
        ages = age.astype(int)
        ended: Vector = np.bincount(ages, weights=gone).astype(float)
        censored: Vector = np.bincount(ages, weights=1 - gone).astype(float)
        self.stay_ = _survival(ended, censored, self.horizon)
        self.worth_ = self._worth(self.stay_)
        dice = np.random.default_rng(self.seed)
        drawn = [
            self._worth(
                _survival(dice.poisson(ended).astype(float), dice.poisson(censored).astype(float), self.horizon)
            )
            for _ in range(_DRAWS)
        ]
        self.lower_, self.upper_ = np.percentile(drawn, [2.5, 97.5], axis=0)
        return self

    def value(self, tenure: Any, charge: Any) -> pd.DataFrame:
        """`value`, `value_lower`, `value_upper` of each customer who is still there, in the unit of the charge."""
        age, charges = np.asarray(tenure, dtype=float), np.asarray(charge, dtype=float)
        place = np.clip(np.nan_to_num(np.floor(age)), 0, len(self.worth_) - 1).astype(int)
        known = np.isfinite(age) & np.isfinite(charges)
        found = {"value": self.worth_, "value_lower": self.lower_, "value_upper": self.upper_}
        return pd.DataFrame({name: np.where(known, charges * by[place], np.nan) for name, by in found.items()})

    def _worth(self, stay: Vector) -> Vector:
        """For a charge of 1: the sum over the horizon of the chance to be there, discounted."""
        ages = len(stay) - self.horizon
        periods = np.arange(1, self.horizon + 1)
        there = stay[np.arange(ages)[:, None] + periods] / np.maximum(stay[:ages, None], 1e-12)
        worth: Vector = there @ (1 + self.rate) ** -periods.astype(float)
        return worth


def _survival(ended: Vector, censored: Vector, horizon: int) -> Vector:
    """P(still there after so many periods), `horizon` periods beyond the longest tenure."""
    at_risk = np.cumsum((ended + censored)[::-1])[::-1]
    hazard = ended / np.maximum(at_risk, 1.0)
    tail = max(1, round(_TAIL * len(hazard)))
    later = float(ended[-tail:].sum() / max(at_risk[-tail:].sum(), 1.0))
    hazards = np.concatenate([hazard[:-1], np.full(horizon + 1, later)])
    return np.concatenate([[1.0], np.cumprod(1 - np.minimum(hazards, 1.0))])[: len(ended) + horizon]
