"""Numbers as people write them: "1.234,56 €", "12 %", "(1,200.00)"."""

import re
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

Mark = Literal[".", ","]

_CURRENCY = r"[€$£¥￥₹₽₩₺元]|\b(?:EUR|USD|CNY|RMB|GBP|CHF|JPY|INR|AUD|CAD|SEK|NOK|DKK|PLN)\b|\bkr\b|zł|R\$"
_WHOLE = re.compile(r"^[+-]?\d+$")
_COMMA_THOUSANDS = re.compile(r"^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$")
_DOT_THOUSANDS = re.compile(r"^[+-]?\d{1,3}(\.\d{3})+(,\d+)?$")
_DOT_DECIMAL = re.compile(r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$")
_COMMA_DECIMAL = re.compile(r"^[+-]?\d*,\d+$")
_CODE = re.compile(r"^0\d+$")  # such as 00123: a name made of digits
_STRIPPED = re.compile(rf"{_CURRENCY}|[%％‰]|[\s\u00a0\u202f'’]")
_CURRENCY_SIGN = re.compile(_CURRENCY)


@dataclass(frozen=True)
class Written:
    """How the numbers of a column are written: the decimal mark, and the sign that goes with them."""

    mark: Mark
    unit: str = ""
    sure: bool = True


def plain(cells: pd.Series) -> pd.Series:
    """The cells with nothing but digits, marks and a minus in front."""
    text = cells.str.strip().str.replace("−", "-", regex=False)
    text = text.str.replace(r"^\((.+)\)$", r"-\1", regex=True)
    return text.str.replace(_STRIPPED, "", regex=True)


def how_written(cells: pd.Series, counts: np.ndarray, usual: Mark) -> tuple[Written | None, float]:
    """How these distinct cells are written, and the share of all cells that are numbers written so.

    Nothing where a cell is a code such as 00123; `usual` decides where each number could be read both ways.
    """
    if cells.str.match(_CODE).any():
        return None, 0.0
    text = plain(cells)
    dot = _fits(text, _COMMA_THOUSANDS, _DOT_DECIMAL)
    comma = _fits(text, _DOT_THOUSANDS, _COMMA_DECIMAL, _WHOLE)
    only_dot, only_comma = counts[dot & ~comma].sum(), counts[comma & ~dot].sum()
    mark: Mark = usual if only_dot == only_comma else "." if only_dot > only_comma else ","
    return (
        Written(mark, _unit(cells), sure=only_dot != only_comma or not _marked(text)),
        float(counts[dot if mark == "." else comma].sum() / counts.sum()),
    )


def as_floats(cells: pd.Series, mark: Mark) -> pd.Series:
    """Distinct cells as floats, NaN where they are no number written with this mark."""
    text = plain(cells)
    patterns = (_COMMA_THOUSANDS, _DOT_DECIMAL) if mark == "." else (_DOT_THOUSANDS, _COMMA_DECIMAL, _WHOLE)
    text = text.where(_fits(text, *patterns))
    if mark == ",":
        text = text.str.replace(".", "", regex=False).str.replace(",", ".", regex=False)
    else:
        text = text.str.replace(",", "", regex=False)
    return pd.to_numeric(text, errors="coerce").astype(float)


def _fits(text: pd.Series, *patterns: re.Pattern[str]) -> np.ndarray:
    found = np.zeros(len(text), dtype=bool)
    for pattern in patterns:
        found |= text.str.match(pattern).fillna(False).to_numpy(bool)
    return found


def _marked(text: pd.Series) -> bool:
    return bool(text.str.contains("[.,]", regex=True).any())


def _unit(cells: pd.Series) -> str:
    if cells.str.contains("[%％]", regex=True).mean() > 0.5:
        return "%"
    signs = cells.str.extract(f"({_CURRENCY_SIGN.pattern})", expand=False).dropna()
    return str(signs.mode().iloc[0]) if len(signs) > 0.5 * len(cells) else ""
