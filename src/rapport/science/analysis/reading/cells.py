"""What the cells of a column become, decided once and repeated for later tables."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from rapport.science.analysis.reading.dates import Dated, as_moments, how_dated
from rapport.science.analysis.reading.numbers import Mark, Written, as_floats, how_written
from rapport.science.behaviour.roles import GAPS
from rapport.science.language import _, ngettext

Kind = Literal["number", "date", "words"]

BLANK = GAPS | {"n.a.", "n.a", "#n/a", "#n/v", "nil", "<na>", "(blank)", "–", "—", "空", "空白", "缺失"}
# As the fast reader wants them: every spelling.
BLANK_SPELLINGS = sorted({spelling for word in BLANK for spelling in (word, word.upper(), word.title(), "NaN", "N.a.")})
_SAMPLE, _HINT, _MOSTLY, _HALF = 2_000, 0.4, 0.95, 0.5
_DAY_NUMBER = (19_000_101, 21_001_231)


@dataclass(frozen=True)
class Recipe:
    """How one column is read: as numbers with a decimal mark, as dates of a form, or as words."""

    kind: Kind
    mark: Mark = "."
    form: str = ""
    unit: str = ""

    def apply(self, values: pd.Series) -> pd.Series:
        """The clean column: floats, moments or words, with gaps as missing."""
        if self.kind == "words":
            return _blanked(values)
        if self.kind == "number" and pd.api.types.is_numeric_dtype(values.dtype):
            return values
        if self.kind == "date" and pd.api.types.is_datetime64_any_dtype(values.dtype):
            return values.dt.tz_convert(None) if values.dt.tz is not None else values
        codes, distinct = _distinct(values)
        if not len(distinct):
            return pd.Series(np.nan, index=values.index, name=values.name, dtype=float)
        change = as_floats(distinct, self.mark) if self.kind == "number" else as_moments(distinct, self.form)
        return pd.Series(change.to_numpy()[codes], index=values.index, name=values.name).mask(codes < 0)


@dataclass(frozen=True)
class Decision:
    """A recipe, and what is to be said about it."""

    recipe: Recipe
    notes: tuple[str, ...] = ()


def decide(values: pd.Series, *, usual: Mark = ".", month_first: bool = False) -> Decision:
    """How this column is best read; `usual` and `month_first` decide where it could be read both ways."""
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        return Decision(Recipe("date", form="ISO8601"))
    if pd.api.types.is_bool_dtype(values.dtype):
        return Decision(Recipe("words"))
    if pd.api.types.is_numeric_dtype(values.dtype):
        return Decision(Recipe("date", form="%Y%m%d") if _counts_days(values) else Recipe("number"))
    codes, distinct = _distinct(values)
    if not len(distinct):
        return Decision(Recipe("words"))
    counts = np.bincount(codes[codes >= 0], minlength=len(distinct))
    some = _some(distinct)
    if dated := how_dated(some, counts[some.index], month_first=month_first):
        return Decision(Recipe("date", form=dated.form), tuple(_about_dates(str(values.name), dated)))
    if how_written(some, counts[some.index], usual)[1] < _HINT:
        return Decision(Recipe("words"))
    written, share = how_written(distinct, counts, usual)
    notes = tuple(_about_numbers(values, written, share, distinct, counts)) if written else ()
    if written is None or share < _MOSTLY:
        return Decision(Recipe("words"), notes)
    return Decision(Recipe("number", mark=written.mark, unit=written.unit), notes)


def evidence(cells: pd.Series) -> tuple[Mark | None, bool | None]:
    """What a column says for sure: the decimal mark it is written with, and whether months stand first."""
    codes, distinct = _distinct(cells)
    if not len(distinct):
        return None, None
    counts = np.bincount(codes[codes >= 0], minlength=len(distinct))
    if dated := how_dated(distinct, counts):
        day = dated.form.find("%d")
        return None, None if dated.open or "%Y" in dated.form[:2] else day > dated.form.find("%m") >= 0
    written, share = how_written(distinct, counts, ".")
    return (written.mark if written and written.sure and share >= _MOSTLY else None), None


def _distinct(values: pd.Series) -> tuple[np.ndarray, pd.Series]:
    """For every cell the place of its text among the distinct ones, -1 for a gap."""
    codes, found = pd.factorize(values.astype(object))
    texts = pd.Series([str(one) for one in found], dtype=object)
    blank = texts.str.strip().str.lower().isin(BLANK).to_numpy(bool) if len(texts) else np.zeros(0, dtype=bool)
    place = np.append(np.where(blank, -1, np.cumsum(~blank) - 1), -1)
    return place[codes], texts[~blank].reset_index(drop=True)


def _some(distinct: pd.Series) -> pd.Series:
    return distinct.iloc[:: max(1, len(distinct) // _SAMPLE)]


def _blanked(values: pd.Series) -> pd.Series:
    """Words without blanks around them, and gaps as missing."""
    if pd.api.types.is_numeric_dtype(values.dtype) or pd.api.types.is_datetime64_any_dtype(values.dtype):
        return values
    codes, distinct = _distinct(values)
    cells = np.append(distinct.str.strip().to_numpy(object) if len(distinct) else [], [np.nan]).astype(object)
    return pd.Series(cells[codes], index=values.index, name=values.name, dtype=object)


def _counts_days(values: pd.Series) -> bool:
    """Whole numbers such as 20240131, every one of them a day."""
    present = values.dropna()
    if not len(present) or not present.between(*_DAY_NUMBER).all() or (present % 1 != 0).any():
        return False
    days = pd.Series(present.unique()).astype("int64").astype(str)
    return bool(pd.to_datetime(days, format="%Y%m%d", errors="coerce").notna().all())


def _about_dates(name: str, dated: Dated) -> Iterator[str]:
    if dated.open:
        first = _("day") if dated.form.find("%d") < dated.form.find("%m") else _("month")
        yield _(
            "Every date in {column} could be read with the day or with the month first; it was read with the {first} "
            "first. Write dates as 2024-01-31 to be sure."
        ).format(column=name, first=first)


def _about_numbers(
    values: pd.Series, written: Written, share: float, distinct: pd.Series, counts: np.ndarray
) -> Iterator[str]:
    if share < _HALF:
        return
    wrong = as_floats(distinct, written.mark).isna().to_numpy()
    cells, example = int(counts[wrong].sum()), str(distinct[wrong].iloc[0])[:40] if wrong.any() else ""
    if share < _MOSTLY:
        yield _(
            "{column} looks like numbers, but {count} of its cells hold text, such as “{example}”; it is read as "
            "words. Put numbers or nothing there."
        ).format(column=values.name, count=cells, example=example)
    elif cells:
        yield ngettext(
            "{count} cell of {column} holds text where a number belongs (“{example}”) and counts as a gap.",
            "{count} cells of {column} hold text where a number belongs, such as “{example}”, and count as gaps.",
            cells,
        ).format(column=values.name, count=cells, example=example)
    if share >= _MOSTLY and not written.sure and re.search(r"[.,]", "".join(distinct.head(50))):
        yield _("Numbers in {column} could be read two ways; “{mark}” was taken as the decimal mark.").format(
            column=values.name, mark=written.mark
        )
