"""Whose conversation it is, and how urgent."""

from django.db import transaction

from rapport.backbone import search
from rapport.conversations.actions.noticing import assigned
from rapport.conversations.actions.telling import audience, locked, subject_of, tell, touch
from rapport.conversations.announcements import ConversationAssigned, PriorityChanged
from rapport.conversations.models import Assignment, Conversation
from rapport.conversations.searching import scope_of
from rapport.team import presence
from rapport.team.models import Agent, Team


@transaction.atomic
def assign(
    conversation: Conversation,
    *,
    to: Agent | None,
    team: Team | None = None,
    by: Agent | None,
    to_everyone: bool = False,
) -> None:
    """Give it to an agent, a team, both or nobody.

    Without `team` it stays with the team it has; `to_everyone` takes it out of any team, so that all may see it.
    Raises ValueError for an agent who no longer works here.
    """
    if to and not to.is_active:
        raise ValueError("This person no longer works here.")
    conversation = locked(conversation)
    team = None if to_everyone else team or conversation.team
    if conversation.assignee == to and conversation.team == team:
        return
    before, found_by = audience(conversation), scope_of(conversation)
    moved, was = team != conversation.team, conversation.assignee
    Assignment.objects.create(conversation=conversation, agent=to, team=team, by=by)
    touch(conversation, assignee=to, team=team)
    if (now := audience(conversation)) != before:
        presence.readdress(subject_of(conversation.pk), now)
    if scope_of(conversation) != found_by:
        search.rescope(list(conversation.messages.values_list("pk", flat=True)), scope_of(conversation))
    news = ConversationAssigned(
        conversation.pk, agent=to.pk if to else None, team=team.pk if team else None, by=by.pk if by else None
    )
    tell(conversation, news, also=before)
    assigned(conversation, to=to if to != was else None, by=by, has_moved=moved and to is None)


@transaction.atomic
def prioritise(conversation: Conversation, *, priority: int, by: Agent | None) -> None:
    conversation = locked(conversation)
    if conversation.priority == priority:
        return
    touch(conversation, priority=priority)
    tell(conversation, PriorityChanged(conversation.pk, priority=priority, by=by.pk if by else None))
