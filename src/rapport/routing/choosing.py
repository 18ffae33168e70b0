"""Which of several people gets a conversation, and why each of the others does not.

Pure: no database, no clock. The same people and the same question give the same answer.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from functools import cached_property
from typing import Any

from rapport.routing.types import Demand, Strategy

_NEVER = datetime.min.replace(tzinfo=UTC)
# Somebody without a limit is as busy as if this were theirs.
_UNLIMITED = 100
_ROUNDING = 1e-9


class Way(StrEnum):
    """By what somebody was chosen."""

    STICKY = "sticky"
    LEAST_BUSY = "least_busy"
    ROUND_ROBIN = "round_robin"


class Nobody(StrEnum):
    """Why nobody was chosen."""

    CLOSED = "closed"
    NO_PEOPLE = "no_people"
    UNSKILLED = "unskilled"
    NOT_HERE = "not_here"
    FULL = "full"


class Reason(StrEnum):
    """What is said of one candidate."""

    CHOSEN = "chosen"
    AWAY = "away"
    NOT_SEEN = "not_seen"
    LACKS = "lacks"
    FULL = "full"
    KNOWS_LESS = "knows_less"
    BUSIER = "busier"
    LATER = "later"
    NOT_ASKED = "not_asked"


# Who could not have had it is told in this order.
_ORDER: dict[Reason | None, int] = {
    None: 0,
    Reason.AWAY: 1,
    Reason.NOT_SEEN: 2,
    Reason.LACKS: 3,
    Reason.FULL: 4,
}


@dataclass(frozen=True)
class Need:
    """A skill that a conversation needs, and how well it must be known at least, 1 to 3."""

    skill: int
    name: str
    least: int = 1

    def __hash__(self) -> int:
        # Asked for a hundred thousand times where a thousand conversations meet fifty people.
        return self.skill


@dataclass(frozen=True)
class Fit:
    """How well somebody knows what is needed: the names they know and lack, and how well all in all."""

    knows: tuple[str, ...]
    lacks: tuple[str, ...]
    level: int

    @classmethod
    def of(cls, levels: Mapping[int, int], needs: Sequence[Need]) -> "Fit":
        known = [levels.get(need.skill, 0) >= need.least for need in needs]
        return cls(
            tuple(need.name for need, is_known in zip(needs, known, strict=True) if is_known),
            tuple(need.name for need, is_known in zip(needs, known, strict=True) if not is_known),
            sum(levels.get(need.skill, 0) for need in needs),
        )


@dataclass(frozen=True)
class Candidate:
    """Somebody who may answer and see it. `load` is in conversations of its channel; no `capacity` is no limit."""

    agent: int
    load: float = 0
    capacity: int | None = None
    levels: Mapping[int, int] = field(default_factory=dict)
    last_turn: datetime | None = None
    is_away: bool = False
    is_seen: bool = True
    # By needs, with the levels it was reckoned from: kept for the same person while conversations go.
    fits: dict[tuple[Need, ...], tuple[Mapping[int, int], Fit]] = field(default_factory=dict, compare=False)

    @cached_property
    def is_here(self) -> bool:
        return self.is_seen and not self.is_away

    @cached_property
    def has_room(self) -> bool:
        return self.capacity is None or self.load + 1 <= self.capacity + _ROUNDING

    @cached_property
    def share(self) -> float:
        """Of what they take; a half-full part-timer is as busy as a half-full colleague."""
        return self.load / (self.capacity or _UNLIMITED)

    def fit(self, needs: tuple[Need, ...]) -> Fit:
        found = self.fits.get(needs)
        if found is None or found[0] is not self.levels:
            found = self.fits[needs] = (self.levels, Fit.of(self.levels, needs))
        return found[1]


@dataclass(frozen=True)
class Verdict:
    """One candidate's part of the decision, as it is kept."""

    agent: int
    reason: Reason
    load: float
    capacity: int | None
    knows: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {
            "agent": self.agent,
            "reason": str(self.reason),
            "load": round(self.load, 2),
            "capacity": self.capacity,
            "knows": list(self.knows),
            "lacks": list(self.lacks),
        }


