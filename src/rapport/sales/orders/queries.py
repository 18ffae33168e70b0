"""Reading orders, always from what the agent may see."""

from collections.abc import Sequence

from django.db.models import Q, QuerySet
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from rapport.customers.models import Customer
from rapport.sales.models import Order, Product, Shop
from rapport.team.models import Agent
from rapport.team.types import Permission


def visible_to(agent: Agent) -> QuerySet[Order]:
    """Every order this agent may see."""
    return Order.objects.all() if agent.may(Permission.READ) else Order.objects.none()


def products_visible_to(agent: Agent) -> QuerySet[Product]:
    return Product.objects.all() if agent.may(Permission.READ) else Product.objects.none()


def numbered(orders: QuerySet[Order], number: str) -> QuerySet[Order]:
    """Those with this number, with or without the sign that shops put before it."""
    said = number.strip().lower()
    return orders.alias(lowered=Lower("number")).filter(lowered__in=[said, f"#{said}", said.removeprefix("#")])


def named_by(customer: Customer, numbers: Sequence[str]) -> QuerySet[Order]:
    """Those with one of these numbers, in small letters, that are this customer's or a colleague's at their company.

    The numbers are looked up in their index, so that it does not matter how many orders there are.
    """
    theirs = Q(customer=customer)
    if customer.company_id:
        theirs |= Q(customer__company=customer.company_id)
    written = [form for number in numbers for form in (number, f"#{number}")]
    return Order.objects.alias(lowered=Lower("number")).filter(theirs, lowered__in=written)


def sources() -> dict[str, str]:
    """What those are called that orders come from."""
    return {"api": _("API"), "csv": _("File"), **dict(Shop.objects.values_list("source", "name"))}
