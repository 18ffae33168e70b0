"""Customers without segments: what a table of the same shape looks like when there is nothing to find."""

from collections.abc import Iterator, Sequence

import numpy as np

from rapport.science.segmentation.axes import Matrix
from rapport.science.segmentation.grouping import Points
from rapport.science.segmentation.space import Block

MOST = 1_000


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
        spread = np.sqrt(np.average((away @ self._axes.T) ** 2, axis=0, weights=points.counts))
        # Of the same variance rather than the same range, which a few far customers would stretch.
        self._half = 3**0.5 * spread

    def draw(self, dice: np.random.Generator) -> Points:
        """As many customers, at most MOST."""
        found = np.zeros((self._total, self._points.places.shape[1]))
        box = dice.uniform(-self._half, self._half, size=(self._total, len(self._half)))
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
