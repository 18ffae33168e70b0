"""Taking in: bytes are on the disk before anybody is told that we have them, and before anybody reads them."""

import hashlib
from collections.abc import Sequence

from django.db import transaction

from rapport.backbone import files
from rapport.channels.models import Channel, Delivery
from rapport.channels.types import DeliveryState, Incoming, Outcome
from rapport.kit import clock
from rapport.kit.text import storable

# Up to here the bytes live in the row; one write, one sync. Above it in a stored file.
MAX_IN_ROW = 128 * 1024


def accept(incoming: Incoming, *, kind: str, channel: Channel | None = None) -> Delivery:
    """Keep what came in, durably. Only then may the sender be told. Raises NoSpace, or the database's own errors."""
    return accept_all([incoming], kind=kind, channel=channel)[0]


@transaction.atomic(durable=True)
def accept_all(items: Sequence[Incoming], *, kind: str, channel: Channel | None = None) -> list[Delivery]:
    """Keep several at the price of one commit: all of them or none. Call `process_all` with them next."""
    return Delivery.objects.bulk_create(_delivery(item, kind, channel) for item in items)


@transaction.atomic
def complete(delivery: Delivery, whole: Incoming) -> None:
    """Put a message in the place of the push that announced it."""
    made = _delivery(whole, delivery.kind, delivery.channel)
    for name in ("body", "file", "size", "sha256", "transport"):
        setattr(delivery, name, getattr(made, name))
    delivery.recipients = made.recipients or delivery.recipients
    delivery.save(update_fields=["body", "file", "size", "sha256", "transport", "recipients"])


def _delivery(incoming: Incoming, kind: str, channel: Channel | None) -> Delivery:
    delivery = Delivery(
        kind=kind,
        channel=channel,
        source=storable(incoming.source)[:300],
        recipients=[storable(address)[:320] for address in incoming.recipients],
        transport={name: storable(value)[:2000] for name, value in incoming.transport.items()},
        received_at=clock.now(),
    )
    if incoming.problem:
        delivery.state, delivery.outcome = DeliveryState.QUARANTINED, Outcome.QUARANTINED
        delivery.reason = incoming.problem
    if isinstance(incoming.body, bytes) and len(incoming.body) <= MAX_IN_ROW:
        delivery.body = incoming.body
        delivery.size = len(incoming.body)
        delivery.sha256 = hashlib.sha256(incoming.body).hexdigest()
    else:
        stored = files.keep(incoming.body)
        delivery.file, delivery.size, delivery.sha256 = stored, stored.size, stored.sha256
    return delivery
