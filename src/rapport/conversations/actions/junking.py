"""Putting conversations out of everybody's way, and bringing them back."""

from django.db import transaction

from rapport.conversations.actions.telling import locked, tell, touch
from rapport.conversations.actions.waiting import spoken, unanswered_since
from rapport.conversations.announcements import ConversationJunked, ConversationRestored
from rapport.conversations.models import Closure, Conversation, Snooze
from rapport.conversations.types import JunkReason, Status
from rapport.kit import clock
from rapport.team.models import Agent


@transaction.atomic
def junk(conversation: Conversation, *, by: Agent | None, reason: JunkReason = JunkReason.MARKED) -> None:
    """Nobody is bothered with it any more: it is in no list but Junk. Junking twice is once.

    It is no closing: nothing was solved, so that nobody is asked how it went.
    """
    conversation = locked(conversation)
    if conversation.junk_at:
        return
    now = clock.now()
    Snooze.objects.filter(conversation=conversation, woken_at=None).update(woken_at=now)
    touch(
        conversation,
        junk_at=now,
        junk_reason=reason,
        status=Status.CLOSED,
        closed_at=conversation.closed_at or now,
        snoozed_until=None,
        waiting_since=None,
    )
    tell(conversation, ConversationJunked(conversation.pk, reason=str(reason), by=by.pk if by else None))


@transaction.atomic
def restore(conversation: Conversation, *, by: Agent | None) -> None:
    """It is no junk after all: open again, unless it was closed before, or only machines wrote in it."""
    conversation = locked(conversation)
    if not conversation.junk_at:
        return
    closure = Closure.objects.filter(conversation=conversation, reopened_at=None).order_by("-id").first()
    changes: dict[str, object] = {}
    if closure:
        changes = {"closed_at": closure.at}
    elif spoken(conversation).exists():
        changes = {"status": Status.OPEN, "closed_at": None, "waiting_since": unanswered_since(conversation)}
    touch(conversation, junk_at=None, junk_reason="", **changes)
    tell(conversation, ConversationRestored(conversation.pk, by=by.pk if by else None))
