"""What customers did, as lines of a filter: when last, and how often in the last thirty days."""

from datetime import timedelta
from functools import partial
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from rapport.backbone.filtering.comparing import how_many, last_moment
from rapport.backbone.filtering.subjects import FILLED, MOMENT, NUMBER, Subject
from rapport.customers.events.models import CustomerEvent
from rapport.customers.segments.vocabulary import Family
from rapport.kit import clock

WITHIN = timedelta(days=30)
_MOST_NAMES = 50
_WHEN = ("newer_than", "older_than", "after", "before")
_HOW_MANY = ("at_least", "at_most", "is")


def names() -> list[str]:
    """What is done at all, name by name along the index rather than among ten million rows."""
    found: list[str] = []
    last = ""
    while len(found) < _MOST_NAMES:
        name = CustomerEvent.objects.filter(name__gt=last).order_by("name").values_list("name", flat=True).first()
        if name is None:
            break
        found.append(name)
        last = name
    return found


def last_time(name: str) -> Subject:
    label = _("Event: %(name)s, last time") % {"name": name}
    return Subject(f"event.{name}", label, MOMENT, own_ops=(*_WHEN, *FILLED), means=partial(_last, name))


def count(name: str) -> Subject:
    label = _("Event: %(name)s, times in 30 days") % {"name": name}
    return Subject(f"event_count.{name}", label, NUMBER, own_ops=_HOW_MANY, means=partial(_many, name))


FAMILIES = (
    Family("event", lambda: [last_time(name) for name in names()], lambda name: last_time(name.partition(".")[2])),
    Family("event_count", lambda: [count(name) for name in names()], lambda name: count(name.partition(".")[2])),
)


def _rows(name: str) -> QuerySet[CustomerEvent]:
    return CustomerEvent.objects.order_by().filter(name=name)


def _last(name: str, op: str, value: Any, _agent: Any) -> Q:
    return last_moment(_rows(name), "at", op, value, is_apart=True)


def _many(name: str, op: str, value: Any, _agent: Any) -> Q:
    return how_many(_rows(name).filter(at__gte=clock.now() - WITHIN), op, value, is_apart=True)
