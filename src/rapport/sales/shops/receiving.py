"""What a shop pushes is kept as it came, then read and recorded: once, whatever comes twice or in another order."""

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from django.db import IntegrityError, OperationalError, transaction
from django.utils.translation import gettext as _

from rapport.backbone.jobs import job
from rapport.kit import clock
from rapport.kit.money import Money, NotMoney
from rapport.sales import buyers
from rapport.sales.errors import SalesError
from rapport.sales.models import DeliveryState, Order, Shop, ShopDelivery
from rapport.sales.orders import recording as orders
from rapport.sales.orders.refunding import pay_back
from rapport.sales.products.recording import record_products
from rapport.sales.shops.seam import CannotRead, Ignored, News, Signed, kinds
from rapport.sales.subscriptions import recording as subscriptions
from rapport.sales.types import (
    Became,
    Buyer,
    CustomerSaid,
    OrderSaid,
    PaymentSaid,
    ProductSaid,
    RefundSaid,
    SubscriptionSaid,
)

log = logging.getLogger("rapport.sales")

_LATE = timedelta(minutes=2)
_GIVEN_UP = timedelta(days=1)
_KEPT_FOR = timedelta(days=90)
_STATES = {
    Became.CREATED: DeliveryState.DONE,
    Became.CHANGED: DeliveryState.DONE,
    Became.SAME: DeliveryState.SAME,
    Became.OLDER: DeliveryState.OLDER,
}


