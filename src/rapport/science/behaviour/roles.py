"""What each column of a customer table holds, guessed from its values and its name."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
import pandas as pd
from scipy.sparse import issparse

YES = frozenset({"yes", "y", "true", "t", "1", "1.0", "on", "ja", "oui", "si", "是"})
NO = frozenset({"no", "n", "false", "f", "0", "0.0", "off", "nein", "non", "否"})
GAPS = frozenset({"", "-", "?", "na", "n/a", "nan", "null", "none", "missing"})

_LOOK = 20_000  # cells are enough to tell what a column holds
_MOSTLY = 0.95
_IDENTIFIER_NAME = re.compile(
    r"(^|_)(id|ids|uuid|guid|key|rownames?|row|index|email|e_mail|phone|phone_number|iban|ssn|hash|token)$"
    r"|(customer|client|user|account|member|order|policy|contract)_?(no|nr|num|number|code)$"
)
_FEW_LEVELS = 50


class Role(StrEnum):
    """What a column holds."""

    NUMBER = "number"
    BOOLEAN = "boolean"
    CATEGORY = "category"
    DATE = "date"
    IDENTIFIER = "identifier"
    TEXT = "text"
    CONSTANT = "constant"
    EMPTY = "empty"


USABLE = frozenset({Role.NUMBER, Role.BOOLEAN, Role.CATEGORY, Role.DATE})


@dataclass(frozen=True)
class Column:
    """A column and what was made of it. `missing` is a share from 0 to 1, `why` says why it was left out."""

    name: str
    role: Role
    missing: float
    distinct: int
    used: bool = True
    why: str = ""


def as_table(X: Any) -> pd.DataFrame:
    """A DataFrame with text column names; arrays get x0, x1, ... ValueError for repeated names, sparse and complex."""
    table = X if isinstance(X, pd.DataFrame) else _from_array(X)
    if any(pd.api.types.is_complex_dtype(dtype) for dtype in table.dtypes):
        raise ValueError("Complex data not supported: give the real and the imaginary part as two columns.")
    names = [str(name) for name in table.columns]
    if len(set(names)) < len(names):
        twice = sorted({name for name in names if names.count(name) > 1})
        raise ValueError(f"These columns occur more than once: {', '.join(twice)}.")
    return table.set_axis(names, axis=1).reset_index(drop=True)


def _from_array(X: Any) -> pd.DataFrame:
    if issparse(X):
        raise ValueError("Sparse input is not read: give a DataFrame or a dense array.")
    array = np.asarray(X)
    if array.ndim != 2:
        raise ValueError(
            f"X has one row a customer and one column a fact, not {array.ndim} dimension(s). Reshape your data."
        )
    return pd.DataFrame(array, columns=[f"x{number}" for number in range(array.shape[1])])


def guess_roles(table: pd.DataFrame, given: Mapping[str, str] | None = None) -> list[Column]:
    """The role of every column, in order. `given` overrides the guess; ValueError for a name or role unknown."""
    given = given or {}
    if unknown := sorted(set(given) - set(table.columns)):
        raise ValueError(f"Roles are given for columns that are not there: {', '.join(unknown)}.")
    return list(_guessed(table, given))


def _guessed(table: pd.DataFrame, given: Mapping[str, str]) -> Iterator[Column]:
    for name in table.columns:
        values = without_gaps(table[name])
        present = values.dropna()
        distinct = _distinct(present)
        missing = 1 - len(present) / len(values) if len(values) else 1.0
        role = Role(given[name]) if name in given else _role(name, present, distinct, gaps=missing > 0)
        yield Column(name, role, missing, distinct)


def without_gaps(values: pd.Series) -> pd.Series:
    """The same column with blank cells, "n/a" and the like as missing, and infinite numbers too."""
    if _is_wordy(values):
        if isinstance(values.dtype, pd.CategoricalDtype):
            values = values.astype(object)
        return values.mask(each(values, _is_gap).eq(True))
    if pd.api.types.is_float_dtype(values.dtype):
        return values.mask(values.isin([np.inf, -np.inf]))
    return values


def as_numbers(values: pd.Series) -> pd.Series:
    """Floats, NaN where the cell holds no finite number."""
    if pd.api.types.is_timedelta64_dtype(values.dtype):
        return values.dt.total_seconds() / 86_400
    numbers = pd.to_numeric(values, errors="coerce").astype("Float64").astype(float)
    return numbers.mask(numbers.isin([np.inf, -np.inf]))


def as_dates(values: pd.Series) -> pd.Series:
    """Moments without a zone (UTC), NaT where the cell holds no date."""
    if not pd.api.types.is_datetime64_any_dtype(values.dtype):
        values = pd.to_datetime(values.astype(object), errors="coerce", utc=True, format="ISO8601")
    return values.dt.tz_convert(None) if values.dt.tz is not None else values


def as_words(values: pd.Series) -> pd.Series:
    """Lower-case text of every cell, for comparing with YES and NO."""
    return each(values, lambda cell: str(cell).strip().lower())


def each(values: pd.Series, change: Callable[[Any], Any]) -> pd.Series:
    """`change` of every cell, worked out once for each distinct one; gaps stay gaps."""
    cells = values.astype(object)
    try:
        codes, distinct = pd.factorize(cells)
    except TypeError:  # lists and dicts in cells
        return cells.map(change, na_action="ignore")
    changed = np.array([*(change(cell) for cell in distinct), np.nan], dtype=object)
    return pd.Series(changed[codes], index=values.index, name=values.name)


def readable(name: str) -> str:
    """A column name as words: "MonthlyCharges" and "monthly_charges" are both "monthly charges"."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z][a-z])", " ", name)
    return re.sub(r"[\s_.]+", " ", words).strip().lower() if not name.isupper() else name


