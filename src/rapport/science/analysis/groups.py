"""Who the customers are: the segments found, what is special about each, and how often its customers say yes."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rapport.science.analysis.customers import FACTS, Customers
from rapport.science.analysis.parts import NUMERIC, SCORES, Part
from rapport.science.analysis.target import Prediction
from rapport.science.behaviour.roles import Role, readable
from rapport.science.intervals import Estimate, share
from rapport.science.language import _, ngettext
from rapport.science.segmentation import RFM, Segmentation, SegmentRules

Labels = NDArray[np.intp]

_FEWEST = 30
_MOST_LEARNT, _BLOCK = 200_000, 50_000
_TRAITS = 3
_TOLD = 0.35  # standard deviations by which a segment differs before it is worth a word


@dataclass(frozen=True)
class Trait:
    """How a segment differs from everyone: `size` in standard deviations, `value` and `everyone` in the fact's unit."""

    column: str
    fact: str
    value: float
    everyone: float
    size: float

    @property
    def is_share(self) -> bool:
        """Whether the values are shares of customers rather than means."""
        return self.fact not in ("mean", "median")


@dataclass(frozen=True)
class Segment:
    """One segment: `number` from 0, `rate` the share of its customers who said yes, where there is a target."""

    number: int
    name: str
    customers: int
    share: float
    sentence: str
    stability: float
    traits: tuple[Trait, ...]
    rate: Estimate | None = None

    def to_dict(self) -> dict[str, Any]:
        rate = None if self.rate is None else plain(self.rate)
        traits = [
            {"column": one.column, "fact": one.fact, "value": one.value, "everyone": one.everyone}
            for one in self.traits
        ]
        return {
            "segment": self.name, "customers": self.customers, "share": self.share, "description": self.sentence,
            "stability": self.stability, "traits": traits, "target_rate": rate,
        }  # fmt: skip


@dataclass
class Segments:
    """The segments and the models that find them again; `labels` has the number of each customer's, `why` says why
    there are so many."""

    model: Segmentation
    rules: SegmentRules
    labels: Labels
    found: list[Segment]
    why: str
    columns: list[str] = field(default_factory=list)
    rfm: RFM | None = None

    @property
    def told_apart(self) -> bool:
        """Whether there is more than one."""
        return len(self.found) > 1


def find_segments(customers: Customers, prediction: Prediction | None, *, seed: int = 0) -> tuple[Segments | None, str]:
    """The segments, or nothing and why not."""
    columns = _columns(customers, prediction)
    if len(customers) < _FEWEST:
        why = _("{count} customers are too few to find segments; there should be at least {fewest}.")
        return None, why.format(count=len(customers), fewest=_FEWEST)
    if not columns:
        return None, _("There are no segments: no column says what customers have in common.")
    table = customers.table[columns]
    some = table if len(table) <= _MOST_LEARNT else table.sample(_MOST_LEARNT, random_state=seed)
    model = Segmentation(seed=seed, roles=_roles(customers, columns)).fit(some)
    if not any(column.used for column in model.columns_):
        return None, _("There are no segments: no column says what customers have in common.")
    rules = SegmentRules(seed=seed, roles=_roles(customers, columns)).fit(some, model.labels_)
    labels = model.labels_ if some is table else labels_of(model, table)
    found = _described(model, rules, table, labels, prediction)
    return Segments(model, rules, labels, found, model.choice_, columns, _rfm(customers)), ""


def labels_of(model: Segmentation, table: pd.DataFrame) -> Labels:
    """The number of the segment of each customer, some customers at a time: a million need no gigabyte."""
    parts = [model.predict(table.iloc[start : start + _BLOCK]) for start in range(0, len(table), _BLOCK)]
    return np.concatenate([np.empty(0, dtype=np.intp), *parts])


def plain(one: Estimate) -> dict[str, float]:
    """A number with its interval, ready for JSON."""
    return {"value": one.value, "lower": one.lower, "upper": one.upper}


