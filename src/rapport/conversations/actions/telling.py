"""Who hears about a conversation, and the row lock its changes take."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction

from rapport.backbone.events import Announcement, announce
from rapport.conversations.models import Conversation
from rapport.kit import clock
from rapport.team.live import SHARED

_MOST_KEPT_UP_WITH = timedelta(days=1)
_NEXT = timedelta(microseconds=1)


def locked(conversation: Conversation) -> Conversation:
    """The conversation as it is now, held against other writers until the transaction ends."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("A row is only held inside a transaction.")
    return Conversation.objects.select_for_update(of=("self",)).get(pk=conversation.pk)


def audience(conversation: Conversation) -> list[str]:
    """The words in the streams of exactly those whom `visible_to` shows the conversation."""
    words = ["see_everything", f"team:{conversation.team_id}"] if conversation.team_id else [SHARED]
    return [*words, f"agent:{conversation.assignee_id}"] if conversation.assignee_id else words


def subject_of(conversation_id: int) -> str:
    """How events, presence and notifications name a conversation."""
    return f"conversation:{conversation_id}"


def moment() -> datetime:
    """When what is written down now happened: now, but after all that was written before.

    A clock that was set back would put new mail below old mail in every list, and an answer before its question.
    More than a day ahead is not kept up with: then it was the clock before that was wrong.
    """
    now = clock.now()
    if not clock.may_be_behind():
        return now
    written = Conversation.objects.filter(updated_at__lt=now + _MOST_KEPT_UP_WITH)
    newest = written.order_by("-updated_at", "-id").values_list("updated_at", flat=True).first()
    if newest is not None and newest >= now:
        return newest + _NEXT
    clock.caught_up()
    return now


def tell(conversation: Conversation, event: Announcement, *, also: Iterable[str] = ()) -> None:
    """Announce it to those who may see the conversation, and to those who just stopped being able to."""
    hears = {*audience(conversation), *also}
    announce(event, subject=subject_of(conversation.pk), audience=hears, at=moment())


def touch(conversation: Conversation, **changes: object) -> None:
    """Save these fields and the moment they changed."""
    conversation.updated_at = moment()
    for name, value in changes.items():
        setattr(conversation, name, value)
    conversation.save(update_fields=[*changes, "updated_at"])
