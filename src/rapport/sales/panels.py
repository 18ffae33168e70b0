"""What sales show of a customer on their page and beside a conversation."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Count, F, Sum

from rapport.customers.models import Customer
from rapport.customers.panels import Panel, register
from rapport.kit.money import Money
from rapport.sales.models import Deal, Order, OrderStatus
from rapport.team.models import Agent
from rapport.team.types import Permission

_SHOWN = 3


def open_deals(customer: Customer, viewer: Agent) -> Mapping[str, Any] | None:
    """The deals that are open. One query; nothing where there are none. Orders stand beside by what they are about."""
    if not viewer.may(Permission.READ):
        return None
    found = Deal.objects.filter(customer=customer, closed_at=None).select_related("stage")
    deals = list(found.order_by("-id")[:_SHOWN])
    return {"deals": deals} if deals else None


def spent(customer: Customer, viewer: Agent) -> Mapping[str, Any] | None:
    """What is left to us of all their orders, in the currency of most of them. One query."""
    if not viewer.may(Permission.READ):
        return None
    kept = Order.objects.filter(customer=customer).exclude(status=OrderStatus.CANCELLED).order_by()
    sums = kept.values("currency").annotate(many=Count("pk"), left=Sum(F("total") - F("refunded")))
    most = sums.order_by("-many", "currency").values_list("currency", "many", "left").first()
    if most is None:
        return None
    currency, many, left = most
    return {"spent": Money(left, currency), "many": many}


def register_panels() -> None:
    register(Panel("panel", "sales/beside.html", open_deals, order=15))
    register(Panel("stats", "sales/spent.html", spent, order=10))
