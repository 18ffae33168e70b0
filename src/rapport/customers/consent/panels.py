"""Consent on the customer's page."""

from typing import Any

from rapport.customers.consent.links import preferences_url
from rapport.customers.consent.queries import history_of, stances, ways_to
from rapport.customers.consent.types import Channel
from rapport.customers.models import Customer
from rapport.team.models import Agent
from rapport.team.types import Permission

TEMPLATE = "customers/consent/card.html"
_SHOWN = 20


def context_for(customer: Customer, viewer: Agent) -> dict[str, Any]:
    may_write = viewer.may(Permission.REPLY)
    return {
        "stances": stances(customer),
        "history": history_of(customer)[:_SHOWN],
        "ways": ways_to(customer),
        "may_write": may_write,
        "may_ask": may_write and Channel.EMAIL in ways_to(customer),
        # Whoever holds this link answers for the customer, so it is for those who may write to them.
        "preferences_url": preferences_url(customer) if may_write else "",
    }
