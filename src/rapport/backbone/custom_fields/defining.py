"""Adding, changing, ordering and retiring custom fields."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from rapport.backbone.custom_fields.fieldset import FieldSet
from rapport.backbone.custom_fields.models import FieldBase
from rapport.backbone.custom_fields.types import FieldKind
from rapport.kit import clock
from rapport.kit.text import one_line

MOST_FIELDS = 50
MOST_CHOICES = 200


class CannotDefine(ValueError):
    """A field cannot be like this; the text says why. `field` names the part of the form."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field


@dataclass(frozen=True)
class Definition:
    """Everything a person says of a field. `key` and `kind` count only when it is new."""

    label: str
    kind: str
    key: str = ""
    choices: tuple[str, ...] = ()
    help: str = ""
    is_required: bool = False
    in_lists: bool = True
    is_needed_to_close: bool = False
    shown_when: int | None = None
    shown_for: tuple[str, ...] = ()


@transaction.atomic
def define(fields: FieldSet, said: Definition) -> FieldBase:
    """A new field, last in the order. Raises CannotDefine."""
    if fields.present.count() >= MOST_FIELDS:
        raise CannotDefine("label", _("There are %(most)d fields already. Retire one first.") % {"most": MOST_FIELDS})
    if said.kind not in FieldKind.values:
        raise CannotDefine("kind", _("Choose one of the kinds."))
    key = said.key or _key_from(said.label, fields)
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,39}", key):
        raise CannotDefine("key", _("A key begins with a letter and has small letters, digits and underscores only."))
    if fields.every.filter(key=key).exists():
        raise CannotDefine("key", _("Another field has this key."))
    last = fields.every.order_by("-position").values_list("position", flat=True).first()
    field = fields.field_model(key=key, kind=said.kind, position=(last or 0) + 1)
    return _described(fields, field, said)


@transaction.atomic
def redefine(fields: FieldSet, field: FieldBase, said: Definition) -> FieldBase:
    """Another label, help, choices or condition. What was said stays. Raises CannotDefine."""
    return _described(fields, field, said)


def retire(field: FieldBase) -> None:
    """Ask for it no longer; what was said stays, and `bring_back` shows it again."""
    field.retired_at = field.retired_at or clock.now()
    field.save(update_fields=["retired_at"])


def bring_back(field: FieldBase) -> None:
    field.retired_at = None
    field.save(update_fields=["retired_at"])


@transaction.atomic
def put_in_order(fields: FieldSet, ids: list[int]) -> None:
    """Those named come first, in this order; the others follow as they were."""
    rest = [field.pk for field in fields.every if field.pk not in ids]
    for position, pk in enumerate([*ids, *rest], start=1):
        fields.every.filter(pk=pk).update(position=position)


def _described(fields: FieldSet, field: Any, said: Definition) -> FieldBase:
    field.label = one_line(said.label)[:80]
    if not field.label:
        raise CannotDefine("label", _("A field needs a label."))
    choices = list(dict.fromkeys(one_line(choice)[:200] for choice in said.choices if one_line(choice)))
    if field.kind == FieldKind.CHOICE and not choices:
        raise CannotDefine("choices", _("Write at least one choice, each on a line of its own."))
    if len(choices) > MOST_CHOICES:
        raise CannotDefine("choices", _("A field can have at most %(most)d choices.") % {"most": MOST_CHOICES})
    field.choices = choices if field.kind == FieldKind.CHOICE else []
    field.help, field.is_required, field.in_lists = one_line(said.help)[:200], said.is_required, said.in_lists
    if field.is_of_what_closes:
        field.is_needed_to_close = said.is_needed_to_close
    parent = fields.present.filter(pk=said.shown_when).first() if said.shown_when else None
    if said.shown_when and (parent is None or parent.pk == field.pk or parent.shown_when_id):
        raise CannotDefine("shown_when", _("Choose another field, one that is always shown."))
    if parent and field.pk and fields.every.filter(shown_when=field.pk).exists():
        raise CannotDefine("shown_when", _("Other fields hang on this one, so it has to be shown always."))
    wanted = [one_line(choice) for choice in said.shown_for if one_line(choice)]
    if parent and not wanted:
        raise CannotDefine("shown_for", _("Write what the other field has to say, each on a line of its own."))
    field.shown_when, field.shown_for = parent, wanted if parent else []
    field.save()
    return field  # type: ignore[no-any-return]


def _key_from(label: str, fields: FieldSet) -> str:
    """A key made of the label's Latin letters; numbered where that is taken, or where there are none."""
    plain = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode().lower()
    stem = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:36]
    stem = stem if stem[:1].isalpha() else f"field_{stem}".rstrip("_")[:36]
    taken = set(fields.every.values_list("key", flat=True))
    return next(key for key in (stem, *(f"{stem}_{n}" for n in range(2, 1000))) if key not in taken)