@dataclass(frozen=True)
class Question:
    """What is asked of the candidates. `last` wrote to this customer last, if that counts."""

    strategy: str = Strategy.LEAST_BUSY
    demand: str = Demand.REQUIRED
    needs: tuple[Need, ...] = ()
    last: int | None = None
    is_open: bool = True


@dataclass(frozen=True)
class Choice:
    agent: int | None
    why: Way | Nobody


def choose(question: Question, candidates: Sequence[Candidate]) -> Choice:
    """Who gets it, or why nobody does."""
    if not question.is_open:
        return Choice(None, Nobody.CLOSED)
    able = [one for one in candidates if _reason_against(one, question) is None]
    if not able:
        return Choice(None, _why_nobody(question, candidates))
    known = next((one for one in able if one.agent == question.last), None) if question.last else None
    if known:
        return Choice(known.agent, Way.STICKY)
    return Choice(min(able, key=lambda one: _rank(one, question)).agent, Way(question.strategy))


def verdicts(
    question: Question, candidates: Iterable[Candidate], choice: Choice, *, most: int | None = None
) -> list[Verdict]:
    """What is said of each: the chosen one first, then who could have had it, then who could not; at most so many."""
    ranked = {one.agent: (_reason_against(one, question), _rank(one, question)) for one in candidates}
    chosen = ranked[choice.agent][1] if choice.agent is not None else None
    people = {one.agent: one for one in candidates}
    order = sorted(
        people,
        key=lambda pk: (pk != choice.agent, (against := ranked[pk][0]) is not None, _ORDER[against], ranked[pk][1]),
    )
    return [
        Verdict(
            pk,
            ranked[pk][0] or _said(pk, question, choice, ranked[pk][1], chosen),
            people[pk].load,
            people[pk].capacity,
            people[pk].fit(question.needs).knows,
            people[pk].fit(question.needs).lacks,
        )
        for pk in order[:most]
    ]


def _reason_against(one: Candidate, question: Question) -> Reason | None:
    if one.is_away:
        return Reason.AWAY
    if not one.is_seen:
        return Reason.NOT_SEEN
    if question.needs and question.demand == Demand.REQUIRED and one.fit(question.needs).lacks:
        return Reason.LACKS
    return None if one.has_room else Reason.FULL


def _rank(one: Candidate, question: Question) -> tuple[Any, ...]:
    """The smallest gets it."""
    unknown = better = 0
    if question.needs and question.demand != Demand.IGNORED:
        fit = one.fit(question.needs)
        unknown = len(fit.lacks) if question.demand == Demand.PREFERRED else 0
        better = -fit.level
    if question.strategy == Strategy.ROUND_ROBIN:
        return (unknown, one.last_turn or _NEVER, one.agent)
    return (unknown, one.share, one.load, better, one.last_turn or _NEVER, one.agent)


def _why_nobody(question: Question, candidates: Sequence[Candidate]) -> Nobody:
    if not candidates:
        return Nobody.NO_PEOPLE
    skilled = candidates
    if question.demand == Demand.REQUIRED:
        skilled = [one for one in candidates if not one.fit(question.needs).lacks]
    if not skilled:
        return Nobody.UNSKILLED
    return Nobody.FULL if any(one.is_here for one in skilled) else Nobody.NOT_HERE


def _said(
    agent: int, question: Question, choice: Choice, mine: tuple[Any, ...], chosen: tuple[Any, ...] | None
) -> Reason:
    """Of one who could have had it."""
    if agent == choice.agent:
        return Reason.CHOSEN
    if chosen is None or choice.why is Way.STICKY:
        return Reason.NOT_ASKED
    if mine[0] != chosen[0]:
        return Reason.KNOWS_LESS
    is_busier = question.strategy == Strategy.LEAST_BUSY and mine[1:3] > chosen[1:3]
    return Reason.BUSIER if is_busier else Reason.LATER
