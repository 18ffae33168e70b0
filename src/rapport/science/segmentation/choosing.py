"""How many segments there are, and whether there are any."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from sklearn.metrics import euclidean_distances
from threadpoolctl import threadpool_limits

from rapport.science.language import _
from rapport.science.segmentation.grouping import Points, centres, jaccard, nearest, silhouette
from rapport.science.segmentation.space import Matrix, Vector

SAMPLE = 2_000
STABLE = 0.75
_MARGIN = 0.03
_REFERENCE_SAMPLE = 1_000


@dataclass(frozen=True)
class Search:
    """How thoroughly the number of segments is looked for."""

    most: int = 8
    smallest_share: float = 0.01
    resamples: int = 20
    references: int = 10
    seed: int = 0


@dataclass(frozen=True)
class Choice:
    """How many segments, whether the table has any, and why."""

    k: int
    enough: bool
    why: str
    notes: list[str] = field(default_factory=list)


def choose(found: pd.DataFrame, points: Points, search: Search, k: int | None) -> Choice:
    """The number of segments with the best silhouette above noise, of those that come back."""
    fit = found[
        (found["silhouette"] > found["reference"] + np.maximum(3 * found["spread"], _MARGIN))
        & (found["stability"] >= STABLE)
        & (found["smallest"] >= search.smallest_share)
    ]
    if k is not None:
        return Choice(min(k, len(points)), k in fit.index, _("The number of segments was asked for."))
    if fit.empty:
        return Choice(1, False, _("No number of segments tells customers apart better than it would in noise."))
    best = int(fit["silhouette"].idxmax())
    why = _("{k} segments are told apart best (silhouette {silhouette}, {reference} in noise) and come back.").format(
        k=best, silhouette=f"{fit.silhouette[best]:.2f}", reference=f"{fit.reference[best]:.2f}"
    )
    return Choice(best, True, why)


def compare(points: Points, search: Search, asked: int | None = None) -> pd.DataFrame:
    """For every number of segments k from 2 on: `silhouette`, `stability`, `reference`, `spread`, `smallest`.

    stability is the mean over segments of the overlap (Jaccard) that each keeps when customers are drawn again:
    C. Hennig (2007), Cluster-wise assessment of cluster stability, Computational Statistics and Data Analysis 52.
    reference and spread are mean and standard deviation of the silhouette in uniform noise of the same shape:
    R. Tibshirani, G. Walther and T. Hastie (2001), Estimating the number of clusters in a data set via the gap
    statistic, Journal of the Royal Statistical Society B 63(2), 411-423, their reference (b).
    """
    # Threads wait busily for one another: on a shared machine they made this twenty times slower.
    with threadpool_limits(1):
        return _compared(points, search, asked)


def _compared(points: Points, search: Search, asked: int | None) -> pd.DataFrame:
    dice = np.random.default_rng(search.seed)
    some = points.some(SAMPLE, dice)
    numbers = range(2, min(max(search.most, asked or 0), len(some) - 1) + 1)
    apart = euclidean_distances(some.places)
    rows = []
    for k in numbers:
        middles = centres(some, k, seed=search.seed)
        labels = nearest(some.places, middles)
        sizes = np.bincount(labels, weights=some.counts, minlength=k) / some.counts.sum()
        kept = [_kept(some, labels, k, dice) for _ in range(search.resamples)]
        rows.append(
            {
                "k": k,
                "silhouette": silhouette(apart, labels, some.counts),
                "stability": float(np.mean(kept)),
                "smallest": float(sizes.min()),
            }
        )
    found = pd.DataFrame(rows, columns=["k", "silhouette", "stability", "smallest"]).set_index("k")
    noise = _noise(points.some(_REFERENCE_SAMPLE, dice), numbers, search.references, dice)
    return found.assign(reference=noise.mean(axis=0), spread=noise.std(axis=0))


def _kept(points: Points, labels: np.ndarray, k: int, dice: np.random.Generator) -> float:
    middles = centres(points.again(dice), k, seed=int(dice.integers(2**31)), starts=2)
    return float(jaccard(labels, nearest(points.places, middles), points.counts).mean())


def _noise(points: Points, numbers: range, repeats: int, dice: np.random.Generator) -> Matrix:
    """The silhouettes (repeats x numbers) of customers who are spread evenly over the same space."""
    found = np.zeros((repeats, len(numbers)))
    for row in range(repeats):
        places = _evenly(points, dice)
        drawn = Points(places, np.ones(len(places)))
        apart = euclidean_distances(places)
        for column, k in enumerate(numbers):
            labels = nearest(places, centres(drawn, k, seed=int(dice.integers(2**31)), starts=2))
            found[row, column] = silhouette(apart, labels, drawn.counts)
    return found


def _evenly(points: Points, dice: np.random.Generator) -> Matrix:
    """As many places, uniform over the box along the principal axes."""
    total = int(min(points.counts.sum(), _REFERENCE_SAMPLE))
    middle: Vector = np.average(points.places, axis=0, weights=points.counts)
    _, _, axes = np.linalg.svd((points.places - middle) * np.sqrt(points.counts)[:, None], full_matrices=False)
    turned = (points.places - middle) @ axes.T
    drawn = dice.uniform(turned.min(axis=0), turned.max(axis=0), size=(total, turned.shape[1]))
    return np.asarray(drawn @ axes + middle)
