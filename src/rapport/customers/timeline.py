"""Everything that happened with a customer, or with everybody of a company, newest first, whichever room knows of it.

A room registers what it knows when it starts, and reads no more of it than is asked for:

    class Orders:
        kind, label, icon = "orders", gettext_lazy("Orders"), "box"

        def entries(self, whose, *, viewer, before, limit):
            rows = older(Order.objects.filter(whose.are("customer")), before, kind=self.kind, at="placed_at")
            return [
                Entry(self.kind, row.pk, row.placed_at, icon=self.icon, title=..., customer=row.customer_id)
                for row in rows[:limit]
            ]

        def count(self, whose, *, viewer): ...

    timeline.register(Orders())
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from itertools import islice, takewhile
from typing import Any, Protocol, TypeVar

from django.core import signing
from django.db.models import Model, Q, QuerySet
from django.utils.functional import Promise

from rapport.customers.models import Company, Customer
from rapport.team.models import Agent

M = TypeVar("M", bound=Model)
PAGE = 30
# Beyond this a count is "more than": the number on a tab need not be exact.
COUNT_CAP = 1000
_SALT = "rapport.timeline"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the timeline. `kind` and `id` tell it from every other; texts are ready to be read."""

    kind: str
    id: int
    at: datetime
    icon: str
    title: str
    url: str = ""
    detail: str = ""
    # The small print: where it happened and who was there.
    where: str = ""
    # Of the round beside it: "", "good", "bad", "accent" or "note".
    tone: str = ""
    badge: str = ""
    badge_tone: str = ""
    # The id of whoever it is about, for the timeline of a company.
    customer: int | None = None

    @property
    def place(self) -> "Place":
        return Place(self.at, self.kind, self.id)


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where a page ends: by moment, then kind, then id."""

    at: datetime
    kind: str
    id: int


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose timeline it is: one customer's, or that of everybody at a company."""

    of: Customer | Company

    def are(self, field: str = "customer") -> Q:
        """The condition that this field of a row leads to one of them."""
        if isinstance(self.of, Customer):
            return Q((field, self.of))
        # Asked within the query, rather than by hundreds of ids written out.
        return Q((f"{field}__in", self.people().values("pk")))

    def people(self) -> "QuerySet[Customer]":
        if isinstance(self.of, Customer):
            return Customer.objects.filter(pk=self.of.pk).order_by()
        return Customer.objects.filter(company=self.of).order_by()

    @property
    def company(self) -> Company | None:
        return self.of if isinstance(self.of, Company) else None


class Source(Protocol):
    """What one room knows of customers. `entries` are newest first, at most `limit` of them, in one query or two."""

    @property
    def kind(self) -> str: ...

    @property
    def label(self) -> str | Promise: ...

    @property
    def icon(self) -> str: ...

    def entries(self, whose: Whose, *, viewer: Agent, before: Place | None, limit: int) -> Sequence[Entry]: ...

    def count(self, whose: Whose, *, viewer: Agent) -> int:
        """How many there are, for the tab; a number past a thousand need not be exact."""
        ...


@dataclass(frozen=True)
class Page:
    entries: Sequence[Entry]
    # What the following page is asked with; "" on the last one.
    next: str
    # Kinds that were looked for from the newest on, and of which there is nothing at all.
    missing: frozenset[str] = frozenset()


class BadCursor(ValueError):
    """This is no cursor of a timeline."""


_sources: dict[str, Source] = {}


def register(source: Source) -> None:
    _sources[source.kind] = source


def sources() -> list[Source]:
    """Every kind of thing there may be, in the order the rooms stand."""
    return list(_sources.values())


def read(
    of: Customer | Company,
    *,
    viewer: Agent,
    kinds: Sequence[str] = (),
    cursor: str = "",
    limit: int = PAGE,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Page:
    """A page of it; without `kinds` of all of them. `since` is included, `until` is not. Raises BadCursor."""
    before = _place(cursor) if cursor else Place(until, "", 0) if until else None
    asked = [source for source in sources() if not kinds or source.kind in kinds]
    whose = Whose(of)
    found = [source.entries(whose, viewer=viewer, before=before, limit=limit + 1) for source in asked]
    entries = list(islice(merge(*found, key=lambda entry: entry.place, reverse=True), limit + 1))
    if since is not None:
        entries = list(takewhile(lambda entry: entry.at >= since, entries))
    more = len(entries) > limit
    missing = (
        frozenset() if before else frozenset(each.kind for each, rows in zip(asked, found, strict=True) if not rows)
    )
    return Page(entries[:limit], _cursor(entries[limit - 1]) if more else "", missing)


def capped(rows: "QuerySet[M]") -> int:
    """How many, counted no further than a little past a thousand."""
    return rows.order_by()[: COUNT_CAP + 1].count()


def older(rows: "QuerySet[M]", before: Place | None, *, kind: str, at: str) -> "QuerySet[M]":
    """Those of one kind that come after a place, newest first; `at` names the column of the moment."""
    ordered = rows.order_by(f"-{at}", "-pk")
    if before is None:
        return ordered
    if kind > before.kind:
        return ordered.filter(**{f"{at}__lt": before.at})
    earlier = ordered.filter(**{f"{at}__lte": before.at})
    if kind < before.kind:
        return earlier
    return earlier.filter(Q(**{f"{at}__lt": before.at}) | Q(pk__lt=before.id))


def _cursor(entry: Entry) -> str:
    return signing.dumps([entry.at.isoformat(), entry.kind, entry.id], salt=_SALT)


def _place(cursor: str) -> Place:
    try:
        at, kind, pk = signing.loads(cursor, salt=_SALT)
        return Place(datetime.fromisoformat(at), str(kind), int(pk))
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise BadCursor("This is no cursor of a timeline.") from error


def shape(entry: Entry) -> dict[str, Any]:
    """As the API says it."""
    return {
        "kind": entry.kind,
        "id": entry.id,
        "at": entry.at,
        "title": entry.title,
        "detail": entry.detail,
        "where": entry.where,
        "url": entry.url,
        "customer": entry.customer,
    }
