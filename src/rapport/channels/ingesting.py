"""Bulk intake: many mails a transaction, every one of them stored before it is read, results in input order.

A crash in the middle is repaired by doing it all again: what was had is recognised.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from rapport.channels.actions import accept_all, process_all
from rapport.channels.models import Channel, Delivery
from rapport.channels.types import DeliveryState, Incoming, Outcome

BATCH = 100
_BATCH_BYTES = 8 * 1024 * 1024


@dataclass(frozen=True)
class Result:
    """What became of one mail, as `rapport mail ingest` prints it."""

    source: str
    outcome: str
    conversation: int | None
    message: int | None
    reason: str


def ingest(mails: Iterable[Incoming], *, kind: str, channel: Channel | None = None) -> Iterator[Result]:
    """Take in mails in batches; yields a result for each once its batch is committed."""
    batch: list[Incoming] = []
    size = 0
    for mail in mails:
        if not isinstance(mail.body, bytes):
            # A large one is stored from its file before the next is asked for.
            yield from _take(batch, kind, channel)
            yield from _take([mail], kind, channel)
            batch, size = [], 0
            continue
        batch.append(mail)
        size += len(mail.body)
        if len(batch) >= BATCH or size >= _BATCH_BYTES:
            yield from _take(batch, kind, channel)
            batch, size = [], 0
    yield from _take(batch, kind, channel)


def _take(batch: list[Incoming], kind: str, channel: Channel | None) -> Iterator[Result]:
    if not batch:
        return
    deliveries = accept_all(batch, kind=kind, channel=channel)
    process_all(deliveries)
    for delivery in deliveries:
        yield _result(delivery)


def _result(delivery: Delivery) -> Result:
    if delivery.state == DeliveryState.STORED:
        # Something is in the way for the moment; it is stored, and the worker reads it.
        return Result(delivery.source, Outcome.QUARANTINED, None, None, _("Stored; it will be read later."))
    message = delivery.message
    return Result(
        source=delivery.source,
        outcome=delivery.outcome,
        conversation=message.conversation_id if message else None,
        message=message.pk if message else None,
        reason=delivery.reason,
    )
