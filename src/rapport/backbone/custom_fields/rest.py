"""Custom fields over HTTP: their shape, and how a wrong value is told."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pydantic import BaseModel, Field

from rapport.backbone.custom_fields.fieldset import FieldSet
from rapport.backbone.custom_fields.models import FieldBase
from rapport.backbone.custom_fields.values import NotUnderstood
from rapport.kit.rest.problems import Invalid


class FieldShape(BaseModel):
    """One of the fields that a company added of its own accord."""

    key: str = Field(description="What its values are called in `fields`; it never changes.")
    label: str
    kind: str = Field(description="text, number, choice, date, link or yes_no.")
    required: bool
    needed_to_close: bool = Field(description="Whether a conversation cannot be closed while it is empty.")
    choices: list[str]
    help: str
    shown_when: str | None = Field(description="The key of the field that decides whether this one is asked for.")
    shown_for: list[str] = Field(description="What that field has to say.")


def field_shapes(fields: FieldSet) -> list[FieldShape]:
    """Every present field, in order."""
    rows = list(fields.present)
    keys = {row.pk: row.key for row in rows}
    return [_shape(row, keys) for row in rows]


@contextmanager
def refused(place: str) -> Iterator[None]:
    """Tell a caller which value is wrong: `body.fields` becomes `body.fields.KEY`."""
    try:
        yield
    except NotUnderstood as error:
        raise Invalid.at(f"{place}.{error.key}", str(error)) from error


def _shape(row: FieldBase, keys: dict[Any, str]) -> FieldShape:
    parent = keys.get(row.shown_when_id)
    return FieldShape(
        key=row.key,
        label=row.label,
        kind=row.kind,
        required=row.is_required,
        needed_to_close=bool(getattr(row, "is_needed_to_close", False)),
        choices=row.choices,
        help=row.help,
        shown_when=parent,
        shown_for=row.shown_for if parent else [],
    )
