"""What people hand in as texts and labels, checked once at the door."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Objects = NDArray[np.object_]


def read_texts(texts: Any, what: str = "texts") -> list[str]:
    """The texts as a list of strings, a missing one (None, NaN) as the empty text.

    Raises ValueError for one string, for numbers and for tables of several columns.
    """
    if isinstance(texts, str | bytes) or not hasattr(texts, "__iter__"):
        raise ValueError(f"The {what} are a list of strings; put a single one into a list: [text].")
    if isinstance(texts, pd.DataFrame | np.ndarray) and texts.ndim != 1:
        raise ValueError(f"The {what} are one column of strings; choose one column of the table.")
    return [_read(text, what) for text in texts]


def _read(text: Any, what: str) -> str:
    if isinstance(text, str):
        return str(text)
    if text is None or text is pd.NA or text is pd.NaT or (isinstance(text, float) and np.isnan(text)):
        return ""
    raise ValueError(f"The {what} are strings, and one is {text!r} ({type(text).__name__}); turn it into a string.")


def read_labelled(texts: Any, labels: Any) -> tuple[list[str], Objects]:
    """Texts that say something with their labels, in the order given.

    Raises ValueError when their numbers differ, a label is missing, or fewer than two labels are left.
    """
    read = read_texts(texts)
    given = _read_labels(labels)
    if len(read) != len(given):
        raise ValueError(f"There are {len(read)} texts and {len(given)} labels; each text needs one label.")
    kept = [place for place, text in enumerate(read) if text.strip()]
    if not kept:
        raise ValueError("There is no text to learn from; give some examples with their labels.")
    found = given[kept]
    if len(set(found)) < 2:
        raise ValueError(f"All texts have the label {found[0]!r}; give examples of at least two labels.")
    return [read[place] for place in kept], found


def _read_labels(labels: Any) -> Objects:
    if isinstance(labels, str | bytes) or not hasattr(labels, "__iter__"):
        raise ValueError("The labels are a list with one label a text.")
    if isinstance(labels, pd.DataFrame | np.ndarray) and labels.ndim != 1:
        raise ValueError("The labels are one column; choose one column of the table.")
    read = [label.item() if isinstance(label, np.generic) else label for label in labels]
    missing = [place for place, label in enumerate(read) if label is None or pd.isna(label)]
    if missing:
        raise ValueError(
            f"Text number {missing[0] + 1} has no label ({len(missing)} in all); label it or leave it out. "
            "A text that fits no label needs no example: the model says so by itself."
        )
    if len({isinstance(label, str) for label in read}) > 1:
        raise ValueError("Some labels are strings and others are not; make them all strings.")
    found = np.empty(len(read), dtype=object)
    found[:] = read
    return found


def whole(value: Any, name: str, least: int = 1) -> int:
    """A count that somebody asked for; ValueError below `least` or when it is no whole number."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
        raise ValueError(f"{name} is a whole number from {least}, not {value!r}.")
    return int(value)


def share(value: Any, name: str) -> float:
    """A number from 0 to 1; ValueError for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | np.number) or not 0 <= value <= 1:
        raise ValueError(f"{name} is a number from 0 to 1, not {value!r}.")
    return float(value)


def codes_of(labels: Objects) -> tuple[Objects, NDArray[np.intp]]:
    """The sorted distinct labels, and for every row the number of its own."""
    distinct = sorted(set(labels))
    number = {label: place for place, label in enumerate(distinct)}
    classes = np.empty(len(distinct), dtype=object)
    classes[:] = distinct
    return classes, np.array([number[label] for label in labels], dtype=np.intp)


def shortened(text: str, length: int) -> str:
    """The text on one line, cut at `length` characters."""
    line = " ".join(text.split())
    return line if len(line) <= length else line[: length - 1].rstrip() + "…"


Texts = Sequence[str]
