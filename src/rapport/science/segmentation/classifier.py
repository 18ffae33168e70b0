"""A neural network that tells which segment, or other group, a customer is in."""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import StratifiedKFold, StratifiedShuffleSplit
from sklearn.neural_network import MLPClassifier
from sklearn.utils.validation import check_is_fitted
from threadpoolctl import threadpool_limits

from rapport.science.intervals import Estimate, share
from rapport.science.segmentation.axes import Matrix
from rapport.science.segmentation.space import Space
from rapport.science.segmentation.tables import TakesGaps, read, read_with_groups

LAYERS = (64, 32)
_STOP_EARLY_FROM = 1_000
_MOST_FOLDED = 5_000
_MOST_LEARNT = 50_000


@dataclass(frozen=True)
class ClassifierReport:
    """Shares of held-out customers: whose group the network told, and who are in the group most are in."""

    accuracy: Estimate
    baseline: Estimate
    folds: int


class SegmentClassifier(TakesGaps, ClassifierMixin, BaseEstimator):
    """A multi-layer perceptron with 64 and 32 rectified units, learnt by Adam, over the columns of a customer table.

    Columns are read and scaled as Segmentation does. From a thousand customers on learning stops when a tenth of
    them, held out, is told apart no better; with fewer the weights are held small instead. It learns from at most
    50,000 customers, drawn at random.

    Sources: D. E. Rumelhart, G. E. Hinton and R. J. Williams (1986), Nature 323, 533-536; D. P. Kingma and J. Ba
    (2015), Adam: A method for stochastic optimization, ICLR.

    Parameters: `seed`; `folds`, how many parts are held out in turn to measure it (0 measures nothing, and from 5,000
    customers on one fifth is held out once); `roles`, column to role, overriding guesses.

    Learned: `classes_`, `report_` (accuracy on customers held out, with its interval, beside always saying the group
    most are in; None when there are too few to hold some out), `network_`, `left_out_`, `n_iter_`, `n_features_in_`,
    `feature_names_in_`.
    """

    def __init__(self, seed: int = 0, *, folds: int = 5, roles: Mapping[str, str] | None = None) -> None:
        self.seed = seed
        self.folds = folds
        self.roles = roles

    def fit(self, X: Any, y: Any) -> Self:
        """Learn from one row a customer and the group of each (n). Raises ValueError when there is nobody."""
        table, named, y = read_with_groups(self, X, y)
        self.classes_, codes = np.unique(y, return_inverse=True)
        self._space = Space().fit(table, roles=self.roles, guess=named)
        self.left_out_ = self._space.left_out
        places = self._space.transform(table)
        rows = np.random.default_rng(self.seed).permutation(len(codes))[:_MOST_LEARNT]
        some = np.sort(rows) if len(np.unique(codes[rows])) == len(self.classes_) else np.arange(len(codes))
        self.report_ = self._measure(places[some], codes[some])
        self.network_ = self._learn(places[some], codes[some])
        self.n_iter_ = self.network_.n_iter_ if self.network_ is not None else 1
        return self

    def predict_proba(self, X: Any) -> NDArray[np.float64]:
        """n x groups, the chance of each of `classes_` for each customer."""
        check_is_fitted(self)
        table, _ = read(self, X)
        if self.network_ is None:
            return np.tile(self._shares, (len(table), 1))
        found: NDArray[np.float64] = self.network_.predict_proba(self._space.transform(table))
        return found

    def predict(self, X: Any) -> np.ndarray:
        """The most likely group of each customer."""
        chances = self.predict_proba(X)
        return np.asarray(self.classes_[chances.argmax(axis=1)])

    def _learn(self, places: Matrix, codes: np.ndarray) -> MLPClassifier | None:
        counts = np.bincount(codes, minlength=len(self.classes_))
        self._shares = counts / counts.sum()
        if len(self.classes_) < 2 or not places.shape[1]:
            return None
        return _network(len(codes), counts, self.seed).fit(places, codes)

    def _measure(self, places: Matrix, codes: np.ndarray) -> ClassifierReport | None:
        counts = np.bincount(codes)
        if len(counts) < 2 or min(self.folds, counts.min()) < 2 or not places.shape[1]:
            return None
        folds = int(min(self.folds, counts.min()))
        parts = StratifiedKFold(folds, shuffle=True, random_state=self.seed)
        if len(codes) > _MOST_FOLDED:
            parts = StratifiedShuffleSplit(1, test_size=0.2, random_state=self.seed)
        hits = most = n = 0
        for learn, check in parts.split(places, codes):
            network = _network(len(learn), np.bincount(codes[learn]), self.seed).fit(places[learn], codes[learn])
            hits += int((network.predict(places[check]) == codes[check]).sum())
            most += int((codes[check] == np.bincount(codes[learn]).argmax()).sum())
            n += len(check)
        return ClassifierReport(share(hits, n), share(most, n), folds if len(codes) <= _MOST_FOLDED else 1)


class _Network(MLPClassifier):
    """One that may stop at its last epoch without complaint."""

    def fit(self, X: Any, y: Any) -> Self:
        # Threads wait busily for one another: so small layers are faster without.
        with warnings.catch_warnings(), threadpool_limits(1):
            warnings.simplefilter("ignore", ConvergenceWarning)
            super().fit(X, y)
        return self


def _network(rows: int, counts: np.ndarray, seed: int) -> _Network:
    stop = rows >= _STOP_EARLY_FROM and int(counts.min()) >= 20
    return _Network(
        LAYERS, activation="relu", solver="adam", alpha=1e-3 if stop else 1e-1, early_stopping=stop,
        max_iter=200, random_state=seed, batch_size=min(200 if rows < 100_000 else 1_000, rows),
    )  # fmt: skip
