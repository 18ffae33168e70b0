"""Everything that sharing out looks at, read once for many conversations: people, what each has, knows and takes."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Self

from django.db.models import Count, Q

from rapport.conversations.models import Conversation, Message, Tagging
from rapport.conversations.types import AuthorKind, Direction, Status
from rapport.kit import clock
from rapport.kit.text import language_of
from rapport.routing.choosing import Candidate, Choice, Fit, Need, Question, Verdict, choose, verdicts
from rapport.routing.conditions import matches
from rapport.routing.hours import is_open
from rapport.routing.models import Capacity, Knowledge, Scheme, Skill, Turn
from rapport.routing.queries import Setup, calendars
from rapport.routing.types import Demand, Facts, Strategy
from rapport.team.models import Agent, Team
from rapport.team.queries import agents_who_may
from rapport.team.types import Permission

# A decision keeps no more candidates than this, the chosen one and those who came near first.
MOST_KEPT = 20


@dataclass
class Load:
    """Open conversations of one agent and channel: those that wait for us, and those whose customer is to answer."""

    ours: int = 0
    theirs: int = 0

    def counted(self, share: int) -> float:
        """In conversations; what waits for the customer counts `share` percent."""
        return self.ours + self.theirs * share / 100


@dataclass(frozen=True)
class Ask:
    """A conversation that is somebody's to take, with the scheme that says how."""

    conversation: Conversation
    facts: Facts
    scheme: Scheme
    needs: tuple[Need, ...] = ()
    last: int | None = None
    is_open: bool = True

    @property
    def question(self) -> Question:
        return Question(self.scheme.strategy, self.scheme.demand, self.needs, self.last, self.is_open)


@dataclass(frozen=True)
class Person:
    agent: Agent
    teams: frozenset[int]
    sees_everything: bool

    def may_see(self, team: int | None) -> bool:
        return team is None or self.sees_everything or team in self.teams


@dataclass(frozen=True)
class _Wanting:
    """A skill with what needs it, read once for many conversations."""

    need: Need
    language: str
    tags: frozenset[int]
    inboxes: frozenset[int]

    @classmethod
    def of(cls, skill: Skill) -> "_Wanting":
        return cls(
            Need(skill.pk, skill.name, skill.least_level),
            skill.language[:2].lower(),
            frozenset(tag.pk for tag in skill.tags.all()),
            frozenset(inbox.pk for inbox in skill.inboxes.all()),
        )

    def is_needed(self, language: str, facts: Facts) -> bool:
        speaks = bool(self.language) and self.language == language
        return speaks or facts.inbox in self.inboxes or not facts.tags.isdisjoint(self.tags)


