"""Turning raw cells into clean columns: floats for numbers, booleans and dates, categories of text for the rest."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from rapport.science.behaviour.roles import (
    NO,
    YES,
    Column,
    Role,
    as_dates,
    as_numbers,
    as_words,
    each,
    without_gaps,
)

_LARGEST = 1e30  # larger numbers are held here, as a forest counts in single precision
_EPOCH = pd.Timestamp("1970-01-01")


def read_table(table: pd.DataFrame, columns: Sequence[Column]) -> pd.DataFrame:
    """The used columns, read by their roles. Raises ValueError when one of them is not in the table."""
    names = [column.name for column in columns if column.used]
    if absent := [name for name in names if name not in table.columns]:
        raise ValueError(f"These columns were learnt from and are not in this table: {', '.join(absent)}.")
    return pd.DataFrame({c.name: read_column(table[c.name], c.role) for c in columns if c.used}, index=table.index)


def read_column(values: pd.Series, role: Role) -> pd.Series:
    """Floats (days since 1970 for dates, NaN for gaps), or a category of text for Role.CATEGORY."""
    if role is Role.CATEGORY:
        return _as_categories(values)
    if role is Role.BOOLEAN:
        return _as_booleans(values)
    if role is Role.DATE:
        return (as_dates(without_gaps(values)) - _EPOCH).dt.total_seconds() / 86_400
    return as_numbers(values).clip(-_LARGEST, _LARGEST)


def _as_booleans(values: pd.Series) -> pd.Series:
    if pd.api.types.is_bool_dtype(values.dtype):
        return values.astype("Float64").astype(float)
    words = as_words(values)
    truth = np.select([words.isin(YES), words.isin(NO)], [1.0, 0.0], default=np.nan)
    return pd.Series(truth, index=values.index)


def _as_categories(values: pd.Series) -> pd.Series:
    values = without_gaps(values)
    if pd.api.types.is_float_dtype(values.dtype) and bool((values.dropna() % 1 == 0).all()):
        values = values.astype("Int64")  # 3 and 3.0 are one level, whether or not the column has gaps
    return each(values, _level).astype("category")


def _level(value: object) -> str:
    return str(value).strip()
