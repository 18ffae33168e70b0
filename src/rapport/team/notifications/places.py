"""What a place of a notification is called: asked of the room it belongs to, for one who may see it."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from rapport.team.models import Agent, Notification


@dataclass(frozen=True)
class Described:
    """`number` names it without saying anything of a customer; `title`, `who` and `text` do say something."""

    url: str
    number: str
    title: str = ""
    who: str = ""
    text: str = ""


# Answers by the id of the notification; one about something this agent may not see any more is left out.
Describe = Callable[[Agent, list[Notification]], dict[int, Described]]
_describers: dict[str, Describe] = {}


def describes(kind_of_place: str, describe: Describe) -> None:
    """Places such as "conversation:12" are described by this."""
    _describers[kind_of_place] = describe


def described(agent: Agent, notifications: Iterable[Notification]) -> dict[int, Described]:
    """A constant number of queries for each kind of place."""
    sorted_out: dict[str, list[Notification]] = defaultdict(list)
    for notification in notifications:
        sorted_out[notification.place.partition(":")[0]].append(notification)
    found: dict[int, Described] = {}
    for name, rows in sorted_out.items():
        if describe := _describers.get(name):
            found |= describe(agent, rows)
    return found
