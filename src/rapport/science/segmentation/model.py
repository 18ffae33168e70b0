"""Segments of customers found in a table, as many as the table supports."""

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, ClusterMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from rapport.science.segmentation.axes import Matrix
from rapport.science.segmentation.choosing import Search, choose, compare
from rapport.science.segmentation.grouping import Labels, Points, centres, distances_squared, nearest, refined
from rapport.science.segmentation.profiles import profile
from rapport.science.segmentation.space import Space
from rapport.science.segmentation.tables import TakesGaps, read


class Segmentation(TakesGaps, TransformerMixin, ClusterMixin, BaseEstimator):
    """K-means over the columns of a customer table, with as many segments as the table supports.

    Numbers are scaled (by their logarithm where a long tail asks for it), categories count half a number, gaps take
    the middle; identifiers, dates, free text and columns without differences are left out with a reason. How many
    segments there are is judged on at most 2,000 customers: by the silhouette, above that of noise of the same
    shape, and by whether the segments come back when customers are drawn again. When no number passes, everybody is
    one segment and `enough_` is False. The order of the rows and the units of the columns change nothing.

    Parameters: `k`, how many segments (by default found out), `k_max`, at most so many; `seed`; `roles`, column to
    "number", "boolean", "category", overriding guesses; `drop`, columns to leave out; `smallest_share`, of all
    customers a segment holds at least so many; `resamples` and `references`, how many bootstrap samples and noise
    tables the choice rests on.

    Learned: `k_`, `labels_` (0 is the largest segment), `sizes_`, `profiles_` (one row a fact of a column, one column
    a segment and "everyone"), `silhouette_` and `stability_` (by k), `comparison_` (both with the silhouette of
    noise), `segment_stability_`, `choice_` (why so many, in a sentence), `enough_` (whether the table has segments
    at all), `columns_`, `left_out_` (column to reason), `cluster_centers_`, `inertia_`, `n_features_in_`,
    `feature_names_in_`.
    """

    def __init__(
        self,
        k: int | None = None,
        *,
        k_max: int = 8,
        seed: int = 0,
        roles: Mapping[str, str] | None = None,
        drop: tuple[str, ...] = (),
        smallest_share: float = 0.01,
        resamples: int = 20,
        references: int = 10,
    ) -> None:
        self.k = k
        self.k_max = k_max
        self.seed = seed
        self.roles = roles
        self.drop = drop
        self.smallest_share = smallest_share
        self.resamples = resamples
        self.references = references

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn from one row a customer: a DataFrame (n x columns) or an array of numbers; `y` is not looked at.

        Raises ValueError when there is no customer, no column, or a parameter makes no sense.
        """
        self._check_parameters()
        table, named = read(self, X, reset=True)
        self._space = Space().fit(table.drop(columns=list(self.drop), errors="ignore"), roles=self.roles, guess=named)
        self.columns_, self.left_out_ = self._space.columns_, self._space.left_out
        places = self._space.transform(table)
        self._choose(Points.of(places))
        self._settle(places)
        self.profiles_ = profile(table, self.columns_, self.labels_)
        return self

    def predict(self, X: Any) -> Labels:
        """The segment of each customer, new ones too."""
        return nearest(self._places(X), self.cluster_centers_)

    def transform(self, X: Any) -> Matrix:
        """n x k_, how far each customer is from the middle of each segment."""
        return np.sqrt(distances_squared(self._places(X), self.cluster_centers_))

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray:
        """Names of the columns of `transform`."""
        check_is_fitted(self)
        return np.array([f"segmentation{number}" for number in range(self.k_)], dtype=object)

    def places(self, X: Any) -> pd.DataFrame:
        """Where each customer is in the space in which the distances are measured."""
        return pd.DataFrame(self._places(X), columns=self._space.names)

    def _check_parameters(self) -> None:
        if self.k is not None and self.k < 1:
            raise ValueError("The number of segments k is 1 or more, or None to find it out.")
        if self.k_max < 1:
            raise ValueError("k_max is 1 or more.")
        if not 0 <= self.smallest_share < 0.5:
            raise ValueError("smallest_share is a share from 0 to less than 0.5.")
        if self.resamples < 1 or self.references < 2:
            raise ValueError("The choice rests on at least one resample and two references.")

    def _places(self, X: Any) -> Matrix:
        check_is_fitted(self)
        return self._space.transform(read(self, X)[0])

    def _choose(self, points: Points) -> None:
        search = Search(self.k_max, self.smallest_share, self.resamples, self.references, self.seed)
        found = compare(points, self._space.blocks, search, self.k)
        self.comparison_ = found.table
        self.silhouette_: pd.Series = found.table["silhouette"]
        self.stability_: pd.Series = found.table["stability"]
        choice = choose(found.table, points, search, self.k)
        self.enough_, self.choice_ = choice.enough, choice.why
        middles = found.middles.get(choice.k)
        if middles is None:
            middles = centres(points, choice.k, seed=self.seed)
        self._kept = found.kept.get(choice.k, np.ones(len(middles)))
        self._middles = refined(points, middles)

    def _settle(self, places: Matrix) -> None:
        """Name the segments by size, the largest first, and by where they are among equals."""
        labels = nearest(places, self._middles)
        sizes = np.bincount(labels, minlength=len(self._middles))
        order = np.lexsort([*self._middles.T[::-1], -sizes])
        order = order[sizes[order] > 0]
        self.cluster_centers_ = self._middles[order]
        self.segment_stability_ = pd.Series(self._kept[order], name="stability")
        self.labels_ = nearest(places, self.cluster_centers_)
        self.k_ = len(order)
        self.sizes_ = pd.Series(np.bincount(self.labels_, minlength=self.k_), name="customers")
        self.inertia_ = float(((places - self.cluster_centers_[self.labels_]) ** 2).sum())
