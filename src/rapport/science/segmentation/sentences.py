"""Rules in words: one sentence for what the customers of a segment have in common."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from rapport.science.behaviour.roles import readable, snake
from rapport.science.language import _


@dataclass(frozen=True)
class Condition:
    """What holds of one column: a number above `low` and at most `high`, or a level that is or is not one of some."""

    column: str
    low: float = -math.inf
    high: float = math.inf
    yes_no: bool = False
    among: tuple[str, ...] = ()
    not_among: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rule:
    """`sentence` says it; `precision` is the share of the customers it fits who are in the segment, `coverage` the
    share of the segment that it fits, both from 0 to 1 among the customers it was learnt from; `fits` counts them."""

    conditions: tuple[Condition, ...]
    precision: float
    coverage: float
    fits: int
    sentence: str


def say(conditions: Sequence[Condition], precision: float, coverage: float) -> str:
    """The sentence of a rule."""
    shares = {"precision": percent(precision), "coverage": percent(coverage)}
    if not conditions and precision == 1:
        return _("All customers are in this segment.")
    if not conditions:
        return _("No single trait stands out: {precision} of all customers are in this segment.").format(**shares)
    words = [condition_words(condition) for condition in conditions]
    patterns = {
        1: _("{first}: {precision} of such customers are in this segment, and {coverage} of it is like this."),
        2: _(
            "{first} and {second}: {precision} of such customers are in this segment, "
            "and {coverage} of it is like this."
        ),
        3: _(
            "{first}, {second} and {third}: {precision} of such customers are in this segment, "
            "and {coverage} of it is like this."
        ),
    }
    names = dict(zip(("first", "second", "third"), words, strict=False))
    sentence = patterns[min(len(words), 3)].format(**names, **shares)
    return sentence[:1].upper() + sentence[1:]


def percent(share: float) -> str:
    return f"{100 * share:.0f}%"


def condition_words(condition: Condition) -> str:
    """The condition in words."""
    name = readable(condition.column)
    if condition.among or condition.not_among:
        return _levels(name, condition)
    if condition.yes_no:
        return (_("{column}: yes") if condition.low > -math.inf else _("{column}: no")).format(column=name)
    return _range(condition)


def _levels(name: str, condition: Condition) -> str:
    levels = condition.among or condition.not_among
    quoted = [_("“{level}”").format(level=level) if level else _("not known") for level in levels]
    listed = _(" or ").join(quoted)
    pattern = _("{column} is {levels}") if condition.among else _("{column} is not {levels}")
    return pattern.format(column=name, levels=listed)


def _range(condition: Condition) -> str:
    name, unit = unit_of(condition.column)
    low, high = (number(value) for value in (condition.low, condition.high))
    if condition.low == -math.inf:
        return _("{column} up to {high}").format(column=name, high=unit.format(value=high))
    if condition.high == math.inf:
        return _("{column} above {low}").format(column=name, low=unit.format(value=low))
    return _("{column} above {low} and up to {high}").format(
        column=name, low=low if " " in unit else unit.format(value=low), high=unit.format(value=high)
    )


def number(value: float) -> str:
    """A number with as many digits as it has, and no more than a person reads."""
    return f"{value:,.10g}"


def unit_of(column: str) -> tuple[str, str]:
    """The column as words without its unit, and how a value in this unit is written."""
    units = {
        "months": _("{value} months"),
        "days": _("{value} days"),
        "weeks": _("{value} weeks"),
        "years": _("{value} years"),
        "hours": _("{value} hours"),
        "minutes": _("{value} minutes"),
        "seconds": _("{value} seconds"),
        "percent": _("{value}%"),
        "pct": _("{value}%"),
        "eur": _("€{value}"),
        "usd": _("${value}"),
        "gbp": _("£{value}"),
        "cny": _("¥{value}"),
    }
    *words, last = snake(column).split("_")
    if words and last in units:
        return readable(" ".join(words)), units[last]
    return readable(column), "{value}"
