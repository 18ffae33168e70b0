"""Conversations, messages and files as the API shows them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

from rapport.conversations.authentication import is_proven
from rapport.conversations.fields import FIELDS
from rapport.conversations.models import Attachment, Conversation, Message
from rapport.conversations.querysets import ConversationQuerySet
from rapport.conversations.types import Priority
from rapport.team.api import AgentShape, Named, agent_shape, team_shape

PriorityWord = Literal["low", "normal", "high", "urgent"]
PRIORITIES: dict[int, PriorityWord] = {
    Priority.LOW: "low",
    Priority.NORMAL: "normal",
    Priority.HIGH: "high",
    Priority.URGENT: "urgent",
}


class Correspondent(BaseModel):
    id: int
    name: str
    email: str
    phone: str


class PromiseShape(BaseModel):
    """By when something was promised to the customer. Times count in working time."""

    kind: Literal["first_answer", "next_answer", "resolution"]
    state: Literal["running", "paused", "overdue", "kept", "missed", "dropped"]
    policy: str = Field(description="The name of the policy that made it; empty when that is gone.")
    minutes: int = Field(description="The target, in minutes of working time.")
    started_at: datetime
    due_at: datetime | None = Field(description="Null while it is paused with time left.")
    met_at: datetime | None


class ConversationShape(BaseModel):
    id: int
    number: int = Field(description="The number people see.")
    subject: str
    status: Literal["open", "snoozed", "closed"]
    channel: str
    inbox: Named
    customer: Correspondent
    assignee: AgentShape | None
    team: Named | None
    tags: list[str]
    priority: PriorityWord
    created_at: datetime
    updated_at: datetime
    last_at: datetime = Field(description="When the customer or an agent last wrote.")
    closed_at: datetime | None
    snoozed_until: datetime | None
    waiting_since: datetime | None = Field(description="Since when the customer waits for an answer.")
    due_at: datetime | None = Field(description="When the next promise to the customer falls due.")
    promises: list[PromiseShape] = Field(description="What was promised, oldest first.")
    merged_into: int | None = Field(description="The id of the conversation that it became part of.")
    junk: Literal["marked", "blocked", "noisy"] | None = Field(description="Why it is junk; null for most.")
    message_count: int
    preview: str
    satisfaction: int | None = Field(description="The customer's last rating, 1 to 5.")
    fields: dict[str, Any] = Field(description="What your own fields say, by key; those that say nothing are left out.")


class Author(BaseModel):
    kind: Literal["customer", "agent", "bot", "rule"]
    name: str
    address: str


class AttachmentShape(BaseModel):
    id: int
    name: str
    content_type: str
    size: int
    sha256: str
    inline: bool


class DispatchShape(BaseModel):
    """How far a message got on its way out."""

    state: Literal["queued", "sent", "failed", "cancelled"]
    attempts: int
    error: str


class AuthenticationShape(BaseModel):
    """Whether the author's domain vouches for the message."""

    by: str = Field(description="Who looked: the host whose results we trust, or rapport.")
    domain: str = Field(description="The domain of the author's address.")
    spf: str
    dkim: str
    dmarc: str = Field(description="As in RFC 8601; also pending, and unchecked where we could not ask.")
    arc: str
    proven: bool = Field(description="Whether it surely comes from that domain.")


class ReactionShape(BaseModel):
    """An emoji that somebody put to a message."""

    by: str
    emoji: str
    at: datetime


class MessageShape(BaseModel):
    id: int
    conversation: int
    direction: Literal["in", "out", "note"]
    author: Author
    subject: str
    text: str = Field(description="The whole plain text.")
    html: str | None = Field(description="Cleaned HTML.")
    visible_text: str = Field(description="What the writer wrote this time, without quotes and signature.")
    to: list[str]
    cc: list[str]
    attachments: list[AttachmentShape]
    threaded_by: str = Field(
        description="Why it is in its conversation: new, token, token_other, in_reply_to, references, subject, moved; "
        "empty for what we wrote."
    )
    external_id: str
    sent_at: datetime | None
    created_at: datetime
    authentication: AuthenticationShape | None = Field(description="Null when nobody has looked.")
    channel: str = Field(description="By which kind of channel it went, if by another than its conversation's.")
    delivered_at: datetime | None = Field(description="When it arrived, where the provider tells.")
    read_at: datetime | None = Field(description="When it was read, where the provider tells.")
    edited_at: datetime | None = Field(description="When its writer last changed it.")
    deleted_at: datetime | None = Field(description="When its writer took it back; it says nothing any more.")
    reactions: list[ReactionShape]
    dispatch: DispatchShape | None = Field(description="How it travels; null for what came in and for notes.")


