"""Reading the target: which customers said yes, which no, and whose answer is not known."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rapport.science.behaviour.errors import NoColumns, NotYesNo, OneClass
from rapport.science.behaviour.roles import NO, YES, as_words, without_gaps


@dataclass(frozen=True)
class Answers:
    """`yes` is 1.0 or 0.0 for each known row, `classes` the two values as (no, yes), `known` a mask over all rows."""

    yes: NDArray[np.float64]
    classes: NDArray[Any]
    known: NDArray[np.bool_]
    name: str


def read_answers(y: Any, *, rows: int, positive: Any = None) -> Answers:
    """Two-valued answers of any kind: bool, 0/1, "yes"/"no", or two other words, the rarer of which is the event.

    Raises NotYesNo for more than two values, OneClass for a single one, NoColumns when there is no known answer,
    ValueError for another number of answers than rows or a `positive` that does not occur.
    """
    if y is None:
        raise ValueError("A model requires y to be passed, but the target y is None.")
    answers = y if isinstance(y, pd.Series) else pd.Series(np.asarray(y).ravel())
    if len(answers) != rows:
        raise ValueError(f"There are {rows} customers but {len(answers)} answers.")
    values = without_gaps(answers.reset_index(drop=True))
    known = values.notna().to_numpy()
    present = values[known]
    distinct = list(pd.unique(present))
    _check_two(distinct)
    event = _event(present, distinct, positive)
    other = next(value for value in distinct if value != event)
    yes = (present == event).to_numpy(dtype=float)
    return Answers(yes, np.array([other, event]), known, str(answers.name if answers.name is not None else "target"))


def _check_two(distinct: list[Any]) -> None:
    if not distinct:
        raise NoColumns("There is no customer whose answer is known.")
    if len(distinct) == 1:
        raise OneClass(
            f"Every customer has the same answer ({distinct[0]}): in one class there is nothing to tell apart."
        )
    if len(distinct) > 2:
        shown = ", ".join(str(value) for value in distinct[:5])
        kind = " and is continuous" if any(isinstance(one, float) and one % 1 for one in distinct) else ""
        raise NotYesNo(f"The target must have two values, yes and no; it has {len(distinct)}{kind} ({shown}, ...).")


def _event(present: pd.Series, distinct: list[Any], positive: Any) -> Any:
    if positive is not None:
        for value in distinct:
            if value == positive:
                return value
        raise ValueError(
            f"No customer has the answer {positive!r}; the answers are {distinct[0]!r} and {distinct[1]!r}."
        )
    words = set(as_words(present.drop_duplicates()))
    if words <= YES | NO and words & YES and words & NO:
        return next(value for value in distinct if str(value).strip().lower() in YES)
    if pd.api.types.is_numeric_dtype(present.dtype):
        return max(distinct)
    counts = present.value_counts()
    return min(distinct, key=lambda value: (counts[value], [-ord(letter) for letter in str(value)]))
