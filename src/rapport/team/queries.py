"""Reading who works here."""

from django.db.models import Count, F, Q, QuerySet

from rapport.kit import clock, ids
from rapport.kit.remembering import remembered
from rapport.team.models import Agent, ApiToken, CustomRole, Handover, Invitation, Organisation, Team
from rapport.team.types import ALWAYS, PERMISSIONS, Permission, Role

THE_ORGANISATION = 1


def display_name(agent: Agent) -> str:
    return agent.name or agent.email


@remembered
def organisation() -> Organisation:
    """The company this installation belongs to; an unsaved one with no name before the first run."""
    return Organisation.objects.order_by("id").first() or Organisation(id=THE_ORGANISATION)


@remembered
def team_ids_of(agent: Agent) -> tuple[int, ...]:
    """The teams that they belong to."""
    return tuple(agent.teams.order_by().values_list("pk", flat=True))


def is_set_up() -> bool:
    return Agent.objects.exists()


def active_agents() -> QuerySet[Agent]:
    return Agent.objects.filter(deactivated_at__isnull=True)


def agents_who_may(permission: Permission) -> QuerySet[Agent]:
    """Those who work here and may do this. One query."""
    built_in = [role for role, granted in PERMISSIONS.items() if permission in granted]
    if permission in ALWAYS:
        return active_agents().filter(Q(custom_role=None, role__in=built_in) | Q(custom_role__isnull=False))
    own = Q(custom_role__words__contains=f" {permission.value} ")
    return active_agents().filter(Q(custom_role=None, role__in=built_in) | own)


def owners() -> QuerySet[Agent]:
    return active_agents().filter(role=Role.OWNER)


def teams() -> QuerySet[Team]:
    return Team.objects.prefetch_related("members")


def agent_by_email(email: str) -> Agent | None:
    return Agent.objects.filter(email=email.strip().lower()).first()


def tokens_of(agent: Agent) -> QuerySet[ApiToken]:
    return ApiToken.objects.filter(agent=agent, revoked_at__isnull=True)


def open_invitations() -> QuerySet[Invitation]:
    return Invitation.objects.filter(
        accepted_at__isnull=True, revoked_at__isnull=True, expires_at__gt=clock.now()
    ).select_related("by", "custom_role")


def invitation_for(secret: str) -> Invitation | None:
    """The open invitation this link belongs to."""
    return open_invitations().filter(hash=ids.hashed(secret)).first()


def people() -> QuerySet[Agent]:
    """Everyone who works or worked here, those who left last, with their teams."""
    return Agent.objects.prefetch_related("teams").order_by(F("deactivated_at").asc(nulls_first=True), "name", "id")


def handovers_under_way() -> dict[int, Handover]:
    """What is being given away just now, by who left."""
    return {
        each.agent_id: each for each in Handover.objects.filter(ended_at=None).select_related("agent").order_by("pk")
    }


def own_roles() -> QuerySet[CustomRole]:
    """The company's own roles, each with `people`: how many who work here have it."""
    working = Count("agents", filter=Q(agents__deactivated_at__isnull=True))
    return CustomRole.objects.annotate(people=working).order_by("name")


def people_by_role() -> dict[str, int]:
    """How many who work here have each built-in role."""
    rows = active_agents().filter(custom_role=None).order_by().values_list("role").annotate(Count("pk"))
    return {str(role): count for role, count in rows}


def whom_to_ask() -> Agent | None:
    """Who lets people in, for the line under the sign-in form: the owner who was here first."""
    return owners().order_by("id").first()