class _Waits(Exception):
    """What it belongs to has not come yet."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what[:200]


def accept(shop: Shop, signed: Signed, body: bytes) -> ShopDelivery | None:
    """Keep it, and have it read soon; None for one that is kept already."""
    event = signed.event_id[:200] or hashlib.sha256(f"{signed.topic}\n".encode() + body).hexdigest()
    try:
        with transaction.atomic():
            made = ShopDelivery.objects.create(
                shop=shop, event_id=event, topic=signed.topic[:80], sent_at=signed.sent_at, body=body
            )
            Shop.objects.filter(pk=shop.pk).update(heard_at=clock.now())
            process.enqueue(made.pk)
    except IntegrityError:
        return None
    return made


@job
def process(delivery_id: int) -> None:
    """Read one and write down what it says."""
    with transaction.atomic():
        held = ShopDelivery.objects.select_for_update(of=("self",)).select_related("shop")
        delivery = held.filter(pk=delivery_id, state__in=(DeliveryState.NEW, DeliveryState.WAITING)).first()
        if delivery is None:
            return
        delivery.state, delivery.sentence, delivery.waits_for = _outcome(delivery)
        delivery.save(update_fields=["state", "sentence", "waits_for"])


@transaction.atomic
def read_again(delivery: ShopDelivery) -> None:
    """For instance after an update that understands it."""
    ShopDelivery.objects.filter(pk=delivery.pk).update(state=DeliveryState.NEW)
    process(delivery.pk)


def wake() -> int:
    """Read what a lost job left behind, for a day. Answers how many."""
    now = clock.now()
    late = ShopDelivery.objects.filter(state=DeliveryState.NEW, came_at__range=(now - _GIVEN_UP, now - _LATE))
    found = list(late.values_list("pk", flat=True)[:1_000])
    for pk in found:
        process.enqueue(pk)
    return len(found)


def forget_old() -> int:
    """What was recorded or can never be is forgotten after ninety days; what nobody could read stays."""
    old = ShopDelivery.objects.filter(came_at__lt=clock.now() - _KEPT_FOR)
    gone, _each = old.exclude(state__in=(DeliveryState.NEW, DeliveryState.QUARANTINED)).delete()
    return gone


def _outcome(delivery: ShopDelivery) -> tuple[str, str, str]:
    """The state, a sentence for people, and what it waits for."""
    shop = delivery.shop
    kind = kinds().get(shop.kind)
    if kind is None:
        return DeliveryState.QUARANTINED, _("This version knows no shops of this kind."), ""
    try:
        news = kind.read(bytes(delivery.body), delivery.topic, link=shop.url.rstrip("/"))
        with transaction.atomic():
            became = [_record(each, shop) for each in news]
    except Ignored as error:
        return DeliveryState.IGNORED, str(error)[:500], ""
    except (CannotRead, SalesError) as error:
        return DeliveryState.QUARANTINED, str(error)[:500], ""
    except _Waits as error:
        return DeliveryState.WAITING, _("It belongs to an order that has not come yet."), error.what
    except (IntegrityError, OperationalError):
        raise  # Somebody else wrote the same meanwhile, or the database is busy: the job is tried again.
    except Exception:
        log.exception("A delivery of shop %s cannot be recorded", shop.pk)
        return DeliveryState.QUARANTINED, _("It cannot be recorded. The log of Rapport says why."), ""
    if not became:
        return DeliveryState.IGNORED, _("There is nothing in it to write down."), ""
    return _STATES[min(became, key=list(_STATES).index)], "", ""


def _record(said: News, shop: Shop) -> Became:
    match said:
        case OrderSaid():
            done = orders.record(replace(said, buyer=_of(said.buyer, shop)), source=shop.source, by=None)
            _wake_waiting(shop, [said.external_id, said.payment])
            return done.became
        case RefundSaid():
            return _refund(said, shop)
        case PaymentSaid():
            return _pay(said, shop)
        case ProductSaid():
            return record_products([_priced(said, shop)], by=None)[0].became
        case SubscriptionSaid():
            paid = replace(said, buyer=_of(said.buyer, shop))
            return subscriptions.record(paid, source=shop.source, by=None).became
        case CustomerSaid():
            found = buyers.identify([_of(said.buyer, shop)])[0]
            return Became.SAME if found is None else Became.CHANGED


def _of(buyer: Buyer, shop: Shop) -> Buyer:
    """What a shop calls somebody is theirs only there."""
    return replace(buyer, handle=f"{shop.source}:{buyer.handle}" if buyer.handle else "")


def _refund(said: RefundSaid, shop: Shop) -> Became:
    order = _order_of(said, shop)
    if said.currency and said.currency != order.currency:
        told = {"one": said.currency, "other": order.currency}
        raise CannotRead(_("The refund is in %(one)s, its order in %(other)s.") % told)
    return Became.CHANGED if pay_back(order, [said], at=said.at, by=None) else Became.SAME


def _order_of(said: RefundSaid, shop: Shop) -> Order:
    orders_of = Order.objects.select_for_update(of=("self",)).filter(source=shop.source)
    found = orders_of.filter(external_id=said.order).first() if said.order else None
    if found is None and said.payment:
        found = orders_of.filter(payment=said.payment).first()
    if found is None:
        raise _Waits(said.order or said.payment)
    return found


def _pay(said: PaymentSaid, shop: Shop) -> Became:
    if not said.payment:
        return Became.SAME
    if not Order.objects.filter(source=shop.source, external_id=said.order).update(payment=said.payment):
        raise _Waits(said.order)
    _wake_waiting(shop, [said.payment])
    return Became.CHANGED


def _wake_waiting(shop: Shop, names: Sequence[str]) -> None:
    waiting = ShopDelivery.objects.filter(
        shop=shop, state=DeliveryState.WAITING, waits_for__in=[name for name in names if name]
    )
    for pk in waiting.values_list("pk", flat=True):
        process.enqueue(pk)


def _priced(said: ProductSaid, shop: Shop) -> ProductSaid:
    """With its price in the currency of the shop's latest order, where the shop does not say which it is."""
    if said.major_price is None:
        return said
    last = Order.objects.filter(source=shop.source).order_by("-id").values_list("currency", flat=True).first()
    try:
        return replace(said, price=Money.of(said.major_price, last).minor, currency=last) if last else said
    except NotMoney:
        return said
