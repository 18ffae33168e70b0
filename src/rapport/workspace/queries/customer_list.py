"""The list of customers: narrowed, sorted by whatever it shows, page by page, with columns of their own fields."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet
from django.db.models.functions import Lower

from rapport.backbone.custom_fields.models import FieldBase
from rapport.backbone.custom_fields.values import in_words, plain
from rapport.conversations.queries import visible_to
from rapport.customers.fields import FIELDS
from rapport.customers.models import Customer
from rapport.customers.queries import called
from rapport.customers.queries import visible_to as customers_visible_to
from rapport.customers.segments.filters import CustomerFilter
from rapport.team.models import Agent

PAGE = 50
MOST_COLUMNS = 6
_FEW = 1000
# What every list can be sorted by; the rest are keys of own fields.
STANDING = ("name", "company", "contact")


@dataclass(frozen=True)
class Wanted:
    """What a list is to hold: `sort` is "", for newest first, or what it goes by, with a minus for the other way."""

    query: str = ""
    filter: CustomerFilter | None = None
    sort: str = ""
    columns: tuple[FieldBase, ...] = ()
    cursor: str = ""
    # The people of one company, by its id.
    company: int = 0

    @property
    def sorted_by(self) -> str:
        return self.sort.removeprefix("-")

    @property
    def is_reversed(self) -> bool:
        return self.sort.startswith("-")


@dataclass(frozen=True)
class Page:
    """Some customers, each with its `cells`; `next` is the cursor of those that follow, empty at the end."""

    people: list[Customer]
    next: str


def columns_of(keys: Sequence[str], fields: Sequence[FieldBase]) -> tuple[FieldBase, ...]:
    """The fields that these keys name, in the order of the keys."""
    known = {field.key: field for field in fields}
    return tuple(known[key] for key in dict.fromkeys(keys) if key in known)[:MOST_COLUMNS]


def customers_in(agent: Agent, wanted: Wanted, *, limit: int = PAGE) -> Page:
    """A page of those whose name, address or company says the words, and whom the filter means.

    At most five queries. Whoever says nothing of what the list is sorted by comes last, newest first.
    """
    found = everybody_in(agent, wanted).select_related("company", "owner")
    rows = _sorted(found, wanted, agent, limit + 1)
    shown = [row for row, _cursor in rows[:limit]]
    _count_conversations(shown, agent)
    _say(shown, wanted.columns)
    return Page(shown, rows[limit - 1][1] if len(rows) > limit else "")


def everybody_in(agent: Agent, wanted: Wanted) -> QuerySet[Customer]:
    """All of them, in no order."""
    customers = customers_visible_to(agent)
    way = "-" if wanted.is_reversed else ""
    by_name = customers.alias(goes_by=Lower("name")).order_by(f"{way}goes_by", f"{way}id")
    found = called(customers, wanted.query, along=by_name if wanted.sorted_by == "name" else None)
    found = wanted.filter.apply(found, agent) if wanted.filter else found
    return found.filter(company=wanted.company) if wanted.company else found


def _sorted(found: QuerySet[Customer], wanted: Wanted, agent: Agent, count: int) -> list[tuple[Customer, str]]:
    """Customers in order, each with the cursor of what follows it."""
    place = _Place.read(wanted)
    if not wanted.sort:
        return _newest(found, place, count)
    field = next((each for each in FIELDS.present if each.key == wanted.sorted_by), None)
    rows: list[tuple[Customer, str]] = []
    if not place.is_in_rest:
        if wanted.sorted_by == "contact":
            rows = _by_contact(found, wanted, agent, place, count)
        elif wanted.sorted_by in STANDING:
            rows = _by_column(found, wanted, place, count)
        else:
            rows = _by_field(found, field, wanted, place, count)
    if len(rows) < count:
        rest = _saying_nothing(found, field, wanted, agent)
        rows += _newest(rest, place if place.is_in_rest else _Place(), count - len(rows))
    return rows


@dataclass(frozen=True)
class _Place:
    """Behind which row a page begins: what that row says, and its id. In the rest nobody says anything."""

    value: Any = None
    pk: int = 0

    @property
    def is_in_rest(self) -> bool:
        return self.value is None and self.pk > 0

    @classmethod
    def read(cls, wanted: Wanted) -> "_Place":
        """What makes no sense is the beginning."""
        try:
            value, pk = json.loads(wanted.cursor)
            return cls(value, int(pk)) if isinstance(value, (str, bool, type(None))) and 0 < int(pk) < 2**62 else cls()
        except (ValueError, TypeError, RecursionError):
            return cls()

    @staticmethod
    def written(value: Any, pk: int) -> str:
        said = value if isinstance(value, (bool, type(None))) else str(plain(value))
        return json.dumps([said, pk], ensure_ascii=False)


def _newest(found: QuerySet[Customer], place: _Place, count: int) -> list[tuple[Customer, str]]:
    found = found.filter(pk__lt=place.pk) if place.pk else found
    return [(each, _Place.written(None, each.pk)) for each in found.order_by("-id")[:count]]


def _by_column(found: QuerySet[Customer], wanted: Wanted, place: _Place, count: int) -> list[tuple[Customer, str]]:
    column = {"name": "name", "company": "company__name"}[wanted.sorted_by]
    said = found.filter(~Q(name="") if column == "name" else Q(company__isnull=False)).annotate(goes_by=Lower(column))
    rows = _behind(said, "goes_by", "id", place.value, place, wanted)[:count]
    return [(each, _Place.written(each.goes_by, each.pk)) for each in rows]


def _by_contact(
    found: QuerySet[Customer], wanted: Wanted, agent: Agent, place: _Place, count: int
) -> list[tuple[Customer, str]]:
    """Along the list of all conversations: each customer at the last of theirs that the agent sees, the latest first.

    With a minus it is the other way round, as for every column: first whoever was not heard of for longest.
    """
    talks = visible_to(agent).order_by()
    later = talks.filter(customer=OuterRef("customer"), last_at__gte=OuterRef("last_at"))
    later = later.filter(Q(last_at__gt=OuterRef("last_at")) | Q(pk__gt=OuterRef("pk")))
    last = talks.filter(~Exists(later))
    if wanted.query or wanted.filter or wanted.company:
        # Few are looked up one by one; many are met soon on the way down the list: 600 ms against 20 for a fifteenth.
        few = list(found.order_by().values_list("pk", flat=True)[:_FEW])
        whose = found.order_by().filter(pk=OuterRef("customer"))
        last = last.filter(customer__in=few) if len(few) < _FEW else last.filter(Exists(whose))
    else:
        last = last.filter(customer__merged_into=None)
    try:
        at = datetime.fromisoformat(place.value) if place.pk else None
    except (ValueError, TypeError):
        at, place = None, _Place()
    # Latest first is how everybody means it: the sign is the other way round here.
    turned = Wanted(sort=wanted.sort.removeprefix("-") if wanted.is_reversed else f"-{wanted.sort}")
    rows = _behind(last, "last_at", "pk", at, place, turned)[:count]
    rows = list(rows.values_list("customer_id", "last_at", "pk"))
    people_ = found.in_bulk([pk for pk, _at, _talk in rows])
    return [(people_[pk], _Place.written(at.isoformat(), talk)) for pk, at, talk in rows if pk in people_]


def _by_field(
    found: QuerySet[Customer], field: Any, wanted: Wanted, place: _Place, count: int
) -> list[tuple[Customer, str]]:
    """Along the index of the field's values, which is in their order already."""
    values = FIELDS.values.filter(**{"field": field, f"{field.column}__isnull": False})
    if wanted.query or wanted.filter:
        values = values.filter(owner__in=found.order_by().values("pk"))
    try:
        value = _typed(field.column, place.value)
    except (ValueError, InvalidOperation):
        place = _Place()
        value = None
    rows = list(
        _behind(values, field.column, "owner_id", value, place, wanted).values_list("owner_id", field.column)[:count]
    )
    people_ = found.in_bulk([owner for owner, _value in rows])
    return [(people_[owner], _Place.written(value, owner)) for owner, value in rows if owner in people_]


