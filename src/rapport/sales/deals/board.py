"""The board: a column a stage, with what stands in it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Count, QuerySet, Sum

from rapport.kit import clock
from rapport.kit.money import Money
from rapport.sales.deals import queries
from rapport.sales.deals.models import Deal, Pipeline, Stage
from rapport.sales.deals.types import ACTIVITY_ICONS

# A column shows so many cards; the list shows the rest.
MOST_CARDS = 60
CLOSED_SHOWN = timedelta(days=30)


@dataclass(frozen=True)
class Column:
    stage: Stage
    deals: Sequence[Deal]
    count: int
    sums: Sequence[Money]

    @property
    def has_more(self) -> bool:
        return self.count > len(self.deals)

    @property
    def sums_text(self) -> str:
        return " · ".join(money.whole for money in self.sums)


def columns(pipeline: Pipeline, deals: QuerySet[Deal]) -> list[Column]:
    """What of these deals stands in each stage; of won and lost what came there in the last thirty days.

    A query for each stage, and one for all sums.
    """
    since = clock.now() - CLOSED_SHOWN
    here = deals.filter(pipeline=pipeline)
    recent = here.filter(closed_at=None) | here.filter(closed_at__gte=since)
    sums = _sums(recent)
    shown = queries.with_next_activity(recent).select_related("customer", "company", "owner", "stage")
    made = []
    for stage in pipeline.stages.all():
        order = ("place", "id") if stage.is_open else ("-closed_at", "-id")
        cards = list(shown.filter(stage=stage).order_by(*order)[:MOST_CARDS])
        count, amounts = sums.get(stage.pk, (0, []))
        made.append(Column(stage, cards, count, amounts))
    return made


def next_icon(deal: Any) -> str:
    """Of what is to be done next, where `with_next_activity` looked."""
    return ACTIVITY_ICONS.get(deal.next_kind or "", "")


def _sums(deals: QuerySet[Deal]) -> dict[int, tuple[int, list[Money]]]:
    rows: Iterable[tuple[int, str, int, int]] = (
        deals.order_by().values_list("stage_id", "currency").annotate(Count("pk"), Sum("amount"))
    )
    found: dict[int, tuple[int, list[Money]]] = {}
    for stage, currency, count, amount in sorted(rows, key=lambda row: (-row[2], row[1])):
        so_far, sums = found.get(stage, (0, []))
        found[stage] = (so_far + count, [*sums, *([Money(int(amount), currency)] if amount else [])])
    return found
