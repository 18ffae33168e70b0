"""What belongs to a record, in whichever room it lives: whatever has a foreign key to it."""

from collections.abc import Collection, Iterator
from typing import Any

from django.db import models


def keys_to(noun: type[models.Model], *, but: Collection[type[models.Model]] = ()) -> Iterator[Any]:
    """Every field, in any room, that says which of this noun something belongs to. `but` are models left out."""
    for relation in noun._meta.get_fields(include_hidden=True):
        is_theirs = relation.auto_created and (relation.one_to_many or relation.one_to_one)
        if is_theirs and relation.related_model not in but:
            yield relation.field  # type: ignore[union-attr]


def with_belongings(
    noun: type[models.Model], pks: Collection[int], *, but: Collection[type[models.Model]] = ()
) -> set[int]:
    """Those of `pks` to which something belongs. One query a field, however many they are."""
    found: set[int] = set()
    for field in keys_to(noun, but=but) if pks else ():
        # One row each, however much belongs to it: an article may stand in a million lines.
        theirs = models.Exists(field.model._base_manager.filter(**{field.name: models.OuterRef("pk")}))
        found.update(noun._base_manager.filter(theirs, pk__in=pks).values_list("pk", flat=True))
    return found
