"""Who really sent a message: what is known when it arrives, and what a job finds out afterwards."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from rapport.backbone.jobs import job
from rapport.channels.models import Channel, Delivery
from rapport.channels.queries import raw
from rapport.channels.seam import kinds
from rapport.channels.types import MessageReceived
from rapport.conversations.actions.telling import tell
from rapport.conversations.announcements import MessageAuthenticated
from rapport.conversations.authentication import PENDING, is_pending, is_proven
from rapport.conversations.models import Message


def authentication_of(event: MessageReceived, delivery: Delivery, channel: Channel | None) -> Mapping[str, Any]:
    """What is known at once, without the network: for `is_proven`, before anything is recorded."""
    kind = kinds().get(delivery.kind)
    settings = channel.settings if channel else {}
    return kind.known_authentication(event, delivery.transport, settings) if kind else {}


def find_out_now(delivery: Delivery) -> Mapping[str, Any]:
    """What the network says, some seconds later: only for what cannot be settled without it."""
    return kinds()[delivery.kind].find_authentication(raw(delivery), delivery.transport)


def find_out_later(message: Message, delivery: Delivery) -> None:
    """Queue the asking, if something is to be asked."""
    if is_pending(message):
        find_out.enqueue(message.pk, delivery.pk)


@job(retries=3, first_wait=60)
def find_out(message_id: int, delivery_id: int) -> None:
    """Record what the network says of who sent a message. Doing it twice is doing it once."""
    message = Message.objects.select_related("conversation").filter(pk=message_id).first()
    delivery = Delivery.objects.select_related("file").filter(pk=delivery_id).first()
    if message is None or delivery is None or not is_pending(message):
        return
    found = dict(find_out_now(delivery))
    with transaction.atomic():
        waiting = Message.objects.filter(pk=message_id, authentication__dmarc=PENDING)
        if waiting.update(authentication=found):
            message.authentication = found
            conversation = message.conversation
            tell(conversation, MessageAuthenticated(conversation.pk, message.pk, is_proven=is_proven(message)))
