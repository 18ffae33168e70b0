"""A customer, as the panel beside a thread and the customer page show them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Avg, Count, Max, Q
from django.utils import timezone
from django.utils.formats import date_format

from rapport.conversations.models import Conversation
from rapport.conversations.queries import COUNT_CAP, visible_to
from rapport.conversations.types import Status
from rapport.customers.models import Customer, Identity
from rapport.customers.queries import identities_of
from rapport.kit import clock
from rapport.surveys.models import Rating
from rapport.surveys.queries import visible_to as ratings_visible_to
from rapport.team.models import Agent
from rapport.workspace.queries.channels import Face, face_of
from rapport.workspace.queries.lists import shown

PREVIOUS = 5


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


@dataclass(frozen=True)
class Figures:
    open: int
    closed: int
    ratings: int
    satisfaction: float | None
    last_at: datetime | None


def figures(customer: Customer, *, viewer: Agent) -> Figures:
    talks = visible_to(viewer).filter(customer=customer).order_by()
    counted = talks.aggregate(
        open=Count("pk", filter=~Q(status=Status.CLOSED)),
        closed=Count("pk", filter=Q(status=Status.CLOSED)),
        last=Max("last_at"),
    )
    rated = ratings_visible_to(viewer).filter(customer=customer).order_by().aggregate(n=Count("pk"), mean=Avg("score"))
    return Figures(counted["open"], counted["closed"], rated["n"], rated["mean"], counted["last"])


def contacts_by_month(customer: Customer, *, viewer: Agent) -> list[dict[str, Any]]:
    """How many conversations began in each of the last twelve months, oldest first, as columns. One query."""
    months = _months(timezone.localtime(clock.now()))
    talks = visible_to(viewer).standing().filter(customer=customer, last_at__gte=months[0]).order_by()
    ends = [*months[1:], None]
    filters = {
        f"m{number}": Count("pk", filter=Q(created_at__gte=start, **({"created_at__lt": end} if end else {})))
        for number, (start, end) in enumerate(zip(months, ends, strict=True))
    }
    counted = talks.aggregate(**filters)
    return [
        {"label": date_format(start, "M"), "value": counted[f"m{number}"], "current": end is None}
        for number, (start, end) in enumerate(zip(months, ends, strict=True))
    ]


def _months(now: datetime) -> list[datetime]:
    """The first moments of the last twelve months, this one's last."""
    numbers = [now.year * 12 + now.month - 1 - back for back in range(11, -1, -1)]
    zone = now.tzinfo
    return [datetime(number // 12, number % 12 + 1, 1, tzinfo=zone) for number in numbers]
