"""Reading what was stored, and doing what it says: each delivery has its effects once, whatever dies in between.

Reading happens outside the transaction, which is short: effects and the delivery's outcome are committed together.
"""

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db import IntegrityError, InterfaceError, OperationalError, connection, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from rapport.backbone.events import gathered
from rapport.backbone.files import NoSpace
from rapport.backbone.jobs import job
from rapport.channels.actions.accepting import complete
from rapport.channels.actions.changing import Settled
from rapport.channels.actions.doing import do
from rapport.channels.actions.placing import Known
from rapport.channels.errors import CannotConnect, CannotRead
from rapport.channels.models import Delivery
from rapport.channels.providers import provider_of
from rapport.channels.queries import raw
from rapport.channels.seam import kinds
from rapport.channels.types import DeliveryState, Event, Outcome
from rapport.conversations.actions.numbering import numbers_reserved
from rapport.kit import clock
from rapport.kit.text import storable

log = logging.getLogger("rapport.channels")

# Larger ones are kept and not read: taking them apart would need several times their size in memory.
MAX_READ = 64 * 1024 * 1024
BATCH = 100
_BATCH_BYTES = 8 * 1024 * 1024
# After so many deaths or failures it is the delivery's own fault.
MAX_ATTEMPTS = 5
# A delivery this old that still waits was left behind by a process that died.
_LEFT_BEHIND = timedelta(seconds=20)
_SAVE = (
    "UPDATE channels_delivery SET state = %s, outcome = %s, reason = %s, external_id = %s, message_id = %s,"
    " channel_id = %s WHERE id = %s"
)


@dataclass(frozen=True)
class _Reading:
    """A delivery and what its kind made of it: events, or why there are none."""

    delivery: Delivery
    events: Sequence[Event] = ()
    problem: str = ""
    # The provider cannot be asked now for what it only announced: the sweep comes back to it.
    is_waiting: bool = False


@job
def process(delivery_id: int) -> None:
    """Read one stored delivery and do what it says. Doing it twice is doing it once."""
    process_all(Delivery.objects.filter(pk=delivery_id, state=DeliveryState.STORED).select_related("channel__inbox"))


def process_all(deliveries: Iterable[Delivery]) -> list[Delivery]:
    """Read stored deliveries in order; many share a transaction, and one that fails does not hold up the others.

    Answers them with their outcomes. What could not be done for the moment stays stored, for the sweep.
    """
    settled: list[Delivery] = []
    for batch in _batches(deliveries):
        readings = [reading for reading in map(_read, batch) if not reading.is_waiting]
        try:
            _settle(readings)
        except Exception as error:
            log.info("Reading %d deliveries together failed, trying each alone: %s", len(batch), error)
            for reading in readings:
                _settle_alone(reading)
        settled += batch
    return settled


def retry(delivery: Delivery) -> Delivery:
    """Read a quarantined delivery again, for instance after an update that understands it."""
    reset = {"state": DeliveryState.STORED, "outcome": "", "reason": "", "attempts": 0}
    Delivery.objects.filter(pk=delivery.pk, state=DeliveryState.QUARANTINED).exclude(size=0).update(**reset)
    process(delivery.pk)
    return Delivery.objects.get(pk=delivery.pk)


def sweep() -> int:
    """Pick up what a process that died left unread; returns how many there were."""
    waiting = Delivery.objects.filter(state=DeliveryState.STORED, received_at__lt=clock.now() - _LEFT_BEHIND)
    ids = list(waiting.order_by("received_at").values_list("pk", flat=True)[: 10 * BATCH])
    for pk in ids:
        # Counted before reading: a delivery whose reading kills the process must not do so for ever.
        if not Delivery.objects.filter(pk=pk, attempts__lt=MAX_ATTEMPTS).update(attempts=F("attempts") + 1):
            _give_up(pk)
        process(pk)
    return len(ids)


def _give_up(pk: int) -> None:
    for delivery in Delivery.objects.filter(pk=pk, state=DeliveryState.STORED).defer("body"):
        _quarantine(delivery, _("Reading it failed again and again, the last time without saying why."))


def _batches(deliveries: Iterable[Delivery]) -> Iterator[list[Delivery]]:
    batch: list[Delivery] = []
    size = 0
    for delivery in deliveries:
        if batch and (len(batch) >= BATCH or size + delivery.size > _BATCH_BYTES or batch[0].kind != delivery.kind):
            yield batch
            batch, size = [], 0
        batch.append(delivery)
        size += delivery.size
    if batch:
        yield batch


