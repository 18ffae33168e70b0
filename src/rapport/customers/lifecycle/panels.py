"""What the customer's page shows of the life cycle: a pill and the strip in its head."""

from typing import Any

from rapport.customers.lifecycle.queries import stages, standing_of, strip
from rapport.customers.models import Customer
from rapport.team.models import Agent
from rapport.team.types import Permission

TEMPLATE = "customers/lifecycle/strip.html"


def context_for(customer: Customer, viewer: Agent) -> dict[str, Any]:
    standing = standing_of(customer)
    return {
        "customer": customer,
        "standing": standing,
        "segments": strip(customer) if standing else [],
        "stages": stages() if viewer.may(Permission.REPLY) else [],
        "may_move": viewer.may(Permission.REPLY),
    }
