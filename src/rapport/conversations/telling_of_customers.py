"""What conversations know of customers, for the rules of the life cycle and for how often we call on people."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db.models import Count, Max, OuterRef, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from rapport.conversations.models import Conversation, Message
from rapport.conversations.types import AuthorKind, Direction
from rapport.customers.lifecycle.signals import Signal, Values, register
from rapport.customers.tasks import frequency
from rapport.kit import clock

_DAY = 86_400.0
_DEFAULT_WINDOW = 365


def days_since_contact(customer_ids: Sequence[int]) -> Values:
    """Days since anything was written in a conversation of theirs."""
    now = clock.now()
    rows = _theirs(customer_ids).values_list("customer").annotate(Max("last_at"))
    return {pk: (now - at).total_seconds() / _DAY for pk, at in rows}


def contacts_within(customer_ids: Sequence[int], days: int) -> Values:
    """How many conversations began with them; none is 0."""
    since = clock.now() - timedelta(days=days)
    rows = _theirs(customer_ids).filter(created_at__gte=since).values_list("customer").annotate(Count("pk"))
    return dict.fromkeys(customer_ids, 0.0) | {pk: float(count) for pk, count in rows}


def contacts(customer_ids: Sequence[int]) -> Values:
    return contacts_within(customer_ids, _DEFAULT_WINDOW)


def last_rating(customer_ids: Sequence[int]) -> Values:
    """What they rated last, 1 to 5."""
    rated = _theirs(customer_ids).filter(satisfaction__isnull=False).order_by("updated_at", "pk")
    return {pk: float(score) for pk, score in rated.values_list("customer_id", "satisfaction") if score is not None}


def last_outreach(customer_ids: Sequence[int], since: datetime) -> Mapping[int, datetime]:
    """The last time each was written to in a conversation that one of us began."""
    first = Message.objects.filter(conversation=OuterRef("pk")).order_by("id")
    begun = (
        Conversation.objects.filter(customer__in=customer_ids, created_at__gte=since)
        .annotate(by=Subquery(first.values("direction")[:1]), whose=Subquery(first.values("author_kind")[:1]))
        .filter(by=Direction.OUT, whose=AuthorKind.AGENT)
    )
    return dict(begun.order_by().values_list("customer").annotate(Max("created_at")))


def register_signals() -> None:
    register(Signal("last_contact", _("Days since the last contact"), _("days"), days_since_contact, order=10))
    register(Signal("contacts", _("Conversations"), _("conversations"), contacts, within=contacts_within, order=11))
    register(Signal("last_rating", _("Last rating, 1 to 5"), "", last_rating, order=12))
    frequency.register("conversations", last_outreach)


def _theirs(customer_ids: Sequence[int]) -> QuerySet[Conversation]:
    return Conversation.objects.filter(customer__in=customer_ids, junk_at=None).order_by()
