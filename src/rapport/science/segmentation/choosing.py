"""How many segments there are, and whether there are any."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from sklearn.metrics import euclidean_distances
from threadpoolctl import threadpool_limits

from rapport.science.language import _, ngettext
from rapport.science.segmentation.axes import Matrix
from rapport.science.segmentation.grouping import Labels, Points, centres, jaccard, nearest, silhouette
from rapport.science.segmentation.noise import MOST, Noise
from rapport.science.segmentation.space import Block

SAMPLE = 2_000
FEWEST = 20
# "Valid, stable" from here on: Hennig (2007).
STABLE = 0.75
# Noise came to a tenth above other noise, in forty tables of numbers, counts and categories.
_MARGIN, _RELATIVE_MARGIN = 0.02, 0.1


@dataclass(frozen=True)
class Search:
    """How thoroughly the number of segments is looked for."""

    most: int = 8
    smallest_share: float = 0.01
    resamples: int = 20
    references: int = 10
    seed: int = 0


@dataclass
class Comparison:
    """Every number of segments k from 2 on: `table` by k, and where the middles of the segments are."""

    table: pd.DataFrame
    middles: dict[int, Matrix] = field(default_factory=dict)
    kept: dict[int, Matrix] = field(default_factory=dict)


@dataclass(frozen=True)
class Choice:
    """How many segments, whether the table has any, and why."""

    k: int
    enough: bool
    why: str


def compare(points: Points, blocks: Sequence[Block], search: Search, asked: int | None = None) -> Comparison:
    """Try every number of segments on at most SAMPLE customers.

    The columns of the table: `silhouette`; `stability`, the mean over segments of the overlap (Jaccard) that each
    keeps when customers are drawn again: C. Hennig (2007), Cluster-wise assessment of cluster stability,
    Computational Statistics and Data Analysis 52, 258-271; `smallest`, the share of customers in the smallest
    segment; `reference` and `spread`, mean and standard deviation of the silhouette in noise of the same shape.
    """
    # Threads wait busily for one another: on a shared machine they made this twenty times slower.
    with threadpool_limits(1):
        return _compared(points, blocks, search, asked)


def choose(found: pd.DataFrame, points: Points, search: Search, asked: int | None) -> Choice:
    """The number of segments whose silhouette, above that of noise and as far as it comes back, is best."""
    above = found["silhouette"] - found["reference"]
    real = above > np.maximum(np.maximum(3 * found["spread"], _RELATIVE_MARGIN * found["reference"]), _MARGIN)
    fit = found[real & (found["stability"] >= STABLE) & (found["smallest"] >= search.smallest_share)]
    if asked is not None:
        k = min(asked, len(points))
        return Choice(
            k, k in fit.index, ngettext("{k} segment was asked for.", "{k} segments were asked for.", k).format(k=k)
        )
    if found.empty or points.counts.sum() < FEWEST:
        return Choice(1, False, _("There are too few different customers to find segments."))
    if fit.empty:
        return Choice(1, False, _why_none(found, real))
    best = int((above * found["stability"])[fit.index].idxmax())
    row = found.loc[best]
    why = _(
        "{k} segments are told apart best: the silhouette is {silhouette} where noise has {reference}, and segments "
        "drawn again overlap by {stability}."
    )
    numbers = {name: f"{row[name]:.2f}" for name in ("silhouette", "reference")}
    return Choice(best, True, why.format(k=best, stability=f"{100 * row['stability']:.0f}%", **numbers))


def _why_none(found: pd.DataFrame, real: pd.Series) -> str:
    if not real.any():
        return _("Customers differ by degrees: no number of segments tells them apart better than it would in noise.")
    return _("No segments come back when customers are drawn again, or they hold too few customers.")


def _compared(points: Points, blocks: Sequence[Block], search: Search, asked: int | None) -> Comparison:
    dice = np.random.default_rng(search.seed)
    some = points.some(SAMPLE, dice)
    numbers = range(2, min(max(search.most, asked or 0), len(some) - 1) + 1 if len(blocks) else 2)
    apart = euclidean_distances(some.places) if len(numbers) else np.zeros((1, 1))
    found, rows = Comparison(pd.DataFrame()), []
    for k in numbers:
        middles = found.middles[k] = centres(some, k, seed=search.seed)
        labels = nearest(some.places, middles)
        sizes = np.bincount(labels, weights=some.counts, minlength=k) / some.counts.sum()
        found.kept[k] = np.mean([_kept(some, labels, k, dice) for _ in range(search.resamples)], axis=0)
        value = silhouette(apart, labels, some.counts)
        rows.append((k, value, float(found.kept[k].mean()), float(sizes.min())))
    found.table = pd.DataFrame(rows, columns=["k", "silhouette", "stability", "smallest"]).set_index("k")
    noise = _noise(points.some(MOST, dice), blocks, numbers, search.references, dice)
    found.table = found.table.assign(reference=noise.mean(axis=0), spread=noise.std(axis=0, ddof=1))
    return found


def _kept(points: Points, labels: Labels, k: int, dice: np.random.Generator) -> Matrix:
    middles = centres(points.again(dice), k, seed=int(dice.integers(2**31)), starts=2)
    return jaccard(labels, nearest(points.places, middles), points.counts)


def _noise(points: Points, blocks: Sequence[Block], numbers: range, repeats: int, dice: np.random.Generator) -> Matrix:
    """The silhouettes (repeats x numbers) in noise."""
    found = np.zeros((repeats, len(numbers)))
    if not len(numbers):
        return found
    for row, drawn in enumerate(Noise(points, blocks).draws(repeats, dice)):
        apart = euclidean_distances(drawn.places)
        for column, k in enumerate(numbers):
            labels = nearest(drawn.places, centres(drawn, k, seed=int(dice.integers(2**31)), starts=2))
            found[row, column] = silhouette(apart, labels, drawn.counts)
    return found
