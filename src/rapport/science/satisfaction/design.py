"""From a table of answers to the columns of a regression: numbers, and categories beside their commonest level."""

from dataclasses import dataclass, field
from enum import Enum, auto

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rapport.science.language import _

Vector = NDArray[np.float64]

# A column of texts with more different ones than this is no set of categories.
_LEVELS = 12
# Answers with a gap are left out, so a column that is mostly gaps would take the others' answers with it.
_GAPS = 0.5


class Kind(Enum):
    """How one more is told: a point, yes rather than no, one level rather than the commonest."""

    NUMBER = auto()
    YES_NO = auto()
    LEVEL = auto()


@dataclass(frozen=True)
class Term:
    """One column of the regression; `level` and `reference` are those of a category."""

    driver: str
    kind: Kind
    level: str = ""
    reference: str = ""

    @property
    def name(self) -> str:
        return f"{self.driver}: {self.level}" if self.kind is Kind.LEVEL else self.driver


@dataclass
class Design:
    """The terms that a table of answers brings, and in words why some columns bring none."""

    terms: list[Term] = field(default_factory=list)
    left_out: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, table: pd.DataFrame) -> "Design":
        design = cls()
        for name in table.columns:
            design._read(str(name), _as_column(table[name]))
        return design

    def _read(self, name: str, column: "pd.Series[float]") -> None:
        known = column.dropna()
        if len(known) <= len(column) * (1 - _GAPS):
            self.left_out[name] = _("{driver} is left out: most answers do not have it.").format(driver=name)
        elif pd.api.types.is_datetime64_any_dtype(column):
            self.left_out[name] = _("{driver} is left out: dates have no effect a point.").format(driver=name)
        elif pd.api.types.is_bool_dtype(column) or _is_yes_no(known):
            self.terms.append(Term(name, Kind.YES_NO))
        elif pd.api.types.is_numeric_dtype(column):
            self.terms.append(Term(name, Kind.NUMBER))
        else:
            self._read_levels(name, known)

    def _read_levels(self, name: str, known: "pd.Series[float]") -> None:
        counts = known.astype(str).value_counts()
        if len(counts) > min(_LEVELS, max(2, len(known) // 3)):
            text = _("{driver} is left out: it holds {levels} different texts, too many to compare.")
            self.left_out[name] = text.format(driver=name, levels=len(counts))
            return
        if len(counts) < 2:
            self.left_out[name] = _(
                "{driver} is the same in every answer, so nothing can be said about its effect."
            ).format(driver=name)
            return
        # Commonest first, and by name where two are as common: the order of rows must not matter.
        ordered = sorted(counts.index, key=lambda level: (-int(counts[level]), str(level)))
        self.terms += [Term(name, Kind.LEVEL, str(level), str(ordered[0])) for level in ordered[1:]]

    def matrix(self, table: pd.DataFrame) -> Vector:
        """(answers, terms), NaN where the table has a gap or a level that was not there before."""
        by_name = {str(name): name for name in table.columns}
        missing = [term.driver for term in self.terms if term.driver not in by_name]
        if missing:
            raise ValueError(f"The table has no column {missing[0]!r}, from which was learnt.")
        columns = {name: _as_column(table[by_name[name]]) for name in {term.driver for term in self.terms}}
        found = np.empty((len(table), len(self.terms)))
        for place, term in enumerate(self.terms):
            found[:, place] = self._column(term, columns[term.driver])
        if np.isinf(found).any():
            raise ValueError("The table holds infinite numbers; leave these answers out.")
        return found

    def _column(self, term: Term, column: "pd.Series[float]") -> Vector:
        if term.kind is not Kind.LEVEL:
            numbers = pd.to_numeric(column, errors="coerce")
            return np.asarray(numbers.astype("Float64").to_numpy(dtype=float, na_value=np.nan))
        known = {term.reference, *(t.level for t in self.terms if t.driver == term.driver)}
        texts = column.astype(object).where(column.notna(), None)
        said = [None if text is None else str(text) for text in texts]
        return np.array([np.nan if text not in known else float(text == term.level) for text in said])


def _as_column(column: "pd.Series[float]") -> "pd.Series[float]":
    """Texts that are numbers become numbers."""
    if pd.api.types.is_object_dtype(column) or pd.api.types.is_string_dtype(column):
        known = column.dropna()
        if len(known) and known.map(lambda value: isinstance(value, bool | np.bool_)).all():
            return column.astype("boolean")
        numbers = pd.to_numeric(known, errors="coerce")
        if len(known) and bool(numbers.notna().all()):
            return numbers.astype(float).reindex(column.index) if column.index.is_unique else _numbers(column)
    return column


def _numbers(column: "pd.Series[float]") -> "pd.Series[float]":
    return pd.to_numeric(column, errors="coerce").astype(float)


def _is_yes_no(known: "pd.Series[float]") -> bool:
    if not pd.api.types.is_numeric_dtype(known) or not set(known.iloc[:1000].tolist()) <= {0, 1}:
        return False  # the first say so of nearly every column of numbers
    return set(known.unique().tolist()) == {0, 1}
