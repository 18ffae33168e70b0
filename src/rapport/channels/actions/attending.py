"""What customers see of us besides our words: that somebody is writing, and that somebody read what they wrote.

Neither is worth a second try: what fails is logged and nothing else.
"""

import logging
from collections.abc import Callable, Mapping
from typing import Any

from django.core.cache import cache

from rapport.backbone.jobs import job
from rapport.channels.actions import consenting
from rapport.channels.actions.people import address_for
from rapport.channels.models import Channel, Exchange
from rapport.channels.providers import provider_of
from rapport.channels.seam import kind_of, kinds
from rapport.channels.types import Address
from rapport.conversations.models import Conversation, Message
from rapport.conversations.types import Direction

log = logging.getLogger("rapport.channels")

# Providers show it for about so long.
_A_WHILE_S = 5
_A_DAY_S = 86_400


def show_typing_later(conversation: Conversation, channel: Channel) -> None:
    """Let the customer see that somebody writes to them by this channel, where it shows such things."""
    kind = kinds().get(channel.kind)
    if kind is None or not kind.abilities.typing or channel.paused_at is not None:
        return
    if cache.add(f"channels.typing.{conversation.pk}", 1, _A_WHILE_S):
        show_typing.enqueue(conversation.pk, channel.pk)


def show_read_later(conversation: Conversation) -> None:
    """Let the customer see that what they wrote was read, where a channel of theirs shows such things. One query."""
    able = [name for name, kind in kinds().items() if kind.abilities.marks_read]
    met = conversation.exchanges.filter(channel__kind__in=able, channel__paused_at=None).order_by("-id")
    channel = met.values_list("channel", flat=True).first()
    if channel is not None:
        show_read.enqueue(conversation.pk, channel)


@job(retries=0, urgency="urgent")
def show_typing(conversation_id: int, channel_id: int) -> None:
    found = _both(conversation_id, channel_id)
    if found is None:
        return
    conversation, channel = found
    person, last = _person(conversation, channel), _last_heard(conversation, channel)
    about = last.external_id if last else ""
    named = Exchange.objects.filter(channel=channel, conversation=conversation).exclude(key__startswith="person:")
    exchange = named.order_by("-id").values_list("key", flat=True).first() or ""

    def show(settings: Mapping[str, Any]) -> None:
        kind_of(channel.kind).show_typing(person, exchange, settings, about)

    _attempt(channel, person, show)


@job(retries=0)
def show_read(conversation_id: int, channel_id: int) -> None:
    found = _both(conversation_id, channel_id)
    last = _last_heard(*found) if found else None
    # Whoever looks next need not say it again.
    if found is None or last is None or not cache.add(f"channels.read.{last.pk}", 1, _A_DAY_S):
        return
    conversation, channel = found
    person = _person(conversation, channel)

    def show(settings: Mapping[str, Any]) -> None:
        kind_of(channel.kind).show_read(person, last.external_id, settings)

    _attempt(channel, person, show)


def _attempt(channel: Channel, person: Address, show: Callable[[Mapping[str, Any]], None]) -> None:
    if not person.address:
        return
    try:
        settings = consenting.usable_settings(channel)
        with provider_of(channel):
            show(settings)
    except Exception:
        # Whatever it was: the message itself goes another way, and says so by itself.
        log.warning("Channel %s shows nothing to its person", channel.pk, exc_info=True)


def _both(conversation_id: int, channel_id: int) -> tuple[Conversation, Channel] | None:
    conversation = Conversation.objects.select_related("customer").filter(pk=conversation_id).first()
    channel = Channel.objects.filter(pk=channel_id, paused_at=None).first()
    return (conversation, channel) if conversation and channel else None


def _person(conversation: Conversation, channel: Channel) -> Address:
    """Whom its exchange is with; else where the customer is known."""
    exchanges = Exchange.objects.filter(channel=channel, conversation=conversation).exclude(address="")
    address = exchanges.order_by("-id").values_list("address", flat=True).first()
    return Address(conversation.customer.name, address or address_for(kind_of(channel.kind), conversation.customer))


def _last_heard(conversation: Conversation, channel: Channel) -> Message | None:
    by_kind = ["", channel.kind] if conversation.channel == channel.kind else [channel.kind]
    theirs = conversation.messages.filter(direction=Direction.IN, channel__in=by_kind).exclude(external_id="")
    return theirs.order_by("-id").first()
