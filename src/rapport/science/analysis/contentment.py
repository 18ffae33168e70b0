"""How satisfied customers are, by the scores that the table has."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from rapport.science.analysis.customers import Customers
from rapport.science.analysis.groups import Segments, plain
from rapport.science.analysis.parts import SCALES, SCORES, Part
from rapport.science.intervals import Estimate
from rapport.science.language import _
from rapport.science.satisfaction import SatisfactionDrivers, Verdict, by_group, ces, csat, nps

_MEASURES: dict[Part, Callable[..., Estimate]] = {Part.CSAT: csat, Part.NPS: nps, Part.CES: ces}
_FEWEST = 5
_FEWEST_DRIVEN, _MOST_DRIVEN = 50, 50_000
_LEVELS, _MOST_COLUMNS, _TOLD = 12, 15, 6


@dataclass(frozen=True)
class Score:
    """One column of scores: the measure over everybody, by segment, and how often each answer was given."""

    column: str
    kind: Part
    estimate: Estimate
    answers: dict[int, int]
    by_segment: dict[str, Estimate]
    drivers: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        return {
            "measure": str(self.kind), **plain(self.estimate), "n": self.estimate.n,
            "answers": {str(score): count for score, count in self.answers.items()},
            "drivers": list(self.drivers),
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
            per_line = len(customers) == len(table) and name in customers.table
            by = _by_segment(customers.table[name], part, segments) if per_line else {}
            drivers = _drivers(customers, name, segments) if per_line else ()
            counts = {int(score): int(count) for score, count in values.value_counts().sort_index().items()}
            scores.append(Score(name, part, _MEASURES[part](values), counts, by, drivers))
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
    """The measure of each segment, drawn towards all the more the fewer answers it has."""
    if segments is None or not segments.told_apart or values.notna().sum() < _FEWEST:
        return {}
    names = np.array([segment.name for segment in segments.found], dtype=object)
    found = by_group(_MEASURES[part], pd.to_numeric(values, errors="coerce"), names[segments.labels])
    return {
        str(name): Estimate(float(row["value"]), float(row["lower"]), float(row["upper"]), int(row["n"]))
        for name, row in found.iterrows()
    }


def _drivers(customers: Customers, name: str, segments: Segments | None) -> tuple[str, ...]:
    """What goes with the score, in sentences, the most telling first."""
    columns = [one for one in (segments.columns if segments else []) if one != name]
    table = customers.table[[*columns, name]]
    table = table[table[name].notna()]
    columns = [one for one in columns if table[one].nunique() <= _LEVELS or pd.api.types.is_numeric_dtype(table[one])]
    if len(table) < _FEWEST_DRIVEN or not columns:
        return ()
    some = table.sample(min(len(table), _MOST_DRIVEN), random_state=0)
    model = SatisfactionDrivers(robust=True).fit(some[columns[:_MOST_COLUMNS]], some[name])
    told = [term for term, verdict in model.verdict_.items() if verdict in (Verdict.MORE, Verdict.LESS)]
    told.sort(key=lambda term: -abs(float(model.effects_.loc[term, "standardized"])))
    return tuple(model.sentences_[term] for term in told[:_TOLD])
