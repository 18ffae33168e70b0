"""Whose conversation it is, and how urgent."""

from django.db import transaction

from rapport.conversations.actions.telling import audience, locked, tell, touch
from rapport.conversations.announcements import ConversationAssigned, PriorityChanged
from rapport.conversations.models import Assignment, Conversation
from rapport.team.models import Agent, Team


@transaction.atomic
def assign(conversation: Conversation, *, to: Agent | None, team: Team | None = None, by: Agent | None) -> None:
    """Give it to an agent, a team, both or nobody. Without `team` it stays with the team it has."""
    conversation = locked(conversation)
    team = team or conversation.team
    if conversation.assignee == to and conversation.team == team:
        return
    before = audience(conversation)
    Assignment.objects.create(conversation=conversation, agent=to, team=team, by=by)
    touch(conversation, assignee=to, team=team)
    news = ConversationAssigned(
        conversation.pk, agent=to.pk if to else None, team=team.pk if team else None, by=by.pk if by else None
    )
    tell(conversation, news, also=before)


@transaction.atomic
def prioritise(conversation: Conversation, *, priority: int, by: Agent | None) -> None:
    conversation = locked(conversation)
    if conversation.priority == priority:
        return
    touch(conversation, priority=priority)
    tell(conversation, PriorityChanged(conversation.pk, priority=priority, by=by.pk if by else None))
