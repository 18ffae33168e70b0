"""What every estimator takes: a DataFrame with kinds of columns, or an array of numbers."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import validate_data

from rapport.science.behaviour.roles import as_table


def read(estimator: BaseEstimator, X: Any, *, reset: bool = False) -> tuple[pd.DataFrame, bool]:
    """The table, and whether its columns have names and kinds; with `reset` the estimator remembers them.

    Columns of a DataFrame are found by name later on, whatever their order and whatever else is there.
    """
    if not isinstance(X, pd.DataFrame):
        return as_table(_numbers(estimator, X, reset=reset)), False
    table = as_table(X)
    if reset:
        _remember(estimator, table)
    return table, True


def read_with_groups(estimator: BaseEstimator, X: Any, y: Any) -> tuple[pd.DataFrame, bool, NDArray[Any]]:
    """The same with the group of every customer. Raises ValueError when one is missing."""
    if not isinstance(X, pd.DataFrame):
        X, y = validate_data(estimator, X, y, dtype="numeric", ensure_all_finite="allow-nan")
        check_classification_targets(y)
        return as_table(X), False, y
    table = as_table(X)
    if y is None:
        raise ValueError("Groups are learnt from customers and their groups: y is missing.")
    groups = pd.Series(np.asarray(y).ravel())
    if len(groups) != len(table):
        raise ValueError(f"There are {len(groups)} groups for {len(table)} customers.")
    if not len(table):
        raise ValueError("The table has no customers.")
    if groups.isna().any():
        raise ValueError("Some customers have no group; leave them out.")
    _remember(estimator, table)
    check_classification_targets(groups.to_numpy())
    return table, True, groups.to_numpy()


def _numbers(estimator: BaseEstimator, X: Any, *, reset: bool) -> NDArray[Any]:
    found: NDArray[Any] = validate_data(
        estimator, X, reset=reset, dtype="numeric", ensure_all_finite="allow-nan", ensure_min_samples=1
    )
    return found


def _remember(estimator: Any, table: pd.DataFrame) -> None:
    if not len(table):
        raise ValueError("The table has no customers.")
    estimator.n_features_in_ = len(table.columns)
    estimator.feature_names_in_ = np.array(list(table.columns), dtype=object)


class TakesGaps:
    """A mixin for estimators that take NaN as a gap."""

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()  # type: ignore[misc]
        tags.input_tags.allow_nan = True
        return tags
