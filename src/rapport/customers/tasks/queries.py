"""Reading tasks, always from what the agent may see."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from rapport.customers.models import Customer
from rapport.customers.tasks.models import Checklist, OutreachPolicy, StartedChecklist, Task
from rapport.kit import clock
from rapport.team.models import Agent
from rapport.team.types import Permission

THE_POLICY = 1
# A heap of the page shows so many; the rest is a link away.
HEAP = 100


def visible_to(agent: Agent) -> QuerySet[Task]:
    """Every task this agent may see: those of all, as customers are everybody's."""
    return Task.objects.all() if agent.may(Permission.READ) else Task.objects.none()


def with_people(tasks: QuerySet[Task]) -> QuerySet[Task]:
    """With whatever a row shows of them."""
    return tasks.select_related("customer", "company", "assignee", "by", "done_by", "checklist")


def still_open(tasks: QuerySet[Task]) -> QuerySet[Task]:
    return tasks.filter(done_at=None)


def soonest_first(tasks: QuerySet[Task]) -> QuerySet[Task]:
    """Those without a day last; the weightiest of one moment first."""
    return tasks.order_by(F("due_at").asc(nulls_last=True), "-priority", "id")


@dataclass(frozen=True)
class Heap:
    """One part of the page: `key` overdue, today, week, later or someday."""

    key: str
    label: str | Promise
    tasks: Sequence[Task]
    count: int


_HEAPS = (
    ("overdue", _("Overdue")),
    ("today", _("Today")),
    ("week", _("Within a week")),
    ("later", pgettext_lazy("tasks", "Later")),
    ("someday", _("Without a day")),
)


def heaps(tasks: QuerySet[Task]) -> list[Heap]:
    """Open tasks by when they are due, without empty heaps: six queries at most."""
    opened = still_open(tasks)
    bounds = _bounds()
    counts = opened.aggregate(**{key: Count("pk", filter=bounds[key]) for key, _label in _HEAPS})
    shown = []
    for key, label in _HEAPS:
        if counts[key]:
            rows = soonest_first(with_people(opened.filter(bounds[key])))[:HEAP]
            shown.append(Heap(key, label, list(rows), counts[key]))
    return shown


def lately_done(tasks: QuerySet[Task], *, limit: int = 20) -> list[Task]:
    """What was done within a week, the newest first."""
    since = clock.now() - timedelta(days=7)
    return list(with_people(tasks.filter(done_at__gte=since)).order_by("-done_at")[:limit])


def due_count(agent: Agent) -> int:
    """How many of theirs are overdue or due today."""
    return Task.objects.filter(assignee=agent, done_at=None, due_at__lt=_midnight(1)).count()


def open_of(customer: Customer, *, viewer: Agent, limit: int = 20) -> list[Task]:
    return list(soonest_first(with_people(still_open(visible_to(viewer)).filter(customer=customer)))[:limit])


def policy() -> OutreachPolicy:
    """How often customers are called on, as it stands."""
    return OutreachPolicy.objects.filter(pk=THE_POLICY).first() or OutreachPolicy(pk=THE_POLICY)


def checklists() -> QuerySet[Checklist]:
    return Checklist.objects.select_related("stage").prefetch_related("items__agent")


def started_for(customer: Customer) -> list[StartedChecklist]:
    """Those under way, with how many of their tasks there are and are done. One query."""
    counted = StartedChecklist.objects.filter(customer=customer, stopped_at=None).annotate(
        total=Count("tasks"), done=Count("tasks", filter=Q(tasks__done_at__isnull=False))
    )
    return list(counted.filter(total__gt=F("done")))


def _bounds() -> dict[str, Q]:
    now, tomorrow, next_week = clock.now(), _midnight(1), _midnight(8)
    return {
        "overdue": Q(due_at__lt=now),
        "today": Q(due_at__gte=now, due_at__lt=tomorrow),
        "week": Q(due_at__gte=tomorrow, due_at__lt=next_week),
        "later": Q(due_at__gte=next_week),
        "someday": Q(due_at=None),
    }


def _midnight(days: int) -> datetime:
    day = timezone.localdate(clock.now()) + timedelta(days=days)
    return timezone.make_aware(datetime.combine(day, time.min))
