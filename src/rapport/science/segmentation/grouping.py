"""K-means over distinct customers with their counts, and how far apart the segments are."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import KMeans
from threadpoolctl import threadpool_limits

from rapport.science.segmentation.axes import Matrix, Vector

_WORTH_A_THREAD = 200_000

Labels = NDArray[np.intp]


@dataclass(frozen=True)
class Points:
    """Distinct places in a space, in an order that the order of the rows does not change, and how many are at
    each, relative to the others."""

    places: Matrix
    counts: Vector

    @classmethod
    def of(cls, matrix: Matrix) -> "Points":
        if not matrix.shape[1]:
            return cls(matrix[:1], np.ones(1))
        ordered = matrix[np.lexsort(matrix.T[::-1])]
        new = np.append(True, (ordered[1:] != ordered[:-1]).any(axis=1))
        starts = np.flatnonzero(new)
        counts = np.diff(np.append(starts, len(ordered)))
        # A table that holds everybody twice says no more than one that holds everybody once.
        return cls(ordered[starts], (counts // np.gcd.reduce(counts)).astype(float))

    def __len__(self) -> int:
        return len(self.places)

    def some(self, most: int, dice: np.random.Generator) -> "Points":
        """At most so many customers, drawn without replacement."""
        total = int(self.counts.sum())
        if len(self) <= most:
            return self
        drawn = np.sort(dice.choice(total, most, replace=False))
        at, counts = np.unique(np.searchsorted(np.cumsum(self.counts), drawn, "right"), return_counts=True)
        return Points(self.places[at], counts.astype(float))

    def again(self, dice: np.random.Generator) -> "Points":
        """A bootstrap sample: as many customers, drawn with replacement."""
        counts = dice.multinomial(int(self.counts.sum()), self.counts / self.counts.sum()).astype(float)
        return Points(self.places[counts > 0], counts[counts > 0])


def centres(points: Points, k: int, *, seed: int, starts: int = 5) -> Matrix:
    """The centres of the best of several runs of K-means++ (Arthur and Vassilvitskii, 2007)."""
    if not points.places.shape[1]:
        return points.places
    model = KMeans(min(k, len(points)), n_init=starts, random_state=seed)
    found: Matrix = model.fit(points.places, sample_weight=points.counts).cluster_centers_
    return found


def refined(points: Points, middles: Matrix) -> Matrix:
    """The centres after K-means has gone on from these."""
    if not points.places.shape[1]:
        return middles
    model = KMeans(len(middles), init=middles, n_init=1, random_state=0)
    with threadpool_limits(None if len(points) >= _WORTH_A_THREAD else 1):
        found: Matrix = model.fit(points.places, sample_weight=points.counts).cluster_centers_
    return found


def nearest(places: Matrix, middles: Matrix) -> Labels:
    """Which of the centres is nearest to each place."""
    return np.asarray(distances_squared(places, middles, within=False).argmin(axis=1), dtype=np.intp)


def distances_squared(places: Matrix, middles: Matrix, *, within: bool = True) -> Matrix:
    """Squared Euclidean distances; without `within` less the length of each place, which tells no centres apart."""
    found = (middles**2).sum(axis=1) - 2 * places @ middles.T
    if within:
        found = np.maximum(found + (places**2).sum(axis=1)[:, None], 0)
    return np.asarray(found)


def silhouette(distances: Matrix, labels: Labels, counts: Vector) -> float:
    """Mean of (b - a) / max(a, b), a the mean distance within the own segment, b to the nearest other one.

    Source: P. J. Rousseeuw (1987), Silhouettes, Journal of Computational and Applied Mathematics 20, 53-65.
    """
    k = int(labels.max()) + 1
    members = np.zeros((len(labels), k))
    members[np.arange(len(labels)), labels] = counts
    sizes = members.sum(axis=0)
    sums = distances @ members
    own = np.arange(len(labels)), labels
    alone = sizes[labels] <= 1
    inside = sums[own] / np.where(alone, 1, sizes[labels] - 1)
    sums[own] = np.inf
    outside = (sums / sizes).min(axis=1)
    widest = np.maximum(inside, outside)
    each = np.where(alone | (widest <= 0), 0.0, (outside - inside) / np.where(widest > 0, widest, 1))
    return float(np.average(each, weights=counts))


def jaccard(first: Labels, second: Labels, counts: Vector) -> Vector:
    """For each segment of the first, its overlap with the most similar segment of the second, from 0 to 1."""
    table = np.zeros((first.max() + 1, second.max() + 1))
    np.add.at(table, (first, second), counts)
    either = table.sum(axis=1)[:, None] + table.sum(axis=0) - table
    return np.asarray((table / np.maximum(either, 1e-300)).max(axis=1))
