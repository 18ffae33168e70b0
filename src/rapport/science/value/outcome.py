"""What single customers will do, rather than what they do on average: quantiles of purchases and of spend."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import betainc, betaincinv, betaln

from rapport.science.value.horizon import Habits
from rapport.science.value.likelihood import Vector
from rapport.science.value.tables import grouped

_AGES = 96  # ages of customers with one frequency that are told apart
_SINGLE = 48  # numbers of purchases that are told apart; larger ones lie on a grid of 3 %
_GRID = 64
_RARE = 1e-5


@dataclass(frozen=True)
class Outcome:
    """Purchases over `length` of customers with an own rate and chance of leaving, and what they spend in total."""

    habits: Habits
    spending: tuple[float, float, float]  # p, q, v of Gamma-Gamma
    length: float

    def quantiles(
        self, levels: Sequence[float], x: Vector, age: Vector, alive: Vector, paid: Vector
    ) -> list[tuple[Vector, Vector]]:
        """For each level, the number of purchases and the total spend that each customer stays below with that chance.

        Exact mixtures: BG/NBD (Fader, Hardie and Lee 2005, section 3) after the record, times a sum of gamma spends
        whose scale is gamma(q + p x, v + paid), given the parameters. `paid` is the spend of the `x` purchases.
        """
        (frequency, known_age), _, group = grouped(x, self._told_apart(x, age))
        order = np.argsort(group, kind="stable")
        parts = np.split(order, np.cumsum(np.bincount(group, minlength=len(frequency)))[:-1])
        # Given that the customer is alive: P(Y <= y) = 1 - alive + alive F(y).
        inner = [(level - (1 - alive)) / np.maximum(alive, 1e-12) for level in levels]
        found = [(np.zeros(len(x)), np.zeros(len(x))) for _ in levels]
        for value in np.unique(frequency):
            groups = np.flatnonzero(frequency == value)
            counts, reached = self._counts(float(value), known_age[groups])
            places, below = self._totals(float(value), counts)
            shared = _shares(reached) @ below
            for g, row, totals in zip(groups, reached, shared, strict=True):
                for wanted, (purchases, spend) in zip(inner, found, strict=True):
                    rows = parts[g][wanted[parts[g]] > 1 - row[1]]  # for all others it is 0
                    purchases[rows] = _count_at(wanted[rows], counts, row)
                    spend[rows] = np.exp(np.interp(wanted[rows], totals, places))
        return [(purchases, spend * (self.spending[2] + paid)) for purchases, spend in found]

    def _told_apart(self, x: Vector, age: Vector) -> Vector:
        if len(np.unique(age)) <= _AGES:
            return age
        logs = np.log(self.habits.alpha + age)
        low, width = logs.min(), np.ptp(logs) / (_AGES - 1)
        near: Vector = np.exp(low + np.round((logs - low) / width) * width) - self.habits.alpha
        return np.maximum(near, 0.0)

    def _counts(self, x: float, age: Vector) -> tuple[Vector, Vector]:
        """Numbers of purchases from 0 up, and for every age the chance that an alive customer makes as many or more.

        That is P(as many arrivals) x E[(1 - p)^(y - 1)]: arrivals and leaving are independent.
        """
        r, alpha, a, b = self.habits

        def reached(y: Vector) -> Vector:
            stays = np.exp(betaln(a, b + x + np.maximum(y, 1) - 1) - betaln(a, b + x))
            z = self.length / (alpha + age + self.length)
            arrives = betainc(np.maximum(y, 1), r + x, z[:, None])
            chance: Vector = np.where(y == 0, 1.0, arrives * stays)
            return chance

        most = 1.0
        while most < 1e7 and reached(np.array([most])).max() > _RARE:
            most *= 2
        high = np.geomspace(_SINGLE, max(most, _SINGLE + 1), 2 + int(np.log(max(most / _SINGLE, 1)) / 0.03))
        counts = np.unique(np.concatenate([np.arange(min(most, _SINGLE) + 1), np.round(high[high <= most])]))
        return counts, reached(counts)

    def _totals(self, x: float, counts: Vector) -> tuple[Vector, Vector]:
        """Logarithms of totals in units of v + paid, and P(total <= that | purchases) for each number of them."""
        p, q, _ = self.spending
        shape = q + p * x
        some = counts[counts > 0]
        ends = betaincinv(p * np.array([some[0], some[-1]]), shape, np.array([1e-4, 1 - 1e-4]))
        ends = np.clip(ends, 1e-280, 1 - 1e-15)
        low, high = np.log(ends) - np.log1p(-ends)
        places = np.linspace(float(low), float(high), _GRID)
        share = 1 / (1 + np.exp(-places))
        below = betainc(p * np.maximum(counts, 1)[:, None], shape, share)
        below[counts == 0] = 1.0
        return places, below


def _shares(reached: Vector) -> Vector:
    """Chances of each number on the grid; the rest above the last one belongs to it."""
    return reached - np.column_stack([reached[:, 1:], np.zeros(len(reached))])


def _count_at(level: Vector, counts: Vector, reached: Vector) -> Vector:
    """The smallest number y with P(Y <= y) >= level."""
    below = 1 - np.append(reached[1:], 0.0)
    return counts[np.minimum(np.searchsorted(below, level - 1e-12), len(counts) - 1)]
