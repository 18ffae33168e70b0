"""An outflow out of a model, in a few lines."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db import models
from django.utils.functional import Promise

from rapport.backbone.outflow import Column, Type

AT_ONCE = 2_000

# The first that fits counts; what is none of these, such as an encrypted field, never goes out.
_TYPES: tuple[tuple[type[models.Field[Any, Any]], Type], ...] = (
    (models.BooleanField, "yes_no"),
    (models.DateTimeField, "moment"),
    (models.DateField, "day"),
    (models.DecimalField, "number"),
    (models.FloatField, "number"),
    (models.IntegerField, "whole"),
    (models.JSONField, "json"),
    (models.CharField, "text"),
)


@dataclass(frozen=True)
class Extra:
    """Columns whose values lie in other tables: `look_up` gets the keys of a chunk and answers by key."""

    columns: Callable[[], Sequence[Column]]
    look_up: Callable[[Sequence[int]], Mapping[int, Sequence[Any]]]


@dataclass(frozen=True)
class Table:
    """`fields` are separated by spaces, `name=path` where a column is called otherwise than its path."""

    kind: str
    label: str | Promise
    rows: Callable[[], models.QuerySet[Any]]
    fields: str
    since: str = ""
    extras: tuple[Extra, ...] = ()

    @cached_property
    def _named(self) -> list[tuple[str, str]]:
        """The name of each column and the path to its value."""
        return [(name, path or name) for name, _equals, path in (each.partition("=") for each in self.fields.split())]

    def columns(self) -> list[Column]:
        model = self.rows().model
        own = [Column(name, _type_of(model, path)) for name, path in self._named]
        return [*own, *(column for extra in self.extras for column in extra.columns())]

    def count(self, since: datetime | None = None) -> int:
        return self._from(since).count()

    def chunks(self, since: datetime | None = None) -> Iterator[list[Sequence[Any]]]:
        paths = [path for _name, path in self._named]
        rows = self._from(since).order_by("pk").values_list("pk", *paths)
        after: list[Sequence[Any]] = list(rows[:AT_ONCE])
        widths = [len(extra.columns()) for extra in self.extras]
        while after:
            yield self._completed(after, widths)
            after = list(rows.filter(pk__gt=after[-1][0])[:AT_ONCE]) if len(after) == AT_ONCE else []

    def _from(self, since: datetime | None) -> models.QuerySet[Any]:
        rows = self.rows()
        return rows.filter(**{f"{self.since}__gte": since}) if since and self.since else rows

    def _completed(self, rows: list[Sequence[Any]], widths: list[int]) -> list[Sequence[Any]]:
        """The rows without their key in front, with what their extras say behind."""
        if not self.extras:
            return [row[1:] for row in rows]
        keys = [row[0] for row in rows]
        looked_up = [(extra.look_up(keys), (None,) * width) for extra, width in zip(self.extras, widths, strict=True)]
        return [
            (*row[1:], *(value for found, nothing in looked_up for value in found.get(row[0], nothing))) for row in rows
        ]


def _type_of(model: type[models.Model], path: str) -> Type:
    """As the model declares it. Raises ValueError for what has no place in a table."""
    field: Any = None
    for name in path.split("__"):
        field = model._meta.pk if name == "pk" else model._meta.get_field(name)
        if field.related_model is not None:
            model = field.related_model
    if field.related_model is not None:
        field = field.target_field
    if isinstance(field, models.TextField) and type(field) is models.TextField:
        return "text"
    found = next((type_ for kind, type_ in _TYPES if isinstance(field, kind)), None)
    if found is None:
        raise ValueError(f"{path} of {model.__name__} cannot be a column of an export.")
    return found
