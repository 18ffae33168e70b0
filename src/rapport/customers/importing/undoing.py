"""Taking an import back: who came with it goes, what it changed is set back, unless somebody touched it since."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Q

from rapport.backbone.custom_fields.values import plain, understood
from rapport.backbone.events import announce, gathered
from rapport.customers.announcements import CustomerChanged, CustomersImportUndone
from rapport.customers.fields import FIELDS, CustomerValue
from rapport.customers.importing.models import CustomerImport, ImportedRow, ImportState, Outcome
from rapport.customers.importing.steps import is_recent
from rapport.customers.models import Company, Customer, Identity
from rapport.kit import clock
from rapport.kit.belonging import with_belongings

_AT_ONCE = 500
# What an import itself makes of a customer: looked at by its time rather than by its being there.
_OWN = (Identity, CustomerValue, ImportedRow)


def is_undoable(source: CustomerImport) -> bool:
    return is_recent(source)


def go_on(source: CustomerImport, *, progress: Callable[[int, int], None]) -> None:
    """Chunk by chunk; a chunk's rows are gone when it is done, so that a killed job goes on with the rest.

    New customers first: a later row may have changed somebody whom an earlier one made.
    """
    for outcome, take_back in ((Outcome.CREATED, _remove), (Outcome.CHANGED, _set_back)):
        while True:
            with transaction.atomic():
                held = CustomerImport.objects.select_for_update().get(pk=source.pk)
                if held.state != ImportState.UNDOING:
                    return
                rows = list(held.rows.filter(outcome=outcome).order_by("-number")[:_AT_ONCE])
                if not rows:
                    break
                gone, kept = take_back(held, rows)
                ImportedRow.objects.filter(pk__in=[row.pk for row in rows]).delete()
                _drop_companies(rows)
                counts = {"taken_back": F("taken_back") + gone, "kept": F("kept") + kept}
                CustomerImport.objects.filter(pk=held.pk).update(touched_at=clock.now(), **counts)
            progress(held.taken_back + held.kept + len(rows), held.created + held.changed)
    with transaction.atomic():
        held = CustomerImport.objects.select_for_update().get(pk=source.pk)
        if held.state == ImportState.UNDOING:
            CustomerImport.objects.filter(pk=held.pk).update(state=ImportState.UNDONE)
            news = CustomersImportUndone(held.pk, taken_back=held.taken_back, kept=held.kept, by=held.undone_by_id)
            announce(news, subject=f"import:{held.pk}")


def _remove(source: CustomerImport, rows: Sequence[ImportedRow]) -> tuple[int, int]:
    pks = {row.customer_id for row in rows if row.customer_id}
    since = source.finished_at or clock.now()
    held = Customer.objects.select_for_update(of=("self",)).filter(pk__in=pks, updated_at__lte=since, merged_into=None)
    removable = set(held.values_list("pk", flat=True)) - _touched(pks, since)
    Customer.objects.filter(pk__in=removable).delete()
    return len(removable), len(rows) - len(removable)


def _touched(pks: set[int], since: datetime) -> set[int]:
    """With whom something else happened: a conversation, an order, another address, a value of a field."""
    found = with_belongings(Customer, pks, but=_OWN)
    addresses = Identity.objects.filter(customer__in=pks).filter(Q(created_at__gt=since) | Q(verified_at__isnull=False))
    found.update(addresses.values_list("customer_id", flat=True))
    said = CustomerValue.objects.filter(owner__in=pks, at__gt=since)
    found.update(said.values_list("owner_id", flat=True))
    return found


def _set_back(source: CustomerImport, rows: Sequence[ImportedRow]) -> tuple[int, int]:
    """Each change that still stands. Somebody of whom nothing stands counts as kept."""
    held = Customer.objects.select_for_update(of=("self",)).order_by("pk")
    customers = {each.pk: each for each in held.filter(pk__in={row.customer_id for row in rows})}
    fields = {str(field.pk): field for field in FIELDS.every}
    values = {
        (each.owner_id, str(each.field_id)): each
        for each in CustomerValue.objects.filter(owner__in=customers).select_related("field")
    }
    gone = 0
    with gathered():
        for row in rows:
            customer = customers.get(row.customer_id or 0)
            if customer is None:
                continue
            names = _set_back_details(customer, row.before.get("details", {}))
            for pk, (was, now) in row.before.get("said", {}).items():
                value = values.get((customer.pk, pk))
                if value is not None and plain(value.value) == now and pk in fields:
                    _say(value, fields[pk], was)
                    names.append(f"fields.{fields[pk].key}")
            dropped = _drop_addresses(customer, row.before.get("keys", []))
            if names or dropped:
                gone += 1
                _save(customer, names, row, source)
                news = CustomerChanged(customer.pk, fields=",".join(sorted(names)), by=source.undone_by_id)
                announce(news, subject=f"customer:{customer.pk}")
    return gone, len(rows) - gone


def _save(customer: Customer, names: Sequence[str], row: ImportedRow, source: CustomerImport) -> None:
    """Whom nobody touched since is as before, and says so: an earlier import can then be taken back as well."""
    is_untouched = source.finished_at is not None and customer.updated_at <= source.finished_at
    before = row.before.get("at")
    moment = datetime.fromisoformat(before) if before and is_untouched else clock.now()
    columns = {name: getattr(customer, name) for name in names if not name.startswith("fields.")}
    customer.updated_at = moment
    Customer.objects.filter(pk=customer.pk).update(updated_at=moment, **columns)
    if is_untouched and row.before.get("said"):
        CustomerValue.objects.filter(owner=customer, at__gt=moment).update(at=moment)


def _set_back_details(customer: Customer, details: dict[str, list[Any]]) -> list[str]:
    names = [name for name, (_was, now) in details.items() if getattr(customer, name) == now]
    for name in names:
        was = details[name][0]
        if name == "company_id" and was and not Company.objects.filter(pk=was).exists():
            was = None
        setattr(customer, name, was)
    return names


def _say(value: CustomerValue, field: Any, was: Any) -> None:
    if was is None:
        value.delete()
        return
    setattr(value, field.column, understood(field, was))
    value.at = clock.now()
    value.save(update_fields=[field.column, "at"])


def _drop_addresses(customer: Customer, keys: Sequence[Sequence[str]]) -> int:
    """Those that the row gave, unless somebody has written from them or lists show them."""
    dropped = 0
    for kind, value in keys:
        if value in (customer.email, customer.phone):
            continue
        dropped += Identity.objects.filter(customer=customer, kind=kind, value=value, verified_at=None).delete()[0]
    return dropped


def _drop_companies(rows: Sequence[ImportedRow]) -> None:
    """Companies that came with these rows and that have nobody and nothing now."""
    made = {row.before["made"] for row in rows if row.before.get("made")}
    made -= with_belongings(Company, made)
    if made:
        Company.objects.filter(pk__in=made).delete()
