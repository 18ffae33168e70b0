"""From clean columns to matrices: one that trees read, one that linear models and perceptrons read.

Trees get numbers as they are, with gaps, and one column a level. Linear models get numbers without gaps, standardised,
that may bend at their quintiles (a linear spline), so that a chance that falls steeply in the first year and slowly
later is seen. Each matrix column belongs to one column of the table, so contributions add up by table column.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rapport.science.behaviour.roles import Column, Role
from rapport.science.behaviour.vectors import Matrix, Rows, Vector

MOST_LEVELS = 30
_FEWEST_ROWS = 10  # of a level or of a gap, to be told from the rest
_BENDS = (0.2, 0.4, 0.6, 0.8)


@dataclass(frozen=True)
class Encoded:
    """The same customers as `trees` (n x p, NaN for gaps) and as `linear` (n x q, standardised)."""

    trees: Matrix
    linear: Matrix

    def at(self, rows: Rows) -> "Encoded":
        return Encoded(self.trees[rows], self.linear[rows])

    def __len__(self) -> int:
        return len(self.trees)


class Encoder:
    """Learns levels, medians, bends and scales, without looking at answers.

    `straight` keeps numbers in their own unit, without bends, and sets levels against the most frequent one, so that
    a coefficient can be read.

    Learned: `tree_columns_` and `linear_columns_`, for each matrix column the position of its table column;
    `tree_levels_`, for each tree column its level, or None for numbers; `linear_bends_`, which linear columns are
    bends.
    """

    def __init__(self, columns: Sequence[Column], *, straight: bool = False) -> None:
        self.columns = [column for column in columns if column.used]
        self.straight = straight

    def fit(self, table: pd.DataFrame) -> Self:
        self.parts_: list[_Numbers | _Levels] = [
            _Levels(self.straight).fit(table[column.name])
            if column.role is Role.CATEGORY
            else _Numbers(self.straight).fit(table[column.name])
            for column in self.columns
        ]
        linear = self._stack("linear", table)
        self.mean_: Vector = linear.mean(axis=0)
        spread = linear.std(axis=0)
        self.spread_: Vector = np.where(spread > 1e-12 * np.maximum(np.abs(self.mean_), 1e-300), spread, np.inf)
        self.linear_columns_ = self._positions("linear", table)
        self.linear_bends_ = np.array([bend for part in self.parts_ for bend in part.bent()], dtype=bool)
        self.tree_columns_ = self._positions("trees", table)
        self.tree_levels_ = [level for part in self.parts_ for level in part.labels()]
        return self

    def transform(self, table: pd.DataFrame) -> Encoded:
        linear = (self._stack("linear", table) - self.mean_) / self.spread_
        return Encoded(self._stack("trees", table), linear)

    def _stack(self, kind: str, table: pd.DataFrame) -> Matrix:
        parts = [getattr(part, kind)(table[c.name]) for part, c in zip(self.parts_, self.columns, strict=True)]
        return np.hstack([np.empty((len(table), 0)), *parts])

    def _positions(self, kind: str, table: pd.DataFrame) -> NDArray[np.intp]:
        few = table.head(1)
        widths = [getattr(part, kind)(few[c.name]).shape[1] for part, c in zip(self.parts_, self.columns, strict=True)]
        return np.repeat(np.arange(len(widths)), widths)


class _Numbers:
    """One column of floats."""

    def __init__(self, straight: bool) -> None:
        self.straight = straight

    def fit(self, values: pd.Series) -> Self:
        x = values.to_numpy(float)
        present = x[np.isfinite(x)]
        gaps = len(x) - len(present)
        self.has_gaps = min(gaps, len(present)) >= _FEWEST_ROWS
        if not len(present):
            present = np.zeros(1)
        self.low, self.high = float(present.min()), float(present.max())
        self.middle = float(np.median(present))
        self.unit = 0.0 if self.straight else self._unit(present)
        bent = self._unskewed(present)
        many = not self.straight and len(np.unique(present)) > 10
        inner = np.unique(np.quantile(bent, _BENDS)) if many else np.empty(0)
        self.bends = inner[(inner > bent.min()) & (inner < bent.max())]
        return self

    @staticmethod
    def _unit(present: Vector) -> float:
        """The unit of a long right tail, to take logarithms in; 0 when there is none."""
        spread = float(present.std())
        if present.min() < 0 or spread <= 1e-12 * float(np.abs(present).max()):
            return 0.0
        skewness = float((((present - present.mean()) / spread) ** 3).mean())
        return float(np.median(present[present > 0])) if skewness > 1 else 0.0

    def _unskewed(self, x: Vector) -> Vector:
        return np.log1p(x / self.unit) if self.unit else x

    def trees(self, values: pd.Series) -> Matrix:
        return np.asarray(values.to_numpy(float)[:, None])

    def linear(self, values: pd.Series) -> Matrix:
        x = values.to_numpy(float)
        gap = np.isnan(x)
        # Held inside what was seen, so that a line learnt there is never drawn on beyond it.
        filled = self._unskewed(np.clip(np.where(gap, self.middle, x), self.low, self.high))
        parts = [filled, *(np.maximum(filled - bend, 0) for bend in self.bends)]
        return np.column_stack([*parts, gap.astype(float)] if self.has_gaps else parts)

    def labels(self) -> list[str | None]:
        return [None]

    def bent(self) -> list[bool]:
        return [term.startswith("bend") for term in self.terms()]

    def terms(self) -> list[str]:
        """What each linear column stands for."""
        return ["value", *(f"bend at {bend:g}" for bend in self.bends), *(["not known"] if self.has_gaps else [])]


class _Levels:
    """One column of categories: a column a frequent level; gaps and rare or unknown levels are none of them.

    `straight` sets the linear columns against the most frequent level, which has none.
    """

    def __init__(self, straight: bool) -> None:
        self.straight = straight

    def fit(self, values: pd.Series) -> Self:
        counts = values.value_counts()
        frequent = counts[counts >= min(_FEWEST_ROWS, max(2, len(values) // 20))]
        ordered = sorted(frequent.index, key=lambda level: (-counts[level], level))
        self.levels: list[str] = ordered[:MOST_LEVELS]
        return self

    def trees(self, values: pd.Series) -> Matrix:
        codes = np.asarray(values.cat.set_categories(self.levels).cat.codes)
        return np.asarray(codes[:, None] == np.arange(len(self.levels)), dtype=float)

    def linear(self, values: pd.Series) -> Matrix:
        return self.trees(values)[:, 1:] if self.straight else self.trees(values)

    def labels(self) -> list[str | None]:
        return list(self.levels)

    def bent(self) -> list[bool]:
        return [False] * len(self.terms())

    def terms(self) -> list[str]:
        return [f"{level} (against {self.levels[0]})" for level in self.levels[1:]] if self.straight else self.levels
