"""Sentences from patterns: {a|b} picks one, {name} is filled in; numbers from theirs, where {1-9} is one between."""

import re
from collections.abc import Mapping, Sequence
from random import Random

_RANGE = re.compile(r"(\d+)-(\d+)")
_INNERMOST = re.compile(r"\{([^{}]*)\}")


def say(pattern: str, words: Mapping[str, str], dice: Random) -> str:
    """One sentence from a pattern. Raises KeyError for a name nobody filled in."""

    def settle(match: re.Match[str]) -> str:
        inside = match.group(1)
        return dice.choice(inside.split("|")) if "|" in inside else words[inside]

    while "{" in pattern:
        pattern = _INNERMOST.sub(settle, pattern)
    return pattern


def pick(patterns: Sequence[str], words: Mapping[str, str], dice: Random) -> str:
    """One sentence from one of several patterns."""
    return say(dice.choice(patterns), words, dice)


def number(pattern: str, dice: Random) -> str:
    """A number of an order, a serial number and the like; {0000-9999} has four digits always."""

    def settle(match: re.Match[str]) -> str:
        between = _RANGE.fullmatch(match.group(1))
        if not between:
            picked: str = dice.choice(match.group(1).split("|"))
            return picked
        first, last = between.groups()
        width = len(first) if first.startswith("0") else 0
        return f"{dice.randint(int(first), int(last)):0{width}d}"

    return _INNERMOST.sub(settle, pattern)
