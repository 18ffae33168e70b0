"""What an agent reads of people whom our mail does not reach."""

from typing import Any

from django import template
from django.db.models import Q

from rapport.channels.models import Dispatch, UnreachableAddress
from rapport.channels.refusals import in_plain_words
from rapport.customers.models import Customer, Identity, IdentityKind

register = template.Library()


@register.inclusion_tag("channels/_undelivered.html", takes_context=True)
def undelivered(context: template.Context, dispatch: Dispatch, may_reply: bool = False) -> dict[str, Any]:
    """Each person who does not have a message, why in plain words, and a way to correct the address."""
    people = [
        {**each, "plainly": in_plain_words(each["address"], each["status"], each["said"])}
        for each in dispatch.undelivered
    ]
    return {"csrf_token": context.get("csrf_token"), "dispatch": dispatch, "people": people, "may_reply": may_reply}


@register.inclusion_tag("channels/_doubted.html", takes_context=True)
def doubted(context: template.Context, customer: Customer, may_reply: bool = False) -> dict[str, Any]:
    """A warning for each address of a customer that mail comes back from. One query."""
    theirs = Identity.objects.filter(customer=customer, kind=IdentityKind.EMAIL).values("value")
    # One full mailbox is a hiccup; the third time somebody should know.
    found = UnreachableAddress.objects.filter(Q(is_permanent=True) | Q(count__gte=3), address__in=theirs)
    people = [{"address": row, "plainly": in_plain_words(row.address, row.status, row.said)} for row in found]
    return {"csrf_token": context.get("csrf_token"), "people": people, "may_reply": may_reply}
