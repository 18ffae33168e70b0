"""How sales are said on pages."""

from collections.abc import Mapping
from decimal import Decimal

from django import template
from django.template.context import Context
from django.template.loader import get_template
from django.utils.formats import number_format
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rapport.sales.models import Order, Subscription
from rapport.sales.orders.cards import cards

register = template.Library()


@register.simple_tag(takes_context=True)
def order_cards(context: Context, order: Order) -> SafeString:
    """What rooms upstairs show on the page of an order, see `rapport.sales.orders.cards`."""
    request = context["request"]
    shown = []
    for card in cards():
        said = card.context_for(order, request.user)
        if said is not None:
            shown.append(get_template(card.template).render({"order": order, **said}, request))
    return mark_safe("\n".join(shown))  # noqa: S308  # what templates rendered


@register.filter
def tone_of(tones: Mapping[str, str], word: str) -> str:
    return tones.get(word, "")


@register.filter
def called(sources: Mapping[str, str], source: str) -> str:
    """The name of the shop, or what a source without one is called."""
    return sources.get(source, source)


@register.filter
def plainly(quantity: Decimal) -> str:
    """2.000 as 2, and 0.500 as 0.5."""
    whole = quantity.to_integral_value()
    return number_format(whole if whole == quantity else quantity.normalize())


@register.filter
def rhythm(held: Subscription) -> str:
    """€19.00 a month, or every 3 months."""
    told = {"money": str(held.money), "count": held.interval_count}
    if held.interval_count == 1:
        words = {
            "day": _("%(money)s a day"),
            "week": _("%(money)s a week"),
            "month": _("%(money)s a month"),
            "year": _("%(money)s a year"),
        }
        return words[held.interval] % told
    many = {
        "day": ngettext("%(money)s every %(count)d day", "%(money)s every %(count)d days", held.interval_count),
        "week": ngettext("%(money)s every %(count)d week", "%(money)s every %(count)d weeks", held.interval_count),
        "month": ngettext("%(money)s every %(count)d month", "%(money)s every %(count)d months", held.interval_count),
        "year": ngettext("%(money)s every %(count)d year", "%(money)s every %(count)d years", held.interval_count),
    }
    return many[held.interval] % told
