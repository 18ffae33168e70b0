"""What the source's own fields say of customers, in fields of ours: one of the same name, else a new one."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from rapport.backbone.custom_fields import values
from rapport.backbone.custom_fields.defining import CannotDefine, Definition, define
from rapport.backbone.custom_fields.models import FieldBase
from rapport.backbone.custom_fields.types import FieldKind
from rapport.customers.fields import FIELDS, CustomerValue
from rapport.exchange.moving_in.types import Fact, Kind, Person
from rapport.exchange.moving_in.writing.ledger import Ledger
from rapport.kit.text import one_line


def write(said: Mapping[int, Person], ledger: Ledger) -> None:
    """What is said of these customers, where nothing was said here yet. In the caller's transaction."""
    facts = [fact for person in said.values() for fact in person.facts]
    if not facts:
        return
    fields = _fields(facts, ledger)
    filled = set(CustomerValue.objects.filter(owner__in=said).values_list("owner", "field"))
    rows: dict[tuple[int, int], CustomerValue] = {}
    for pk, person in said.items():
        for fact in person.facts:
            field = fields.get(_folded(fact.label))
            value = _understood(field, fact) if field else None
            if field is None or value is None or (pk, field.pk) in filled:
                continue
            columns = dict.fromkeys(CustomerValue.COLUMNS) | {field.column: value}
            rows[pk, field.pk] = CustomerValue(owner_id=pk, field_id=field.pk, at=ledger.at, **columns)
    CustomerValue.objects.bulk_create(rows.values(), batch_size=200)


def _fields(facts: Iterable[Fact], ledger: Ledger) -> dict[str, FieldBase]:
    """Ours by their folded name; what is missing is defined, as long as there is room."""
    fields: dict[str, FieldBase] = {_folded(field.label): field for field in FIELDS.present}
    for fact in facts:
        if _folded(fact.label) in fields or not fact.label.strip():
            continue
        kind = fact.kind if fact.kind in FieldKind.values and fact.kind != FieldKind.CHOICE else FieldKind.TEXT
        try:
            fields[_folded(fact.label)] = define(FIELDS, Definition(fact.label, kind, in_lists=False))
        except CannotDefine as error:
            told = {"label": fact.label[:60], "reason": error}
            ledger.wrong(
                Kind.CUSTOMERS, f"field:{fact.label}", _("The field “%(label)s” was left out. %(reason)s") % told
            )
    return fields


def _understood(field: FieldBase, fact: Fact) -> Any:
    """What does not fit its field any more, such as a choice that is gone, is left out."""
    said = fact.value[:10] if field.kind == FieldKind.DATE else one_line(fact.value)[:500]
    try:
        return values.understood(field, said)
    except values.NotUnderstood:
        return None


def _folded(label: str) -> str:
    return one_line(label)[:80].casefold()
