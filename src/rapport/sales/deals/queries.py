"""Reading deals, always from what the agent may see."""

from collections.abc import Iterable
from datetime import date

from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from rapport.sales.deals.models import Activity, CloseReason, Deal, Pipeline, SalesSettings, Stage
from rapport.sales.deals.types import CLOSED_KINDS, OPEN_KINDS, Status
from rapport.team.models import Agent
from rapport.team.types import Permission

RELATED = ("customer", "company", "stage", "owner", "pipeline")


def visible_to(agent: Agent) -> QuerySet[Deal]:
    """Every deal this agent may see."""
    return Deal.objects.all() if agent.may(Permission.READ) else Deal.objects.none()


def pipelines() -> QuerySet[Pipeline]:
    return Pipeline.objects.prefetch_related("stages")


def settings() -> SalesSettings:
    """As they are, or as they begin."""
    return SalesSettings.objects.first() or SalesSettings()


def open_stages(pipeline: Pipeline) -> list[Stage]:
    return [stage for stage in pipeline.stages.all() if stage.is_open]


def end_of(pipeline: Pipeline, kind: str) -> Stage:
    """The stage of those that are won, or lost."""
    return next(stage for stage in pipeline.stages.all() if stage.kind == kind)


def reasons(outcome: str = "") -> QuerySet[CloseReason]:
    """Those that can be chosen."""
    chosen = CloseReason.objects.filter(is_retired=False)
    return chosen.filter(outcome=outcome) if outcome else chosen


def having_status(deals: QuerySet[Deal], status: str) -> QuerySet[Deal]:
    if status == Status.OPEN:
        return deals.filter(stage__kind__in=OPEN_KINDS)
    return deals.filter(stage__kind=status) if status in CLOSED_KINDS else deals


def closing_between(deals: QuerySet[Deal], first: date | None, last: date | None) -> QuerySet[Deal]:
    """By their expected close, both days included; one that is open ended takes any."""
    if first:
        deals = deals.filter(expected_close__gte=first)
    return deals.filter(expected_close__lte=last) if last else deals


def called(deals: QuerySet[Deal], words: str) -> QuerySet[Deal]:
    """Those whose title, number, customer or company holds these words, each word somewhere."""
    for word in words.split()[:8]:
        deals = deals.filter(
            Q(title__icontains=word)
            | Q(reference__icontains=word)
            | Q(company__name__icontains=word)
            | Q(customer__name__icontains=word)
            | Q(customer__email__icontains=word)
        )
    return deals


def with_next_activity(deals: QuerySet[Deal]) -> QuerySet[Deal]:
    """Each with what is to be done next: `next_kind`, `next_title` and `next_due`, null where nothing is planned."""
    planned = Activity.objects.filter(deal=OuterRef("pk"), done_at=None).order_by(
        F("due_at").asc(nulls_last=True), "id"
    )[:1]
    return deals.annotate(
        next_kind=Subquery(planned.values("kind")),
        next_title=Subquery(planned.values("title")),
        next_due=Subquery(planned.values("due_at")),
    )


def sources(deals: QuerySet[Deal]) -> Iterable[str]:
    """What was said of where deals come from, to choose from again."""
    return deals.exclude(source="").order_by("source").values_list("source", flat=True).distinct()[:50]
