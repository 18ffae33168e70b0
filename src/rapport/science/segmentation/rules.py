"""A decision tree that says in a sentence who is in a segment."""

from collections.abc import Hashable, Mapping
from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.tree import DecisionTreeClassifier
from sklearn.utils.validation import check_is_fitted

from rapport.science.intervals import Estimate, share
from rapport.science.segmentation.axes import Matrix
from rapport.science.segmentation.facts import Facts
from rapport.science.segmentation.leaves import Leaf, best_leaf, conditions_of
from rapport.science.segmentation.sentences import Rule, say
from rapport.science.segmentation.tables import TakesGaps, read, read_with_groups

_MOST_ROWS = 50_000


class SegmentRules(TakesGaps, ClassifierMixin, BaseEstimator):
    """Describes given segments by the traits that tell them apart, one sentence a segment.

    One tree of depth `max_depth` foresees the segment of everybody (`predict`); the sentence of a segment is the leaf
    that overlaps it most, of this tree and of one that looks for this segment alone. Limits are the roundest numbers
    that part the same customers, and a sentence states how far it holds.

    Parameters: `max_depth`, from 1 to 3, how many splits lead to a leaf; `min_share`, of all customers a leaf holds
    at least so many; `roles`, column to role, overriding guesses; `seed`.

    Learned: `classes_` (the segments), `sentences_` (segment to sentence), `rules_` (segment to Rule), `fidelity_`
    (the share of customers held out whose segment the tree foresees, with its interval; None when there are too few
    to hold some out), `tree_`, `left_out_`, `n_features_in_`, `feature_names_in_`.
    """

    def __init__(
        self,
        max_depth: int = 3,
        min_share: float = 0.01,
        *,
        roles: Mapping[str, str] | None = None,
        seed: int = 0,
    ) -> None:
        self.max_depth = max_depth
        self.min_share = min_share
        self.roles = roles
        self.seed = seed

    def fit(self, X: Any, y: Any) -> Self:
        """Learn from one row a customer and the segment `y` of each (n). Raises ValueError when there is nobody."""
        if not 1 <= self.max_depth <= 3:
            raise ValueError("A sentence holds one to three conditions: max_depth is 1, 2 or 3.")
        if not 0 <= self.min_share < 0.5:
            raise ValueError("min_share is a share from 0 to less than 0.5.")
        table, named, labels = read_with_groups(self, X, y)
        self.classes_, codes = np.unique(labels, return_inverse=True)
        self._facts = Facts().fit(table, roles=self.roles, guess=named)
        self.left_out_ = self._facts.left_out
        matrix = self._matrix(table)
        self.tree_ = self._learnt(matrix, codes)
        self.fidelity_ = self._fidelity(matrix, codes)
        self.rules_: dict[Hashable, Rule] = {}
        for code, label in enumerate(self.classes_.tolist()):
            self.rules_[label] = self._rule(matrix, codes == code, code)
        self.sentences_ = {label: rule.sentence for label, rule in self.rules_.items()}
        return self

    def predict(self, X: Any) -> np.ndarray:
        """The segment of each customer, by the tree."""
        check_is_fitted(self)
        matrix = self._matrix(read(self, X)[0])
        return np.asarray(self.classes_[self.tree_.predict(matrix)])

    def _matrix(self, table: pd.DataFrame) -> Matrix:
        matrix = self._facts.transform(table)
        return matrix if matrix.shape[1] else np.zeros((len(table), 1))

    def _tree(self) -> DecisionTreeClassifier:
        leaf = self.min_share if self.min_share else 1
        return DecisionTreeClassifier(max_depth=self.max_depth, min_samples_leaf=leaf, random_state=self.seed)

    def _learnt(self, matrix: Matrix, codes: np.ndarray) -> DecisionTreeClassifier:
        some = np.random.default_rng(self.seed).permutation(len(codes))[:_MOST_ROWS]
        rows = np.sort(some) if len(np.unique(codes[some])) == len(np.unique(codes)) else np.arange(len(codes))
        return self._tree().fit(matrix[rows], codes[rows])

    def _fidelity(self, matrix: Matrix, codes: np.ndarray) -> Estimate | None:
        rows = np.random.default_rng(self.seed).permutation(len(codes))[:_MOST_ROWS]
        folds = int(min(5, np.unique(codes[rows], return_counts=True)[1].min()))
        if folds < 2:
            return None
        parts = StratifiedKFold(folds, shuffle=True, random_state=self.seed)
        said = cross_val_predict(self._tree(), matrix[rows], codes[rows], cv=parts)
        return share(int((said == codes[rows]).sum()), len(rows))

    def _rule(self, matrix: np.ndarray, inside: np.ndarray, code: int) -> Rule:
        alone = self._learnt(matrix, inside)
        leaf: Leaf = best_leaf([self.tree_, alone], matrix, inside)
        conditions = tuple(conditions_of(leaf, matrix, self._facts))
        precision, coverage = float(inside[leaf.rows].mean()), float(inside[leaf.rows].sum() / inside.sum())
        return Rule(conditions, precision, coverage, int(leaf.rows.sum()), say(conditions, precision, coverage))
