"""Reading a whole table."""

import re
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from rapport.science.analysis.errors import CannotRead
from rapport.science.analysis.reading.cells import BLANK, BLANK_SPELLINGS, Decision, Recipe, decide, evidence
from rapport.science.analysis.reading.encoding import Encoding, find_encoding
from rapport.science.analysis.reading.layout import BLANKS, Layout, find_layout, not_closed
from rapport.science.analysis.reading.numbers import Mark
from rapport.science.analysis.reading.records import Records, look_through, names_of, regular
from rapport.science.analysis.reading.source import Source, find_source

Progress = Callable[[float, str], None]

_LOOK = 1_000
_PLAIN = re.compile(r"^[+-]?(0|[1-9]\d{0,14})?(\.\d+)?([eE][+-]?\d+)?$")
_SHORT = re.compile(r"^[+-]?\d{1,3}(\.\d{3})?$")


@dataclass
class Reading:
    """A clean table and how it was read: `notes` are sentences, `recipes` are by column, for later tables."""

    table: pd.DataFrame
    name: str
    stem: str
    encoding: str
    separator: str
    recipes: dict[str, Recipe]
    notes: list[str] = field(default_factory=list)


def read_file(path: str | Path, *, encoding: str = "", progress: Progress | None = None) -> Reading:
    """A CSV file, packed by gzip or not, or "-" for what comes in by a pipe.

    Encoding, separator, header, decimal marks and dates are found out. Raises CannotRead, in one sentence that names
    the line where it can, for what is no table.
    """
    tell = progress or (lambda _done, _what: None)
    source = find_source(path)
    tell(0.0, "looking at the file")
    found = find_encoding(source, encoding)
    layout = find_layout(source, found.name)
    tell(0.2, "counting lines and cells")
    records = look_through(source, found, layout)
    names, notes = names_of(layout)
    tell(0.5, "reading")
    raw, usual, month_first = _read(source, found, layout, records, names)
    tell(0.7, "reading numbers and dates")
    table, recipes, said = _cleaned(raw, usual, month_first=month_first)
    notes = [*([found.note] if found.note else []), *notes, *records.notes, *said]
    return Reading(table, source.name, source.stem, found.name, layout.separator, recipes, notes)


def read_frame(frame: pd.DataFrame, name: str = "table") -> Reading:
    """A table that is in memory already. Raises CannotRead when it has no row, no column or repeated names."""
    if not len(frame) or not len(frame.columns):
        raise CannotRead(f"The table has {len(frame)} customers and {len(frame.columns)} columns.")
    named = frame.set_axis([str(column) for column in frame.columns], axis=1).reset_index(drop=True)
    if not named.columns.is_unique:
        raise CannotRead(f"The column {named.columns[named.columns.duplicated()][0]} occurs more than once.")
    table, recipes, said = _cleaned(named, ".", month_first=False)
    return Reading(table, name, name, "", "", recipes, said)


def _read(
    source: Source, encoding: Encoding, layout: Layout, records: Records, names: list[str]
) -> tuple[pd.DataFrame, Mark, bool]:
    """The cells, with numbers where a column has plain ones; the decimal mark and order of dates that others show."""
    some = _parsed(source, encoding, layout, records, names, dtype=str, nrows=_LOOK)
    shown = [evidence(some[name]) for name in names]
    marks = [mark for mark, _ in shown if mark]
    usual: Mark = "," if marks.count(",") > marks.count(".") else "."
    months = [first for _, first in shown if first is not None]
    words = [name for name in names if not _is_plain(some[name], usual)]
    whole = _parsed(source, encoding, layout, records, names, dtype=dict.fromkeys(words, str))
    return whole, usual, sum(months) * 2 > len(months)


def _parsed(
    source: Source,
    encoding: Encoding,
    layout: Layout,
    records: Records,
    names: list[str],
    *,
    dtype: type[str] | dict[str, type[str]],
    nrows: int | None = None,
) -> pd.DataFrame:
    rewritten = records.irregular
    separator = "," if rewritten or layout.separator == BLANKS else layout.separator
    header = 0 if rewritten or layout.header else None
    text = regular(source, encoding, layout) if rewritten else source.text(encoding.name)
    with closing(text):
        try:
            frame: pd.DataFrame = pd.read_csv(
                text, sep=separator, header=header, names=names, skiprows=int(layout.hint and not rewritten),
                dtype=dtype, nrows=nrows, keep_default_na=False, na_values=BLANK_SPELLINGS, low_memory=False,
                index_col=False,
            )  # fmt: skip
        except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
            if "EOF inside string" in str(error):
                raise CannotRead(not_closed(records.last)) from error
            raise CannotRead(f"{source.name} cannot be read as a table: {error}.") from error
    return frame


def _is_plain(cells: pd.Series, usual: Mark) -> bool:
    present = cells.dropna()
    present = present[~present.str.strip().str.lower().isin(BLANK)].str.strip()
    if not len(present) or not present.str.match(_PLAIN).all():
        return False
    # Where commas part decimals elsewhere, 1.234 is a thousand and more.
    return usual == "." or not (present.str.contains(".", regex=False).any() and present.str.match(_SHORT).all())


def _cleaned(raw: pd.DataFrame, usual: Mark, *, month_first: bool) -> tuple[pd.DataFrame, dict[str, Recipe], list[str]]:
    columns: dict[str, pd.Series] = {}
    recipes: dict[str, Recipe] = {}
    notes: list[str] = []
    for name in list(raw.columns):
        decision: Decision = decide(raw[name], usual=usual, month_first=month_first)
        values = raw.pop(name)  # freed as soon as it is clean
        columns[name] = _as_days(values, decision.recipe)
        recipes[name] = decision.recipe
        notes += decision.notes
    return pd.DataFrame(columns), recipes, notes


def _as_days(values: pd.Series, recipe: Recipe) -> pd.Series:
    if recipe.form == "%Y%m%d" and pd.api.types.is_numeric_dtype(values.dtype):
        values = values.astype("Int64").astype(object).map(str, na_action="ignore")
    cleaned = recipe.apply(values)
    return cleaned.astype(np.float64) if cleaned.dtype == np.float32 else cleaned
