"""What is known of customers, as tables that go out by an export."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from rapport.backbone.outflow import Column, register
from rapport.backbone.outflow.extras import own_fields
from rapport.backbone.outflow.tables import Extra, Table
from rapport.customers.fields import FIELDS
from rapport.customers.models import (
    Company,
    ConsentRecord,
    Customer,
    CustomerEvent,
    CustomerImport,
    CustomerMerge,
    CustomerNote,
    Identity,
    IdentityKind,
    Score,
    ScoreChange,
    Segment,
    StageEntry,
    Task,
)

_PLACES = {
    IdentityKind.EMAIL: 0,
    IdentityKind.PHONE: 1,
    IdentityKind.EXTERNAL: 2,
    IdentityKind.HANDLE: 3,
}


def _identity_columns() -> list[Column]:
    return [Column(name, "texts") for name in ("emails", "phones", "accounts", "handles")]


def _identities(keys: Sequence[int]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    rows = Identity.objects.filter(customer__in=keys).order_by("pk").values_list("customer_id", "kind", "value")
    for customer, kind, value in rows:
        found.setdefault(customer, [[], [], [], []])[_PLACES[IdentityKind(kind)]].append(value)
    return found


CUSTOMERS = Table(
    "customers",
    _("Customers"),
    Customer.objects.all,
    "id name email phone job_title owner=owner__email company_id company=company__name language time_zone location "
    "merged_into=merged_into_id created_at updated_at",
    since="updated_at",
    extras=(Extra(_identity_columns, _identities), own_fields(FIELDS)),
)
register(CUSTOMERS)
register(Table("companies", _("Companies"), Company.objects.all, "id name domain created_at", since="created_at"))
register(
    Table(
        "customer-merges",
        _("Merged customers"),
        CustomerMerge.objects.all,
        "id origin=origin_id destination=destination_id by=by__email at undone_at undone_by=undone_by__email",
        since="at",
    )
)
register(
    Table(
        "imports",
        _("Imports of customers"),
        CustomerImport.objects.all,
        "id file=file_name state total created changed same skipped wrong by=by__email made_at finished_at",
        since="made_at",
    )
)
register(
    Table(
        "events",
        _("Events"),
        CustomerEvent.objects.all,
        "id customer_id name at properties amount currency source external_id",
        since="at",
    )
)
register(
    Table(
        "customer-notes",
        _("Notes about customers"),
        CustomerNote.objects.all,
        "id customer_id text by=by__email",
    )
)
register(
    Table(
        "tasks",
        _("Tasks"),
        Task.objects.all,
        "id title customer_id assignee=assignee__email kind due_at done_at notes",
    )
)
register(
    Table(
        "stage-entries",
        _("Stages of customers"),
        StageEntry.objects.all,
        "id customer_id stage=stage__key origin=origin__key since until reason by=by__email",
        since="since",
    )
)
register(
    Table(
        "consents",
        _("Consents"),
        ConsentRecord.objects.all,
        "id customer_id purpose=purpose__key channel address state at how where text by=by__email",
        since="at",
    )
)
register(Table("scores", _("Scores"), Score.objects.all, "id customer_id name value before reasons at", since="at"))
register(
    Table(
        "score-changes",
        _("Changes of scores"),
        ScoreChange.objects.all,
        "id customer_id name before after reasons at",
        since="at",
    )
)
register(
    Table(
        "segments",
        _("Segments"),
        Segment.objects.all,
        "id name description kind filter size created_at updated_at removed_at",
        since="updated_at",
    )
)
