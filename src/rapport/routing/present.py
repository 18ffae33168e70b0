"""Who is here and how much each has, and what waits for somebody free, as leads see it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from rapport.channels.seam import kinds
from rapport.conversations.models import Conversation
from rapport.routing import explaining
from rapport.routing.board import Board, Load
from rapport.routing.models import Absence, Knowledge, Scheme, Waiting
from rapport.routing.types import Strategy
from rapport.team.models import Agent

# For those whom no scheme counts: an open conversation whose customer is to answer is half a one.
_USUAL_SHARE = 50


@dataclass(frozen=True)
class Line:
    """One channel of somebody. `most` is None without a limit; `own` what was set for them alone."""

    channel: str
    label: str
    load: float
    most: int | None
    own: int | None

    @property
    def percent(self) -> float:
        return min(100.0, 100 * self.load / self.most) if self.most else (100.0 if self.most == 0 else 0.0)

    @property
    def is_full(self) -> bool:
        return self.most is not None and self.load + 1 > self.most


@dataclass(frozen=True)
class Somebody:
    agent: Agent
    back_at: datetime | None
    is_seen: bool
    lines: list[Line]
    skills: list[tuple[str, str]]

    @property
    def state(self) -> str:
        if self.agent.away_since:
            return "away"
        return "on" if self.is_seen else "off"


@dataclass(frozen=True)
class Queued:
    conversation: Conversation
    since: datetime
    scheme: str
    why: str


def people() -> list[Somebody]:
    """Everyone who may answer. A constant number of queries."""
    board = Board.load(always=True)
    scheme = next((each for each in board.schemes if each.strategy != Strategy.OFF), None)
    back = dict(Absence.objects.values_list("agent_id", "back_at"))
    known: dict[int, list[tuple[str, str]]] = {}
    for row in Knowledge.objects.select_related("skill").order_by("-level", "skill__name"):
        known.setdefault(row.agent_id, []).append((row.skill.name, str(row.get_level_display())))
    found = [
        Somebody(
            person.agent,
            back.get(person.agent.pk),
            board.is_seen(person.agent, scheme or Scheme()),
            _lines(board, person.agent, scheme),
            known.get(person.agent.pk, []),
        )
        for person in board.people.values()
    ]
    order = ("on", "off", "away")
    return sorted(found, key=lambda one: (order.index(one.state), one.agent.name, one.agent.pk))


def waiting(rows: Iterable[Waiting]) -> list[Queued]:
    """In words. Two more queries."""
    rows = list(rows)
    names = explaining.of(row.decision for row in rows if row.decision)
    return [
        Queued(
            row.conversation, row.since, row.scheme.name, explaining.waits(row.decision, names) if row.decision else ""
        )
        for row in rows
    ]


def _lines(board: Board, agent: Agent, scheme: Scheme | None) -> list[Line]:
    labels = {name: str(kind.label) for name, kind in sorted(kinds().items())}
    own = {channel: most for (pk, channel), most in board.capacities.items() if pk == agent.pk}
    has = {channel for pk, channel in board.loads if pk == agent.pk}
    share = scheme.waiting_share if scheme else _USUAL_SHARE
    channels = [*labels, *sorted((has | own.keys()) - labels.keys() - {""})]
    return [
        Line(
            channel,
            labels.get(channel, channel),
            board.loads.get((agent.pk, channel), Load()).counted(share),
            board.capacity_of(agent.pk, scheme, channel),
            own.get(channel),
        )
        for channel in channels
    ]