def _behind(rows: Any, column: str, pk: str, value: Any, place: _Place, wanted: Wanted) -> Any:
    way, order = ("lt", "-") if wanted.is_reversed else ("gt", "")
    if place.pk:
        # Said twice, so that the index is entered at the right place: by the first, and left by the second.
        rows = rows.filter(**{f"{column}__{way}e": value})
        rows = rows.filter(Q(**{f"{column}__{way}": value}) | Q(**{f"{pk}__{way}": place.pk}))
    return rows.order_by(f"{order}{column}", f"{order}{pk}")


def _typed(column: str, said: Any) -> Any:
    if said is None or column == "text":
        return said
    readers: dict[str, Any] = {"number": Decimal, "date": date.fromisoformat, "boolean": bool}
    return readers[column](said)


def _saying_nothing(
    found: QuerySet[Customer], field: FieldBase | None, wanted: Wanted, agent: Agent
) -> QuerySet[Customer]:
    if wanted.sorted_by == "contact":
        return found.filter(~Exists(visible_to(agent).filter(customer=OuterRef("pk")).order_by()))
    if wanted.sorted_by == "name":
        return found.filter(name="")
    if wanted.sorted_by == "company":
        return found.filter(company=None)
    return found.filter(~Exists(FIELDS.values.filter(field=field, owner=OuterRef("pk"))))


def _say(rows: Sequence[Customer], columns: Sequence[FieldBase]) -> None:
    """Adds `cells`: what each column says, in words. One query."""
    said = FIELDS.said_of_many([each.pk for each in rows], [field.key for field in columns]) if columns else {}
    for each in rows:
        values = said.get(each.pk, {})
        each.cells = [(field, in_words(values.get(field.key))) for field in columns]  # type: ignore[attr-defined]


def _count_conversations(rows: Sequence[Customer], agent: Agent) -> None:
    """Adds `talk_count` and `last_talk_at`, in one query for the whole page."""
    talks = visible_to(agent).filter(customer__in=rows).order_by().values_list("customer")
    counted = {pk: (count, last) for pk, count, last in talks.annotate(Count("pk"), Max("last_at"))}
    for person in rows:
        person.talk_count, person.last_talk_at = counted.get(person.pk, (0, None))  # type: ignore[attr-defined]
