"""Why a customer's chance is high or low, in plain words."""

from typing import Any, Self

import numpy as np
import pandas as pd
from scipy.special import expit

from rapport.science.behaviour.comparing import Learnt
from rapport.science.behaviour.encoding import Encoder
from rapport.science.behaviour.explaining import CHANCE, Explanation
from rapport.science.behaviour.roles import Column, Role, readable
from rapport.science.behaviour.vectors import Vector, log_odds

_UNNOTICED = 1e-9


class Reason(str):
    """One sentence, with the facts it was made of.

    `column` is the table column, `value` the customer's value (float, text, or None for a gap), `effect` its share
    (log-odds, or chance for a random forest), `points` the percentage points it adds to the chance.
    """

    column: str
    value: float | str | None
    effect: float
    points: float

    def __new__(cls, text: str, column: str, value: float | str | None, effect: float, points: float) -> Self:
        reason = super().__new__(cls, text)
        reason.column, reason.value, reason.effect, reason.points = column, value, effect, points
        return reason

    def __getnewargs__(self) -> tuple[Any, ...]:
        return str(self), self.column, self.value, self.effect, self.points


def reasons_of(
    table: pd.DataFrame, explanation: Explanation, learnt: Learnt, encoder: Encoder, target: str, n: int
) -> list[list[Reason]]:
    """For each customer the `n` columns with the greatest effect, greatest first; fewer when fewer have any."""
    effects = explanation.effects
    strongest = np.argsort(-np.abs(effects), axis=1, kind="stable")[:, :n]
    points = _points(explanation, learnt)
    words = [Words(column, table[column.name], encoder, number) for number, column in enumerate(encoder.columns)]

    def says(row: int, column: int) -> Reason:
        effect, added = float(effects[row, column]), float(points[row, column])
        text = f"{words[column].fact(row)}: {_does(effect)} the chance of {target} by {_size(added)}"
        return Reason(text, words[column].column.name, words[column].value(row), effect, added)

    return [
        [says(row, column) for column in chosen if abs(effects[row, column]) > _UNNOTICED]
        for row, chosen in enumerate(strongest)
    ]


def risk_reasons_of(
    table: pd.DataFrame, explanation: Explanation, encoder: Encoder, event: str, n: int
) -> list[list[Reason]]:
    """The same for the risk of an event at any time, whose effects multiply: `points` are per cent of the risk."""
    effects = explanation.effects
    strongest = np.argsort(-np.abs(effects), axis=1, kind="stable")[:, :n]
    words = [Words(column, table[column.name], encoder, number) for number, column in enumerate(encoder.columns)]

    def says(row: int, column: int) -> Reason:
        effect = float(effects[row, column])
        percent = 100 * float(np.expm1(effect))
        text = f"{words[column].fact(row)}: {_does(effect)} the risk of {event} at any time by {abs(percent):.0f} %"
        return Reason(text, words[column].column.name, words[column].value(row), effect, percent)

    return [
        [says(row, column) for column in chosen if abs(effects[row, column]) > _UNNOTICED]
        for row, chosen in enumerate(strongest)
    ]


def _does(effect: float) -> str:
    return "raises" if effect > 0 else "lowers"


def _size(points: float) -> str:
    whole = round(abs(points))
    return "less than a point" if abs(points) < 0.95 else "1 point" if whole == 1 else f"{whole} points"


def _points(explanation: Explanation, learnt: Learnt) -> Vector:
    """By how many percentage points the chance would be lower without each effect."""
    total = explanation.total[:, None]
    without = total - explanation.effects
    return 100 * (_chance(total, explanation, learnt) - _chance(without, explanation, learnt))


def _chance(said: Vector, explanation: Explanation, learnt: Learnt) -> Vector:
    if explanation.scale == CHANCE:
        said = log_odds(said)
    elif learnt.calibrator.name == "sigmoid":
        return np.asarray(expit(said))  # the calibration is already in it
    return learnt.calibrator.probability(said.ravel()).reshape(said.shape)


class Words:
    """How the values of one column are said."""

    def __init__(self, column: Column, values: pd.Series, encoder: Encoder, number: int) -> None:
        self.column, self.values = column, values
        middle = getattr(encoder.parts_[number], "middle", None)
        self.typical = "" if middle is None or column.role is Role.BOOLEAN else self._say(middle)
        self.name = readable(column.name)

    def value(self, row: int) -> float | str | None:
        value = self.values.iloc[row]
        return None if pd.isna(value) else value if isinstance(value, str) else float(value)

    def fact(self, row: int) -> str:
        """Such as "tenure is 2 (typically 29)"."""
        value = self.value(row)
        if value is None:
            return f"{self.name} is not known"
        said = self._say(value)
        return (
            f"{self.name} is {said} (typically {self.typical})"
            if self.typical not in ("", said)
            else f"{self.name} is {said}"
        )

    def _say(self, value: Any) -> str:
        if self.column.role is Role.DATE:
            return str((pd.Timestamp("1970-01-01") + pd.Timedelta(days=value)).date())
        if self.column.role is Role.BOOLEAN:
            return "yes" if value else "no"
        return str(value) if isinstance(value, str) else _number(float(value))


def _number(value: float) -> str:
    if value == int(value) and abs(value) < 1e9:
        return f"{int(value):,}" if abs(value) >= 10_000 else str(int(value))
    return f"{value:,.1f}" if abs(value) >= 100 else f"{value:.3g}"
