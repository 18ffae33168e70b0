"""Subscriptions are written down here, and what every word about one changed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from rapport.backbone.events import announce, gathered
from rapport.kit.text import one_line
from rapport.sales import buyers
from rapport.sales.announcements import SubscriptionCancelled, SubscriptionChanged, SubscriptionStarted
from rapport.sales.errors import NotUnderstood
from rapport.sales.models import ChangeKind, Interval, Product, Subscription, SubscriptionChange, SubscriptionStatus
from rapport.sales.types import Became, SubscriptionSaid

_TRIES = 3
_FIELDS = (
    "plan",
    "status",
    "amount",
    "currency",
    "interval",
    "interval_count",
    "started_at",
    "current_period_end",
    "cancelled_at",
    "cancel_reason",
)
_LENGTHS = {"plan": 200, "cancel_reason": 500}
# How often one interval is in thirty days, for telling more from less.
_A_MONTH = {Interval.DAY: 30.0, Interval.WEEK: 30 / 7, Interval.MONTH: 1.0, Interval.YEAR: 1 / 12}


@dataclass(frozen=True, slots=True)
class Recorded:
    subscription: int
    became: Became


def record(said: SubscriptionSaid, *, source: str, by: int | None) -> Recorded:
    """One subscription. Raises NotUnderstood when nobody knows whose it is."""
    return record_all([said], source=source, by=by)[0]


def record_all(
    said: Sequence[SubscriptionSaid], *, source: str, by: int | None, is_told: bool = True
) -> list[Recorded]:
    """What became of each, in their order; `is_told` as for orders."""
    for tries in range(_TRIES):
        try:
            with transaction.atomic(), gathered():
                return _record_all(said, source, by, is_told)
        except IntegrityError:
            if tries == _TRIES - 1:
                raise
    raise AssertionError


def monthly(amount: int, interval: str, count: int) -> float:
    """What comes in in a month of thirty days, in minor units."""
    return amount * _A_MONTH[Interval(interval)] / max(1, count)


def _record_all(said: Sequence[SubscriptionSaid], source: str, by: int | None, is_told: bool) -> list[Recorded]:
    known = Subscription.objects.select_for_update(of=("self",)).filter(
        source=source, external_id__in=[each.external_id for each in said]
    )
    held = {each.external_id: each for each in known.order_by("pk")}
    unknown = [each for each in said if each.external_id not in held]
    owners = dict(
        zip([each.external_id for each in unknown], buyers.identify([each.buyer for each in unknown]), strict=True)
    )
    products = _products(said)
    done: list[Recorded] = []
    for each in said:
        product = products.get(each.sku)
        if subscription := held.get(each.external_id):
            done.append(Recorded(subscription.pk, _change(subscription, each, product, by, is_told)))
            continue
        owner = owners[each.external_id]
        if owner is None:
            raise NotUnderstood("customer", _("A subscription needs a customer that somebody can be known by."))
        subscription = held[each.external_id] = _start(each, source, owner, product, by, is_told)
        done.append(Recorded(subscription.pk, Became.CREATED))
    return done


def _products(said: Iterable[SubscriptionSaid]) -> dict[str, Product]:
    wanted = {each.sku for each in said if each.sku}
    return {product.sku: product for product in Product.objects.filter(sku__in=wanted)} if wanted else {}


def _start(
    said: SubscriptionSaid, source: str, owner: int, product: Product | None, by: int | None, is_told: bool
) -> Subscription:
    made = Subscription(source=source, external_id=said.external_id[:200], customer_id=owner, product=product)
    _fill(made, said)
    made.plan = made.plan or (product.name if product else "")
    made.changed_at = said.changed_at
    made.save(force_insert=True)
    # One that is told of late: it began some time ago, and may be over.
    first = SubscriptionStatus.TRIAL if made.status == SubscriptionStatus.TRIAL else SubscriptionStatus.ACTIVE
    _note(made, ChangeKind.STARTED, made.started_at, status=first)
    if made.status not in (SubscriptionStatus.TRIAL, SubscriptionStatus.ACTIVE):
        at = made.cancelled_at if made.status == SubscriptionStatus.CANCELLED and made.cancelled_at else said.changed_at
        _note(made, _kind_of(first, made.status), max(at, made.started_at), before=(first, made.amount))
    if is_told:
        news = SubscriptionStarted(
            made.pk,
            customer=made.customer_id,
            plan=made.plan,
            status=made.status,
            amount=made.amount,
            currency=made.currency,
            by=by,
        )
        announce(news, subject=f"subscription:{made.pk}")
    return made


def _change(
    held: Subscription, said: SubscriptionSaid, product: Product | None, by: int | None, is_told: bool
) -> Became:
    if said.changed_at < held.changed_at:
        return Became.OLDER
    before = {name: getattr(held, name) for name in _FIELDS}
    worth = monthly(held.amount, held.interval, held.interval_count)
    _fill(held, said)
    fields = [name for name, value in before.items() if getattr(held, name) != value]
    if product is not None and held.product_id != product.pk:
        held.product = product
        fields.append("product")
    if fields or (is_told and said.changed_at > held.changed_at):
        held.changed_at = said.changed_at
        held.save(update_fields=[*fields, "changed_at"])
    if not fields:
        return Became.SAME
    kind = _kind(held, before["status"], worth, fields)
    ended = kind == ChangeKind.CANCELLED and held.cancelled_at
    at = held.cancelled_at if ended and held.cancelled_at else said.changed_at
    made = _note(held, kind, at, before=(before["status"], before["amount"]))
    if is_told:
        _tell(held, made, by)
    return Became.CHANGED


def _fill(held: Subscription, said: SubscriptionSaid) -> None:
    # Said again without its day, it ended when it was said to end first.
    ended = held.cancelled_at if held.status == SubscriptionStatus.CANCELLED else None
    for name in _FIELDS:
        value = getattr(said, name)
        if name in _LENGTHS:
            value = one_line(value)[: _LENGTHS[name]]
            if not value:
                continue
        setattr(held, name, value)
    if held.status == SubscriptionStatus.CANCELLED and held.cancelled_at is None:
        held.cancelled_at = ended or said.changed_at


def _kind(held: Subscription, status_before: str, worth_before: float, fields: Sequence[str]) -> ChangeKind:
    if held.status != status_before:
        return _kind_of(status_before, held.status)
    worth = monthly(held.amount, held.interval, held.interval_count)
    if "currency" not in fields and abs(worth - worth_before) > 0.5:
        return ChangeKind.UPGRADED if worth > worth_before else ChangeKind.DOWNGRADED
    return ChangeKind.RENEWED if fields == ["current_period_end"] else ChangeKind.CHANGED


def _kind_of(before: str, now: str) -> ChangeKind:
    status = SubscriptionStatus
    if now == status.CANCELLED:
        return ChangeKind.CANCELLED
    if before == status.CANCELLED:
        return ChangeKind.REVIVED
    if now == status.PAUSED:
        return ChangeKind.PAUSED
    if now == status.PAST_DUE:
        return ChangeKind.OVERDUE
    if now == status.ACTIVE:
        words = {
            status.TRIAL: ChangeKind.CONVERTED,
            status.PAST_DUE: ChangeKind.RECOVERED,
            status.PAUSED: ChangeKind.RESUMED,
        }
        return words[SubscriptionStatus(before)]
    return ChangeKind.CHANGED


def _note(
    held: Subscription, kind: ChangeKind, at: datetime, *, status: str = "", before: tuple[str, int] | None = None
) -> SubscriptionChange:
    return SubscriptionChange.objects.create(
        subscription=held,
        kind=kind,
        at=at,
        status=status or held.status,
        status_before=before[0] if before else "",
        amount=held.amount,
        amount_before=before[1] if before else None,
        currency=held.currency,
        interval=held.interval,
        interval_count=held.interval_count,
        reason=held.cancel_reason if kind == ChangeKind.CANCELLED else "",
    )


def _tell(held: Subscription, change: SubscriptionChange, by: int | None) -> None:
    if change.kind == ChangeKind.CANCELLED:
        over = SubscriptionCancelled(held.pk, customer=held.customer_id, reason=held.cancel_reason, by=by)
        announce(over, subject=f"subscription:{held.pk}")
        return
    news = SubscriptionChanged(
        held.pk, customer=held.customer_id, change=change.pk, kind=change.kind, status=held.status, by=by
    )
    announce(news, subject=f"subscription:{held.pk}")
