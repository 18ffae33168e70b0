"""The columns of a table as a tree reads them: numbers in their own unit, one yes/no a level."""

from collections.abc import Mapping
from typing import Self

import numpy as np
import pandas as pd

from rapport.science.behaviour.reading import read_column
from rapport.science.behaviour.roles import Column, Role
from rapport.science.segmentation.axes import Levels, Matrix, Numbers
from rapport.science.segmentation.space import Space


class Facts:
    """Learns the middle of each number (for gaps) and the levels of each category.

    Learned: `columns_`; `names_`, `levels_` and `roles_`, of each column of the matrix: the table column, its level or
    None, its role.
    """

    def fit(self, table: pd.DataFrame, *, roles: Mapping[str, str] | None = None, guess: bool = True) -> Self:
        self._space = Space().fit(table, roles=roles, guess=guess)
        self.columns_: list[Column] = self._space.columns_
        self.left_out = self._space.left_out
        by_name = {column.name: column for column in self.columns_}
        self._used = [(by_name[name], axis) for name, axis in self._space.axes_.items()]
        self.names_: list[str] = []
        self.levels_: list[str | None] = []
        self.roles_: list[Role] = []
        for column, axis in self._used:
            levels: list[str | None] = list(axis.levels) if isinstance(axis, Levels) else [None]
            self.names_ += [column.name] * len(levels)
            self.levels_ += levels
            self.roles_ += [column.role] * len(levels)
        return self

    def transform(self, table: pd.DataFrame) -> Matrix:
        """n customers x facts."""
        if absent := [column.name for column, _ in self._used if column.name not in table.columns]:
            raise ValueError(f"These columns were learnt from and are not in this table: {', '.join(absent)}.")
        parts = [_fact(read_column(table[column.name], column.role), axis) for column, axis in self._used]
        return np.hstack([np.empty((len(table), 0)), *parts])


def _fact(values: pd.Series, axis: Numbers | Levels) -> Matrix:
    if isinstance(axis, Levels):
        return (axis.transform(values) > 0).astype(float)
    x = values.to_numpy(float)
    middle = round(axis.middle) if axis.yes_no else axis.middle
    filled: Matrix = np.where(np.isfinite(x), x, middle)[:, None]
    return filled
