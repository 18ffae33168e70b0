"""Figures of a deal's lines as fields hold them."""

from datetime import date, datetime
from decimal import Decimal

from django import template
from django.utils import timezone
from django.utils.formats import date_format, get_format

from rapport.kit import clock
from rapport.kit.money import Money
from rapport.sales.deals.models import DealLine

register = template.Library()
# In days: half a year to either side, a day and a month name one day only.
_NEAR = 180


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


@register.filter
def short_day(value: date | datetime | None) -> str:
    """3 Nov, where no other one is as near; else 2025-11-03."""
    if value is None:
        return ""
    on = timezone.localtime(value).date() if isinstance(value, datetime) else value
    if abs((on - timezone.localtime(clock.now()).date()).days) > _NEAR:
        return date_format(on, "SHORT_DATE_FORMAT")
    return date_format(on, get_format("MONTH_DAY_FORMAT").replace("F", "M"))
