"""How satisfied customers are, by the scores that the table has."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from rapport.science.analysis.customers import Customers
from rapport.science.analysis.groups import Segments, plain
from rapport.science.analysis.parts import SCALES, SCORES, Part
from rapport.science.intervals import Estimate
from rapport.science.language import _
from rapport.science.satisfaction import ces, csat, nps

_MEASURES: dict[Part, Callable[..., Estimate]] = {Part.CSAT: csat, Part.NPS: nps, Part.CES: ces}
_FEWEST = 5


@dataclass(frozen=True)
class Score:
    """One column of scores: the measure over everybody, by segment, and how often each answer was given."""

    column: str
    kind: Part
    estimate: Estimate
    answers: dict[int, int]
    by_segment: dict[str, Estimate]

    def to_dict(self) -> dict[str, Any]:
        return {
            "measure": str(self.kind), **plain(self.estimate), "n": self.estimate.n,
            "answers": {str(score): count for score, count in self.answers.items()},
            "by_segment": {name: plain(one) for name, one in self.by_segment.items()},
        }  # fmt: skip


@dataclass
class Satisfaction:
    """All scores of a table."""

    scores: list[Score]
    notes: list[str] = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        return {score.column: score.to_dict() for score in self.scores}


def measure_satisfaction(
    table: pd.DataFrame, parts: dict[str, Part], customers: Customers, segments: Segments | None
) -> tuple[Satisfaction | None, str]:
    """The scores of every line, and by segment where lines are customers; or nothing and why not."""
    scores, notes = [], []
    for name, part in parts.items():
        if part not in SCORES:
            continue
        values, problem = _on_scale(table[name], name, part)
        if problem:
            notes.append(problem)
        elif len(values):
            by = (
                _by_segment(customers.table[name], part, segments)
                if name in customers.table and len(customers) == len(table)
                else {}
            )
            counts = {int(score): int(count) for score, count in values.value_counts().sort_index().items()}
            scores.append(Score(name, part, _MEASURES[part](values), counts, by))
    if not scores:
        return None, notes[0] if notes else _(
            "Satisfaction is not scored: no column holds ratings from 1 to 5 (csat), 0 to 10 (nps) or 1 to 7 (ces). "
            "Name one with --map, such as --map score=csat."
        )
    return Satisfaction(scores, notes), ""


def _on_scale(values: pd.Series, name: str, part: Part) -> tuple[pd.Series, str]:
    low, high = SCALES[part]
    present = pd.to_numeric(values, errors="coerce").dropna()
    if len(present) and not present.between(low, high).all():
        text = _("{column} has values from {least} to {most}, so it is not on the scale of {measure}, {low} to {high}.")
        return present, text.format(
            column=name, least=f"{present.min():g}", most=f"{present.max():g}", measure=str(part), low=low, high=high
        )
    return present, ""


def _by_segment(values: pd.Series, part: Part, segments: Segments | None) -> dict[str, Estimate]:
    if segments is None or not segments.told_apart:
        return {}
    found = {}
    for segment in segments.found:
        inside = pd.to_numeric(values[segments.model.labels_ == segment.number], errors="coerce").dropna()
        if len(inside) >= _FEWEST:
            found[segment.name] = _MEASURES[part](inside)
    return found
