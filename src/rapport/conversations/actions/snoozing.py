"""Putting a conversation aside until a moment."""

from datetime import datetime

from django.db import transaction

from rapport.conversations.actions.telling import locked, moment, tell, touch
from rapport.conversations.announcements import ConversationSnoozed, ConversationWoke
from rapport.conversations.models import Conversation, Snooze
from rapport.conversations.types import Status
from rapport.kit import clock
from rapport.team.models import Agent

# What is left comes back with the next look.
_AT_ONCE = 500


@transaction.atomic
def snooze(conversation: Conversation, *, until: datetime, by: Agent | None) -> None:
    """Hide it from the open list until then, or until the customer writes. Raises ValueError for the past."""
    if until <= clock.now():
        raise ValueError("A conversation can only be snoozed until a moment in the future.")
    conversation = locked(conversation)
    if conversation.is_closed:
        raise ValueError("A closed conversation cannot be snoozed. Reopen it first.")
    Snooze.objects.filter(conversation=conversation, woken_at=None).update(woken_at=moment())
    Snooze.objects.create(conversation=conversation, by=by, at=moment(), until=until)
    touch(conversation, status=Status.SNOOZED, snoozed_until=until)
    tell(conversation, ConversationSnoozed(conversation.pk, by=by.pk if by else None, until=until.isoformat()))


@transaction.atomic
def wake(conversation: Conversation) -> None:
    """Put a snoozed conversation back into the open list."""
    conversation = locked(conversation)
    if conversation.status != Status.SNOOZED:
        return
    Snooze.objects.filter(conversation=conversation, woken_at=None).update(woken_at=moment())
    touch(conversation, status=Status.OPEN, snoozed_until=None)
    tell(conversation, ConversationWoke(conversation.pk))


def wake_due() -> int:
    """Bring back what was snoozed until now or earlier; returns how many there were."""
    due = list(Conversation.objects.due_to_wake().order_by("snoozed_until").values_list("pk", flat=True)[:_AT_ONCE])
    return sum(_wake_if_due(pk) for pk in due)


@transaction.atomic
def _wake_if_due(pk: int) -> bool:
    """Somebody may have snoozed it for longer a moment ago."""
    conversation = Conversation.objects.due_to_wake().select_for_update(of=("self",)).filter(pk=pk).first()
    if conversation is not None:
        wake(conversation)
    return conversation is not None
