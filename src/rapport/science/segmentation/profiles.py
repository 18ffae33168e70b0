"""What the customers of each segment are like, beside everyone."""

from collections.abc import Sequence

import pandas as pd

from rapport.science.behaviour.reading import read_column
from rapport.science.behaviour.roles import Column, Role
from rapport.science.segmentation.grouping import Labels

_MOST_LEVELS = 10


def profile(table: pd.DataFrame, columns: Sequence[Column], labels: Labels) -> pd.DataFrame:
    """One row a fact, indexed by `column` and `fact`; one column "everyone" and one a segment.

    A number has "mean" and "median" in its own unit, a yes/no has "yes", a category one fact a level: shares from 0
    to 1 of the customers of whom it is known.
    """
    rows: dict[tuple[str, str], dict[str | int, float]] = {}
    for column in columns:
        if column.used:
            values = read_column(table[column.name], column.role).reset_index(drop=True)
            for fact, by_segment in _facts(values, column.role, labels).items():
                rows[column.name, fact] = by_segment
    index = pd.MultiIndex.from_arrays(
        [[name for name, _ in rows], [fact for _, fact in rows]], names=["column", "fact"]
    )
    return pd.DataFrame(list(rows.values()), index=index, columns=["everyone", *range(int(labels.max()) + 1)])


def _facts(values: pd.Series, role: Role, labels: Labels) -> dict[str, dict[str | int, float]]:
    if role is Role.CATEGORY:
        levels = values.value_counts().index[:_MOST_LEVELS]
        known = values.notna()
        return {str(level): _by(values.eq(level).astype(float).where(known), labels, "mean") for level in levels}
    if role is Role.BOOLEAN:
        return {"yes": _by(values, labels, "mean")}
    return {fact: _by(values, labels, fact) for fact in ("mean", "median")}


def _by(values: pd.Series, labels: Labels, what: str) -> dict[str | int, float]:
    segments = values.groupby(labels).agg(what)
    everyone = float(values.agg(what))
    return {"everyone": everyone} | {
        int(label): float(value) for label, value in zip(segments.index, segments, strict=True)
    }
