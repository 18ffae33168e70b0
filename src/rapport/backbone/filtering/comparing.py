"""How lines compare: moments, days, numbers, words and a company's own fields.

A custom field with few such values is asked by `pk IN (its values)`, one with many by `EXISTS`, row by row in the order
of the list: at 100,000 conversations either way is slow for the other's case, 90 ms and 200 ms against 2.
"""

from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from rapport.backbone.custom_fields.fieldset import FieldSet
from rapport.backbone.custom_fields.models import FieldBase
from rapport.backbone.filtering.reading import AGE
from rapport.kit import clock

NOTHING = Q(pk__in=[])
COMMON = 1000
_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}


def length(age: str) -> timedelta:
    """The length of time an age such as "4h" says."""
    found = AGE.fullmatch(age)
    return int(found[1]) * _UNITS[found[2]] if found else timedelta()


def moment(column: str, op: str, value: str | None) -> Q:
    """A column of moments, against a day, a moment or an age."""
    if op in ("filled", "empty"):
        return Q((f"{column}__isnull", op == "empty"))
    now = clock.now()
    if op in ("older_than", "newer_than"):
        # Newer than three days ago is not in the future.
        return Q((f"{column}__{'lt' if op == 'older_than' else 'gte'}", now - length(value or "")))
    if op == "within":
        return Q((f"{column}__lte", now + length(value or "")))
    return Q((f"{column}__lt", begins(value or ""))) if op == "before" else Q((f"{column}__gte", ends(value or "")))


def begins(said: str) -> datetime:
    """The first minute of a day, or the moment itself."""
    found = parse_datetime(said) if len(said) > 10 else None
    return found or timezone.make_aware(datetime.combine(parse_date(said) or date.min, time()))


def ends(said: str) -> datetime:
    """After a day is after its last minute."""
    return begins(said) if len(said) > 10 else begins(((parse_date(said) or date.min) + timedelta(days=1)).isoformat())


def last_moment(rows: QuerySet[Any], column: str, op: str, value: str | None, *, is_apart: bool = False) -> Q:
    """Customers by the last of what they did. `rows` are theirs, with a `customer`.

    Since a moment is asked by the moments; not since by each customer's last, which an index of customers and moments
    answers. `is_apart` says that `rows` have none that fits: then it is those before, without those since.
    """
    if op in ("filled", "empty"):
        did = Q(pk__in=rows.values("customer"))
        return did if op == "filled" else ~did
    if op in ("newer_than", "after"):
        since = clock.now() - length(value or "") if op == "newer_than" else ends(value or "")
        return Q(pk__in=rows.filter(**{f"{column}__gte": since}).values("customer"))
    until = clock.now() - length(value or "") if op == "older_than" else begins(value or "")
    if is_apart:
        before, since_then = rows.filter(**{f"{column}__lt": until}), rows.filter(**{f"{column}__gte": until})
        return Q(pk__in=before.values("customer")) & ~Q(pk__in=since_then.values("customer"))
    last = rows.values("customer").annotate(last_one=Max(column)).filter(last_one__lt=until)
    return Q(pk__in=last.values("customer"))


def how_many(rows: QuerySet[Any], op: str, value: float, *, is_apart: bool = False) -> Q:
    """Customers by how many of `rows`, which have a `customer`, are theirs; nobody is forgotten who has none.

    With `is_apart` they are counted by what narrows them, and not along an index of customers: of ten million events a
    month's are few.
    """
    if op == "at_least" and value <= 0:
        return ~NOTHING
    if value < 0:
        return NOTHING
    have = Q(pk__in=rows.values("customer"))
    if op == "at_least" and value <= 1:
        return have
    # A sum that changes nothing, and that no index is in the order of.
    counted = rows.annotate(whose=F("customer_id") + 0 if is_apart else F("customer_id"))
    counted = counted.values("whose").annotate(many=Count("pk"))
    if op == "at_least":
        return Q(pk__in=counted.filter(many__gte=value).values("whose"))
    if op == "at_most":
        return ~Q(pk__in=counted.filter(many__gt=value).values("whose"))
    return ~have if value == 0 else Q(pk__in=counted.filter(many=value).values("whose"))


def compared(column: str, op: str, value: Any) -> Q:
    """A column of numbers or of plain words."""
    if op in ("filled", "empty"):
        return Q((f"{column}__isnull", op == "empty"))
    return Q((f"{column}{ {'is': '', 'at_least': '__gte', 'at_most': '__lte'}[op] }", value))


def has_words(column: str, value: str) -> Q:
    """Each word somewhere in the column."""
    made = Q()
    for word in value.split()[:8]:
        made &= Q((f"{column}__icontains", word))
    return made


def words(column: str, op: str, value: Any) -> Q:
    """A column of words that is empty rather than null."""
    if op in ("filled", "empty"):
        return Q((column, "")) if op == "empty" else ~Q((column, ""))
    return has_words(column, value) if op == "has" else Q((f"{column}__iexact", value))


def own_field(fields: FieldSet, field: FieldBase, op: str, value: Any, *, owner: str) -> Q:
    """`owner` is what the noun that is asked for calls the one whose field it is: "pk", or "customer"."""
    values: Any = fields.values.filter(field=field)
    if op not in ("filled", "empty"):
        values = values.filter(_said(field.column, op, value))
    if values.order_by()[:COMMON].count() < COMMON:
        made = Q((f"{owner}__in", values.values("owner")))
    else:
        made = Q(Exists(values.filter(owner=OuterRef(owner))))
    return ~made if op == "empty" else made


def _said(column: str, op: str, value: Any) -> Q:
    if op == "has":
        return has_words(column, value)
    if column == "date":
        return _on_days(op, value)
    if op == "is" and isinstance(value, tuple):
        return Q((f"{column}__in", list(value)))
    return compared(column, op, value)


def _on_days(op: str, value: str) -> Q:
    today = timezone.localdate(clock.now())
    if op in ("older_than", "newer_than"):
        day = today - length(value)
        return Q(date__lt=day) if op == "older_than" else Q(date__gte=day)
    day = parse_date(value[:10]) or date.min
    return {"is": Q(date=day), "before": Q(date__lt=day), "after": Q(date__gt=day)}[op]
