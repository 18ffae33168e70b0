"""The list of deals: narrowed, sorted by any column, a page at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F, QuerySet
from django.db.models.functions import Lower
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from rapport.sales.deals import queries
from rapport.sales.deals.models import Deal

PAGE = 50
FURTHEST = 200
_ORDERS: dict[str, Any] = {
    "title": Lower("title"),
    "who": Lower("company__name"),
    "stage": F("stage__position"),
    "amount": F("amount"),
    "close": F("expected_close"),
    "owner": Lower("owner__name"),
    "opened": F("opened_at"),
}


@dataclass(frozen=True)
class Head:
    label: str
    address: str
    aria: str
    is_number: bool = False


@dataclass(frozen=True)
class Listed:
    deals: Sequence[Deal]
    number: int
    has_next: bool


def narrowed(deals: QuerySet[Deal], chosen: dict[str, Any]) -> QuerySet[Deal]:
    """By what was chosen in the filters; None chooses everything."""
    for name in ("pipeline", "owner", "stage"):
        if chosen.get(name):
            deals = deals.filter(**{name: chosen[name]})
    deals = queries.having_status(deals, chosen.get("status") or "")
    deals = queries.closing_between(deals, chosen.get("closes_from"), chosen.get("closes_until"))
    return queries.called(deals, chosen["q"]) if chosen.get("q") else deals


def listed(deals: QuerySet[Deal], *, sort: str, number: int) -> Listed:
    """A page of them; two queries, however many there are."""
    name = sort.lstrip("-")
    order = _ORDERS.get(name, _ORDERS["opened"])
    by = order.desc(nulls_last=True) if sort.startswith("-") or name not in _ORDERS else order.asc(nulls_last=True)
    shown = queries.with_next_activity(deals).select_related(*queries.RELATED).order_by(by, "-id")
    number = min(max(1, number), FURTHEST)
    rows = list(shown[(number - 1) * PAGE : number * PAGE + 1])
    return Listed(rows[:PAGE], number, len(rows) > PAGE and number < FURTHEST)


def heads(sort: str, here: dict[str, str]) -> list[Head]:
    """The columns, each with where it is sorted by, or by the other way round."""
    labels = (
        ("title", _("Deal"), False), ("who", _("Company and customer"), False), ("stage", _("Stage"), False),
        ("amount", _("Amount"), True), ("close", _("Expected close"), False), ("owner", _("Owner"), False),
        ("opened", _("Opened"), False),
    )  # fmt: skip
    made = []
    for name, label, is_number in labels:
        aria = {name: "ascending", f"-{name}": "descending"}.get(sort, "")
        other = f"-{name}" if sort == name or (is_number and sort != f"-{name}") else name
        made.append(Head(label, urlencode({**here, "sort": other}), aria, is_number))
    return made
