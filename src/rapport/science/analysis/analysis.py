"""One table, every question that it can answer."""

import resource
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from rapport.science.analysis.contentment import Satisfaction, measure_satisfaction
from rapport.science.analysis.customers import Customers, gather
from rapport.science.analysis.errors import CannotAnalyse
from rapport.science.analysis.groups import Segments, find_segments
from rapport.science.analysis.parts import Part, guess_parts
from rapport.science.analysis.reading import Reading, read_file, read_frame
from rapport.science.analysis.scoring import Scorer, scorer_of, versions
from rapport.science.analysis.target import Prediction, Progress, foresee, possible_targets
from rapport.science.analysis.worth import Worth, value_customers
from rapport.science.behaviour import BehaviourModel
from rapport.science.language import _, with_commas

_FEWEST = 10


@dataclass
class Analysis:
    """What a table says. `scored` has one row a customer; `cannot` says what was not answered, and why."""

    reading: Reading
    parts: dict[str, Part]
    customers: Customers
    scorer: Scorer
    scored: pd.DataFrame
    prediction: Prediction | None = None
    segments: Segments | None = None
    worth: Worth | None = None
    satisfaction: Satisfaction | None = None
    cannot: list[str] = field(default_factory=list)
    seed: int = 0
    began: float = field(default_factory=time.monotonic)
    seconds: float = 0.0
    megabytes: float = 0.0
    at: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def warnings(self) -> list[str]:
        """What could not be done, then what was decided on the way."""
        notes = [*self.reading.notes, *self.customers.notes]
        if self.prediction is not None:
            notes += self.prediction.model.notes_
            leaking = self.prediction.leaking.items()
            notes += [_("{column}: {why}.").format(column=name, why=why) for name, why in leaking]
        for part in (self.worth, self.satisfaction):
            notes += part.notes if part is not None else []
        return [*self.cannot, *notes]

    def to_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        return {
            "table": self.reading.name,
            "rows": len(self.reading.table),
            "customers": len(self.customers),
            "encoding": self.reading.encoding,
            "separator": self.reading.separator,
            "roles": {name: str(part) for name, part in self.parts.items()},
            "target": self.prediction.to_dict() if self.prediction else None,
            "segments": [segment.to_dict() for segment in self.segments.found] if self.segments else [],
            "value": self.worth.to_dict() if self.worth else None,
            "satisfaction": self.satisfaction.to_dict() if self.satisfaction else None,
            "warnings": self.warnings,
            "seed": self.seed,
            "seconds": round(self.seconds, 2),
            "memory_mb": round(self.megabytes),
            "at": self.at.isoformat(timespec="seconds"),
            "versions": versions(),
        }


def analyse(
    table: str | Path | pd.DataFrame,
    target: str = "",
    *,
    positive: str = "",
    roles: Mapping[str, str] | None = None,
    encoding: str = "",
    candidates: Sequence[str] | None = None,
    seed: int = 0,
    progress: Progress | None = None,
) -> Analysis:
    """Read a table and ask everything it can answer: target, segments, value, satisfaction.

    `table` is a CSV file or a DataFrame, `target` the column that is foreseen, `positive` which of its answers (or a
    comparison such as ">= 4"), `roles` column to part, overriding guesses, `candidates` the models that are compared
    (all of BehaviourModel's unless named). Raises CannotAnalyse, in one sentence,
    when the table cannot be read or the target cannot be foreseen.
    """
    began = time.monotonic()
    tell = progress or (lambda _done, _what: None)
    reading = _read(table, encoding, tell)
    parts = guess_parts(reading.table, target=target, given=roles)
    tell(0.15, "gathering customers")
    customers = gather(reading.table, parts)
    cannot: list[str] = []
    prediction = None
    if target and (why := _too_few(customers, target)):
        cannot.append(why)
    elif target:
        prediction = foresee(
            customers, target, positive=positive, candidates=candidates, seed=seed,
            progress=lambda done, what: tell(0.15 + 0.5 * done, what),
        )  # fmt: skip
    else:
        cannot.append(_no_target(customers))
    tell(0.65, "finding segments")
    segments = _kept(find_segments(customers, prediction, seed=seed), cannot)
    tell(0.75, "measuring satisfaction")
    satisfaction = _kept(measure_satisfaction(reading.table, parts, customers, segments), cannot)
    model = prediction.model if prediction is not None and prediction.foreseen else None
    tell(0.78, "scoring customers")
    scored, worth = _score(reading, parts, customers, prediction, segments, model, seed, cannot)
    scorer, table_of_scores = scored
    tell(1.0, "done")
    return Analysis(
        reading, parts, customers, scorer, table_of_scores, prediction, segments, worth, satisfaction, cannot, seed,
        began, time.monotonic() - began, peak_memory(),
    )  # fmt: skip


def _read(table: str | Path | pd.DataFrame, encoding: str, tell: Progress) -> Reading:
    if isinstance(table, pd.DataFrame):
        return read_frame(table)
    return read_file(table, encoding=encoding, progress=lambda done, what: tell(0.15 * done, what))


def peak_memory() -> float:
    """The most memory this process has held, in megabytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1 << 20) if sys.platform == "darwin" else peak / 1024


def _too_few(customers: Customers, target: str) -> str:
    if target not in customers.table.columns:
        raise CannotAnalyse(f"{target} differs from line to line of one customer, so it cannot be foreseen.")
    if len(customers) >= _FEWEST:
        return ""
    text = _("{target} is not foreseen: {count} customers are too few to learn from.")
    return text.format(target=target, count=len(customers))


def _no_target(customers: Customers) -> str:
    found = possible_targets(customers.table, customers.parts)
    if found:
        text = _("Nothing is foreseen, as no target was named. These columns could be one: {columns}.")
        return text.format(columns=with_commas(found))
    return _("Nothing is foreseen, as no target was named; a target is a column with two answers, such as yes and no.")


def _kept(found: tuple[Any, str], cannot: list[str]) -> Any:
    if found[1]:
        cannot.append(found[1])
    return found[0]


def _score(
    reading: Reading,
    parts: Mapping[str, Part],
    customers: Customers,
    prediction: Prediction | None,
    segments: Segments | None,
    model: BehaviourModel | None,
    seed: int,
    cannot: list[str],
) -> tuple[tuple[Scorer, pd.DataFrame], Worth | None]:
    scorer = scorer_of(
        reading.recipes, dict(parts), customers, prediction.model if prediction else None, segments, None
    )
    scored = scorer.of(customers)
    chances = scored["chance"] if model is not None else None
    worth = _kept(value_customers(customers, prediction, segments, chances, seed), cannot)
    if worth is not None:
        scorer.worth = worth.model
        for name, values in worth.customers.items():
            scored[str(name)] = values.to_numpy()
    return (scorer, scored.replace([np.inf, -np.inf], np.nan)), worth
