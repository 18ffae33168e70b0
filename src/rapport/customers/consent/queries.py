"""How consent stands: the newest record that fits decides."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from rapport.customers.consent.models import ConsentRecord, Purpose
from rapport.customers.consent.types import NEVER_ASKED, REACHED_BY, Basis, Channel, State
from rapport.customers.models import Customer

# Key and when it may be sent to somebody who said nothing.
PURPOSES = (
    ("service", Basis.SERVICE),
    ("newsletter", Basis.OPT_IN),
    ("product_news", Basis.OPT_IN),
    ("surveys", Basis.OPT_OUT),
    ("research", Basis.OPT_IN),
)
# What more than one record stands on is looked up by this much at once.
_AT_ONCE = 5_000


@dataclass(frozen=True)
class Stance:
    """How one purpose stands for one customer by one way; `record` is what decided, None when nobody said anything."""

    purpose: Purpose
    channel: Channel
    is_allowed: bool
    record: ConsentRecord | None

    @property
    def label(self) -> str:
        return self.record.get_state_display() if self.record else str(NEVER_ASKED)


def purposes() -> list[Purpose]:
    """Those in use, in their order; the usual ones are made when there are none."""
    return [purpose for purpose in _all_purposes() if purpose.retired_at is None]


def every_purpose() -> list[Purpose]:
    """With those that are retired."""
    return _all_purposes()


def purpose_called(key: str) -> Purpose | None:
    return next((purpose for purpose in purposes() if purpose.key == key), None)


def may_send(customer: Customer, purpose: str, channel: str, *, address: str = "") -> bool:
    """Whether something may be sent to them for this, by this way: whatever is not an answer has to ask.

    Without an address the one that lists show is meant. A purpose that nobody set up allows nothing.
    """
    known = purpose_called(purpose)
    if known is None:
        return False
    if known.is_service:
        return True
    records = list(_records([customer.pk], [known], [Channel(channel)]))
    return _allows(known, _newest(records, Channel(channel), address or _address(customer, channel)))


def may_send_to(customers: Sequence[Customer], purpose: str, channel: str) -> set[int]:
    """The ids of those to whom it may be sent; one query for five thousand of them."""
    known = purpose_called(purpose)
    if known is None:
        return set()
    if known.is_service:
        return {customer.pk for customer in customers}
    allowed: set[int] = set()
    for start in range(0, len(customers), _AT_ONCE):
        batch = customers[start : start + _AT_ONCE]
        said: dict[int, list[ConsentRecord]] = {}
        for record in _records([customer.pk for customer in batch], [known], [Channel(channel)]):
            said.setdefault(record.customer_id, []).append(record)
        for customer in batch:
            newest = _newest(said.get(customer.pk, ()), Channel(channel), _address(customer, channel))
            if _allows(known, newest):
                allowed.add(customer.pk)
    return allowed


def stances(customer: Customer) -> list[tuple[Purpose, list[Stance]]]:
    """How every purpose stands by every way that reaches them. Two queries."""
    shown = [purpose for purpose in purposes() if not purpose.is_service]
    ways = ways_to(customer)
    records = list(_records([customer.pk], shown, ways))
    found = []
    for purpose in shown:
        theirs = [record for record in records if record.purpose_id == purpose.pk]
        each = []
        for channel in ways:
            newest = _newest(theirs, channel, _address(customer, channel))
            each.append(Stance(purpose, channel, _allows(purpose, newest), newest))
        found.append((purpose, each))
    return found


def ways_to(customer: Customer) -> list[Channel]:
    """The ways that an address or number of theirs allows; any way, where nothing is known."""
    known = {"email": bool(customer.email), "phone": bool(customer.phone)}
    return [channel for channel, needed in REACHED_BY.items() if known[needed]] or [Channel.ANY]


def history_of(customer: Customer) -> QuerySet[ConsentRecord]:
    """Newest first."""
    return ConsentRecord.objects.filter(customer=customer).select_related("purpose", "by")


def _records(customer_ids: Iterable[int], purposes: Sequence[Purpose], ways: Iterable[str]) -> QuerySet[ConsentRecord]:
    ways = {*ways, Channel.ANY}
    said = ConsentRecord.objects.filter(customer__in=customer_ids, purpose__in=purposes, channel__in=ways)
    return said.order_by("-at", "-id")


def _newest(records: Iterable[ConsentRecord], channel: Channel, address: str) -> ConsentRecord | None:
    """The first that speaks of this way and address; of `records`, which stand newest first."""
    fits = (
        record
        for record in records
        if record.channel in (channel, Channel.ANY) and record.address in ("", address.strip().lower())
        # A letter that waits for its answer takes nothing back.
        if record.state != State.ASKED
    )
    found = next(fits, None)
    if found is not None:
        return found
    return next((record for record in records if record.state == State.ASKED and record.channel == channel), None)


def _allows(purpose: Purpose, newest: ConsentRecord | None) -> bool:
    if purpose.is_service:
        return True
    if newest is None or newest.state == State.ASKED:
        return purpose.basis == Basis.OPT_OUT
    return newest.state == State.GIVEN


def _address(customer: Customer, channel: str) -> str:
    needed = REACHED_BY.get(Channel(channel))
    return str(getattr(customer, needed)) if needed else ""


def _all_purposes() -> list[Purpose]:
    return list(Purpose.objects.all()) or _founded()


def _founded() -> list[Purpose]:
    made = [Purpose(key=key, basis=basis, position=position) for position, (key, basis) in enumerate(PURPOSES)]
    Purpose.objects.bulk_create(made, ignore_conflicts=True)
    return list(Purpose.objects.all())
