"""Giving many conversations to people at once: what `assign` does for each, in a constant number of queries."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from rapport.backbone import search
from rapport.backbone.events import caused_by, gathered
from rapport.conversations.actions.noticing import assigned
from rapport.conversations.actions.telling import audience, subject_of, tell
from rapport.conversations.announcements import ConversationAssigned
from rapport.conversations.models import Assignment, Conversation, Message
from rapport.conversations.searching import scope_of
from rapport.kit import clock
from rapport.team import presence
from rapport.team.models import Agent, Presence


@dataclass(frozen=True)
class Gift:
    """A conversation that is nobody's, whose row the caller holds, for an agent. `cause` goes along with the event."""

    conversation: Conversation
    agent: Agent
    cause: Mapping[str, Any] = field(default_factory=dict)


@transaction.atomic
def give_all(gifts: Sequence[Gift]) -> None:
    """Nobody did it: it was shared out. Each stays in the team it has."""
    now = clock.now()
    before = {gift.conversation.pk: audience(gift.conversation) for gift in gifts}
    for gift in gifts:
        gift.conversation.assignee, gift.conversation.updated_at = gift.agent, now
    # One update an agent: a single one for all would name every field of every row.
    by_agent: dict[int, list[int]] = defaultdict(list)
    for gift in gifts:
        by_agent[gift.agent.pk].append(gift.conversation.pk)
    for agent, ids in by_agent.items():
        Conversation.objects.filter(pk__in=ids).update(assignee=agent, updated_at=now)
    Assignment.objects.bulk_create(
        Assignment(conversation=gift.conversation, agent=gift.agent, team_id=gift.conversation.team_id, at=now)
        for gift in gifts
    )
    _rescope([gift.conversation for gift in gifts])
    _readdress([gift.conversation for gift in gifts])
    with gathered():
        for gift in gifts:
            with caused_by(**gift.cause):
                news = ConversationAssigned(
                    gift.conversation.pk, agent=gift.agent.pk, team=gift.conversation.team_id, by=None
                )
                tell(gift.conversation, news, also=before[gift.conversation.pk])
            assigned(gift.conversation, to=gift.agent, by=None, has_moved=False)


def _rescope(conversations: Sequence[Conversation]) -> None:
    scopes = {each.pk: scope_of(each) for each in conversations}
    found: dict[str, list[int]] = defaultdict(list)
    messages = Message.objects.filter(conversation__in=scopes).values_list("pk", "conversation_id")
    for message, conversation in messages:
        found[scopes[conversation]].append(message)
    for scope, ids in found.items():
        search.rescope(ids, scope)


def _readdress(conversations: Sequence[Conversation]) -> None:
    """Those that somebody looks at just now are few."""
    by_place = {subject_of(each.pk): each for each in conversations}
    for place in set(Presence.objects.filter(place__in=by_place).values_list("place", flat=True)):
        presence.readdress(place, audience(by_place[place]))
