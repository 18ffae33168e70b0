"""Which policy and which hours a conversation has, and what happened in it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Self

from django.db.models import Prefetch, Q, QuerySet

from rapport.conversations import queries as conversations
from rapport.conversations.models import Closure, Conversation, Message, Snooze, Tagging
from rapport.conversations.types import AuthorKind, Direction
from rapport.customers.segments.models import Segment
from rapport.routing.calendars import hours_of
from rapport.routing.clocks import Closed, History, Said
from rapport.routing.conditions import matches
from rapport.routing.hours import Hours
from rapport.routing.models import Calendar, Holiday, Promise, Scheme, ServicePolicy, Skill, Waiting
from rapport.routing.types import Facts
from rapport.team.models import Agent


def calendars() -> QuerySet[Calendar]:
    days = Prefetch("holidays", queryset=Holiday.objects.order_by("day"))
    return Calendar.objects.prefetch_related(days, "teams", "inboxes")


def policies() -> QuerySet[ServicePolicy]:
    """All of them, in the order in which they are asked."""
    return ServicePolicy.objects.select_related("calendar")


def schemes() -> QuerySet[Scheme]:
    """All of them, in the order in which they are asked."""
    return Scheme.objects.select_related("calendar", "team")


def skills() -> QuerySet[Skill]:
    return Skill.objects.prefetch_related("tags", "inboxes", "knowledge__agent")


def queue_of(agent: Agent) -> QuerySet[Waiting]:
    """What waits for a free person and this agent may see, in the order in which it is served."""
    seen = Waiting.objects.filter(conversation__in=conversations.visible_to(agent))
    return seen.select_related("conversation__customer", "scheme", "decision").order_by(*Waiting.ORDER)


@dataclass(frozen=True)
class Setup:
    """Policies and calendars as they stand, read once for many conversations."""

    policies: Sequence[ServicePolicy]
    calendars: Sequence[Calendar]
    _hours: dict[int | None, Hours] = field(default_factory=dict, compare=False)

    @classmethod
    def load(cls) -> Self:
        """A constant number of queries; one when nothing is promised to anybody."""
        in_use = list(ServicePolicy.objects.filter(is_on=True))
        return cls(in_use, list(calendars()) if in_use else [])

    def policy_for(self, facts: Facts) -> ServicePolicy | None:
        return next((policy for policy in self.policies if matches(policy.conditions, facts)), None)

    def calendar_for(self, policy: ServicePolicy | Scheme, facts: Facts) -> Calendar | None:
        """Its own, else the team's, else the inbox's, else the default; None: every hour counts."""
        by_pk = {calendar.pk: calendar for calendar in self.calendars}
        if policy.calendar_id in by_pk:
            return by_pk[policy.calendar_id]
        of_team = (one for one in self.calendars if facts.team in {team.pk for team in one.teams.all()})
        of_inbox = (one for one in self.calendars if facts.inbox in {inbox.pk for inbox in one.inboxes.all()})
        default = (one for one in self.calendars if one.is_default)
        return next(of_team, None) or next(of_inbox, None) or next(default, None)

    def hours_for(self, policy: ServicePolicy | Scheme, facts: Facts) -> Hours:
        calendar = self.calendar_for(policy, facts)
        key = calendar.pk if calendar else None
        if key not in self._hours:
            self._hours[key] = hours_of(calendar)
        return self._hours[key]


def facts_of(conversation: Conversation) -> Facts:
    """One query."""
    tags = Tagging.objects.filter(conversation=conversation).values_list("tag_id", flat=True)
    return Facts(
        inbox=conversation.inbox_id,
        channel=conversation.channel,
        priority=conversation.priority,
        team=conversation.team_id,
        tags=frozenset(tags),
        customer=conversation.customer_id,
        conversation=conversation.pk,
    )


def history_of(conversation: Conversation) -> History:
    """Three queries, however long it is."""
    theirs = Q(direction=Direction.IN)
    ours = Q(direction=Direction.OUT, author_kind=AuthorKind.AGENT, forwards=None)
    spoken = Message.objects.filter(theirs | ours, conversation=conversation, is_automatic=False).order_by(
        "created_at", "id"
    )
    if conversation.moved_in_at:
        # What was said elsewhere was promised by somebody else.
        spoken = spoken.filter(created_at__gt=conversation.moved_in_at)
    closures = Closure.objects.filter(conversation=conversation).order_by("at")
    snoozes = Snooze.objects.filter(conversation=conversation).order_by("at")
    return History(
        said=[
            Said(pk, at, direction == Direction.OUT)
            for pk, at, direction in spoken.values_list("pk", "created_at", "direction")
        ],
        closed=[
            Closed(at, reopened_at, by is not None)
            for at, reopened_at, by in closures.values_list("at", "reopened_at", "reopened_by")
        ],
        snoozed=list(snoozes.values_list("at", "woken_at")),
        waits=conversation.waiting_since is not None,
    )


def visible_to(agent: Agent) -> QuerySet[Promise]:
    """Every promise this agent may see: those of the conversations they may see."""
    return Promise.objects.filter(conversation__in=conversations.visible_to(agent))


def promises_of(conversation: Conversation) -> list[Promise]:
    """What was promised in it, oldest first, each with its policy. One query."""
    return list(Promise.objects.filter(conversation=conversation).select_related("policy"))


def policies_asking_for(segment: Segment) -> list[str]:
    """The names of promises that are made to the customers of this segment."""
    asked = ServicePolicy.objects.values_list("name", "conditions")
    return [name for name, conditions in asked if str(segment.pk) in conditions.get("segment", ())]
