"""Reading customers."""

from django.db.models import QuerySet

from rapport.customers.models import Customer, Identity, IdentityKind
from rapport.team.models import Agent
from rapport.team.types import Permission


def visible_to(agent: Agent) -> QuerySet[Customer]:
    """Every customer this agent may see."""
    return Customer.objects.all() if agent.may(Permission.READ) else Customer.objects.none()


def known_by(kind: IdentityKind, value: str) -> Customer | None:
    """Who has this identity; `value` already normalised."""
    identity = Identity.objects.select_related("customer").filter(kind=kind, value=value).first()
    return identity.customer if identity else None
