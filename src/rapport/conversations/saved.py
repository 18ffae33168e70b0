"""Reading saved views: whose column shows which, and who may change them."""

from django.db.models import Q, QuerySet

from rapport.conversations.arrangements import SavedView
from rapport.conversations.types import Audience
from rapport.customers.segments.models import Segment
from rapport.customers.segments.queries import mentions
from rapport.team.models import Agent
from rapport.team.types import Permission


def views_of(agent: Agent) -> QuerySet[SavedView]:
    """The views this agent has: their own, those of their teams and everyone's, in their order."""
    of_teams = Q(audience=Audience.TEAM, team__in=agent.teams.order_by().values("pk"))
    shown = Q(audience=Audience.PERSON, by=agent) | of_teams | Q(audience=Audience.EVERYONE)
    return SavedView.objects.filter(shown, removed_at=None)


def may_share_with(audience: str, agent: Agent) -> bool:
    """Whoever answers may share with a team; a view for everyone is made by those who see everything."""
    needed = {Audience.PERSON: Permission.READ, Audience.TEAM: Permission.REPLY}
    return agent.may(needed.get(Audience(audience), Permission.SEE_EVERYTHING))


def may_change(view: SavedView, agent: Agent) -> bool:
    """Their own; shared ones also by those who see everything."""
    if view.audience == Audience.PERSON:
        return view.by_id == agent.pk
    return (view.by_id == agent.pk and may_share_with(view.audience, agent)) or agent.may(Permission.SEE_EVERYTHING)


def views_asking_for(segment: Segment) -> list[str]:
    """The names of views that ask for the customers of this segment."""
    views = SavedView.objects.filter(removed_at=None).values_list("name", "filter")
    return [name for name, filter_ in views if mentions(filter_, segment.pk)]
