"""Everything that belongs to a customer or a company moves to another one, in whichever room it lives, and back.

Where the other one has its own, such as a value of the same field, both stay where they are.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from django.db import models

# SQLite takes so many values in one statement, and more than these in none of ours.
_AT_ONCE = 5_000


def take_up(
    origin: models.Model, into: models.Model, *, fills: Collection[str], left_out: Collection[type[models.Model]]
) -> dict[str, Any]:
    """Everything of `origin` is `into`'s, and fills its gaps, which the caller saves. For `give_back`."""
    filled = {name: getattr(origin, name) for name in fills if getattr(origin, name) and not getattr(into, name)}
    moved = {
        name: rows for name, rows in (move(each, origin, into) for each in belongings(type(into), left_out)) if rows
    }
    for name, value in filled.items():
        setattr(into, name, value)
    return {"filled": filled, "moved": moved}


def give_back(
    before: Mapping[str, Any], origin: models.Model, into: models.Model, *, left_out: Collection[type[models.Model]]
) -> list[str]:
    """What `take_up` moved is `origin`'s again, and what it filled is empty, which the caller saves: the names of that.

    What somebody changed since stays.
    """
    fields = {name_of(field): field for field in belongings(type(into), left_out)}
    for name, rows in before["moved"].items():
        if name in fields:
            move_back(fields[name], rows, origin, into)
    emptied = [name for name, value in before["filled"].items() if getattr(into, name) == value]
    for name in emptied:
        setattr(into, name, None if name.endswith("_id") else "")
    return emptied


def belongings(noun: type[models.Model], left_out: Collection[type[models.Model]]) -> Iterator[Any]:
    """Every field, in any room, that says which of this noun something belongs to."""
    for relation in noun._meta.related_objects:
        if relation.related_model not in left_out and (relation.one_to_many or relation.one_to_one):
            yield relation.field


def name_of(field: Any) -> str:
    return f"{field.model._meta.label}.{field.name}"


def move(field: Any, origin: models.Model, into: models.Model) -> tuple[str, list[Any]]:
    """The rows that moved. Those of which the other may have only one, and has it, stay."""
    rows = field.model._base_manager.filter(**{field.name: origin})
    for others in _uniquely_beside(field):
        theirs = field.model._base_manager.filter(**{field.name: into})
        taken = set(theirs.values_list(*others)) if others else theirs.exists()
        if not others and taken:
            return name_of(field), []
        staying = [row[0] for row in rows.values_list("pk", *others) if others and row[1:] in taken]
        rows = rows.exclude(pk__in=staying)
    pks = list(rows.values_list("pk", flat=True))
    for start in range(0, len(pks), _AT_ONCE):
        field.model._base_manager.filter(pk__in=pks[start : start + _AT_ONCE]).update(**{field.name: into})
    return name_of(field), pks


def move_back(field: Any, pks: list[Any], origin: models.Model, into: models.Model) -> None:
    for start in range(0, len(pks), _AT_ONCE):
        mine = field.model._base_manager.filter(pk__in=pks[start : start + _AT_ONCE], **{field.name: into})
        mine.update(**{field.name: origin})


def _uniquely_beside(field: Any) -> Iterator[list[str]]:
    """The other fields of whatever a customer can have only one of."""
    if field.unique:
        yield []
    for constraint in field.model._meta.constraints:
        if isinstance(constraint, models.UniqueConstraint) and field.name in constraint.fields:
            yield [name for name in constraint.fields if name != field.name]
