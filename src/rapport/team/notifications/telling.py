"""Telling people: who is told of what, written in the transaction in which it happened."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from rapport.backbone import gathering
from rapport.backbone.events import announce
from rapport.kit import clock
from rapport.team.announcements import Notified
from rapport.team.models import Agent, Notification, Presence
from rapport.team.notifications.carrying import carry
from rapport.team.notifications.kinds import CHANNELS, kinds, wants
from rapport.team.notifications.quiet import quiet_until
from rapport.team.types import Permission


@dataclass(frozen=True)
class News:
    """Something that happened at a place, and whom it may concern."""

    kind: str
    agents: frozenset[int]
    place: str
    by: int | None = None
    details: dict[str, Any] = field(default_factory=dict)


def notify(kind: str, agents: Iterable[int], *, place: str, by: Agent | None = None, **details: Any) -> None:
    """Tell these agents, by their ids, in the transaction around it. `details` are JSON, and no words of others."""
    notify_all([News(kind, frozenset(agents), place, by.pk if by else None, details)])


def notify_all(news: Sequence[News]) -> None:
    """Tell all of it; somebody whom several pieces concern about one message is told the first kind only."""
    news = [each for each in news if each.agents - {each.by}]
    if news and not gathering.collect(_tell, news):
        _tell(news)


def _tell(news: list[News]) -> None:
    asked = frozenset[int]().union(*(each.agents for each in news))
    agents = {agent.pk: agent for agent in Agent.objects.filter(pk__in=asked, deactivated_at=None)}
    present = Presence.objects.filter(place__in={each.place for each in news}, until__gt=clock.now())
    looking = set(present.values_list("place", "agent_id"))
    known, order = kinds(), {name: place for place, name in enumerate(kinds())}
    made: dict[tuple[int, str, Any], Notification] = {}
    carried: list[tuple[Agent, Notification, list[str]]] = []
    for each in sorted(news, key=lambda each: order.get(each.kind, len(order))):
        for pk in sorted(each.agents - {each.by}):
            agent, key = agents.get(pk), (pk, each.place, each.details.get("message", each.kind))
            if agent is None or key in made or (each.place, pk) in looking or not agent.may(Permission.READ):
                continue
            channels: list[str] = [channel for channel in CHANNELS if wants(agent, known[each.kind], channel)]
            if channels:
                made[key] = _row(agent, each, channels)
                carried.append((agent, made[key], [channel for channel in channels if channel != "app"]))
    Notification.objects.bulk_create(made.values(), batch_size=200)
    for pk in sorted({row.agent_id for row in made.values() if row.is_listed}):
        announce(Notified(pk), subject=f"agent:{pk}", audience=[f"agent:{pk}"])
    for channel in CHANNELS:
        carry(channel, [(agent, [row]) for agent, row, ways in carried if channel in ways and not row.held])


def _row(agent: Agent, news: News, channels: Sequence[str]) -> Notification:
    elsewhere = [channel for channel in channels if channel != "app"]
    return Notification(
        agent=agent,
        kind=news.kind,
        place=news.place,
        by_id=news.by,
        details=news.details,
        is_listed="app" in channels,
        held=" ".join(elsewhere) if elsewhere and quiet_until(agent, clock.now()) else "",
    )
