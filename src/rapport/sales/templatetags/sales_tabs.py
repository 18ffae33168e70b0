"""The tabs over the pages of sales, and figures as they stand there."""

from typing import Any

from django import template
from django.template.context import Context
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from rapport.sales.deals.board import next_icon

register = template.Library()
register.filter("next_icon", next_icon)


@register.inclusion_tag("sales/deals/_tabs.html", takes_context=True)
def sales_tabs(context: Context, current: str) -> dict[str, Any]:
    """Only the pages that exist and that the reader may open; `current` is the name of this one's address."""
    agent = context["request"].user
    known = (
        ("deals", _("Deals"), "read"),
        ("orders", _("Orders"), "read"),
        ("products", _("Products"), "read"),
        ("subscriptions", _("Subscriptions"), "read"),
        ("deals_forecast", _("Forecast"), "see_feedback"),
    )
    tabs = [(name, label, _where(name)) for name, label, permission in known if permission in agent.granted]
    return {"tabs": [tab for tab in tabs if tab[2]], "current": current}


def _where(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
