"""Which calls an agent sees, and whether anybody can be rung up."""

from datetime import timedelta

from django.db.models import Q, QuerySet

from rapport.channels.callers import Call, CallState
from rapport.channels.models import Channel
from rapport.channels.queries import all_channels
from rapport.channels.seam import kinds
from rapport.conversations.queries import visible_to
from rapport.kit import clock
from rapport.team.models import Agent
from rapport.team.types import Visibility

# A call whose end nobody told us of is over by then.
LONGEST_CALL = timedelta(hours=4)
_MOST = 20


def calls_visible_to(agent: Agent) -> QuerySet[Call]:
    """Calls of conversations that they see; of those without one, the calls of inboxes whose conversations they see."""
    if agent.visibility == Visibility.ALL:
        return Call.objects.all()
    seen = Q(conversation__in=visible_to(agent)) | Q(agent=agent)
    if agent.visibility != Visibility.OWN:
        teams = agent.teams.values("pk")
        seen |= Q(conversation=None) & (Q(channel__inbox__team=None) | Q(channel__inbox__team__in=teams))
    return Call.objects.filter(seen)


def calls_going_on(agent: Agent) -> list[Call]:
    """What rings, waits or is talked about now, the longest first. One query; none where nobody can call."""
    if not _phones():
        return []
    begun = calls_visible_to(agent).filter(ended_at=None, began_at__gte=clock.now() - LONGEST_CALL)
    lasting = begun.exclude(state=CallState.ENDED).select_related("customer", "conversation")
    return list(lasting.order_by("began_at", "id")[:_MOST])


def rings_by_phone() -> bool:
    """Whether there is a channel by which people are rung up."""
    return any(channel.paused_at is None for channel in _phones())


def _phones() -> list[Channel]:
    names = {name for name, kind in kinds().items() if kind.abilities.calls}
    return [channel for channel in all_channels() if channel.kind in names]
