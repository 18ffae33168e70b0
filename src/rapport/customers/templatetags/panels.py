"""`{% panels "aside" customer %}`: what other rooms show about a customer, see `rapport.customers.panels`."""

from typing import Any

from django import template
from django.template.context import Context
from django.template.loader import get_template
from django.utils.safestring import SafeString, mark_safe

from rapport.customers.models import Customer
from rapport.customers.panels import Where, panels_at

register = template.Library()


@register.simple_tag(takes_context=True)
def panels(context: Context, place: Where, customer: Customer) -> SafeString:
    request = context["request"]
    shown = []
    for panel in panels_at(place):
        said = panel.context_for(customer, request.user)
        if said is not None:
            given: dict[str, Any] = {str(name): value for name, value in context.flatten().items()}
            given |= {"customer": customer, **said}
            shown.append(get_template(panel.template).render(given, request))
    return mark_safe("\n".join(shown))  # noqa: S308  # what templates rendered
