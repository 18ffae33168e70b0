"""The sentences in which reasons are told: whole ones, so that each can be put into another language."""

from collections.abc import Callable
from enum import Enum, auto

from rapport.science.language import _, ngettext


class Fact(Enum):
    """How a customer's value is told."""

    ALONE = auto()
    BESIDE_TYPICAL = auto()
    UNKNOWN = auto()


# The template of a fact whose effect is upwards (or else downwards) by so many points or per cent.
Template = Callable[[Fact, bool, int], str]


def chance_sentence(fact: Fact, up: bool, points: int) -> str:
    """With {column}, {value}, {typical}, {target} and {points}; 0 points are said to be less than one."""
    if points == 0:
        return _slightly(fact, up)
    return _raises(fact, points) if up else _lowers(fact, points)


def _slightly(fact: Fact, up: bool) -> str:
    match fact, up:
        case Fact.UNKNOWN, True:
            return _("{column} is not known: raises the chance of {target} by less than a point")
        case Fact.UNKNOWN, False:
            return _("{column} is not known: lowers the chance of {target} by less than a point")
        case Fact.ALONE, True:
            return _("{column} is {value}: raises the chance of {target} by less than a point")
        case Fact.ALONE, False:
            return _("{column} is {value}: lowers the chance of {target} by less than a point")
        case Fact.BESIDE_TYPICAL, True:
            return _("{column} is {value} (typically {typical}): raises the chance of {target} by less than a point")
        case _:
            return _("{column} is {value} (typically {typical}): lowers the chance of {target} by less than a point")


def _raises(fact: Fact, points: int) -> str:
    if fact is Fact.UNKNOWN:
        return ngettext(
            "{column} is not known: raises the chance of {target} by {points} point",
            "{column} is not known: raises the chance of {target} by {points} points",
            points,
        )
    if fact is Fact.ALONE:
        return ngettext(
            "{column} is {value}: raises the chance of {target} by {points} point",
            "{column} is {value}: raises the chance of {target} by {points} points",
            points,
        )
    return ngettext(
        "{column} is {value} (typically {typical}): raises the chance of {target} by {points} point",
        "{column} is {value} (typically {typical}): raises the chance of {target} by {points} points",
        points,
    )


def _lowers(fact: Fact, points: int) -> str:
    if fact is Fact.UNKNOWN:
        return ngettext(
            "{column} is not known: lowers the chance of {target} by {points} point",
            "{column} is not known: lowers the chance of {target} by {points} points",
            points,
        )
    if fact is Fact.ALONE:
        return ngettext(
            "{column} is {value}: lowers the chance of {target} by {points} point",
            "{column} is {value}: lowers the chance of {target} by {points} points",
            points,
        )
    return ngettext(
        "{column} is {value} (typically {typical}): lowers the chance of {target} by {points} point",
        "{column} is {value} (typically {typical}): lowers the chance of {target} by {points} points",
        points,
    )


def risk_sentence(fact: Fact, up: bool, percent: int) -> str:
    """The same for the risk of an event, by {points} per cent."""
    match fact, up:
        case Fact.UNKNOWN, True:
            return _("{column} is not known: raises the risk of {target} at any time by {points}%")
        case Fact.UNKNOWN, False:
            return _("{column} is not known: lowers the risk of {target} at any time by {points}%")
        case Fact.ALONE, True:
            return _("{column} is {value}: raises the risk of {target} at any time by {points}%")
        case Fact.ALONE, False:
            return _("{column} is {value}: lowers the risk of {target} at any time by {points}%")
        case Fact.BESIDE_TYPICAL, True:
            return _("{column} is {value} (typically {typical}): raises the risk of {target} at any time by {points}%")
        case _:
            return _("{column} is {value} (typically {typical}): lowers the risk of {target} at any time by {points}%")
