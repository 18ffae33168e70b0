"""Tasks and checklists on the customer's page and beside a conversation."""

from typing import Any

from rapport.customers.models import Customer
from rapport.customers.tasks.queries import checklists, open_of, started_for
from rapport.customers.tasks.types import Kind
from rapport.team.models import Agent
from rapport.team.types import Permission

TEMPLATE = "customers/tasks/card.html"
BESIDE = "customers/tasks/beside.html"


def context_for(customer: Customer, viewer: Agent) -> dict[str, Any] | None:
    """Nothing for who may neither see one nor write one."""
    may_write = viewer.may(Permission.REPLY)
    tasks = open_of(customer, viewer=viewer)
    started = started_for(customer)
    if not (may_write or tasks or started):
        return None
    return {
        "tasks": tasks,
        "started": [(each, round(100 * each.done / each.total)) for each in started],  # type: ignore[attr-defined]
        "checklists": [each for each in checklists() if each.is_on] if may_write else [],
        "kinds": Kind.choices,
        "may_write": may_write,
        "viewer": viewer,
    }
