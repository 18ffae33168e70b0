"""`@Ada`, `@Ada Lindqvist` and `@Billing` in a note: whom it names."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rapport.conversations.models import Conversation, Mention, Message
from rapport.team.models import Agent, Team
from rapport.team.queries import active_agents
from rapport.team.types import Permission, Visibility

# Not inside of a mail address or a word.
_AT = re.compile(r"(?<![\w.+-])@")
_WORD = re.compile(r"[0-9A-Za-z\u00c0-\u024f\u0370-\u05ff_-]")


@dataclass(frozen=True)
class Named:
    """Whom an @ stands for, and the name it used."""

    name: str
    agent: Agent | None = None
    team: Team | None = None


def named_in(text: str) -> list[Named]:
    """Everybody whom a text names, each once: by whole name, by a first name that only one has, or by team.

    Two queries, none for a text without an @.
    """
    places = [found.end() for found in _AT.finditer(text)]
    if not places:
        return []
    known = _names(active_agents(), Team.objects.all())
    found: dict[str, Named] = {}
    for place in places:
        rest = text[place : place + 130].casefold()
        # The longest name that stands there, and ends there.
        fits = [name for name in known if rest.startswith(name) and not _goes_on(rest[len(name) :], name)]
        if fits:
            name = max(fits, key=len)
            found.setdefault(known[name].name, known[name])
    return list(found.values())


def mention(conversation: Conversation, message: Message) -> set[int]:
    """Write down whom a note names; returns the ids of those among them who may see the conversation."""
    named = named_in(message.text)
    if not named:
        return set()
    members = members_of([each.team.pk for each in named if each.team])
    rows: dict[int, Mention] = {}
    for each in named:
        if each.agent:
            rows[each.agent.pk] = Mention(message=message, agent=each.agent)
    for each in named:
        for agent in members.get(each.team.pk, ()) if each.team else ():
            rows.setdefault(agent.pk, Mention(message=message, agent=agent, team=each.team))
    Mention.objects.bulk_create(rows.values())
    asked = [row.agent for row in rows.values() if row.agent]
    return {agent.pk for agent in who_sees(conversation, asked)}


def members_of(teams: Iterable[int]) -> Mapping[int, list[Agent]]:
    """Who works in each of these teams now."""
    teams = list(teams)
    found: dict[int, list[Agent]] = defaultdict(list)
    if teams:
        rows = Team.members.through.objects.filter(team__in=teams, agent__deactivated_at=None).select_related(
            "agent__custom_role"
        )
        for row in rows:
            found[row.team_id].append(row.agent)
    return found


def who_sees(conversation: Conversation, agents: Iterable[Agent]) -> list[Agent]:
    """Those of these agents whom `visible_to` shows the conversation. At most one query."""
    able = [agent for agent in agents if agent.may(Permission.READ)]
    able = [each for each in able if each.visibility != Visibility.OWN or each.pk == conversation.assignee_id]
    if conversation.team_id is None:
        return able
    inside = set(Agent.objects.filter(teams=conversation.team_id).values_list("pk", flat=True))
    return [
        agent
        for agent in able
        if agent.pk in inside or agent.pk == conversation.assignee_id or agent.may(Permission.SEE_EVERYTHING)
    ]


def _names(agents: Iterable[Agent], teams: Iterable[Team]) -> dict[str, Named]:
    agents = list(agents)
    first = Counter(agent.name.split()[0].casefold() for agent in agents if agent.name.split())
    whole = Counter(agent.name.casefold() for agent in agents)
    known = {team.name.casefold(): Named(team.name, team=team) for team in teams}
    for agent in agents:
        words = agent.name.split()
        if words and first[words[0].casefold()] == 1:
            known[words[0].casefold()] = Named(agent.name, agent=agent)
    known |= {
        agent.name.casefold(): Named(agent.name, agent=agent) for agent in agents if whole[agent.name.casefold()] == 1
    }
    known.pop("", None)
    return known


def _goes_on(rest: str, name: str) -> bool:
    """Whether a letter follows that makes it another word. Chinese puts no space after a name."""
    return bool(rest and _WORD.match(rest) and _WORD.match(name[-1]))
