"""What sales know of customers: lines of a filter, and signals for the rules of the life cycle."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db.models import Count, F, Max, Q, QuerySet, Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rapport.backbone.filtering.comparing import NOTHING, compared, how_many, last_moment
from rapport.backbone.filtering.subjects import CHOICE, FILLED, MOMENT, MOST_CHOICES, NUMBER, YES_NO, Subject
from rapport.customers.lifecycle.signals import Signal, Values, register
from rapport.customers.segments.vocabulary import Family
from rapport.kit import clock
from rapport.kit.money import Money
from rapport.sales.models import Deal, Order, OrderStatus, Product, Subscription, SubscriptionStatus

_WHEN = ("newer_than", "older_than", "after", "before")
_HOW_MANY = ("at_least", "at_most", "is")
_DAY = 86_400.0
_YEAR = 365
_MOST_CURRENCIES = 20


def order_subjects() -> list[Subject]:
    return [
        Subject("order.last", _("Last order"), MOMENT, own_ops=(*_WHEN, *FILLED), means=_last_order),
        Subject("order.count", _("Orders"), NUMBER, own_ops=_HOW_MANY, means=_order_count),
        Subject("order.spent", _("Spent in all"), NUMBER, own_ops=("at_least", "at_most"), means=_spent),
        Subject("order.product", _("Bought"), CHOICE, _products, means=_bought),
    ]


def subscription_subjects() -> list[Subject]:
    choices = [(str(value), str(label)) for value, label in SubscriptionStatus.choices]
    return [Subject("subscription.status", _("Subscription"), CHOICE, lambda: choices, means=_subscribed)]


def deal_subjects() -> list[Subject]:
    return [
        Subject("deal.open", _("Has an open deal"), YES_NO, means=_has_open_deal),
        Subject("deal.won", _("Deals won"), NUMBER, own_ops=_HOW_MANY, means=_deals_won),
    ]


FAMILIES = (
    Family("order", order_subjects),
    Family("subscription", subscription_subjects),
    Family("deal", deal_subjects),
)


def _orders() -> QuerySet[Order]:
    """What was bought and not called off."""
    return Order.objects.order_by().exclude(status=OrderStatus.CANCELLED).filter(customer__isnull=False)


def _last_order(op: str, value: Any, _agent: Any) -> Q:
    return last_moment(_orders(), "placed_at", op, value)


def _order_count(op: str, value: Any, _agent: Any) -> Q:
    return how_many(_orders(), op, value)


def _spent(op: str, value: Any, _agent: Any) -> Q:
    """In one currency: amounts of several are not turned into one another."""
    sums = _orders().values("customer", "currency").annotate(spent=Sum(F("total") - F("refunded")))
    made = Q()
    for code in _orders().values_list("currency", flat=True).distinct()[:_MOST_CURRENCIES]:
        made |= Q(currency=code) & compared("spent", op, Money.of(str(value), code).minor)
    return Q(pk__in=sums.filter(made).values("customer")) if made else NOTHING


def _bought(_op: str, value: Sequence[str], _agent: Any) -> Q:
    chosen = Product.objects.filter(sku__in=list(value)).values("pk")
    return Q(pk__in=_orders().filter(lines__product__in=chosen).values("customer"))


def _products() -> list[tuple[str, str]]:
    return list(Product.objects.filter(is_active=True).order_by("name").values_list("sku", "name")[:MOST_CHOICES])


def _subscribed(_op: str, value: Sequence[str], _agent: Any) -> Q:
    return Q(pk__in=Subscription.objects.order_by().filter(status__in=list(value)).values("customer"))


def _has_open_deal(_op: str, value: bool, _agent: Any) -> Q:
    open_ones = Deal.objects.order_by().filter(closed_at=None, customer__isnull=False)
    have = Q(pk__in=open_ones.values("customer"))
    return have if value else ~have


def _won() -> QuerySet[Deal]:
    return Deal.objects.order_by().filter(stage__kind="won", customer__isnull=False)


def _deals_won(op: str, value: Any, _agent: Any) -> Q:
    return how_many(_won(), op, value)


# -- Signals ---------------------------------------------------------------------------------------


def days_since_order(customer_ids: Sequence[int]) -> Values:
    now = clock.now()
    rows = _orders().filter(customer__in=customer_ids).values_list("customer").annotate(Max("placed_at"))
    return {pk: (now - at).total_seconds() / _DAY for pk, at in rows}


def orders_within(customer_ids: Sequence[int], days: int) -> Values:
    since = clock.now() - timedelta(days=days)
    rows = _orders().filter(customer__in=customer_ids, placed_at__gte=since).values_list("customer")
    return dict.fromkeys(customer_ids, 0.0) | {pk: float(count) for pk, count in rows.annotate(Count("pk"))}


def orders(customer_ids: Sequence[int]) -> Values:
    return orders_within(customer_ids, _YEAR)


def won_within(customer_ids: Sequence[int], days: int) -> Values:
    since = clock.now() - timedelta(days=days)
    rows = _won().filter(customer__in=customer_ids, closed_at__gte=since).values_list("customer")
    return dict.fromkeys(customer_ids, 0.0) | {pk: float(count) for pk, count in rows.annotate(Count("pk"))}


def won(customer_ids: Sequence[int]) -> Values:
    return won_within(customer_ids, _YEAR)


def register_signals() -> None:
    days, many = gettext_lazy("days"), gettext_lazy("orders")
    register(Signal("last_order", gettext_lazy("Days since the last order"), days, days_since_order, order=30))
    register(Signal("orders", gettext_lazy("Orders"), many, orders, within=orders_within, order=31))
    register(Signal("deals_won", gettext_lazy("Deals won"), gettext_lazy("deals"), won, within=won_within, order=32))
