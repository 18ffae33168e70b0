"""The space in which customers are near to each other: numbers of one scale, whatever the columns hold."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rapport.science.behaviour.reading import read_column
from rapport.science.behaviour.roles import Column, Role, as_table, guess_roles
from rapport.science.language import _

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]

MOST_LEVELS = 30
# A category weighs half a number, so that its gaps do not decide alone: Hennig and Liao (2013).
CATEGORY_WEIGHT = 0.5
_MOST_MISSING = 0.5
_FARTHEST = 4.0


class Space:
    """Learns one coordinate a number and one a level.

    Numbers: gaps take the median, long right tails their logarithm, the ends are drawn in (a value beyond the 5th and
    95th percentile by more than the distance between them counts as being there), then mean 0 and variance 1.
    Categories and yes/no: one coordinate a level, of one size for all levels, so that rare ones are not louder.

    Source of the weight: C. Hennig and T. F. Liao (2013), How to find an appropriate clustering for mixed-type
    variables, Journal of the Royal Statistical Society C 62(3), 309-369.

    Learned: `columns_`, `axes_` (what learnt each used column).
    """

    def fit(self, table: pd.DataFrame, *, roles: Mapping[str, str] | None = None, guess: bool = True) -> Self:
        """Without `guess` every column is a number, unless it is empty or constant."""
        given = dict(roles or {}) if guess else dict.fromkeys(table.columns, "number")
        self.columns_ = [_judged(column) for column in guess_roles(table, given)]
        self.axes_ = {}
        for number, column in enumerate(self.columns_):
            if not column.used:
                continue
            values = read_column(table[column.name], column.role)
            axis = _axis(column).fit(values)
            if axis.empty:
                self.columns_[number] = replace(column, used=False, why=_("it is the same for everybody"))
            else:
                self.axes_[column.name] = axis
        return self

    def transform(self, table: pd.DataFrame) -> Matrix:
        """n customers x coordinates. Raises ValueError when a column is missing."""
        if absent := [name for name in self.axes_ if name not in table.columns]:
            raise ValueError(f"These columns were learnt from and are not in this table: {', '.join(absent)}.")
        roles = {column.name: column.role for column in self.columns_}
        parts = [axis.transform(read_column(table[name], roles[name])) for name, axis in self.axes_.items()]
        return np.ascontiguousarray(np.hstack([np.empty((len(table), 0)), *parts]))

    @property
    def names(self) -> list[str]:
        """What each coordinate stands for: the column, or the column and its level."""
        return [
            name if isinstance(axis, Numbers) else f"{name}={level}"
            for name, axis in self.axes_.items()
            for level in axis.levels
        ]

    @property
    def left_out(self) -> dict[str, str]:
        return {column.name: column.why for column in self.columns_ if not column.used}


def read(X: Any) -> tuple[pd.DataFrame, bool]:
    """A table, and whether its columns have names and kinds (an array of numbers has neither)."""
    if isinstance(X, pd.DataFrame):
        return as_table(X), True
    array = X if hasattr(X, "shape") else np.asarray(X)
    if getattr(array, "dtype", None) is not None and array.dtype.kind in "fiub":
        return as_table(array), False
    return as_table(X), True


def _judged(column: Column) -> Column:
    if why := _why_not(column):
        return replace(column, used=False, why=why)
    return column


def _why_not(column: Column) -> str:
    reasons = {
        Role.IDENTIFIER: _("it tells customers apart rather than what they have in common"),
        Role.DATE: _("it is a date; give the time since then as a number"),
        Role.TEXT: _("it is free text"),
        Role.CONSTANT: _("it is the same for everybody"),
        Role.EMPTY: _("it is empty"),
    }
    if column.role not in reasons and column.missing > _MOST_MISSING and column.role is not Role.CATEGORY:
        return _("more than half of it is missing")
    return reasons.get(column.role, "")


def _axis(column: Column) -> "Numbers | Levels":
    return Levels() if column.role is Role.CATEGORY else Numbers(yes_no=column.role is Role.BOOLEAN)


@dataclass
class Numbers:
    """One number, or a yes/no as the share of yes."""

    yes_no: bool = False
    unit: float = 0.0
    middle: float = 0.0
    low: float = 0.0
    high: float = 0.0
    mean: float = 0.0
    scale: float = 0.0

    def fit(self, values: pd.Series) -> Self:
        x = values.to_numpy(float)
        present = x[np.isfinite(x)]
        if not len(present) or present.min() == present.max():
            return self
        self.middle = float(present.mean() if self.yes_no else np.median(present))
        if self.yes_no:
            # Two coordinates of a level each, drawn as one: the distance is the same.
            self.low, self.high, self.scale = float(present.min()), float(present.max()), 1 / _level_size(2) / 2**0.5
            self.mean = float(present.mean())
            return self
        self.unit = _unit(present)
        bent = self._bent(present)
        self.low, self.high = _ends(bent)
        held = np.clip(self._bent(np.where(np.isfinite(x), x, self.middle)), self.low, self.high)
        self.mean, self.scale = float(held.mean()), float(held.std())
        return self

    @property
    def empty(self) -> bool:
        return not self.scale > 1e-12 * max(abs(self.mean), 1e-300)

    @property
    def levels(self) -> list[str]:
        return [""]

    def transform(self, values: pd.Series) -> Matrix:
        x = values.to_numpy(float)
        held = np.clip(self._bent(np.where(np.isfinite(x), x, self.middle)), self.low, self.high)
        scaled = np.asarray((held - self.mean) / self.scale)[:, None]
        return scaled if self.yes_no else np.clip(scaled, -_FARTHEST, _FARTHEST)

    def _bent(self, x: Vector) -> Vector:
        return np.log1p(np.maximum(x, 0) / self.unit) if self.unit else x


class Levels:
    """One category: a coordinate a frequent level; gaps are a level, unseen ones are at none."""

    def fit(self, values: pd.Series) -> Self:
        words = _words(values)
        counts = words.value_counts()
        self.levels = sorted(counts.index, key=lambda level: (-counts[level], level))[:MOST_LEVELS]
        return self

    @property
    def empty(self) -> bool:
        return len(self.levels) < 2

    def transform(self, values: pd.Series) -> Matrix:
        codes = pd.Categorical(_words(values), categories=self.levels).codes
        hit = np.asarray(codes)[:, None] == np.arange(len(self.levels))
        return np.asarray(hit, dtype=float) * _level_size(len(self.levels))


def _words(values: pd.Series) -> pd.Series:
    return values.astype(object).where(values.notna(), "")


def _level_size(levels: int) -> float:
    return float(np.sqrt(CATEGORY_WEIGHT / (1 - 1 / levels)))


def _unit(present: Vector) -> float:
    """The unit of a long right tail, to take logarithms in; 0 when there is none."""
    spread = float(present.std())
    if present.min() < 0 or spread <= 1e-12 * float(np.abs(present).max()):
        return 0.0
    skewness = float((((present - present.mean()) / spread) ** 3).mean())
    return float(np.median(present[present > 0])) if skewness > 1 else 0.0


def _ends(bent: Vector) -> tuple[float, float]:
    low, high = (float(q) for q in np.quantile(bent, [0.05, 0.95]))
    if low == high:
        return float(bent.min()), float(bent.max())
    return max(float(bent.min()), low - (high - low)), min(float(bent.max()), high + (high - low))
