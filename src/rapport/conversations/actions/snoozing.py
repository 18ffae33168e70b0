"""Putting a conversation aside until a moment."""

from datetime import datetime

from django.db import transaction

from rapport.conversations.actions.telling import locked, tell, touch
from rapport.conversations.announcements import ConversationSnoozed, ConversationWoke
from rapport.conversations.models import Conversation, Snooze
from rapport.conversations.types import Status
from rapport.kit import clock
from rapport.team.models import Agent


@transaction.atomic
def snooze(conversation: Conversation, *, until: datetime, by: Agent | None) -> None:
    """Hide it from the open list until then, or until the customer writes. Raises ValueError for the past."""
    if until <= clock.now():
        raise ValueError("A conversation can only be snoozed until a moment in the future.")
    conversation = locked(conversation)
    if conversation.is_closed:
        raise ValueError("A closed conversation cannot be snoozed. Reopen it first.")
    Snooze.objects.filter(conversation=conversation, woken_at=None).update(woken_at=clock.now())
    Snooze.objects.create(conversation=conversation, by=by, until=until)
    touch(conversation, status=Status.SNOOZED, snoozed_until=until)
    tell(conversation, ConversationSnoozed(conversation.pk, by=by.pk if by else None, until=until.isoformat()))


@transaction.atomic
def wake(conversation: Conversation) -> None:
    """Put a snoozed conversation back into the open list."""
    conversation = locked(conversation)
    if conversation.status != Status.SNOOZED:
        return
    Snooze.objects.filter(conversation=conversation, woken_at=None).update(woken_at=clock.now())
    touch(conversation, status=Status.OPEN, snoozed_until=None)
    tell(conversation, ConversationWoke(conversation.pk))
