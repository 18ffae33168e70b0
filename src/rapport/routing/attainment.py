"""How promises were kept: by week, by kind and by policy, always of what the agent may see."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import TruncWeek
from django.utils import timezone

from rapport.kit import clock
from rapport.routing import queries
from rapport.routing.models import Promise, ServicePolicy
from rapport.routing.types import Kind
from rapport.team.models import Agent

PERIODS = (4, 13, 26)
A_WEEK = timedelta(days=7)
STATES = ("kept", "missed")


@dataclass(frozen=True)
class Chosen:
    """Which promises: those that began in the last `weeks`, of one policy if there is one."""

    weeks: int = 13
    policy: int | None = None


@dataclass(frozen=True)
class Share:
    """Of the promises that are decided, how many were kept. `share` is None when none is."""

    kept: int = 0
    missed: int = 0

    @property
    def total(self) -> int:
        return self.kept + self.missed

    @property
    def share(self) -> float | None:
        return self.kept / self.total if self.total else None

    def __add__(self, other: "Share") -> "Share":
        return Share(self.kept + other.kept, self.missed + other.missed)


@dataclass(frozen=True)
class Summary:
    """Shares by kind: of the whole period, of each week since the first promise, newest first, and of each policy."""

    total: Mapping[str, Share]
    weeks: Mapping[date, Mapping[str, Share]]
    policies: Mapping[int | None, Mapping[str, Share]] = field(default_factory=dict)


def kept() -> Q:
    return Q(met_at__lte=F("due_at")) | Q(met_at__isnull=False, due_at=None)


def missed() -> Q:
    """Answered or given up too late, or too late already."""
    unmet = Q(met_at=None)
    late_now = unmet & Q(dropped_at=None, due_at__lte=clock.now())
    return Q(met_at__gt=F("due_at")) | unmet & Q(dropped_at__gt=F("due_at")) | late_now


def promises(agent: Agent, chosen: Chosen) -> QuerySet[Promise]:
    """Those that began in the period, decided or not."""
    found = queries.visible_to(agent).filter(started_at__gte=_midnight(first_monday(chosen)))
    return found.filter(policy=chosen.policy) if chosen.policy else found


def narrowed(
    found: QuerySet[Promise], *, kind: str = "", week: date | None = None, state: str = ""
) -> QuerySet[Promise]:
    """The promises behind one number of the page."""
    if kind in Kind.values:
        found = found.filter(kind=kind)
    if week:
        found = found.filter(started_at__gte=_midnight(week), started_at__lt=_midnight(week + A_WEEK))
    return found.filter({"kept": kept(), "missed": missed()}.get(state, kept() | missed()))


def summary(agent: Agent, chosen: Chosen) -> Summary:
    """One query, whatever the period."""
    rows = (
        promises(agent, chosen)
        .order_by()
        .annotate(week=TruncWeek("started_at"))
        .values_list("week", "kind", "policy")
        .annotate(kept=Count("pk", filter=kept()), missed=Count("pk", filter=missed()))
    )
    total: dict[str, Share] = {kind: Share() for kind in Kind.values}
    weeks: dict[date, dict[str, Share]] = {
        first_monday(chosen) + A_WEEK * number: dict(total) for number in reversed(range(chosen.weeks))
    }
    by_policy: dict[int | None, dict[str, Share]] = {}
    for week, kind, policy, n_kept, n_missed in rows:
        share = Share(n_kept, n_missed)
        total[kind] += share
        shares = weeks.setdefault(timezone.localtime(week).date(), {})
        shares[kind] = shares.get(kind, Share()) + share
        shares = by_policy.setdefault(policy, {})
        shares[kind] = shares.get(kind, Share()) + share
    return Summary(total, _since_the_first(weeks), by_policy)


def _since_the_first(weeks: Mapping[date, Mapping[str, Share]]) -> dict[date, Mapping[str, Share]]:
    """Without the weeks before anything was promised."""
    counted = [week for week, shares in weeks.items() if any(share.total for share in shares.values())]
    first = min(counted, default=None)
    return {week: shares for week, shares in weeks.items() if first is not None and week >= first}


def first_monday(chosen: Chosen) -> date:
    today = timezone.localdate(clock.now())
    return today - timedelta(days=today.weekday()) - A_WEEK * (chosen.weeks - 1)


def policy_names() -> dict[int, str]:
    return dict(ServicePolicy.objects.values_list("pk", "name"))


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
