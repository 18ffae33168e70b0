"""Customers without segments: what a table of the same shape looks like when there is nothing to find."""

from collections.abc import Iterator, Sequence

import numpy as np

from rapport.science.segmentation.axes import Matrix
from rapport.science.segmentation.grouping import Points
from rapport.science.segmentation.space import Block

MOST = 1_000
_END = 0.02


class Noise:
    """Draws customers whose numbers fill evenly a box along their principal axes, and whose categories are as
    frequent as seen but have nothing to do with each other or with the numbers. Counts stay counts.

    Source for numbers: R. Tibshirani, G. Walther and T. Hastie (2001), Estimating the number of clusters in a data
    set via the gap statistic, Journal of the Royal Statistical Society B 63(2), 411-423, reference (b).
    """

    def __init__(self, points: Points, blocks: Sequence[Block]) -> None:
        self._points = points
        self._blocks = blocks
        self._total = int(min(points.counts.sum(), MOST))
        self._numbers = [block.start for block in blocks if not block.category]
        places = points.places[:, self._numbers]
        self._middle = np.average(places, axis=0, weights=points.counts)
        away = places - self._middle
        self._axes = np.linalg.svd(away * np.sqrt(points.counts)[:, None], full_matrices=False)[2]
        turned = np.repeat(away @ self._axes.T, points.counts.astype(int), axis=0)
        # Without the last few in a hundred on either side, which would stretch the box.
        low, high = np.quantile(turned, [_END, 1 - _END], axis=0)
        more = _END / (1 - 2 * _END) * (high - low)
        self._low, self._high = low - more, high + more

    def draw(self, dice: np.random.Generator) -> Points:
        """As many customers, at most MOST."""
        found = np.zeros((self._total, self._points.places.shape[1]))
        box = dice.uniform(self._low, self._high, size=(self._total, len(self._low)))
        found[:, self._numbers] = box @ self._axes + self._middle
        chance = self._points.counts / self._points.counts.sum()
        for block in self._blocks:
            if block.category:
                drawn = dice.choice(len(chance), self._total, p=chance)
                found[:, block.start : block.stop] = self._points.places[drawn, block.start : block.stop]
            elif block.grid is not None:
                found[:, block.start] = _snapped(found[:, block.start], block.grid)
        return Points.of(found)

    def draws(self, count: int, dice: np.random.Generator) -> Iterator[Points]:
        return (self.draw(dice) for _ in range(count))


def _snapped(values: Matrix, grid: Matrix) -> Matrix:
    """The nearest value of the grid."""
    return np.asarray(grid[np.searchsorted((grid[1:] + grid[:-1]) / 2, values)])
