"""What was measured of each group, and the refusal to compare what cannot be compared."""

import math
from dataclasses import dataclass
from typing import Any, Literal, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Vector = NDArray[np.float64]
Kind = Literal["mean", "share"]
KINDS = ("auto", "mean", "share")


class CannotCompare(ValueError):
    """The groups say too little, or nothing, about a difference; the message says what is missing."""


@dataclass(frozen=True)
class Counts:
    """A group of yes/no answers as two numbers: `hits` in `n` people."""

    hits: int
    n: int

    def __post_init__(self) -> None:
        if not 0 <= self.hits <= self.n:
            raise ValueError(f"Counts need no fewer people than hits, not {self.hits} of {self.n}.")


@dataclass(frozen=True)
class Sample:
    """One group: how many, their mean, and the variance between them (with n - 1)."""

    n: int
    mean: float
    variance: float

    @property
    def of_mean(self) -> float:
        """The variance of the mean."""
        return self.variance / self.n


def numbers_of(values: Any, group: str) -> Vector:
    """A group's values as a vector of floats; CannotCompare in one sentence for anything else."""
    series = values if isinstance(values, pd.Series) else pd.Series(np.asarray(values).ravel())
    if not (pd.api.types.is_numeric_dtype(series) or pd.api.types.is_bool_dtype(series)):
        if len(series):
            raise CannotCompare(f"Group {group} holds something other than numbers: turn it into numbers first.")
        return np.empty(0)
    if pd.api.types.is_complex_dtype(series):
        raise CannotCompare(f"Group {group} holds complex numbers: use real ones.")
    numbers: Vector = series.to_numpy(dtype=float, na_value=np.nan)
    if not np.isfinite(numbers).all():
        raise CannotCompare(f"Group {group} holds empty or endless values: fill them in or leave those people out.")
    return numbers


def kind_of(groups: tuple[Any, Any], kind: str) -> Kind:
    """Shares when both groups are yes/no answers or counts, else means, unless the kind is given."""
    if kind not in KINDS:
        raise ValueError(f'The kind of measurement is "auto", "mean" or "share", not {kind!r}.')
    counted = [isinstance(group, Counts) for group in groups]
    binary = all(isinstance(group, Counts) or _is_binary(group) for group in groups)
    if any(counted) and (kind == "mean" or not all(counted)):
        raise ValueError("Counts are shares: give both groups as Counts.")
    if kind == "share" and not binary:
        raise CannotCompare("Shares are learnt from answers that are 0 or 1: these hold other values.")
    return cast("Kind", ("share" if binary else "mean") if kind == "auto" else kind)


def counts_of(group: Any, name: str) -> Counts:
    """A group of yes/no answers, counted."""
    if isinstance(group, Counts):
        return group
    numbers = numbers_of(group, name)
    return Counts(int(numbers.sum()), len(numbers))


def sample_of(values: Any, name: str) -> Sample:
    """Number, mean and variance of a group."""
    numbers = numbers_of(values, name)
    n = len(numbers)
    if n == 0:
        return Sample(0, math.nan, math.nan)
    return Sample(n, float(numbers.mean()), float(numbers.var(ddof=1)) if n > 1 else math.nan)


def checked_level(alpha: float) -> float:
    """The share of false alarms that is put up with."""
    if not 0 < alpha < 1:
        raise ValueError(f"The level alpha lies between 0 and 1, such as 0.05, not {alpha}.")
    return float(alpha)


def _is_binary(group: Any) -> bool:
    values = np.asarray(group.dropna() if isinstance(group, pd.Series) else group).ravel()
    if values.dtype == bool or not len(values):
        return True
    return values.dtype != object and values.dtype.kind in "iuf" and bool(np.isin(values, (0, 1)).all())
