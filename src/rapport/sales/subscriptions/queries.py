"""Reading subscriptions, always from what the agent may see."""

from django.db.models import QuerySet

from rapport.sales.models import Subscription
from rapport.team.models import Agent
from rapport.team.types import Permission


def visible_to(agent: Agent) -> QuerySet[Subscription]:
    """Every subscription this agent may see."""
    return Subscription.objects.all() if agent.may(Permission.READ) else Subscription.objects.none()