def _read(delivery: Delivery) -> _Reading:
    if delivery.state != DeliveryState.STORED:
        return _Reading(delivery, problem=delivery.reason)
    if delivery.size > MAX_READ:
        return _Reading(
            delivery, problem=_("It is larger than %(limit)d MB. It is kept, not read.") % {"limit": MAX_READ >> 20}
        )
    kind = kinds().get(delivery.kind)
    if kind is None:
        return _Reading(delivery, problem=_("No channel kind is called %(name)s.") % {"name": delivery.kind})
    try:
        settings = delivery.channel.settings if delivery.channel else {}
        with provider_of(delivery.channel):
            whole = kind.fetch(raw(delivery), delivery.transport, settings) if delivery.transport else None
        if whole is not None:
            complete(delivery, whole)
        return _Reading(delivery, events=kind.read_pushed(raw(delivery), delivery.transport))
    except CannotConnect as error:
        return _Reading(delivery, problem=str(error), is_waiting=delivery.attempts < MAX_ATTEMPTS - 1)
    except CannotRead as error:
        return _Reading(delivery, problem=str(error))
    except Exception as error:
        # Whatever a sender made up, it must not stop what comes after it.
        log.exception("Reading delivery %s failed", delivery.pk)
        return _Reading(
            delivery, problem=_("Reading it failed: %(error)s") % {"error": f"{type(error).__name__}: {error}"}
        )


@transaction.atomic
def _settle(readings: Sequence[_Reading]) -> None:
    """Do what the readings say and note it, all in one transaction."""
    ids = [reading.delivery.pk for reading in readings]
    # The rows are held: another worker that has the same delivery waits here, and then finds it done.
    locked = set(
        Delivery.objects.select_for_update().filter(pk__in=ids, state=DeliveryState.STORED).values_list("pk", flat=True)
    )
    mine = [reading for reading in readings if reading.delivery.pk in locked]
    if not mine:
        return
    known = Known(
        mine[0].delivery.kind,
        [reading.delivery for reading in mine],
        [event for reading in mine for event in reading.events],
    )
    done: list[tuple[Delivery, Settled]] = []
    with gathered(), numbers_reserved(len(mine)):
        for reading in mine:
            settled = _effect(reading, known)
            if not (settled.is_early and reading.delivery.attempts < MAX_ATTEMPTS - 1):
                done.append((reading.delivery, settled))
        known.sieve.finish()
    for delivery, settled in done:
        _note(delivery, settled)
    _save([delivery for delivery, _settled in done])


def _save(deliveries: Sequence[Delivery]) -> None:
    """Write the outcomes. One prepared statement for all: `bulk_update` took a sixth of the time of bulk mail."""
    rows = [
        (each.state, each.outcome, each.reason, each.external_id, each.message_id, each.channel_id, each.pk)
        for each in deliveries
    ]
    with connection.cursor() as cursor:
        cursor.executemany(_SAVE, rows)


def _effect(reading: _Reading, known: Known) -> Settled:
    if reading.problem:
        return Settled(Outcome.QUARANTINED, reason=reading.problem)
    settled = Settled("", reason=_("Nothing in it concerns a conversation."))
    for event in reading.events:
        settled = do(event, reading.delivery, known)
    return settled


def _note(delivery: Delivery, settled: Settled) -> None:
    is_stuck = settled.outcome == Outcome.QUARANTINED
    delivery.state = DeliveryState.QUARANTINED if is_stuck else DeliveryState.DONE
    delivery.outcome = settled.outcome
    delivery.reason = storable(settled.reason)[:2000]
    delivery.external_id = settled.external_id[:998]
    delivery.message = settled.message
    delivery.channel = settled.channel or delivery.channel


def _settle_alone(reading: _Reading) -> None:
    delivery = reading.delivery
    for last_try in (False, True):
        try:
            return _settle([reading])
        except IntegrityError as error:
            # Another worker brought the same message in this very moment; the next look finds it.
            if last_try:
                return _quarantine(delivery, _("Recording it failed: %(error)s") % {"error": error})
        except (OperationalError, InterfaceError, NoSpace) as error:
            # The database or the disk, not the delivery: it stays stored and the sweep comes back to it.
            log.warning("Delivery %s has to wait: %s", delivery.pk, error)
            return None
        except Exception as error:
            log.exception("Recording delivery %s failed", delivery.pk)
            return _quarantine(
                delivery, _("Recording it failed: %(error)s") % {"error": f"{type(error).__name__}: {error}"}
            )
    return None


def _quarantine(delivery: Delivery, reason: str) -> None:
    changed = {"state": DeliveryState.QUARANTINED, "outcome": Outcome.QUARANTINED, "reason": storable(reason)[:2000]}
    if Delivery.objects.filter(pk=delivery.pk, state=DeliveryState.STORED).update(**changed):
        delivery.state, delivery.outcome, delivery.reason = DeliveryState.QUARANTINED, Outcome.QUARANTINED, reason
