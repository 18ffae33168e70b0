"""String foreign keys escape the import linter, so the stairs are checked on the models as well."""

import tomllib

import pytest
from django.apps import apps

from tests import house


def stairs() -> list[list[str]]:
    """The floors, top first, as the import contract in pyproject.toml names them."""
    project = tomllib.loads((house.ROOT / "pyproject.toml").read_text())
    contracts = {contract["id"]: contract for contract in project["tool"]["importlinter"]["contracts"]}
    return [[room.strip(" ()") for room in floor.split("|")] for floor in contracts["stairs"]["layers"]]


def height(room: str) -> int:
    floors = stairs()
    return next(len(floors) - floor for floor, rooms in enumerate(floors) if room in rooms)


def our_models():
    return [model for model in apps.get_models() if model.__module__.startswith("rapport.")]


def test_every_room_has_a_floor():
    assert sorted(room for floor in stairs() for room in floor) == house.rooms()


@pytest.mark.parametrize("model", our_models(), ids=lambda model: model._meta.label)
def test_foreign_keys_point_downstairs(model):
    room = model._meta.app_label
    for field in model._meta.get_fields():
        target = field.related_model if field.is_relation and not field.auto_created else None
        if target is None or not target.__module__.startswith("rapport."):
            continue
        other = target._meta.app_label
        assert other == room or height(other) < height(room), (
            f"{model._meta.label}.{field.name} points up to {other}: keep the row in {other}, or announce an event"
        )
