"""Columns of an export whose values lie in other tables."""

from collections.abc import Callable, Sequence
from typing import Any

from django.db.models import QuerySet

from rapport.backbone.custom_fields.fieldset import FieldSet
from rapport.backbone.custom_fields.types import FieldKind
from rapport.backbone.outflow import Column, Type
from rapport.backbone.outflow.tables import Extra

OWN = "fields."
_TYPES: dict[str, Type] = {FieldKind.NUMBER: "number", FieldKind.DATE: "day", FieldKind.YES_NO: "yes_no"}


def own_fields(fields: FieldSet) -> Extra:
    """A column for each of the company's own fields, retired ones too: `fields.contract`."""

    def columns() -> list[Column]:
        return [Column(f"{OWN}{field.key}", _TYPES.get(field.kind, "text")) for field in fields.every]

    def look_up(keys: Sequence[int]) -> dict[int, list[Any]]:
        places = {pk: place for place, pk in enumerate(fields.every.values_list("pk", flat=True))}
        found: dict[int, list[Any]] = {}
        if not places:
            return found
        rows = fields.values.filter(owner__in=keys).values_list("owner_id", "field_id", *fields.value_model.COLUMNS)
        for owner, field, *said in rows:
            row = found.setdefault(owner, [None] * len(places))
            row[places[field]] = next((each for each in said if each is not None), None)
        return found

    return Extra(columns, look_up)


def lists(rows: Callable[[], QuerySet[Any]], *, owner: str, value: str, name: str) -> Extra:
    """One column with all the texts that belong to a row, such as its tags; `owner` and `value` are paths."""

    def look_up(keys: Sequence[int]) -> dict[int, list[Any]]:
        found: dict[int, list[Any]] = {}
        pairs = rows().filter(**{f"{owner}__in": keys}).order_by("pk").values_list(owner, value)
        for pk, each in pairs:
            found.setdefault(pk, [[]])[0].append(str(each))
        return found

    return Extra(lambda: [Column(name, "texts")], look_up)
