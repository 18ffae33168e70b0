"""What somebody was told, by place, newest first; and that they have read it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from rapport.backbone.events import announce
from rapport.kit import clock
from rapport.team.announcements import Notified
from rapport.team.models import Agent, Notification
from rapport.team.notifications.kinds import Kind, kinds
from rapport.team.notifications.places import Described, described

# The figure at the bell goes no further.
MOST_UNREAD = 100
_PAGE = 200


@dataclass(frozen=True)
class Piece:
    """One notification in words."""

    row: Notification
    kind: Kind
    text: str

    @property
    def said(self) -> str:
        return self.kind.said(self.row.by.name if self.row.by else "")


@dataclass
class Group:
    """What is told of one place."""

    place: str
    about: Described
    pieces: list[Piece] = field(default_factory=list)

    @property
    def at(self) -> datetime:
        return self.pieces[0].row.at

    @property
    def is_unread(self) -> bool:
        return any(piece.row.read_at is None for piece in self.pieces)


def unread_places(agent: Agent) -> list[str]:
    """The places with something this agent has not read, at most a hundred."""
    unread = Notification.objects.filter(agent=agent, is_listed=True, read_at=None).order_by()
    return list(unread.values_list("place", flat=True).distinct()[:MOST_UNREAD])


def shown_count(number: int) -> str:
    """As the bell shows it: nothing for none, "99+" where there are more."""
    return f"{MOST_UNREAD - 1}+" if number >= MOST_UNREAD else str(number or "")


def newest(agent: Agent, *, limit: int = 30) -> list[Group]:
    """The places of the newest notifications, each once. What the agent may not see any more is left out."""
    rows = list(Notification.objects.filter(agent=agent, is_listed=True).select_related("by").order_by("-id")[:_PAGE])
    return grouped(agent, rows)[:limit]


def grouped(agent: Agent, rows: Iterable[Notification]) -> list[Group]:
    rows, known = list(rows), kinds()
    about = described(agent, rows)
    groups: dict[str, Group] = {}
    for row in rows:
        if row.pk in about and row.kind in known:
            group = groups.setdefault(row.place, Group(row.place, about[row.pk]))
            group.pieces.append(Piece(row, known[row.kind], about[row.pk].text))
    return list(groups.values())


@transaction.atomic
def read(agent: Agent, *, place: str | None = None) -> int:
    """They have read what is told of this place, or everything; returns how many pieces that were."""
    unread = Notification.objects.filter(agent=agent, read_at=None)
    unread = unread if place is None else unread.filter(place=place)
    count = unread.update(read_at=clock.now())
    if count:
        announce(Notified(agent.pk), subject=f"agent:{agent.pk}", audience=[f"agent:{agent.pk}"])
    return count
