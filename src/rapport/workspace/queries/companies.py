"""Companies as lists and their own page show them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Avg, Count, Q, QuerySet
from django.db.models.functions import Lower

from rapport.conversations.models import Conversation
from rapport.conversations.queries import visible_to
from rapport.conversations.types import Status
from rapport.customers.companies.queries import called, whole
from rapport.customers.models import Company, Customer
from rapport.customers.queries import companies_visible_to
from rapport.customers.queries import visible_to as customers_visible_to
from rapport.surveys.queries import visible_to as ratings_visible_to
from rapport.team.models import Agent

PAGE = 50
PEOPLE = 12
SORTS = ("", "-name", "newest")


@dataclass(frozen=True)
class Page:
    """Some companies, each with `people_count` and `open_count`; `next` is the cursor of those that follow."""

    companies: Sequence[Company]
    next: str


@dataclass(frozen=True)
class Overview:
    """One company: who belongs to it, and how it goes with all of them together."""

    company: Company
    people: Sequence[Customer]
    people_count: int
    open: int
    closed: int
    satisfaction: float | None


def companies_in(agent: Agent, *, words: str = "", sort: str = "", cursor: str = "", owner: int = 0) -> Page:
    """By name unless said otherwise. Six queries, however many there are."""
    found = called(companies_visible_to(agent), words)
    found = found.filter(owner=owner) if owner else found
    rows = list(_behind(found.annotate(goes_by=Lower("name")), sort, _place(cursor))[: PAGE + 1])
    shown = rows[:PAGE]
    known = {row.pk: row for row in whole(Company.objects.filter(pk__in=[row.pk for row in shown]))}
    _count_open(list(known.values()), agent)
    last = shown[-1] if len(rows) > PAGE else None
    following = json.dumps([last.goes_by, last.pk], ensure_ascii=False) if last else ""
    return Page([known[row.pk] for row in shown if row.pk in known], following)


def overview(company: Company, *, viewer: Agent) -> Overview:
    """The number of queries does not depend on how much there is."""
    people = customers_visible_to(viewer).filter(company=company)
    talks = visible_to(viewer).filter(customer__company=company)
    counted = talks.order_by().aggregate(
        open=Count("pk", filter=~Q(status=Status.CLOSED)), closed=Count("pk", filter=Q(status=Status.CLOSED))
    )
    rated = ratings_visible_to(viewer).filter(customer__company=company).order_by()
    return Overview(
        company,
        list(people.select_related("owner").order_by(Lower("name"), "id")[:PEOPLE]),
        people.order_by().count(),
        counted["open"],
        counted["closed"],
        rated.aggregate(mean=Avg("score"))["mean"],
    )


def namesakes(company: Company, *, viewer: Agent) -> QuerySet[Company]:
    """Companies of the same name."""
    same = companies_visible_to(viewer).alias(lowered=Lower("name")).filter(lowered=company.name.lower())
    return same.exclude(pk=company.pk).order_by("id")[:5]


def _behind(found: Any, sort: str, place: tuple[str, int] | None) -> Any:
    if sort == "newest":
        return (found.filter(pk__lt=place[1]) if place else found).order_by("-pk")
    way, order = ("lt", "-") if sort == "-name" else ("gt", "")
    if place:
        name, pk = place
        # Said twice, so that the index is entered at the right place.
        found = found.filter(**{f"goes_by__{way}e": name})
        found = found.filter(Q(**{f"goes_by__{way}": name}) | Q(**{f"pk__{way}": pk}))
    return found.order_by(f"{order}goes_by", f"{order}pk")


def _place(cursor: str) -> tuple[str, int] | None:
    """What makes no sense is the beginning."""
    try:
        name, pk = json.loads(cursor)
    except (ValueError, TypeError, RecursionError):
        return None
    return (name, pk) if isinstance(name, str) and isinstance(pk, int) and 0 < pk < 2**62 else None


def _count_open(rows: Sequence[Company], agent: Agent) -> None:
    """Adds `open_count`, in one query for the whole page."""
    open_ones: QuerySet[Conversation] = visible_to(agent).not_closed().filter(customer__company__in=rows).order_by()
    counted = dict(open_ones.values_list("customer__company").annotate(Count("pk")))
    for row in rows:
        row.open_count = counted.get(row.pk, 0)  # type: ignore[attr-defined]
