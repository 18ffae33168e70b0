"""What people said to each other, and since when the customer waits for an answer."""

from datetime import datetime

from django.db.models import QuerySet

from rapport.conversations.models import Conversation, Message
from rapport.conversations.types import AuthorKind, Direction


def spoken(conversation: Conversation) -> QuerySet[Message]:
    """What customer and agents said to each other: no notes, no rules, no answering machines."""
    messages = conversation.messages.exclude(direction=Direction.NOTE)
    return messages.exclude(author_kind=AuthorKind.RULE).exclude(is_automatic=True)


def unanswered_since(conversation: Conversation) -> datetime | None:
    """When the customer first wrote after our last answer; None when nothing of theirs is unanswered."""
    messages = spoken(conversation).order_by("id")
    answer = messages.filter(direction=Direction.OUT, author_kind=AuthorKind.AGENT, forwards=None).last()
    waiting = messages.filter(direction=Direction.IN, pk__gt=answer.pk if answer else 0).first()
    return waiting.created_at if waiting else None