def name_of(number: int) -> str:
    """A, B, C and so on."""
    return chr(ord("A") + number) if number < 26 else str(number + 1)


def _columns(customers: Customers, prediction: Prediction | None) -> list[str]:
    """Without what follows from the target, and without scores that are to be compared between segments."""
    leaking = prediction.leaking if prediction else {}
    return [
        name
        for name in customers.features
        if name not in leaking and customers.parts[name] not in (*SCORES, Part.DATE, Part.TEXT)
    ]


def _roles(customers: Customers, columns: list[str]) -> dict[str, str]:
    roles = {name: "number" for name in columns if customers.parts[name] in NUMERIC}
    return roles | {
        name: str(customers.parts[name]) for name in columns if customers.parts[name] in (Part.CATEGORY, Part.BOOLEAN)
    }


def _described(
    model: Segmentation, rules: SegmentRules, table: pd.DataFrame, labels: Labels, prediction: Prediction | None
) -> list[Segment]:
    deviations = _deviations(model, table)
    sizes = np.bincount(labels, minlength=model.k_)
    found = []
    for number, customers in enumerate(sizes):
        inside = labels == number
        found.append(
            Segment(
                number, name_of(number), int(customers), float(customers / len(table)), rules.sentences_[number],
                float(model.segment_stability_.iloc[number]), _traits(model, number, deviations, rules),
                None if prediction is None else _rate(prediction.yes[inside]),
            )
        )  # fmt: skip
    return found


def _rate(yes: pd.Series) -> Estimate | None:
    known = yes.dropna()
    return share(int(known.sum()), len(known)) if len(known) else None


def _deviations(model: Segmentation, table: pd.DataFrame) -> dict[str, float]:
    return {
        column.name: float(pd.to_numeric(table[column.name], errors="coerce").std())
        for column in model.columns_
        if column.used and column.role is Role.NUMBER
    }


def _traits(model: Segmentation, number: int, deviations: dict[str, float], rules: SegmentRules) -> tuple[Trait, ...]:
    """The facts by which a segment differs most from everyone, one a column, but those that its rule names."""
    told = {condition.column for condition in rules.rules_[number].conditions}
    best: dict[str, Trait] = {}
    for (column, fact), row in model.profiles_.iterrows():
        if fact == "median" or column in told:
            continue
        value, everyone = float(row[number]), float(row["everyone"])
        spread = deviations.get(column, 0.0) if fact == "mean" else float(np.sqrt(everyone * (1 - everyone)))
        if not spread or not np.isfinite(value):
            continue
        trait = Trait(str(column), str(fact), value, everyone, (value - everyone) / spread)
        if column not in best or abs(trait.size) > abs(best[column].size):
            best[column] = trait
    ranked = sorted(best.values(), key=lambda trait: -abs(trait.size))
    return tuple(trait for trait in ranked if abs(trait.size) >= _TOLD)[:_TRAITS]


def trait_words(trait: Trait) -> str:
    """Such as "tenure 58.2 on average (everyone: 32.4)"."""
    column = readable(trait.column)
    if trait.fact == "mean":
        text = _("{column} {value} on average (everyone: {everyone})")
        return text.format(column=column, value=short(trait.value), everyone=short(trait.everyone))
    text = _("{column} yes: {value} (everyone: {everyone})") if trait.fact == "yes" else _(
        "{column} is {level}: {value} (everyone: {everyone})"
    )  # fmt: skip
    return text.format(column=column, level=trait.fact, value=f"{trait.value:.0%}", everyone=f"{trait.everyone:.0%}")


def short(value: float) -> str:
    """A number as a person reads it."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def said_size(segment: Segment) -> str:
    """Such as "1,526 customers, 22% of all"."""
    text = ngettext("{count} customer, {share} of all", "{count} customers, {share} of all", segment.customers)
    return text.format(count=f"{segment.customers:,}", share=f"{segment.share:.0%}")


def _rfm(customers: Customers) -> RFM | None:
    if not customers.from_purchases:
        return None
    return RFM().fit(*(customers.table[name] for name in FACTS))
