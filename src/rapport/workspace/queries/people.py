"""A customer, as the panel beside a thread and the customer page show them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Avg, Count, Q, QuerySet

from rapport.conversations.models import Conversation
from rapport.conversations.queries import COUNT_CAP, visible_to
from rapport.conversations.types import Status
from rapport.customers.models import Customer, Identity
from rapport.customers.queries import identities_of
from rapport.surveys.models import Rating
from rapport.team.models import Agent
from rapport.workspace.queries.channels import Face, face_of
from rapport.workspace.queries.lists import shown

PREVIOUS = 5
TIMELINE = 50


@dataclass(frozen=True)
class Past:
    """An earlier conversation, one line."""

    conversation: Conversation
    face: Face


@dataclass(frozen=True)
class Portrait:
    """Who the customer is and how it went so far."""

    customer: Customer
    identities: Sequence[Identity]
    previous: Sequence[Past]
    previous_count: str
    satisfaction: float | None
    ratings: Sequence[Rating]

    @property
    def trend(self) -> Sequence[Rating]:
        """The last ratings, oldest first, for the sparkline."""
        return self.ratings[::-1]


@dataclass(frozen=True)
class Moment:
    """An entry of the timeline: a conversation or a rating."""

    at: datetime
    past: Past | None = None
    rating: Rating | None = None


def portrait(customer: Customer, *, viewer: Agent, beside: Conversation | None = None) -> Portrait:
    """Everything of the panel. The number of queries does not depend on how much there is."""
    others = visible_to(viewer).filter(customer=customer, junk_at=None)
    others = others.exclude(pk=beside.pk) if beside else others
    newest = list(others.order_by("-last_at", "-id")[:PREVIOUS])
    count = len(newest) if len(newest) < PREVIOUS else others.order_by()[:COUNT_CAP].count()
    ratings = list(ratings_visible_to(viewer).filter(customer=customer).order_by("-at")[:12])
    average = sum(rating.score for rating in ratings) / len(ratings) if ratings else None
    return Portrait(
        customer=customer,
        identities=identities_of(customer)[:20],
        previous=[Past(each, face_of(each.channel)) for each in newest],
        previous_count=shown(count),
        satisfaction=average,
        ratings=ratings,
    )


def ratings_visible_to(agent: Agent) -> QuerySet[Rating]:
    """What customers answered about conversations this agent may see."""
    return Rating.objects.filter(conversation__in=visible_to(agent))


def timeline(customer: Customer, *, viewer: Agent, only: str = "") -> list[Moment]:
    """The newest conversations and ratings, newest first; `only` is "conversations" or "ratings"."""
    moments: list[Moment] = []
    if only != "ratings":
        talks = visible_to(viewer).filter(customer=customer, junk_at=None).select_related("assignee")
        talks = talks.order_by("-last_at", "-id")
        moments += [Moment(each.last_at, past=Past(each, face_of(each.channel))) for each in talks[:TIMELINE]]
    if only != "conversations":
        rated = ratings_visible_to(viewer).filter(customer=customer).select_related("conversation").order_by("-at")
        moments += [Moment(rating.at, rating=rating) for rating in rated[:TIMELINE]]
    return sorted(moments, key=lambda moment: moment.at, reverse=True)[:TIMELINE]


@dataclass(frozen=True)
class Figures:
    open: int
    closed: int
    ratings: int
    satisfaction: float | None
    since: datetime


def figures(customer: Customer, *, viewer: Agent) -> Figures:
    talks = visible_to(viewer).filter(customer=customer).order_by()
    counted = talks.aggregate(
        open=Count("pk", filter=~Q(status=Status.CLOSED)), closed=Count("pk", filter=Q(status=Status.CLOSED))
    )
    rated = ratings_visible_to(viewer).filter(customer=customer).order_by().aggregate(n=Count("pk"), mean=Avg("score"))
    return Figures(counted["open"], counted["closed"], rated["n"], rated["mean"], customer.created_at)
