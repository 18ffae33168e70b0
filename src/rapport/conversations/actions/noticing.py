"""Whom news of a conversation concerns: whose it is, who follows it, whom it names, whose team it waits for."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from rapport.backbone import gathering
from rapport.conversations.actions.mentioning import members_of, who_sees
from rapport.conversations.actions.telling import subject_of
from rapport.conversations.models import Conversation, Follow, Message
from rapport.kit import clock
from rapport.team.models import Agent
from rapport.team.notifications import News, notify_all
from rapport.team.queries import active_agents
from rapport.team.types import Visibility


@dataclass(frozen=True)
class _Written:
    """A message, as far as it matters to whom it is news. `mentioned` may see it already."""

    conversation: Conversation
    message: int
    by: int | None
    is_new: bool = False
    mentioned: frozenset[int] = frozenset()


def written(
    conversation: Conversation,
    message: Message,
    *,
    by: Agent | None,
    is_new: bool = False,
    mentioned: Iterable[int] = (),
) -> None:
    """A customer, a colleague or a note said something; with many at once, they are told together."""
    piece = _Written(conversation, message.pk, by.pk if by else None, is_new, frozenset(mentioned))
    if not gathering.collect(_tell, [piece]):
        _tell([piece])


def assigned(conversation: Conversation, *, to: Agent | None, by: Agent | None, has_moved: bool) -> None:
    """It is somebody's now, or waits in another team for somebody."""
    place, doer = subject_of(conversation.pk), by.pk if by else None
    if to is not None:
        notify_all([News("assigned", frozenset({to.pk}), place, doer)])
    elif has_moved and not conversation.is_closed:
        notify_all([News("new", _waiting_for({conversation.team_id}, conversation), place, doer)])


def follow(conversation: Conversation, *, by: Agent) -> None:
    """Hear of it from now on."""
    Follow.objects.update_or_create(
        conversation=conversation, agent=by, defaults={"ended_at": None}, create_defaults={"at": clock.now()}
    )


def unfollow(conversation: Conversation, *, by: Agent) -> None:
    """Hear no more of it; writing in it again does not bring that back."""
    Follow.objects.update_or_create(conversation=conversation, agent=by, defaults={"ended_at": clock.now()})


def follow_by_itself(conversation: Conversation, agents: Iterable[Agent]) -> None:
    """They wrote in it or were named in it: they follow it, unless they said once that they do not want to."""
    rows = [Follow(conversation=conversation, agent=agent) for agent in agents if agent.follows_by_itself]
    if rows:
        Follow.objects.bulk_create(rows, ignore_conflicts=True)


def _tell(pieces: list[_Written]) -> None:
    """A constant number of queries, however many."""
    followers = _followers([piece.conversation for piece in pieces if not piece.is_new])
    newcomers = [piece for piece in pieces if piece.is_new and not piece.conversation.assignee_id]
    news: list[News] = []
    for piece in pieces:
        conversation, details = piece.conversation, {"message": piece.message}
        place = subject_of(conversation.pk)
        concerned = {
            "mention": piece.mentioned,
            "own": frozenset([conversation.assignee_id] if conversation.assignee_id else ()),
            "followed": followers.get(conversation.pk, frozenset()),
        }
        news += [News(kind, agents, place, piece.by, details) for kind, agents in concerned.items() if agents]
    if newcomers:
        waiting = _who_waits({piece.conversation.team_id for piece in newcomers})
        for piece in newcomers:
            agents = waiting.get(piece.conversation.team_id, frozenset())
            news.append(News("new", agents, subject_of(piece.conversation.pk), None, {"message": piece.message}))
    notify_all(news)


def _followers(conversations: list[Conversation]) -> dict[int, frozenset[int]]:
    if not conversations:
        return {}
    found: dict[int, list[Agent]] = defaultdict(list)
    for row in Follow.objects.filter(conversation__in=conversations, ended_at=None).select_related(
        "agent__custom_role"
    ):
        found[row.conversation_id].append(row.agent)
    # Who can no longer see it hears no more of it.
    known = {conversation.pk: conversation for conversation in conversations}
    return {pk: frozenset(agent.pk for agent in who_sees(known[pk], agents)) for pk, agents in found.items()}


def _waiting_for(teams: set[int | None], conversation: Conversation) -> frozenset[int]:
    return _who_waits(teams).get(conversation.team_id, frozenset())


def _who_waits(teams: set[int | None]) -> dict[int | None, frozenset[int]]:
    """Who wants to hear of new conversations that are nobody's, by team; without a team they concern everybody."""
    # Nobody is told of them who has not asked for it.
    told = (each for each in active_agents().exclude(notices={}) if each.visibility != Visibility.OWN)
    asked = {agent.pk for agent in told if any(agent.notices.get("new", {}).values())}
    if not asked:
        return {}
    members = members_of([team for team in teams if team is not None])
    found: dict[int | None, frozenset[int]] = {
        team: frozenset(agent.pk for agent in agents if agent.pk in asked) for team, agents in members.items()
    }
    return found | {None: frozenset(asked)}
