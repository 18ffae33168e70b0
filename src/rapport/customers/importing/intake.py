"""Customers and companies by `rapport data import`: the same reading and matching as on the page, undone there too."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rapport.backbone.custom_fields.models import FieldBase
from rapport.backbone.events import announce, gathered
from rapport.backbone.intake import Column, Outcome, Row
from rapport.customers.announcements import CompanyAdded, CompanyChanged
from rapport.customers.errors import NotUnderstood
from rapport.customers.fields import FIELDS
from rapport.customers.importing.cells import Reader, web_domain
from rapport.customers.importing.columns import HEADS, OWN, REPEATABLE, TARGETS
from rapport.customers.importing.matching import Companies, Desk, Employer, Plan
from rapport.customers.importing.models import CustomerImport, Existing, ImportState, MatchBy
from rapport.customers.importing.steps import COUNTED
from rapport.customers.importing.strangers import forget_companies
from rapport.customers.importing.writing import write
from rapport.customers.models import Company
from rapport.kit import clock
from rapport.kit.text import one_line

_TRIES = 4


class Customers:
    """What one file did stands among the imports of customers, and can be taken back there for thirty days."""

    kind, label = "customers", gettext_lazy("Customers")

    def __init__(self) -> None:
        self.source: CustomerImport | None = None

    def begin(self) -> "Customers":
        return Customers()

    @property
    def columns(self) -> Sequence[Column]:
        own = [Column(f"{OWN}{field.key}", field.label, field.key) for field in FIELDS.present]
        return [
            *own,
            *(Column(name, label, HEADS[name], repeats=name in REPEATABLE) for name, label in TARGETS.items()),
        ]

    def write(self, rows: Sequence[Row], *, by: int | None, is_trial: bool) -> list[Outcome]:
        for tries in range(_TRIES):
            try:
                with transaction.atomic():
                    plans = self._write(rows, by)
                break
            except IntegrityError:
                # Somebody took an address or a domain meanwhile: by now it is known.
                if tries == _TRIES - 1:
                    raise
        if is_trial:
            self.source = None
        return [_outcome(plan) for plan in plans]

    def _write(self, rows: Sequence[Row], by: int | None) -> list[Plan]:
        fields: list[FieldBase] = list(FIELDS.present)
        people = [_reader(row, fields).read(row.number, _cells(row)) for row in rows]
        pks = [field.pk for field in fields]
        desk = Desk(match_by=MatchBy.ANY, existing=Existing.UPDATE, companies=Companies(), fields=pks)
        plans = desk.plan(people)
        source = self._source(by)
        write(source, plans, fields)
        counts = Counter(plan.outcome for plan in plans)
        told: dict[str, Any] = {name: F(name) + counts[name] for name in COUNTED}
        told |= {"total": F("total") + len(rows), "position": F("position") + len(rows), "finished_at": clock.now()}
        CustomerImport.objects.filter(pk=source.pk).update(**told)
        return plans

    def _source(self, by: int | None) -> CustomerImport:
        held = self.source
        if held is None or not CustomerImport.objects.filter(pk=held.pk).exists():
            held = self.source = CustomerImport.objects.create(
                file_name="rapport data import customers", state=ImportState.DONE, by_id=by, finished_at=clock.now()
            )
        return held


class CompanyRows:
    kind, label = "companies", gettext_lazy("Companies")
    columns = (
        Column("name", gettext_lazy("Name"), f"name {HEADS['company']}", required=True),
        Column("domain", gettext_lazy("Domain of the company"), HEADS["domain"]),
    )

    def write(self, rows: Sequence[Row], *, by: int | None, is_trial: bool) -> list[Outcome]:
        known = Companies()
        with gathered():
            return [_company(row, known, by) for row in rows]

    def take_back(self, made: Sequence[int], *, since: datetime) -> int:
        return forget_companies(made, since=since)


def _reader(row: Row, fields: Sequence[FieldBase]) -> Reader:
    return Reader([name for name, _cell in _pairs(row)], fields)


def _cells(row: Row) -> list[str]:
    return [cell for _name, cell in _pairs(row)]


def _pairs(row: Row) -> list[tuple[str, str]]:
    """Two columns that are one thing, such as two phone numbers, come as lines of one cell."""
    return [(name, cell) for name, cells in row.cells.items() for cell in cells.split("\n") if cell]


def _outcome(plan: Plan) -> Outcome:
    return Outcome(plan.person.number, plan.outcome, plan.problem)  # type: ignore[arg-type]


def _company(row: Row, known: Companies, by: int | None) -> Outcome:
    name = one_line(row.get("name"))[:200]
    try:
        domain = web_domain(row.get("domain"))
    except NotUnderstood as error:
        return Outcome(row.number, "wrong", f"{error} ({row.get('domain')[:80]})")
    if not name:
        return Outcome(row.number, "wrong", _("A company needs a name."))
    held = known.by_domain.get(domain) if domain else None
    namesake = known.by_name.get(name.casefold())
    # Of two companies with one name and two domains neither is the other.
    held = held or (namesake if namesake and not (domain and namesake.domain) else None)
    if held is None:
        made = Company.objects.create(name=name, domain=domain)
        announce(CompanyAdded(made.pk, by=by), subject=f"company:{made.pk}")
        known.note(Employer(made.pk, name, domain))
        return Outcome(row.number, "created", made=(made.pk,))
    if held.name == name and (not domain or held.domain == domain):
        return Outcome(row.number, "same")
    fields = [
        name for name, is_new in (("domain", domain not in ("", held.domain)), ("name", held.name != name)) if is_new
    ]
    held.name, held.domain = name, domain or held.domain
    Company.objects.filter(pk=held.pk).update(name=held.name, domain=held.domain)
    announce(CompanyChanged(held.pk, fields=",".join(fields), by=by), subject=f"company:{held.pk}")
    known.note(held)
    return Outcome(row.number, "changed")
