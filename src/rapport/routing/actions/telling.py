"""Saying of a promise that it falls due or was broken, to those who see its conversation."""

from rapport.conversations.actions.telling import tell
from rapport.conversations.models import Conversation
from rapport.routing.announcements import PromiseBroken, PromiseWarned
from rapport.routing.models import Promise


def tell_warned(promise: Promise, conversation: Conversation) -> None:
    tell(conversation, PromiseWarned(conversation.pk, promise.pk, promise.kind, _due(promise)))


def tell_broken(promise: Promise, conversation: Conversation) -> None:
    tell(conversation, PromiseBroken(conversation.pk, promise.pk, promise.kind, _due(promise)))


def _due(promise: Promise) -> str:
    return promise.due_at.isoformat() if promise.due_at else ""
