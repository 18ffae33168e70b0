"""All custom fields of one noun: what there is, what is said of one thing, and writing it down.

FIELDS = FieldSet(ConversationField, ConversationValue)
FIELDS.put(conversation.pk, {"order": "A-17"})
FIELDS.said_of(conversation.pk)  # every field with its value, in one query
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import F, FilteredRelation, Prefetch, Q
from django.utils.translation import gettext as _

from rapport.backbone.custom_fields.models import FieldBase, ValueBase
from rapport.backbone.custom_fields.values import NotUnderstood, in_words, plain, understood
from rapport.kit import clock


@dataclass(frozen=True)
class Said:
    """A field and what it says of one thing; `applies` is whether it is asked for at all."""

    field: FieldBase
    value: Any
    applies: bool

    @property
    def words(self) -> str:
        return in_words(self.value)

    @property
    def is_missing(self) -> bool:
        """It is needed and nobody has said it."""
        return self.is_lacking and self.field.is_required

    @property
    def is_lacking(self) -> bool:
        """It is asked for and nobody has said it."""
        return self.applies and self.value is None

    @property
    def is_missing_to_close(self) -> bool:
        """Nobody has said it, and nothing is closed before."""
        return self.is_lacking and getattr(self.field, "is_needed_to_close", False)

    @property
    def written(self) -> str:
        """As a form's field wants it."""
        if isinstance(self.value, bool):
            return "yes" if self.value else "no"
        return "" if self.value is None else str(plain(self.value))


@dataclass(frozen=True)
class FieldSet:
    """The fields of a noun, from its two models."""

    field_model: type[FieldBase]
    value_model: type[ValueBase]

    @property
    def every(self) -> Any:
        """Every field, retired ones too."""
        return self.field_model._default_manager.all()

    @property
    def present(self) -> Any:
        """Those that are not retired, in their order."""
        return self.every.filter(retired_at=None)

    @property
    def values(self) -> Any:
        return self.value_model._default_manager.all()

    def said_of(self, owner: int) -> list[Said]:
        """Every present field with what it says of this one. One query."""
        columns = self.value_model.COLUMNS
        found = self.present.annotate(said=FilteredRelation("values", condition=Q(values__owner=owner)))
        rows = list(found.annotate(**{f"said_{column}": F(f"said__{column}") for column in columns}))
        values = {row.pk: next((v for v in _four(row, columns) if v is not None), None) for row in rows}
        return [Said(row, values[row.pk], _applies(row, values)) for row in rows]

    def said_of_many(self, owners: Iterable[int], keys: Sequence[str] | None = None) -> dict[int, dict[str, Any]]:
        """By owner and key, what present fields say; nothing for what nobody said. One query."""
        rows = self.values.filter(owner__in=list(owners), field__retired_at=None).select_related("field")
        rows = rows.filter(field__key__in=keys) if keys is not None else rows
        made: dict[int, dict[str, Any]] = {}
        for row in rows.order_by("field__position", "field_id"):
            made.setdefault(row.owner_id, {})[row.field.key] = row.value
        return made

    @property
    def prefetch(self) -> "Prefetch[Any]":
        """For a queryset of owners whose `plainly` will be asked: one query for all of them."""
        rows = (
            self.values.filter(field__retired_at=None).select_related("field").order_by("field__position", "field_id")
        )
        return Prefetch("field_values", queryset=rows, to_attr="said_fields")

    def plainly(self, owner: Any) -> dict[str, Any]:
        """What the present fields say of it by key, as JSON holds it."""
        if hasattr(owner, "said_fields"):
            return {row.field.key: plain(row.value) for row in owner.said_fields}
        return {key: plain(value) for key, value in self.said_of_many([owner.pk]).get(owner.pk, {}).items()}

    def saying(self, said: Mapping[str, str]) -> Any:
        """The ids of those of which each of these fields, by key, says this. Raises NotUnderstood."""
        fields = {field.key: field for field in self.every.filter(key__in=list(said))}
        made = None
        for key, words in said.items():
            if key not in fields:
                raise NotUnderstood(key, _("There is no field called %(key)s.") % {"key": key})
            value = understood(fields[key], words)
            rows = self.values.filter(field=fields[key])
            rows = rows.filter(**{fields[key].column: value}) if value is not None else rows.none()
            made = rows.values("owner") if made is None else made.filter(owner__in=rows.values("owner"))
        return made

    @transaction.atomic
    def put(self, owner: int, said: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
        """Write values down by key; nothing takes one away. Answers what changed, as (before, after).

        Raises NotUnderstood for an unknown or retired key, a value that does not fit, and for emptying a needed one.
        """
        fields = {field.key: field for field in self.present}
        before = {row.field_id: row for row in self.values.filter(owner=owner).select_related("field")}
        present = {pk: row.value for pk, row in before.items()}
        changed: dict[str, tuple[Any, Any]] = {}
        for key, words in said.items():
            field = fields.get(key)
            if field is None:
                raise NotUnderstood(key, _("There is no field called %(key)s.") % {"key": key})
            value, was = understood(field, words), present.get(field.pk)
            if value is None and was is not None and field.is_required and _applies(field, present):
                raise NotUnderstood(key, _("%(label)s is needed.") % {"label": field.label})
            if value != was:
                changed[key] = (was, value)
                present[field.pk] = value
                self._write(owner, field, value)
        return changed

    def _write(self, owner: int, field: FieldBase, value: Any) -> None:
        if value is None:
            self.values.filter(owner=owner, field=field).delete()
            return
        columns = {name: value if name == field.column else None for name in self.value_model.COLUMNS}
        self.values.update_or_create(owner_id=owner, field=field, defaults={**columns, "at": clock.now()})


def _four(row: Any, columns: Iterable[str]) -> list[Any]:
    return [getattr(row, f"said_{name}") for name in columns]


def _applies(field: FieldBase, values: Mapping[int, Any]) -> bool:
    """Whether it is asked for, given what the fields say (by id). What hangs on a retired field is."""
    if field.shown_when_id is None or not field.shown_for:
        return True
    value = values.get(field.shown_when_id)
    words = "" if value is None else ("yes" if value else "no") if isinstance(value, bool) else str(plain(value))
    return words.casefold() in {str(choice).casefold() for choice in field.shown_for}