def snake(name: str) -> str:
    """A column name in lower case with underscores between its words."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    return re.sub(r"[^a-z0-9]+", "_", words.lower()).strip("_")


def named_like_an_identifier(name: str) -> bool:
    return bool(_IDENTIFIER_NAME.search(snake(name)))


def _is_gap(cell: Any) -> bool:
    return isinstance(cell, str) and cell.strip().lower() in GAPS


def _is_wordy(values: pd.Series) -> bool:
    return (
        values.dtype == object
        or isinstance(values.dtype, pd.CategoricalDtype)
        or pd.api.types.is_string_dtype(values.dtype)
    )


def _distinct(present: pd.Series) -> int:
    try:
        return int(present.nunique())
    except TypeError:  # lists and dicts in cells
        return int(present.astype(str).nunique())


def _role(name: str, present: pd.Series, distinct: int, *, gaps: bool) -> Role:
    if distinct == 0:
        return Role.EMPTY
    if distinct == 1:
        # Filled for some and not for others: that is two levels.
        return Role.CATEGORY if gaps else Role.CONSTANT
    some = present.iloc[:: max(1, len(present) // _LOOK)]
    if _is_boolean(some, distinct):
        return Role.BOOLEAN
    if pd.api.types.is_datetime64_any_dtype(present.dtype):
        return Role.DATE
    if _is_identifier(name, present, distinct):
        return Role.IDENTIFIER
    if not _is_wordy(present) or as_numbers(some).notna().mean() >= _MOSTLY:
        return Role.CATEGORY if named_like_an_identifier(name) and distinct <= _FEW_LEVELS else Role.NUMBER
    return _role_of_words(some, len(present), distinct)


def _is_boolean(some: pd.Series, distinct: int) -> bool:
    return pd.api.types.is_bool_dtype(some.dtype) or (distinct == 2 and set(as_words(some)) <= YES | NO)


def _is_identifier(name: str, present: pd.Series, distinct: int) -> bool:
    rows = len(present)
    named, own = named_like_an_identifier(name), distinct >= 0.98 * rows
    if named and distinct > _FEW_LEVELS and distinct > 0.05 * rows:
        return True
    if not own or rows < 20:
        return False
    if _is_wordy(present):
        some = present.head(_LOOK).astype(str)
        no_spaces = bool((~some.str.contains(" ")).mean() >= _MOSTLY)
        number_or_date = as_numbers(some).notna().mean() >= _MOSTLY or _dates_in(some) >= _MOSTLY
        return no_spaces and not number_or_date
    # Numbers that count the rows through, such as 1, 2, 3, ...
    return bool(pd.api.types.is_integer_dtype(present.dtype) and present.max() - present.min() < 1.1 * rows)


def _role_of_words(some: pd.Series, rows: int, distinct: int) -> Role:
    if _dates_in(some) >= _MOSTLY:
        return Role.DATE
    return Role.TEXT if distinct > max(_FEW_LEVELS, 0.2 * rows) or distinct >= 0.9 * rows > 18 else Role.CATEGORY


def _dates_in(some: pd.Series) -> float:
    words = some.astype(str)
    if not words.head(50).str.match(r"\d{4}-\d{1,2}-\d{1,2}|\d{4}/\d{1,2}/\d{1,2}|\d{8}T").mean() >= _MOSTLY:
        return 0.0
    return float(as_dates(words).notna().mean())
