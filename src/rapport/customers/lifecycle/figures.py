"""How many stand where, how many moved, how many went on from stage to stage, and who stayed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from django.db.models import Count, Min, Q
from django.db.models.functions import TruncMonth
from django.utils import timezone

from rapport.customers.lifecycle.models import Stage, StageEntry, Standing
from rapport.customers.lifecycle.queries import stages
from rapport.kit import clock

MONTHS = 12
NEW = "new"


@dataclass(frozen=True)
class Step:
    """A stage of the funnel: who stands there, and their share of all who stand somewhere."""

    stage: Stage
    count: int
    share: float


@dataclass(frozen=True)
class Passage:
    """How many who came into a stage in the last twelve months went on into another."""

    origin: Stage
    entered: int
    onward: Sequence[tuple[Stage, int, float]]
    stayed: int


@dataclass(frozen=True)
class Cohort:
    """Who became new in one month, and the share still active after 0, 1, 2... months; None for months to come."""

    month: date
    size: int
    shares: Sequence[float | None]


def funnel() -> list[Step]:
    """Everybody who stands somewhere. Two queries."""
    counted = Standing.objects.filter(customer__merged_into=None).order_by().values_list("stage").annotate(Count("pk"))
    counts = dict(counted)
    total = sum(counts.values())
    return [
        Step(stage, counts.get(stage.pk, 0), counts.get(stage.pk, 0) / total if total else 0.0) for stage in stages()
    ]


def months() -> list[date]:
    """The first days of the last twelve months, oldest first, this one included."""
    today = timezone.localdate(clock.now())
    return [_later(today.replace(day=1), number - MONTHS + 1) for number in range(MONTHS)]


def moves() -> list[tuple[date, dict[int, int]]]:
    """How many came into each stage in each of the last twelve months. One query."""
    listed = months()
    rows = (
        StageEntry.objects.filter(since__gte=_midnight(listed[0]))
        .order_by()
        .annotate(month=TruncMonth("since"))
        .values_list("month", "stage")
        .annotate(count=Count("pk"))
    )
    found: dict[date, dict[int, int]] = {month: {} for month in listed}
    for month, stage, count in rows:
        day = timezone.localdate(month).replace(day=1)
        if day in found:
            found[day][stage] = count
    return list(found.items())


def passages() -> list[Passage]:
    """Where those went on to who came into a stage within twelve months. Two queries."""
    since = _midnight(months()[0])
    recent = StageEntry.objects.filter(since__gte=since).order_by()
    entered = dict(recent.values_list("stage").annotate(Count("pk")))
    stayed = dict(recent.filter(until=None).values_list("stage").annotate(Count("pk")))
    onward = recent.exclude(origin=None).values_list("origin", "stage").annotate(count=Count("pk"))
    by_pk = {stage.pk: stage for stage in stages()}
    gone: dict[int, list[tuple[Stage, int]]] = {}
    for origin, stage, count in onward:
        gone.setdefault(origin, []).append((by_pk[stage], count))
    return [
        Passage(stage, entered.get(pk, 0), _shared(gone.get(pk, []), stayed.get(pk, 0)), stayed.get(pk, 0))
        for pk, stage in by_pk.items()
        if entered.get(pk) or gone.get(pk)
    ]


def cohorts() -> list[Cohort]:
    """Those who became new, by month, newest first: one query a month, and one for their sizes."""
    active = [stage.pk for stage in stages() if stage.is_active]
    listed, now = months(), clock.now()
    made = []
    for place, month in enumerate(listed):
        firsts = _became_new(month, _later(month, 1))
        ends = [min(_midnight(_later(month, number + 1)), now) for number in range(MONTHS - place)]
        standing = {
            f"after{number}": Count("customer", distinct=True, filter=Q(since__lt=end) & (_open_at(end)))
            for number, end in enumerate(ends)
        }
        theirs = StageEntry.objects.filter(customer__in=firsts.values("customer"), stage__in=active)
        counts, size = theirs.aggregate(**standing), firsts.count()
        if size:
            shares = [counts[f"after{number}"] / size for number in range(len(ends))]
            made.append(Cohort(month, size, [*shares, *[None] * (MONTHS - len(shares))]))
    return made[::-1]


def _became_new(since: date, until: date):  # type: ignore[no-untyped-def]  # the stubs know no grouped queryset
    """Who stood in "new" for the first time in this month."""
    firsts = StageEntry.objects.filter(stage__key=NEW).order_by().values("customer").annotate(first=Min("since"))
    return firsts.filter(first__gte=_midnight(since), first__lt=_midnight(until))


def _open_at(moment: datetime) -> Q:
    return Q(until=None) | Q(until__gte=moment)


def _shared(gone: list[tuple[Stage, int]], stayed: int) -> list[tuple[Stage, int, float]]:
    """With shares of all who either stayed or went on."""
    total = sum(count for _stage, count in gone) + stayed
    ranked = sorted(gone, key=lambda each: -each[1])
    return [(stage, count, count / total) for stage, count in ranked]


def _later(month: date, by: int) -> date:
    year, index = divmod(month.year * 12 + month.month - 1 + by, 12)
    return date(year, index + 1, 1)


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
