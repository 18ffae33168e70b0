"""Figures of a deal's lines as fields hold them."""

from decimal import Decimal

from django import template

from rapport.kit.money import Money
from rapport.sales.deals.models import DealLine

register = template.Library()


@register.filter
def plainly(number: Decimal) -> str:
    """Without zeros at its end, as a field takes it: 2.500 is 2.5."""
    return f"{number.normalize():f}"


@register.filter
def price_of(line: DealLine, currency: str) -> str:
    """Of one, in major units, as a field takes it."""
    return f"{Money(line.price, currency).amount:f}"


@register.filter
def total_of(line: DealLine, currency: str) -> str:
    return str(Money(line.total, currency))
