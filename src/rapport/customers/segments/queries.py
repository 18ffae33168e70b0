"""Who is in a segment, how many there are, and what is made of it."""

from collections.abc import Callable, Sequence
from contextvars import ContextVar
from datetime import timedelta
from typing import Any

from django.db.models import Q, QuerySet

from rapport.backbone.filtering import FilterError
from rapport.backbone.filtering.comparing import NOTHING
from rapport.customers.models import Customer
from rapport.customers.queries import visible_to
from rapport.customers.segments.counting import number_of
from rapport.customers.segments.filters import CustomerFilter
from rapport.customers.segments.models import Segment, SegmentKind, SegmentMember
from rapport.kit import clock
from rapport.team.models import Agent
from rapport.team.types import Permission

# How long a count is good enough for a list.
_COUNT_LASTS = timedelta(minutes=10)
# Segments made of segments made of segments: deeper nobody thinks.
_DEEPEST = 5
_depth: ContextVar[int] = ContextVar("depth", default=0)

# What is made of segments, by the rooms that make it: (segment) -> names of views, rules, promises.
_uses: list[Callable[[Segment], Sequence[str]]] = []


def present() -> QuerySet[Segment]:
    return Segment.objects.filter(removed_at=None)


def segments_visible_to(agent: Agent) -> QuerySet[Segment]:
    """Every segment that is there, for whoever may see customers."""
    return present() if agent.may(Permission.READ) else present().none()


def condition_of(segment: Segment, agent: Any = None) -> Q:
    """Who is in it, as a condition on customers. Nobody, where its filter makes no sense any more."""
    if segment.is_static:
        return Q(pk__in=SegmentMember.objects.filter(segment=segment).values("customer"))
    if _depth.get() >= _DEEPEST:
        return NOTHING
    token = _depth.set(_depth.get() + 1)
    try:
        wanted = CustomerFilter.parse(segment.filter)
        return wanted.q(agent) if wanted.conditions else ~NOTHING
    except FilterError:
        return NOTHING
    finally:
        _depth.reset(token)


def members_of(segment: Segment, agent: Agent | None = None) -> QuerySet[Customer]:
    """Its customers; of one person with two records the one that has everything."""
    return Customer.objects.filter(condition_of(segment, agent), merged_into=None)


def segments_of(customer: Customer, agent: Agent) -> list[Segment]:
    """Those that this customer is in now."""
    inside = set(holding(customer.pk, agent))
    return [segment for segment in present() if segment.pk in inside]


def holding(customer: int, agent: Agent | None = None) -> list[int]:
    """The ids of the segments that a customer is in now. One query for each dynamic segment, at most 200."""
    inside = list(
        SegmentMember.objects.filter(customer=customer, segment__removed_at=None).values_list("segment", flat=True)
    )
    for segment in present().filter(kind=SegmentKind.DYNAMIC):
        if Customer.objects.filter(condition_of(segment, agent), pk=customer).exists():
            inside.append(segment.pk)
    return inside


def count(wanted: CustomerFilter, agent: Agent) -> int:
    """How many customers an agent sees of those that are meant."""
    return number_of(wanted.apply(visible_to(agent), agent))


def size_of(segment: Segment, *, now: bool = False) -> int:
    """How many are in it; counted anew when the last count is old, or when it is wanted as it is now.

    It is the same for everybody, also for those who see few conversations.
    """
    moment = clock.now()
    if now or segment.size is None or segment.counted_at is None or segment.counted_at < moment - _COUNT_LASTS:
        segment.size = number_of(members_of(segment))
        segment.counted_at = moment
        Segment.objects.filter(pk=segment.pk).update(size=segment.size, counted_at=moment)
    return segment.size


def register_use(names: Callable[[Segment], Sequence[str]]) -> None:
    """A room says what it makes of segments, so that none is removed from under it."""
    _uses.append(names)


def uses_of(segment: Segment) -> list[str]:
    """The names of whatever is made of it."""
    others = [each.name for each in present().exclude(pk=segment.pk) if mentions(each.filter, segment.pk)]
    return [*others, *(name for names in _uses for name in names(segment))]


def mentions(said: Any, pk: int) -> bool:
    """Whether a filter, as it is kept, has a line about this segment."""
    if not isinstance(said, dict):
        return False
    if "conditions" in said:
        return any(mentions(each, pk) for each in said["conditions"])
    value = said.get("value")
    return said.get("field") == "segment" and str(pk) in (map(str, value) if isinstance(value, list) else [str(value)])