@dataclass
class Board:
    schemes: Sequence[Scheme]
    setup: Setup
    skills: Sequence[Skill]
    people: dict[int, Person]
    loads: dict[tuple[int, str], Load]
    capacities: dict[tuple[int, str], int]
    levels: dict[int, dict[int, int]]
    turns: dict[tuple[int, int], Turn]
    now: datetime = field(default_factory=clock.now)
    given: int = 0
    # By scheme, channel and the conversation's team; made anew for whoever got one.
    _candidates: dict[tuple[int, str, int | None], dict[int, Candidate]] = field(default_factory=dict)
    _fits: dict[int, dict[tuple[Need, ...], tuple[Mapping[int, int], Fit]]] = field(
        default_factory=lambda: defaultdict(dict)
    )

    @classmethod
    def load(cls, *, always: bool = False) -> Self:
        """A constant number of queries; one where nothing is shared out, unless it is to be looked at `always`."""
        schemes = list(Scheme.objects.filter(is_on=True))
        if not schemes and not always:
            return cls([], Setup([], []), [], {}, {}, {}, {}, {})
        in_teams: dict[int, set[int]] = defaultdict(set)
        for agent, team in Team.members.through.objects.values_list("agent_id", "team_id"):
            in_teams[agent].add(team)
        levels: dict[int, dict[int, int]] = defaultdict(dict)
        for agent, skill, level in Knowledge.objects.values_list("agent_id", "skill_id", "level"):
            levels[agent][skill] = level
        people = {
            agent.pk: Person(agent, frozenset(in_teams[agent.pk]), agent.may(Permission.SEE_EVERYTHING))
            for agent in agents_who_may(Permission.REPLY).order_by("id")
        }
        hours = calendars() if any(scheme.within_hours for scheme in schemes) else ()
        return cls(
            schemes,
            Setup([], list(hours)),
            list(Skill.objects.prefetch_related("tags", "inboxes")),
            people,
            loads(),
            {(row.agent_id, row.channel): row.most for row in Capacity.objects.all()},
            levels,
            {(turn.scheme_id, turn.agent_id): turn for turn in Turn.objects.all()},
        )

    def scheme_for(self, facts: Facts) -> Scheme | None:
        return next((scheme for scheme in self.schemes if matches(scheme.conditions, facts)), None)

    def asks(self, conversations: Sequence[Conversation]) -> list[Ask]:
        """What is to be shared out of these, in their order; two queries. Leaves out what no scheme takes."""
        tags: dict[int, set[int]] = defaultdict(set)
        for conversation, tag in Tagging.objects.filter(conversation__in=conversations).values_list(
            "conversation_id", "tag_id"
        ):
            tags[conversation].add(tag)
        found = []
        for each in conversations:
            facts = _facts(each, frozenset(tags[each.pk]))
            scheme = self.scheme_for(facts)
            if scheme and scheme.strategy != Strategy.OFF:
                found.append((each, facts, scheme))
        last = self._last_writers([(each, scheme) for each, _facts, scheme in found])
        return [
            Ask(
                each,
                facts,
                scheme,
                needs=self._needs(each, facts) if scheme.demand != Demand.IGNORED else (),
                last=last.get((each.customer_id, scheme.pk)),
                is_open=not scheme.within_hours or is_open(self.setup.hours_for(scheme, facts), self.now),
            )
            for each, facts, scheme in found
        ]

    def choose(self, ask: Ask) -> Choice:
        return choose(ask.question, self.candidates(ask))

    def verdicts(self, ask: Ask, choice: Choice) -> list[Verdict]:
        return verdicts(ask.question, self.candidates(ask), choice, most=MOST_KEPT)

    def candidates(self, ask: Ask) -> list[Candidate]:
        """The people of the scheme's team, else of the conversation's, who may see it."""
        key = (ask.scheme.pk, ask.facts.channel, ask.facts.team)
        if key not in self._candidates:
            of = ask.scheme.team_id or ask.facts.team
            self._candidates[key] = {
                person.agent.pk: self._candidate(person.agent, ask.scheme, ask.facts.channel)
                for person in self.people.values()
                if (of is None or of in person.teams) and person.may_see(ask.facts.team)
            }
        return list(self._candidates[key].values())

    def give(self, ask: Ask, agent: int) -> Turn:
        """Count it as this agent's from now on; the turn is to be saved."""
        load = self.loads.setdefault((agent, ask.facts.channel), Load())
        if ask.conversation.waiting_since:
            load.ours += 1
        else:
            load.theirs += 1
        key = (ask.scheme.pk, agent)
        turn = self.turns.get(key) or Turn(scheme=ask.scheme, agent_id=agent, last_at=self.now, times=0)
        # One after the other within the same moment, or a whole batch would be the first one's.
        self.given += 1
        turn.last_at = self.now + timedelta(microseconds=self.given)
        turn.times += 1
        self.turns[key] = turn
        self._look_again_at(agent)
        return turn

    def capacity_of(self, agent: int, scheme: Scheme | None, channel: str) -> int | None:
        """The agent's own, else what the scheme says; None without a limit."""
        for key in (channel, ""):
            if (agent, key) in self.capacities:
                return self.capacities[agent, key]
        return scheme.capacity_for(channel) if scheme else None

    def is_seen(self, agent: Agent, scheme: Scheme) -> bool:
        if scheme.seen_within is None:
            return True
        since = self.now - timedelta(minutes=scheme.seen_within)
        return agent.last_seen_at is not None and agent.last_seen_at >= since

    def _look_again_at(self, agent: int) -> None:
        by_pk = {scheme.pk: scheme for scheme in self.schemes}
        for (scheme, channel, _team), found in self._candidates.items():
            if agent in found:
                found[agent] = self._candidate(self.people[agent].agent, by_pk[scheme], channel)

    def _candidate(self, agent: Agent, scheme: Scheme, channel: str) -> Candidate:
        load, turn = self.loads.get((agent.pk, channel)), self.turns.get((scheme.pk, agent.pk))
        return Candidate(
            agent.pk,
            load.counted(scheme.waiting_share) if load else 0,
            self.capacity_of(agent.pk, scheme, channel),
            self.levels.setdefault(agent.pk, {}),
            turn.last_at if turn else None,
            is_away=agent.away_since is not None,
            is_seen=self.is_seen(agent, scheme),
            fits=self._fits[agent.pk],
        )

    @cached_property
    def _wanting(self) -> list["_Wanting"]:
        """Languages first, then by name, in the order in which needs are said."""
        ordered = sorted(self.skills, key=lambda skill: (not skill.language, skill.name))
        return [_Wanting.of(skill) for skill in ordered]

    def _needs(self, conversation: Conversation, facts: Facts) -> tuple[Need, ...]:
        """Its language first. A language that no skill names is asked of nobody."""
        language = language_spoken(conversation)
        return tuple(each.need for each in self._wanting if each.is_needed(language, facts))

    def _last_writers(self, wanted: Iterable[tuple[Conversation, Scheme]]) -> dict[tuple[int, int], int]:
        """Who wrote last, by customer and scheme, where the scheme asks. One query."""
        asked = [(each.customer_id, scheme) for each, scheme in wanted if scheme.sticky_days]
        if not asked:
            return {}
        longest = max(scheme.sticky_days or 0 for _customer, scheme in asked)
        written = Message.objects.filter(
            direction=Direction.OUT,
            author_kind=AuthorKind.AGENT,
            agent__isnull=False,
            conversation__customer__in={customer for customer, _scheme in asked},
            created_at__gte=self.now - timedelta(days=longest),
        ).order_by("created_at", "id")
        newest = {
            customer: (agent, at)
            for customer, agent, at in written.values_list("conversation__customer_id", "agent_id", "created_at")
        }
        return {
            (customer, scheme.pk): newest[customer][0]
            for customer, scheme in asked
            if customer in newest and newest[customer][1] >= self.now - timedelta(days=scheme.sticky_days or 0)
        }


def loads() -> dict[tuple[int, str], Load]:
    """What everyone has open now, by agent and channel. One query."""
    rows = Conversation.objects.filter(status=Status.OPEN, assignee__isnull=False).order_by()
    counted = rows.values_list("assignee_id", "channel").annotate(
        ours=Count("pk", filter=Q(waiting_since__isnull=False)), every=Count("pk")
    )
    return {(agent, channel): Load(ours, every - ours) for agent, channel, ours, every in counted}


def language_spoken(conversation: Conversation) -> str:
    """Two letters: the customer's language, else that of what was written last; empty when neither is known."""
    said = conversation.customer.language[:2].lower()
    return said or language_of(f"{conversation.subject} {conversation.preview}")


def _facts(conversation: Conversation, tags: frozenset[int]) -> Facts:
    return Facts(
        inbox=conversation.inbox_id,
        channel=conversation.channel,
        priority=conversation.priority,
        team=conversation.team_id,
        tags=tags,
        customer=conversation.customer_id,
        conversation=conversation.pk,
    )
