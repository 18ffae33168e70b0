"""What this room shows of its own parts on the customer's page and beside a conversation."""

from rapport.customers.consent import panels as consent
from rapport.customers.lifecycle import panels as life_cycle
from rapport.customers.panels import Panel, register
from rapport.customers.tasks import panels as tasks


def register_panels() -> None:
    register(Panel("head", life_cycle.TEMPLATE, life_cycle.context_for, order=10))
    register(Panel("aside", tasks.TEMPLATE, tasks.context_for, order=10))
    register(Panel("aside", consent.TEMPLATE, consent.context_for, order=60))
    register(Panel("panel", tasks.BESIDE, tasks.context_for, order=20))
