"""What we write: answers to the customer and notes among ourselves."""

from typing import Any

from django.db import transaction
from django.db.models import F

from rapport.backbone import search
from rapport.conversations.actions.assigning import assign
from rapport.conversations.actions.colliding import refuse_if_moved_on
from rapport.conversations.actions.junking import restore
from rapport.conversations.actions.mentioning import mention
from rapport.conversations.actions.noticing import follow_by_itself, written
from rapport.conversations.actions.numbering import next_number
from rapport.conversations.actions.reading import forget_draft, mark_read
from rapport.conversations.actions.recording import record
from rapport.conversations.actions.telling import locked, tell, touch
from rapport.conversations.actions.waiting import spoken, unanswered_since
from rapport.conversations.announcements import MessageWritten, NoteWritten
from rapport.conversations.models import Conversation, Inbox, Message
from rapport.conversations.preview import preview_of
from rapport.conversations.types import AuthorKind, Direction, Sight, Writing
from rapport.customers.models import Customer
from rapport.kit import clock
from rapport.kit.text import storable
from rapport.team.models import Agent


@transaction.atomic
def begin(customer: Customer, *, inbox: Inbox, channel: str, subject: str, by: Agent | None) -> Conversation:
    """An empty conversation with a customer, to be written to next."""
    return Conversation.objects.create(
        number=next_number(),
        customer=customer,
        inbox=inbox,
        channel=channel,
        subject=subject[:500],
        team=inbox.team,
        assignee=by,
    )


@transaction.atomic
def write(
    conversation: Conversation,
    *,
    writing: Writing,
    by: Agent | None,
    kind: AuthorKind = AuthorKind.AGENT,
    seen: Sight | None = None,
) -> Message:
    """A message to the customer. It says nothing of how it travels: call `channels.actions.reply`, not this.

    Whoever writes to somebody does not take them for junk: the conversation is restored.
    Raises MovedOn when others wrote after what was `seen`.
    """
    conversation = locked(conversation)
    refuse_if_moved_on(conversation, seen=seen, by=by)
    if conversation.junk_at and kind == AuthorKind.AGENT:
        restore(conversation, by=by)
        conversation = locked(conversation)
    message = record(conversation, writing, Direction.OUT, **_author(by, kind))
    changes: dict[str, object] = {}
    if kind != AuthorKind.RULE:
        changes |= {"preview": preview_of(writing), "preview_direction": Direction.OUT}
    if kind == AuthorKind.AGENT:
        changes["last_at"] = message.created_at
    if kind == AuthorKind.AGENT and not writing.forwards:
        changes["waiting_since"] = None
    touch(conversation, message_count=F("message_count") + 1, **changes)
    if by and conversation.assignee_id is None and kind == AuthorKind.AGENT:
        assign(conversation, to=by, by=by)
    if by:
        forget_draft(conversation, by=by)
        mark_read(conversation, by=by)
    conversation = locked(conversation)  # who hears of it may have changed with the assignee
    tell(conversation, MessageWritten(conversation.pk, message.pk, by=by.pk if by else None))
    if by and kind == AuthorKind.AGENT:
        follow_by_itself(conversation, [by])
        written(conversation, message, by=by)
    return message


@transaction.atomic
def unwrite(message: Message) -> str:
    """Take back a message that has not left; returns its text for the composer."""
    conversation = locked(message.conversation)
    text = message.text
    search.remove([message.pk])
    message.delete()
    last = spoken(conversation).order_by("-id").first()
    touch(
        conversation,
        message_count=F("message_count") - 1,
        last_at=last.created_at if last else conversation.created_at,
        preview=preview_of(last) if last else "",
        preview_direction=last.direction if last else Direction.IN,
        waiting_since=None if conversation.is_closed else unanswered_since(conversation),
    )
    return text


@transaction.atomic
def write_note(
    conversation: Conversation, *, text: str, by: Agent | None, name: str = "", seen: Sight | None = None
) -> Message:
    """A note that only the team sees; without an agent it is the house's own, or that of whatever has this `name`.

    Raises ValueError when it is empty, MovedOn when others wrote after what was `seen`.
    """
    if not text.strip():
        raise ValueError("A note needs some text.")
    conversation = locked(conversation)
    refuse_if_moved_on(conversation, seen=seen, by=by)
    message = record(
        conversation,
        Writing(text=storable(text), sent_at=clock.now()),
        Direction.NOTE,
        **_author(by, AuthorKind.AGENT if by else AuthorKind.RULE, name),
    )
    touch(conversation, message_count=F("message_count") + 1)
    if by:
        forget_draft(conversation, by=by)
        mark_read(conversation, by=by)
    tell(conversation, NoteWritten(conversation.pk, message.pk, by=by.pk if by else None))
    named = mention(conversation, message)
    if by:
        follow_by_itself(conversation, [by, *Agent.objects.filter(pk__in=named)] if named else [by])
    written(conversation, message, by=by, mentioned=named)
    return message


def _author(by: Agent | None, kind: AuthorKind, name: str = "") -> dict[str, Any]:
    return {"author_kind": kind, "agent": by, "author_name": by.name if by else name[:200]}
