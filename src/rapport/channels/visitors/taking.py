"""Taking in what visitors write: those who write at the same moment share the reading, the placing and the commits."""

import logging
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice

from django.conf import settings
from django.db import DatabaseError, transaction
from django.utils import translation

from rapport.backbone.events import gathered
from rapport.channels.actions.accepting import accept_all
from rapport.channels.actions.settling import process, process_all
from rapport.channels.guests import Visitor
from rapport.channels.models import Channel, Delivery
from rapport.channels.types import Incoming, Outcome
from rapport.channels.visitors import posting
from rapport.conversations.models import Message
from rapport.kit.together import Together

log = logging.getLogger("rapport.channels")

_NEW = (Outcome.CREATED, Outcome.APPENDED)


@dataclass(frozen=True, eq=False)
class _Said:
    visitor: Visitor
    channel: Channel
    items: Sequence[Incoming]


def take(visitor: Visitor, channel: Channel, items: Sequence[Incoming]) -> Message | None:
    """Keep it before it is read, like whatever comes in; then read it at once, since somebody waits.

    Answers the last new message of it, if it could be read. Raises NoSpace, or the database's own errors, when it was
    not kept.
    """
    return _together.do(_Said(visitor, channel, items))


def _take_all(said: list[_Said]) -> list[Message | None]:
    kept = _kept(said)
    # Whoever's thread this is: what it says of a delivery is for the people of the desk.
    with translation.override(settings.LANGUAGE_CODE):
        is_read = _read(kept)
    return [next(reversed(_written(kept[each])), None) if is_read else None for each in said]


def _kept(said: list[_Said]) -> dict[_Said, list[Delivery]]:
    """One commit a channel."""
    kept: dict[_Said, list[Delivery]] = {}
    for channel in {each.channel.pk: each.channel for each in said}.values():
        same = [each for each in said if each.channel.pk == channel.pk]
        items = [item for each in same for item in each.items]
        stored = iter(accept_all(items, kind=channel.kind, channel=channel))
        kept |= {each: list(islice(stored, len(each.items))) for each in same}
    return kept


def _read(kept: Mapping[_Said, Sequence[Delivery]]) -> bool:
    """Where that fails they are stored, and the worker or the sweep reads them."""
    stored = [delivery for deliveries in kept.values() for delivery in deliveries]
    try:
        # What they do and what the visitors' other tabs are told of it: one commit.
        with transaction.atomic(), gathered():
            process_all(stored)
            for each, deliveries in kept.items():
                for message in _written(deliveries):
                    posting.tell(each.visitor, "message", message.conversation_id, about=message.external_id)
    except Exception:
        log.exception("Reading what visitors wrote failed")
        with suppress(DatabaseError):
            for delivery in stored:
                process.enqueue(delivery.pk)
        return False
    return True


def _written(deliveries: Sequence[Delivery]) -> list[Message]:
    return [each.message for each in deliveries if each.message and each.outcome in _NEW]


_together = Together(_take_all)
