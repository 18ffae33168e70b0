"""Closing, reopening and what the customer said of it."""

from django.db import transaction

from rapport.conversations.actions.junking import restore
from rapport.conversations.actions.telling import locked, tell, touch
from rapport.conversations.actions.waiting import unanswered_since
from rapport.conversations.announcements import ConversationClosed, ConversationRated, ConversationReopened
from rapport.conversations.models import Closure, Conversation, Snooze
from rapport.conversations.types import Status
from rapport.kit import clock
from rapport.team.models import Agent


@transaction.atomic
def close(conversation: Conversation, *, by: Agent | None) -> None:
    """Nothing more is to be done; the customer may be asked how it went. Closing twice is once."""
    conversation = locked(conversation)
    if conversation.is_closed:
        return
    now = clock.now()
    Closure.objects.create(conversation=conversation, by=by, at=now)
    Snooze.objects.filter(conversation=conversation, woken_at=None).update(woken_at=now)
    touch(conversation, status=Status.CLOSED, closed_at=now, snoozed_until=None, waiting_since=None)
    tell(conversation, ConversationClosed(conversation.pk, by=by.pk if by else None))


@transaction.atomic
def reopen(conversation: Conversation, *, by: Agent | None) -> None:
    """There is more to do, and so it is no junk. `by` is None when the customer wrote again."""
    conversation = locked(conversation)
    if conversation.junk_at:
        restore(conversation, by=by)
        conversation = locked(conversation)
    if not conversation.is_closed:
        return
    Closure.objects.filter(conversation=conversation, reopened_at=None).update(reopened_at=clock.now(), reopened_by=by)
    # An agent who reopens takes the closing back, and with it that the customer waits for nothing.
    waiting = {"waiting_since": unanswered_since(conversation)} if by else {}
    touch(conversation, status=Status.OPEN, closed_at=None, **waiting)
    tell(conversation, ConversationReopened(conversation.pk, by=by.pk if by else None))


@transaction.atomic
def rate(conversation: Conversation, *, score: int) -> None:
    """The customer rated it, 1 to 5."""
    conversation = locked(conversation)
    touch(conversation, satisfaction=score)
    tell(conversation, ConversationRated(conversation.pk, score=score))
