"""Who had to do with what, how much and when: the table that every recommender learns from."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse as sparse
from numpy.typing import NDArray

Vector = NDArray[np.float64]
Codes = NDArray[np.int64]

USER, ITEM, WEIGHT, TIME = "user", "item", "weight", "time"


class CannotRecommend(ValueError):
    """The table cannot teach a recommender anything, said in one sentence."""


@dataclass(frozen=True)
class Interactions:
    """Events with users and items as codes; `matrix` (users x items) adds up the weights of equal pairs."""

    users: pd.Index
    items: pd.Index
    matrix: sparse.csr_matrix
    user: Codes
    item: Codes
    weight: Vector
    time: Vector | None  # in days where the table had dates, in its own unit where it had numbers


def interactions_of(given: Any) -> Interactions:
    """Read a table with `user`, `item` and perhaps `weight` and `time`, or a sparse matrix of users by items.

    A row without a weight counts 1 and rows of weight 0 say nothing. Raises CannotRecommend for anything that cannot
    be read: a missing column, an empty user or item, a negative weight, no row at all.
    """
    if sparse.issparse(given):
        return _of_matrix(given)
    table = checked_table(given)
    weight = _weights(table)
    table, weight = table[weight > 0], weight[weight > 0]
    if not len(table):
        raise CannotRecommend("There is no interaction in this table: it needs at least one row with a weight above 0.")
    user, users = pd.factorize(table[USER], sort=_sortable(table[USER]))
    item, items = pd.factorize(table[ITEM], sort=_sortable(table[ITEM]))
    time = moments(table[TIME]) if TIME in table else None
    return _together(pd.Index(users), pd.Index(items), user, item, weight, time)


def checked_table(given: Any) -> pd.DataFrame:
    """The table with its own two columns and no empty user or item, under a new index."""
    if not isinstance(given, pd.DataFrame):
        raise CannotRecommend("Interactions are a DataFrame with the columns user and item, or a sparse matrix.")
    if missing := [name for name in (USER, ITEM) if name not in given.columns]:
        raise CannotRecommend(f"The table has no column {' and no column '.join(missing)}: rename yours.")
    if given.columns.duplicated().any():
        raise CannotRecommend("Two columns of the table share one name: rename one.")
    if given[[USER, ITEM]].isna().to_numpy().any():
        raise CannotRecommend("Some rows have no user or no item: leave those rows out.")
    return given.reset_index(drop=True)


def moments(times: pd.Series) -> Vector:
    """Times as numbers: days since 1970 for dates (any time zone), the numbers themselves otherwise."""
    if isinstance(times.dtype, pd.CategoricalDtype):
        times = times.astype(times.cat.categories.dtype)
    if not pd.api.types.is_numeric_dtype(times):
        try:
            dates = pd.to_datetime(times, utc=True)
        except (ValueError, TypeError) as error:
            raise CannotRecommend("The column time holds neither dates nor numbers.") from error
        times = (dates - pd.Timestamp(0, tz="UTC")) / pd.Timedelta(days=1)
    numbers: Vector = times.to_numpy(dtype=float, na_value=np.nan)
    if not np.isfinite(numbers).all():
        raise CannotRecommend("Some rows have no time: fill it in or leave those rows out.")
    return numbers


def _weights(table: pd.DataFrame) -> Vector:
    if WEIGHT not in table:
        return np.ones(len(table))
    if not pd.api.types.is_numeric_dtype(table[WEIGHT]):
        raise CannotRecommend("The column weight must hold numbers.")
    weight: Vector = table[WEIGHT].to_numpy(dtype=float, na_value=np.nan)
    if not np.isfinite(weight).all() or (weight < 0).any():
        raise CannotRecommend("A weight is a number from 0 up: how much the row counts.")
    return weight


def _of_matrix(given: Any) -> Interactions:
    matrix = sparse.coo_matrix(given)
    if not np.isfinite(matrix.data).all() or (matrix.data < 0).any():
        raise CannotRecommend("A weight is a number from 0 up: how much the cell counts.")
    matrix.eliminate_zeros()
    if not matrix.nnz:
        raise CannotRecommend("There is no interaction in this matrix: it needs at least one cell above 0.")
    users, items = (pd.RangeIndex(size) for size in matrix.shape)
    return _together(users, items, matrix.row, matrix.col, matrix.data.astype(float), None)


def _together(
    users: pd.Index, items: pd.Index, user: Any, item: Any, weight: Vector, time: Vector | None
) -> Interactions:
    user, item = np.asarray(user, dtype=np.int64), np.asarray(item, dtype=np.int64)
    matrix = sparse.csr_matrix((weight, (user, item)), shape=(len(users), len(items)))
    matrix.sum_duplicates()
    return Interactions(users, items, matrix, user, item, weight, time)


def _sortable(values: pd.Series) -> bool:
    """Names in an order make the result independent of the order of the rows; mixed types have none."""
    return values.dtype != object or pd.api.types.infer_dtype(values) in ("string", "integer", "floating", "boolean")
