"""Reading how long each customer was seen, and whether it ended."""

from typing import Any

import numpy as np
import pandas as pd

from rapport.science.behaviour.roles import NO, YES, as_numbers, as_words
from rapport.science.behaviour.vectors import Vector


def read_durations(duration: Any, event: Any, *, rows: int | None = None) -> tuple[Vector, Vector]:
    """Finite times of 0 or more, and 1.0 where the event happened at that time (0.0: not yet, seen until then).

    Raises ValueError, in words, for other lengths, gaps, negative times and events that are not yes or no.
    """
    times = as_numbers(pd.Series(np.asarray(duration).ravel())).to_numpy(float)
    happened = _happened(event)
    if len(times) != len(happened) or (rows is not None and rows != len(times)):
        raise ValueError(
            f"There are {len(times)} durations, {len(happened)} events and {rows or len(times)} customers."
        )
    if not len(times):
        raise ValueError("There is no customer in the table.")
    if not np.isfinite(times).all() or (times < 0).any():
        raise ValueError("A duration is a number of 0 or more for every customer.")
    return times, happened


def _happened(event: Any) -> Vector:
    words = as_words(pd.Series(np.asarray(event).ravel()))
    if not words.isin(YES | NO).all():
        raise ValueError("An event is yes or no for every customer: it happened, or it has not yet.")
    return np.asarray(words.isin(YES), dtype=float)
