"""Reading who works here."""

from django.db.models import QuerySet

from rapport.team.models import Agent, Organisation, Team
from rapport.team.types import PERMISSIONS, Permission, Role

THE_ORGANISATION = 1


def display_name(agent: Agent) -> str:
    return agent.name or agent.email


def organisation() -> Organisation:
    """The company this installation belongs to; an unsaved one with no name before the first run."""
    return Organisation.objects.order_by("id").first() or Organisation(id=THE_ORGANISATION)


def is_set_up() -> bool:
    return Agent.objects.exists()


def active_agents() -> QuerySet[Agent]:
    return Agent.objects.filter(deactivated_at__isnull=True)


def agents_who_may(permission: Permission) -> QuerySet[Agent]:
    return active_agents().filter(role__in=[role for role, granted in PERMISSIONS.items() if permission in granted])


def owners() -> QuerySet[Agent]:
    return active_agents().filter(role=Role.OWNER)


def teams() -> QuerySet[Team]:
    return Team.objects.prefetch_related("members")


def agent_by_email(email: str) -> Agent | None:
    return Agent.objects.filter(email=email.strip().lower()).first()
