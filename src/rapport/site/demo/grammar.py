"""Sentences from patterns: {a|b} picks one, {name} is filled in."""

import re
from collections.abc import Mapping, Sequence
from random import Random

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
