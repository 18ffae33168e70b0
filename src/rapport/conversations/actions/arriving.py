"""What customers write, as the channels hand it in."""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import F

from rapport.conversations.actions.closing import reopen
from rapport.conversations.actions.noticing import written
from rapport.conversations.actions.numbering import next_number
from rapport.conversations.actions.recording import record
from rapport.conversations.actions.snoozing import wake
from rapport.conversations.actions.telling import locked, tell, touch
from rapport.conversations.announcements import MessageArrived
from rapport.conversations.models import Conversation, Inbox, Message
from rapport.conversations.preview import preview_of
from rapport.conversations.types import AuthorKind, Direction, Status, Writing
from rapport.customers.models import Customer
from rapport.kit import clock


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
) -> Arrival:
    """Put what a customer wrote into a conversation, or begin one.

    Wakes and reopens it, unless the message is automatic: a machine's answer is recorded and asks nothing of anyone.
    With `reopens=False` a person's does not either, such as a mere thank-you.
    The caller has made sure that `writing.external_id` is not here yet.
    """
    conversation = locked(into) if into else _begin(writing, customer, inbox, channel)
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
        _advance(conversation, message, writing, waits=reopens)
    tell(
        conversation,
        MessageArrived(conversation.pk, message.pk, is_new=into is None, is_automatic=writing.is_automatic),
    )
    if not writing.is_automatic:
        written(conversation, message, by=None, is_new=into is None)
    if into and reopens and not writing.is_automatic:
        reopen(conversation, by=None)
        wake(conversation)
    return Arrival(message, is_new=into is None)


def _begin(writing: Writing, customer: Customer, inbox: Inbox, channel: str) -> Conversation:
    """With its first message already counted, which spares bulk mail an update each."""
    now = clock.now()
    return Conversation.objects.create(
        number=next_number(),
        customer=customer,
        inbox=inbox,
        channel=channel,
        team=inbox.team,
        subject=writing.subject[:500],
        # A machine that writes first waits for nobody.
        status=Status.CLOSED if writing.is_automatic else Status.OPEN,
        closed_at=now if writing.is_automatic else None,
        created_at=now,
        updated_at=now,
        last_at=now,
        message_count=1,
        preview="" if writing.is_automatic else preview_of(writing),
        preview_direction=Direction.IN,
        waiting_since=None if writing.is_automatic else now,
    )


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
