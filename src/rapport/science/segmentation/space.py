"""The space in which customers are near to each other: numbers of one scale, whatever the columns hold."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import pandas as pd

from rapport.science.behaviour.reading import read_column
from rapport.science.behaviour.roles import Column, Role, guess_roles
from rapport.science.language import _
from rapport.science.segmentation.axes import Levels, Matrix, Numbers, Vector

_MOST_MISSING = 0.5


@dataclass(frozen=True)
class Block:
    """The coordinates of one column: of a category, of a number, or of a number that only has the values of `grid`."""

    start: int
    stop: int
    category: bool
    grid: Vector | None = None


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
    def blocks(self) -> list[Block]:
        """Which coordinates belong together."""
        found, start = [], 0
        for axis in self.axes_.values():
            stop = start + len(axis.levels)
            category = isinstance(axis, Levels) or axis.yes_no
            found.append(Block(start, stop, category, None if isinstance(axis, Levels) else axis.grid))
            start = stop
        return found

    @property
    def left_out(self) -> dict[str, str]:
        return {column.name: column.why for column in self.columns_ if not column.used}


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
