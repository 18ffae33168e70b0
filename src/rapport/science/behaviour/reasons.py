"""Why a customer's chance is high or low, in plain words."""

from typing import Any, Self

import numpy as np
import pandas as pd
from scipy.special import expit

from rapport.science.behaviour.comparing import Learnt
from rapport.science.behaviour.encoding import Encoder
from rapport.science.behaviour.explaining import CHANCE, Explanation
from rapport.science.behaviour.roles import Column, Role, readable
from rapport.science.behaviour.sentences import Fact, Template, chance_sentence, risk_sentence
from rapport.science.behaviour.vectors import Matrix, Rows, Vector, log_odds
from rapport.science.language import _

_UNNOTICED = 1e-9


class Reason(str):
    """One sentence, with the facts it was made of.

    `column` is the table column, `value` the customer's value (float, text, or None for a gap), `effect` its share
    (log-odds, or chance for a random forest), `points` the percentage points it adds to the chance.
    """

    __slots__ = ("column", "effect", "points", "value")

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
    strongest, effects = _strongest(explanation, n)
    points = _points(effects, explanation, learnt)
    said = np.where(np.abs(points) < 0.95, 0, np.rint(np.abs(points))).astype(np.intp)
    return _told(table, encoder, target, chance_sentence, strongest, effects, points, said)


def risk_reasons_of(
    table: pd.DataFrame, explanation: Explanation, encoder: Encoder, event: str, n: int
) -> list[list[Reason]]:
    """The same for the risk of an event at any time, whose effects multiply: `points` are per cent of the risk."""
    strongest, effects = _strongest(explanation, n)
    percent = 100 * np.expm1(np.minimum(effects, 20.0))
    said = np.rint(np.abs(percent)).astype(np.intp)
    return _told(table, encoder, event, risk_sentence, strongest, effects, percent, said)


def _strongest(explanation: Explanation, n: int) -> tuple[Rows, Matrix]:
    """The columns with the greatest effects on each customer, and these effects: customers x n."""
    columns = np.argsort(-np.abs(explanation.effects), axis=1, kind="stable")[:, : max(n, 0)]
    return columns, np.take_along_axis(explanation.effects, columns, axis=1)


def _points(effects: Matrix, explanation: Explanation, learnt: Learnt) -> Matrix:
    """By how many percentage points the chance would be lower without each effect."""
    total = explanation.total[:, None]
    return np.asarray(100 * (_chance(total, explanation, learnt) - _chance(total - effects, explanation, learnt)))


def _chance(said: Vector, explanation: Explanation, learnt: Learnt) -> Vector:
    if explanation.scale == CHANCE:
        said = log_odds(said)
    elif learnt.calibrator.name == "sigmoid":
        return np.asarray(expit(said))  # the calibration is already in it
    return learnt.calibrator.probability(said.ravel()).reshape(said.shape)


def _told(
    table: pd.DataFrame,
    encoder: Encoder,
    target: str,
    template: Template,
    strongest: Rows,
    effects: Matrix,
    points: Matrix,
    said: Rows,
) -> list[list[Reason]]:
    """The sentences, each distinct one put into words once: a million customers share some thousands of them."""
    grid = np.empty(strongest.shape, dtype=object)
    for number, column in enumerate(encoder.columns):
        row, rank = np.nonzero((strongest == number) & (np.abs(effects) > _UNNOTICED))
        if not len(row):
            continue
        words = Words(column, getattr(encoder.parts_[number], "middle", None), target, template)
        grid[row, rank] = _of_column(
            words, table[column.name].iloc[row], effects[row, rank], points[row, rank], said[row, rank]
        )
    return [[reason for reason in row if reason is not None] for row in grid.tolist()]


def _of_column(words: "Words", values: pd.Series, effects: Vector, points: Vector, said: Rows) -> Vector:
    """The reasons that one column gives, one for each of its values, as an array of objects."""
    code, distinct = pd.factorize(values, use_na_sentinel=True)
    known = [value if isinstance(value, str) else float(value) for value in distinct]
    steps = int(said.max()) + 1
    key = ((code + 1) * 2 + (effects > 0)) * steps + said
    sentence, kinds = pd.factorize(key)
    plain = [None, *known]
    texts = [
        words.sentence(plain[kind // steps // 2], bool(kind // steps % 2), kind % steps) for kind in kinds.tolist()
    ]
    name = words.column.name
    out = np.empty(len(values), dtype=object)
    out[:] = [
        Reason(texts[at], name, plain[value], effect, point)
        for at, value, effect, point in zip(
            sentence.tolist(), (code + 1).tolist(), effects.tolist(), points.tolist(), strict=True
        )
    ]
    return out


class Words:
    """How the values of one column are said."""

    def __init__(self, column: Column, middle: float | None, target: str, template: Template) -> None:
        self.column, self.target, self.template = column, target, template
        self.name = readable(column.name)
        self.typical = "" if middle is None or column.role is Role.BOOLEAN else self._say(middle)

    def sentence(self, value: float | str | None, up: bool, points: int) -> str:
        """Such as "tenure is 2 (typically 29): raises the chance of churn by 12 points"."""
        said = "" if value is None else self._say(value)
        fact = Fact.UNKNOWN if value is None else Fact.BESIDE_TYPICAL
        if fact is Fact.BESIDE_TYPICAL and self.typical in ("", said):
            fact = Fact.ALONE
        return self.template(fact, up, points).format(
            column=self.name, value=said, typical=self.typical, target=self.target, points=points
        )

    def _say(self, value: float | str) -> str:
        if isinstance(value, str):
            return value
        if self.column.role is Role.DATE:
            return str((pd.Timestamp("1970-01-01") + pd.Timedelta(days=value)).date())
        if self.column.role is Role.BOOLEAN:
            return _("yes") if value else _("no")
        return _number(value)


def _number(value: float) -> str:
    if abs(value) >= 1e9:
        return f"{value:.3g}"
    if value == int(value):
        return f"{int(value):,}" if abs(value) >= 10_000 else str(int(value))
    return f"{value:,.1f}" if abs(value) >= 100 else f"{value:.3g}"
