"""What customers write, as the channels hand it in."""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import F

from rapport.conversations.actions.closing import reopen
from rapport.conversations.actions.noticing import written
from rapport.conversations.actions.numbering import next_number
from rapport.conversations.actions.recording import record
from rapport.conversations.actions.snoozing import wake
from rapport.conversations.actions.telling import locked, moment, tell, touch
from rapport.conversations.announcements import ConversationJunked, MessageArrived
from rapport.conversations.models import Conversation, Inbox, Message
from rapport.conversations.preview import preview_of
from rapport.conversations.types import AuthorKind, Direction, JunkReason, Status, Writing
from rapport.customers.models import Customer


@dataclass(frozen=True)
class Arrival:
    """A message and whether it began a conversation."""

    message: Message
    is_new: bool


@transaction.atomic
def receive(
    writing: Writing,
    *,
    customer: Customer,
    inbox: Inbox,
    channel: str,
    author_name: str,
    author_address: str,
    into: Conversation | None = None,
    threaded_by: str = "new",
    reopens: bool = True,
    junk: JunkReason | None = None,
) -> Arrival:
    """Put what a customer wrote into a conversation, or begin one.

    Wakes and reopens it, unless the message is automatic: a machine's answer is recorded and asks nothing of anyone.
    With `reopens=False` a person's does not either, such as a mere thank-you.
    What begins as `junk`, or comes into junk, is kept like the rest, but nobody and nothing is told of it.
    The caller has made sure that `writing.external_id` is not here yet.
    """
    conversation = locked(into) if into else _begin(writing, customer, inbox, channel, junk)
    message = record(
        conversation,
        writing,
        Direction.IN,
        at=None if into else conversation.created_at,
        author_kind=AuthorKind.CUSTOMER,
        customer=customer,
        author_name=author_name[:200],
        author_address=author_address[:320],
        threaded_by=threaded_by,
    )
    if into:
        _advance(conversation, message, writing, waits=reopens and not conversation.junk_at)
    if conversation.junk_at:
        if into is None:
            news = ConversationJunked(conversation.pk, reason=conversation.junk_reason, by=None)
            tell(conversation, news)
        return Arrival(message, is_new=into is None)
    tell(
        conversation,
        MessageArrived(conversation.pk, message.pk, is_new=into is None, is_automatic=writing.is_automatic),
    )
    if not writing.is_automatic:
        written(conversation, message, by=None, is_new=into is None)
    if into and reopens and not writing.is_automatic:
        _take_up_again(conversation)
    return Arrival(message, is_new=into is None)


def _begin(writing: Writing, customer: Customer, inbox: Inbox, channel: str, junk: JunkReason | None) -> Conversation:
    """With its first message already counted, which spares bulk mail an update each."""
    now = moment()
    # A machine that writes first waits for nobody, nor does junk.
    waits = not (writing.is_automatic or junk)
    return Conversation.objects.create(
        number=next_number(),
        customer=customer,
        inbox=inbox,
        channel=channel,
        team=inbox.team,
        subject=writing.subject[:500],
        status=Status.OPEN if waits else Status.CLOSED,
        closed_at=None if waits else now,
        junk_at=now if junk else None,
        junk_reason=junk or "",
        created_at=now,
        updated_at=now,
        last_at=now,
        message_count=1,
        preview="" if writing.is_automatic else preview_of(writing),
        preview_direction=Direction.IN,
        waiting_since=now if waits else None,
    )


def _take_up_again(conversation: Conversation) -> None:
    if conversation.is_closed:
        reopen(conversation, by=None)
    elif conversation.status == Status.SNOOZED:
        wake(conversation)


def _advance(conversation: Conversation, message: Message, writing: Writing, *, waits: bool) -> None:
    changes: dict[str, object] = {"message_count": F("message_count") + 1}
    if not writing.is_automatic:
        changes |= {
            "last_at": message.created_at,
            "preview": preview_of(writing),
            "preview_direction": Direction.IN,
        }
    if waits and not writing.is_automatic:
        changes["waiting_since"] = conversation.waiting_since or message.created_at
    touch(conversation, **changes)
