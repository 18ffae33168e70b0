"""Rows that are asked one after another, in an order that people choose: those of a model with a `position`."""

from django.db import transaction
from django.db.models import Max, Model, QuerySet


def behind_all(rows: QuerySet[Model]) -> int:
    """The position of a new one that comes last."""
    return int(rows.aggregate(last=Max("position"))["last"] or 0) + 1


@transaction.atomic
def shift(rows: QuerySet[Model], pk: int, *, by: int) -> None:
    """Move one of these so many places up (-1) or down (1); past either end, or when it is gone, nothing happens."""
    order = list(rows.select_for_update(of=("self",)).order_by("position", "id"))
    here = next((place for place, each in enumerate(order) if each.pk == pk), None)
    if here is None or not 0 <= here + by < len(order):
        return
    order.insert(here + by, order.pop(here))
    for place, each in enumerate(order):
        each.position = place  # type: ignore[attr-defined]
    rows.model._default_manager.bulk_update(order, ["position"])
