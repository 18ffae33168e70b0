"""What somebody has who leaves. Rooms above say what they keep of people, in a module `leaving.py`.

add(Belonging("snoozed", count=lambda agent: own(agent).snoozed().count(), text=_snoozed_in_words))
"""

from collections.abc import Callable
from dataclasses import dataclass

from rapport.team.models import Agent


@dataclass(frozen=True)
class Belonging:
    """A kind of thing people have: how many, and a sentence about so many. `is_handed_over`: it asks for an heir."""

    key: str
    count: Callable[[Agent], int]
    text: Callable[[int], str]
    is_handed_over: bool = False


_kinds: dict[str, Belonging] = {}


def add(kind: Belonging) -> None:
    _kinds[kind.key] = kind


def belongings(agent: Agent) -> list[tuple[Belonging, int]]:
    """What this person has, without what they have none of."""
    counted = [(kind, kind.count(agent)) for kind in _kinds.values()]
    return [(kind, count) for kind, count in counted if count]