@dataclass
class Promises:
    """How a room upstairs says what was promised: its related rows, and the shapes of a conversation's."""

    prefetch: tuple[str, ...] = ()
    shapes: Callable[[Conversation], list[PromiseShape]] = lambda conversation: []


promises = Promises()


def whole(conversations: ConversationQuerySet) -> ConversationQuerySet:
    """With everything that `conversation_shape` reads, in a constant number of queries."""
    related = conversations.select_related("customer", "inbox", "assignee", "team")
    return related.prefetch_related("tags", FIELDS.prefetch, *promises.prefetch)


def conversation_shape(conversation: Conversation) -> ConversationShape:
    customer = conversation.customer
    return ConversationShape.model_construct(
        id=conversation.pk,
        number=conversation.number,
        subject=conversation.subject,
        status=str(conversation.status),
        channel=conversation.channel,
        inbox=Named(id=conversation.inbox_id, name=conversation.inbox.name),
        customer=Correspondent(id=customer.pk, name=customer.name, email=customer.email, phone=customer.phone),
        assignee=agent_shape(conversation.assignee),
        team=team_shape(conversation.team),
        tags=[tag.name for tag in conversation.tags.all()],
        priority=PRIORITIES[conversation.priority],
        created_at=conversation.created_at,
        updated_at=conversation.updated_at,
        last_at=conversation.last_at,
        closed_at=conversation.closed_at,
        snoozed_until=conversation.snoozed_until,
        waiting_since=conversation.waiting_since,
        due_at=conversation.due_at,
        promises=promises.shapes(conversation),
        merged_into=conversation.merged_into_id,
        junk=conversation.junk_reason or None,
        message_count=conversation.message_count,
        preview=conversation.preview,
        satisfaction=conversation.satisfaction,
        fields=FIELDS.plainly(conversation),
    )


def message_shape(
    message: Message,
    dispatch: DispatchShape | None = None,
    *,
    delivered_at: datetime | None = None,
    read_at: datetime | None = None,
) -> MessageShape:
    return MessageShape.model_construct(
        id=message.pk,
        conversation=message.conversation_id,
        direction=str(message.direction),
        author=Author.model_construct(
            kind=str(message.author_kind), name=message.author_name, address=message.author_address
        ),
        subject=message.subject,
        text=message.text,
        html=message.html or None,
        visible_text=message.visible_text,
        to=list(message.to),
        cc=list(message.cc),
        attachments=[attachment_shape(attachment) for attachment in message.attachments.all()],
        threaded_by=message.threaded_by,
        external_id=message.external_id,
        sent_at=message.sent_at,
        created_at=message.created_at,
        authentication=authentication_shape(message),
        channel=message.channel,
        delivered_at=delivered_at,
        read_at=read_at,
        edited_at=message.edited_at,
        deleted_at=message.deleted_at,
        reactions=[ReactionShape(**each) for each in message.reactions],
        dispatch=dispatch,
    )


def authentication_shape(message: Message) -> AuthenticationShape | None:
    found = message.authentication
    if not found:
        return None
    return AuthenticationShape(
        by=str(found.get("by") or ""),
        domain=str(found.get("domain") or ""),
        **{name: str(found.get(name) or "none") for name in ("spf", "dkim", "dmarc", "arc")},
        proven=is_proven(message),
    )


def attachment_shape(attachment: Attachment) -> AttachmentShape:
    return AttachmentShape(
        id=attachment.pk,
        name=attachment.name,
        content_type=attachment.content_type,
        size=attachment.size,
        sha256=attachment.sha256,
        inline=attachment.inline,
    )
