"""Reading the target as a yes/no question, and foreseeing the answer."""

import operator
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from rapport.science.analysis.customers import Customers
from rapport.science.analysis.errors import CannotAnalyse
from rapport.science.analysis.parts import NUMERIC, Part
from rapport.science.behaviour import BehaviourModel, CannotLearn
from rapport.science.behaviour.roles import USABLE, without_gaps

Progress = Callable[[float, str], None]

_COMPARISON = re.compile(r"^\s*(>=|<=|>|<)\s*(-?\d+(?:\.\d+)?)\s*$")
_OPERATORS = {">=": operator.ge, "<=": operator.le, ">": operator.gt, "<": operator.lt}


@dataclass
class Prediction:
    """What was foreseen: the fitted model, and the answers as they are known (NaN where not)."""

    target: str
    question: str
    model: BehaviourModel
    yes: pd.Series

    @property
    def rate(self) -> float:
        """The share of customers who said yes."""
        return float(self.yes.mean())

    @property
    def leaking(self) -> dict[str, str]:
        """Columns that could have been learnt from but give the answer away, and why."""
        return {column.name: column.why for column in self.model.columns_ if not column.used and column.role in USABLE}

    @property
    def foreseen(self) -> bool:
        """Whether more can be said than the same chance for everybody."""
        return bool(self.model.chosen_ != "baseline")

    def to_dict(self) -> dict[str, Any]:
        model, found = self.model, self.model.report_.to_dict()
        return {
            "name": self.target,
            "question": self.question,
            "positive": str(model.positive_),
            "rate": self.rate,
            "baseline": found["baseline"],
            "model": model.chosen_,
            "metrics": found[model.chosen_],
            "candidates": found,
            "threshold": model.threshold_,
            "calibration": model.calibration_,
            "split": model.split_,
            "rows": model.n_rows_,
            "importance": {name: float(value) for name, value in model.importance_.items() if value > 0},
            "left_out": model.left_out_,
            "notes": list(model.notes_),
        }


@dataclass(frozen=True)
class Question:
    """Two answers, the one to foresee (None: the model chooses) and, where it is one of several, in words."""

    answers: pd.Series
    event: Any = None
    words: str = ""


def foresee(
    customers: Customers,
    target: str,
    *,
    positive: str = "",
    candidates: Sequence[str] | None = None,
    seed: int = 0,
    progress: Progress | None = None,
) -> Prediction:
    """Learn to foresee the target. Raises CannotAnalyse when it is no question that two answers tell apart."""
    question = read_question(customers.table[target], target, positive)
    model = BehaviourModel(
        seed, candidates=candidates, roles=_roles(customers), positive=question.event, progress=progress
    )
    groups = customers.names if customers.repeated and customers.names.nunique() >= 20 else None
    answers = question.answers.rename(question.words or target)
    try:
        model.fit(customers.table[customers.features], answers, groups=groups)
    except CannotLearn as error:
        raise CannotAnalyse(f"{target} cannot be foreseen. {error} Leave --target out to analyse the rest.") from error
    yes = (answers == model.positive_).astype(float).where(answers.notna())
    return Prediction(target, question.words or f"{target} = {model.positive_}", model, yes)


def read_question(values: pd.Series, target: str, positive: str = "") -> Question:
    """Two answers: as they are, or a value, or a comparison such as ">= 4", against all others.

    Raises CannotAnalyse, with what to say, for more than two answers.
    """
    values = without_gaps(values)
    if found := _COMPARISON.match(positive):
        if not pd.api.types.is_numeric_dtype(values.dtype):
            raise CannotAnalyse(f"{target} holds words, which no number can be compared with; name one of its answers.")
        said = _OPERATORS[found[1]](values, float(found[2]))
        return Question(said.astype(float).where(values.notna()), 1.0, f"{target} {found[1]} {found[2]}")
    distinct = list(pd.unique(values.dropna()))
    if len(distinct) > 2 and not positive:
        raise CannotAnalyse(_too_many(values, target, distinct))
    chosen = _match(distinct, positive) if positive else None
    if positive and chosen is None:
        raise CannotAnalyse(f"Nobody has the answer {positive} in {target}. {_shown(target, distinct)}")
    if len(distinct) > 2:
        return Question((values == chosen).astype(float).where(values.notna()), 1.0, f"{target} = {chosen}")
    return Question(values, chosen)


def possible_targets(table: pd.DataFrame, parts: dict[str, Part]) -> list[str]:
    """Columns with two answers, any of which could be a target."""
    return [name for name in table.columns if parts[name] is Part.BOOLEAN][:8]


def _too_many(values: pd.Series, target: str, distinct: list[Any]) -> str:
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        return f"{target} holds dates. A target has two answers, such as yes and no."
    if pd.api.types.is_numeric_dtype(values.dtype):
        middle = f"{float(values.median()):g}"
        return (
            f"{target} is a number with {len(distinct):,} different values. Say from which one on it counts as yes, "
            f"such as --positive '>={middle}'."
        )
    most = values.value_counts().index[0]
    return f"{_shown(target, distinct)} Say which one counts as yes, such as --positive '{most}'."


def _shown(target: str, distinct: list[Any]) -> str:
    listed = ", ".join(str(one) for one in distinct[:5]) + (", ..." if len(distinct) > 5 else "")
    return f"{target} has {len(distinct):,} different answers: {listed}."


def _match(distinct: list[Any], positive: str) -> Any:
    for value in distinct:
        if str(value).strip().lower() == positive.strip().lower():
            return value
    try:
        number = float(positive)
    except ValueError:
        return None
    return next((value for value in distinct if isinstance(value, int | float | np.number) and value == number), None)


def _roles(customers: Customers) -> dict[str, str]:
    """Parts that the model must not guess otherwise."""
    roles = {name: "number" for name in customers.features if customers.parts[name] in NUMERIC}
    for name in customers.features:
        if customers.parts[name] in (Part.CATEGORY, Part.BOOLEAN, Part.DATE, Part.TEXT):
            roles[name] = str(customers.parts[name])
    return roles
