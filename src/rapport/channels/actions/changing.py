"""What a provider tells later of messages: changed, taken back, reacted to, arrived, read; and what else happened.

Such news may overtake what it is about. Then it waits: the sweep reads it again until the message is here.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from rapport.backbone import files
from rapport.channels.actions.keeping import kept
from rapport.channels.actions.people import introduce_later
from rapport.channels.actions.placing import Known, note_exchange, running_exchange
from rapport.channels.actions.reporting import has_report, note_report
from rapport.channels.models import Channel, Delivery, Dispatch
from rapport.channels.types import (
    Happened,
    MessageDeleted,
    MessageEdited,
    Outcome,
    Reacted,
    Reported,
)
from rapport.conversations import actions as conversations
from rapport.conversations.actions.telling import tell
from rapport.conversations.announcements import ChannelHappening, MessageChanged
from rapport.conversations.models import Conversation, Message
from rapport.conversations.types import Direction, Writing
from rapport.kit import clock
from rapport.kit.text import storable


@dataclass(frozen=True)
class Settled:
    """What became of a delivery. Early means: the message that it is about is not here yet."""

    outcome: str
    message: Message | None = None
    reason: str = ""
    external_id: str = ""
    channel: Channel | None = None
    is_early: bool = False


def change(event: MessageEdited | MessageDeleted | Reacted, delivery: Delivery, known: Known) -> Settled:
    """Inside the caller's transaction."""
    if known.has(event.external_id):
        return Settled(Outcome.DUPLICATE, None, _("It came in before."), event.external_id)
    message = known.messages.get(event.about) if event.about else None
    if message is None:
        reason = _("It is about a message that is not here.")
        return Settled("", reason=reason, external_id=event.external_id, is_early=True)
    known.settled.add(event.external_id)
    match event:
        case MessageEdited():
            # What we sent is changed by us and by nobody else.
            if message.direction == Direction.IN:
                conversations.rewrite(message, text=storable(event.text), at=event.at)
            reason = _("The writer changed it.")
        case MessageDeleted():
            if message.direction == Direction.IN:
                conversations.forget_words(message, at=event.at)
                _forget_originals(message)
            reason = _("The writer took it back.")
        case Reacted():
            conversations.react(message, by=event.author.name or event.author.address, emoji=event.emoji, at=event.at)
            reason = event.emoji or _("The reaction was taken back.")
    return Settled("", None, reason, event.external_id)


def report(event: Reported, delivery: Delivery, known: Known) -> Settled:
    if event.up_to is not None and not event.about:
        return _report_up_to(event, delivery)
    message = known.messages.get(event.about) if event.about else None
    if message is None or message.direction != Direction.OUT:
        reason = _("It is about a message that is not ours.")
        return Settled("", reason=reason, external_id=event.external_id, is_early=message is None)
    if has_report(message, event.external_id):
        return Settled(Outcome.DUPLICATE, message, _("It came in before."), event.external_id)
    at = event.at or clock.now()
    note_report(
        message, name=event.external_id, state=event.state, address=event.recipient, said=event.said, at=event.at
    )
    _advance(Dispatch.objects.filter(message=message), event.state, at)
    said = f"{event.recipient}: {event.state}. {event.said}".strip()
    return Settled("", None, said, event.external_id)


def happen(event: Happened, delivery: Delivery, known: Known) -> Settled:
    """A line among the messages; with files, or where nothing has begun yet, a message of its own."""
    channel = delivery.channel
    if known.has(event.external_id):
        return Settled(Outcome.DUPLICATE, None, _("It came in before."), event.external_id, channel)
    running = running_exchange(channel, event.author.address, event.exchange)
    if running is None and event.begins and event.exchange and event.author.address:
        # A second call within days is about the first.
        running = running_exchange(channel, event.author.address)
    if running is None and not event.begins:
        reason = _("It belongs to no conversation.")
        return Settled("", reason=reason, external_id=event.external_id, channel=channel)
    known.settled.add(event.external_id)
    if running is not None and not event.parts and not event.begins:
        _tell(running, event)
        return Settled("", None, event.said, event.external_id, channel)
    customer = running.customer if running else known.customer_for(event.author, event)
    arrival = conversations.receive(
        Writing(
            text=storable(event.said),
            subject=storable(event.subject),
            files=tuple(kept(part) for part in event.parts),
            external_id=event.external_id,
            sent_at=event.at,
        ),
        customer=customer,
        inbox=running.inbox if running else known.inbox_for(channel),
        channel=delivery.kind,
        author_name=event.author.name or customer.name,
        author_address=event.author.address,
        into=running,
        threaded_by="exchange" if running else "new",
    )
    note_exchange(channel, arrival.message.conversation, event.author.address, event.exchange)
    if event.exchange and event.begins:
        note_exchange(channel, arrival.message.conversation, event.author.address)
    introduce_later(customer, channel, event.author.address)
    known.note(arrival.message)
    outcome = Outcome.CREATED if arrival.is_new else Outcome.APPENDED
    return Settled(outcome, arrival.message, event.what, event.external_id, channel)


def _tell(conversation: Conversation, event: Happened) -> None:
    said = ChannelHappening(conversation.pk, what=event.what[:60], said=storable(event.said)[:500])
    tell(conversation, said)


def _report_up_to(event: Reported, delivery: Delivery) -> Settled:
    """Everything sent to somebody until a moment arrived, or was read."""
    if delivery.channel is None or event.up_to is None:
        return Settled("", reason=_("It is about a message that is not ours."), external_id=event.external_id)
    # The provider's moment is when it took the message: after we began to hand it over, and before it told us so.
    sent = Dispatch.objects.filter(channel=delivery.channel, handed_at__lte=event.up_to, sent_at__isnull=False)
    field = {"delivered": "delivered_at", "read": "read_at"}.get(event.state)
    # The newest first, and none twice: who answers daily for years has thousands behind them.
    recent = sent.filter(**{f"{field}__isnull": True}).order_by("-id") if field else sent.none()
    mine = [row for row in recent.select_related("message")[:200] if event.recipient in row.message.to]
    _advance(Dispatch.objects.filter(pk__in=[row.pk for row in mine]), event.state, event.up_to)
    return Settled("", None, f"{event.recipient}: {event.state}", event.external_id)


def _advance(dispatches: QuerySet[Dispatch], state: str, at: datetime) -> None:
    """Only forwards: what was read has arrived, whichever of the two is told first."""
    if state not in ("delivered", "read"):
        return
    for dispatch in dispatches.select_related("message__conversation"):
        changed = {}
        if state == "read" and dispatch.read_at is None:
            changed["read_at"] = at
        if dispatch.delivered_at is None:
            changed["delivered_at"] = at
        if changed:
            Dispatch.objects.filter(pk=dispatch.pk).update(**changed)
            conversation = dispatch.message.conversation
            tell(conversation, MessageChanged(conversation.pk, dispatch.message_id, state=state))


def _forget_originals(message: Message) -> None:
    """What came in by the wire holds the words too."""
    originals = Delivery.objects.filter(message=message)
    stored = set(originals.exclude(file=None).values_list("file_id", flat=True))
    originals.update(body=b"", file=None, size=0)
    files.forget(stored)
