"""How one column of a table becomes coordinates."""

from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]

MOST_LEVELS = 30
# A category weighs half a number, so that its gaps do not decide alone: Hennig and Liao (2013).
CATEGORY_WEIGHT = 0.5
_FARTHEST = 4.0
_FEW_STEPS = 40
_LOOK = 20_000
# Units of the logarithm, in medians: the smaller, the more it bends. Zeros stay near the smallest values.
_UNITS = (0.001, 0.01, 0.03, 0.1, 0.3, 1.0)
_UNITS_WITH_ZEROS = (0.3, 1.0)


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
    grid: Vector | None = None

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
        steps = _steps(present)
        if steps is not None and not self.empty:
            self.grid = np.unique(self.transform(pd.Series(steps)))
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
        codes = pd.Index(self.levels, dtype=object).get_indexer(_words(values))
        hit = codes[:, None] == np.arange(len(self.levels))
        return np.asarray(hit, dtype=float) * _level_size(len(self.levels))


def _words(values: pd.Series) -> pd.Series:
    return values.astype(object).where(values.notna(), "")


def _level_size(levels: int) -> float:
    return float(np.sqrt(CATEGORY_WEIGHT / (1 - 1 / levels)))


def _unit(present: Vector) -> float:
    """The unit to take logarithms in that leaves a long right tail the least skewed; 0 when there is none."""
    some = np.sort(present)[:: max(1, len(present) // _LOOK)]
    if some[0] < 0 or _skewness(some) <= 1:
        return 0.0
    median = float(np.median(present[present > 0]))
    units = [factor * median for factor in (_UNITS if some[0] > 0 else _UNITS_WITH_ZEROS)]
    return min(units, key=lambda unit: abs(_skewness(np.log1p(some / unit))))


def _skewness(x: Vector) -> float:
    spread = float(x.std())
    return float((((x - x.mean()) / spread) ** 3).mean()) if spread > 1e-12 * float(np.abs(x).max()) else 0.0


def _steps(present: Vector) -> Vector | None:
    """Every value of a number that goes in few equal steps, such as a count; None for other numbers."""
    distinct = np.unique(present)
    if not 2 <= len(distinct) <= _FEW_STEPS:
        return None
    steps = (distinct - distinct[0]) / np.diff(distinct).min()
    if steps[-1] > _FEW_STEPS or not np.allclose(steps, np.round(steps), atol=1e-6):
        return None
    return np.asarray(np.linspace(distinct[0], distinct[-1], round(float(steps[-1])) + 1))


def _ends(bent: Vector) -> tuple[float, float]:
    low, high = (float(q) for q in np.quantile(bent, [0.05, 0.95]))
    if low == high:
        return float(bent.min()), float(bent.max())
    return max(float(bent.min()), low - (high - low)), min(float(bent.max()), high + (high - low))
