"""What a row means for whom we know already: somebody new, a change, nothing, or a contradiction."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from rapport.customers.actions import FREE_MAIL
from rapport.customers.fields import FIELDS
from rapport.customers.importing.cells import Key, Person
from rapport.customers.importing.models import Existing, MatchBy
from rapport.customers.models import Company, CompanyDomain, Customer, Identity, IdentityKind

DETAILS = ("name", "email", "phone", "language", "time_zone", "location")
_PRIMARY = {IdentityKind.EMAIL.value: "email", IdentityKind.PHONE.value: "phone"}


@dataclass(slots=True, eq=False)
class Employer:
    """A company, or one to be made; `pk` is 0 until it is."""

    pk: int
    name: str
    domain: str


@dataclass(slots=True, eq=False)
class Record:
    """A customer as the rows so far leave them; `pk` is 0 until they are written."""

    pk: int = 0
    details: dict[str, str] = field(default_factory=lambda: dict.fromkeys(DETAILS, ""))
    employer: int | Employer | None = None
    said: dict[int, Any] = field(default_factory=dict)
    has_account: bool = False
    created_at: datetime | None = None
    updated_at: datetime | None = None

    @property
    def called(self) -> str:
        return self.details["name"] or self.details["email"] or self.details["phone"] or str(self.pk)


@dataclass(slots=True)
class Plan:
    """What becomes of a row. `before` has old and new of each detail, `said` of each own field by its id."""

    person: Person
    outcome: str
    record: Record | None = None
    before: dict[str, list[str]] = field(default_factory=dict)
    said: dict[int, list[Any]] = field(default_factory=dict)
    keys: list[Key] = field(default_factory=list)
    employer_before: int | Employer | None = None
    is_moved: bool = False
    made: Employer | None = None
    problem: str = ""


class Companies:
    """Every company by name and by domain, and those that the rows make."""

    def __init__(self) -> None:
        self.by_name: dict[str, Employer] = {}
        self.by_domain: dict[str, Employer] = {}
        standing = Company.objects.filter(merged_into=None).order_by("pk")
        for pk, name, domain in standing.values_list("pk", "name", "domain"):
            self.note(Employer(pk, name, domain))
        others = CompanyDomain.objects.select_related("company")
        for domain, pk, name in others.values_list("domain", "company_id", "company__name"):
            self.by_domain[domain] = Employer(pk, name, domain)

    def find(self, person: Person) -> tuple[Employer | None, bool]:
        """The one that a row names, and whether it is new."""
        found = self.by_domain.get(person.domain) or self.by_name.get(person.company.casefold())
        if found or not (person.company or person.domain):
            return found, False
        made = Employer(0, person.company or person.domain, person.domain)
        self.note(made)
        return made, True

    def of_address(self, keys: Iterable[Key]) -> Employer | None:
        """Whose domain the first mail address has."""
        for kind, value in keys:
            if kind == IdentityKind.EMAIL:
                domain = value.rpartition("@")[2]
                return None if domain in FREE_MAIL else self.by_domain.get(domain)
        return None

    def note(self, employer: Employer) -> None:
        if employer.name:
            self.by_name.setdefault(employer.name.casefold(), employer)
        if employer.domain:
            self.by_domain[employer.domain] = employer


class Desk:
    """Plans rows one after the other; what earlier rows made or changed counts for later ones."""

    def __init__(self, *, match_by: str, existing: str, companies: Companies, fields: Sequence[int]) -> None:
        self.existing, self.companies, self.fields = existing, companies, fields
        self.kinds = tuple(IdentityKind.values) if match_by == MatchBy.ANY else (match_by,)
        self.by_key: dict[Key, Record | None] = {}
        self.by_pk: dict[int, Record] = {}

    def plan(self, people: Sequence[Person]) -> list[Plan]:
        self._look_up({key for person in people for key in person.keys} - self.by_key.keys())
        return [self._plan(person) for person in people]

    def _plan(self, person: Person) -> Plan:
        if person.problems:
            return Plan(person, "wrong", problem=" ".join(person.problems))
        owners = {key: self.by_key.get(key) for key in person.keys}
        record = next((owner for key, owner in owners.items() if owner and key[0] in self.kinds), None)
        for key, owner in owners.items():
            if owner is not None and owner is not record:
                told = {"value": key[1], "name": owner.called}
                return Plan(person, "wrong", problem=_("%(value)s belongs to another customer, %(name)s.") % told)
        if record is None:
            return self._new(person)
        return Plan(person, "skipped") if self.existing == Existing.SKIP else self._change(person, record)

    def _new(self, person: Person) -> Plan:
        record = Record(said=dict(person.said))
        record.details.update(person.details)
        employer, is_new = self.companies.find(person)
        record.employer = employer or self.companies.of_address(person.keys)
        for key in person.keys:
            self._take(record, key)
        return Plan(person, "created", record, keys=list(person.keys), made=employer if is_new else None)

    def _change(self, person: Person, record: Record) -> Plan:
        plan = Plan(person, "same", record)
        only_gaps = self.existing == Existing.FILL
        for name, value in person.details.items():
            was = record.details[name]
            if was != value and not (only_gaps and was):
                plan.before[name], record.details[name] = [was, value], value
        for pk, value in person.said.items():
            said = record.said.get(pk)
            if said != value and not (only_gaps and said is not None):
                plan.said[pk], record.said[pk] = [said, value], value
        self._address(plan, record, only_gaps)
        self._employ(plan, record, only_gaps)
        if plan.before or plan.said or plan.keys or plan.is_moved:
            plan.outcome = "changed"
        return plan

    def _address(self, plan: Plan, record: Record, only_gaps: bool) -> None:
        led = set()
        for key in plan.person.keys:
            if self.by_key.get(key) is record:
                led.add(key[0])
                continue
            primary = _PRIMARY.get(key[0])
            if only_gaps and (record.details[primary] if primary else record.has_account):
                continue
            was = record.details[primary] if primary else ""
            self._take(record, key)
            plan.keys.append(key)
            # The first address of the row becomes the one that lists show.
            if primary and was and key[0] not in led:
                record.details[primary] = key[1][:32] if primary == "phone" else key[1]
            led.add(key[0])
            if primary and record.details[primary] != was:
                plan.before[primary] = [was, record.details[primary]]

    def _employ(self, plan: Plan, record: Record, only_gaps: bool) -> None:
        if only_gaps and record.employer:
            return
        employer, is_new = self.companies.find(plan.person)
        if employer is None or record.employer in (employer, employer.pk or None):
            return
        plan.is_moved, plan.employer_before = True, record.employer
        plan.made = employer if is_new else None
        record.employer = employer

    def _take(self, record: Record, key: Key) -> None:
        self.by_key[key] = record
        primary = _PRIMARY.get(key[0])
        if primary and not record.details[primary]:
            record.details[primary] = key[1][:32] if primary == "phone" else key[1]
        record.has_account = record.has_account or key[0] == IdentityKind.EXTERNAL

    def _look_up(self, keys: set[Key]) -> None:
        """Who has these. A handful of queries, whatever there is."""
        owners: dict[Key, int] = {}
        for kind in {kind for kind, _value in keys}:
            values = [value for each, value in keys if each == kind]
            held = Identity.objects.filter(kind=kind, value__in=values)
            # A record that went up in another stands for that one.
            for value, pk, into in held.values_list("value", "customer_id", "customer__merged_into"):
                owners[(kind, value)] = into or pk
        self._load({pk for pk in owners.values() if pk not in self.by_pk})
        for key in keys:
            self.by_key[key] = self.by_pk.get(owners.get(key, 0))

    def _load(self, pks: set[int]) -> None:
        held = Customer.objects.select_for_update(of=("self",)).filter(pk__in=pks).order_by("pk")
        for row in held.values("pk", "company_id", "created_at", "updated_at", *DETAILS):
            self.by_pk[row["pk"]] = Record(
                row["pk"],
                {name: row[name] for name in DETAILS},
                row["company_id"],
                created_at=row["created_at"],
                updated_at=row["updated_at"],
            )
        for value in FIELDS.values.filter(owner__in=pks, field__in=self.fields):
            self.by_pk[value.owner_id].said[value.field_id] = value.value
        accounts = Identity.objects.filter(customer__in=pks, kind=IdentityKind.EXTERNAL)
        for pk in accounts.values_list("customer_id", flat=True):
            self.by_pk[pk].has_account = True
