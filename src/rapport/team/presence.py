"""Who is looking at what, and who is writing there, just now.

    look(ada, place="conversation:12", tab="5f2c", audience=["everyone"])    # every ten seconds, while she looks
    leave(ada, tab="5f2c")

A row lasts fifteen seconds, so that a machine that dies is gone by itself. Nothing of it is in the event log: the
thread that follows the log in each web process reads these few rows as well, and tells streams what changed.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction

from rapport.backbone.events import EVENTS
from rapport.backbone.live import Item, of_the_moment
from rapport.backbone.watching import nudge
from rapport.design import people
from rapport.kit import clock
from rapport.team.models import Agent, Presence

LASTS = timedelta(seconds=15)
# A tab that was never left is forgotten with the next one that opens.
_FORGOTTEN = timedelta(minutes=5)


def look(agent: Agent, *, place: str, tab: str, audience: Iterable[str], is_writing: bool = False) -> None:
    """This tab of the agent's shows that place now, for those who listen for one of these words to know."""
    now = clock.now()
    words = " ".join(sorted(set(audience)))
    known = Presence.objects.filter(agent=agent, tab=tab, place=place, is_writing=is_writing, audience=words)
    if known.filter(until__gt=now).update(until=now + LASTS):
        return
    with transaction.atomic():
        Presence.objects.filter(until__lt=now - _FORGOTTEN).delete()
        row = Presence(agent=agent, tab=tab, place=place, is_writing=is_writing, audience=words, until=now + LASTS)
        changed = ["place", "is_writing", "audience", "until"]
        Presence.objects.bulk_create(
            [row], update_conflicts=True, unique_fields=["agent", "tab"], update_fields=changed
        )
        nudge(EVENTS)


def leave(agent: Agent, *, tab: str) -> None:
    with transaction.atomic():
        if Presence.objects.filter(agent=agent, tab=tab).delete()[0]:
            nudge(EVENTS)


def readdress(place: str, audience: Iterable[str]) -> None:
    """Others may see this place from now on."""
    if Presence.objects.filter(place=place).update(audience=" ".join(sorted(set(audience)))):
        nudge(EVENTS)


def looking_at(place: str) -> set[int]:
    """The ids of the agents who have it before them now."""
    return set(Presence.objects.filter(place=place, until__gt=clock.now()).values_list("agent_id", flat=True))


# A place as it is told: the words it is told to, and each person once with whether they write.
_Told = tuple[str, tuple[tuple[int, str, bool], ...]]


class Watch:
    """What streams are told of presence, by `backbone.live`."""

    def __init__(self) -> None:
        self._known: dict[str, _Told] = {}

    def read(self) -> list[Item]:
        present = _present()
        items: list[Item] = []
        for place in sorted(self._known.keys() | present.keys()):
            before, now = self._known.get(place), present.get(place)
            if before == now:
                continue
            if before and (now is None or now[0] != before[0]):
                items.append(_item(place, (before[0], ())))
            if now:
                items.append(_item(place, now))
        self._known = present
        return items


def _present() -> dict[str, _Told]:
    rows = Presence.objects.filter(until__gt=clock.now()).order_by("until")
    writing: dict[str, dict[tuple[int, str], bool]] = defaultdict(dict)
    words: dict[str, str] = {}
    for place, audience, agent, name, is_writing in rows.values_list(
        "place", "audience", "agent_id", "agent__name", "is_writing"
    ):
        words[place] = audience
        writing[place][agent, name] = writing[place].get((agent, name), False) or is_writing
    return {
        place: (words[place], tuple(sorted((agent, name, is_) for (agent, name), is_ in found.items())))
        for place, found in writing.items()
    }


def _item(place: str, told: _Told) -> Item:
    words, present = told
    shown = [
        {
            "agent": agent,
            "name": name,
            "initials": people.initials(name),
            "hue": people.hue(name),
            "is_writing": is_writing,
        }
        for agent, name, is_writing in present
    ]
    return of_the_moment("Presence", place, {"people": shown}, words=words.split(), is_over=not shown)
