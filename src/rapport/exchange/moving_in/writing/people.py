"""Customers: known by what came before, else by an address; gaps are filled, what is here already stays."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models.functions import Lower

from rapport.customers.actions import FREE_MAIL, language_code, time_zone_name, valid_identity
from rapport.customers.errors import NotUnderstood
from rapport.customers.models import Company, Customer, Identity, IdentityKind
from rapport.exchange.moving_in.types import Kind, Person, Writer
from rapport.exchange.moving_in.writing import facts
from rapport.exchange.moving_in.writing.ledger import Ledger, known_things
from rapport.kit.text import one_line

_KIND = Kind.CUSTOMERS
_PRIMARY = {IdentityKind.EMAIL: "email", IdentityKind.PHONE: "phone"}
Address = tuple[str, str]


@dataclass
class _Known:
    """Who is here: by the key there, by their addresses, and their rows by our id."""

    by_key: dict[str, int]
    by_address: dict[Address, int]
    rows: dict[int, Customer]
    was_new: dict[str, bool]


def write(people: Sequence[Person], ledger: Ledger) -> None:
    """Bring these. Whoever has no address is left until a conversation of theirs comes."""
    _write(people, ledger, even_without_address=False)


def resolve(writers: Iterable[Writer], ledger: Ledger) -> dict[Writer, int]:
    """The customers behind these writers; who is not here yet comes along, even with nothing but a name."""
    people = {writer: _person(writer) for writer in dict.fromkeys(writers)}
    found = _write(list(people.values()), ledger, even_without_address=True, is_in_passing=True)
    return {writer: found[person.key] for writer, person in people.items()}


def _person(writer: Writer) -> Person:
    emails = (writer.email,) if writer.email else ()
    phones = (writer.phone,) if writer.phone else ()
    key = writer.key or f"by:{writer.email or writer.phone or writer.name}".lower()
    return Person(key, writer.name, emails, phones)


def _write(
    people: Sequence[Person], ledger: Ledger, *, even_without_address: bool, is_in_passing: bool = False
) -> dict[str, int]:
    addresses = {person.key: _addresses(person) for person in people}
    known = _look_up(people, addresses, ledger)
    found: dict[str, int] = {}
    new: dict[str, Person] = {}
    same: dict[str, str] = {}
    claimed: dict[Address, str] = {}
    for person in people:
        mine = addresses[person.key]
        pk = known.by_key.get(person.key) or next(
            (known.by_address[each] for each in mine if each in known.by_address), 0
        )
        # Two of a page with one address are one person.
        earlier = next((claimed[each] for each in mine if each in claimed), "")
        if pk:
            found[person.key] = pk
        elif earlier:
            same[person.key] = earlier
        elif mine or even_without_address:
            new[person.key] = person
            claimed |= dict.fromkeys(mine, person.key)
        else:
            ledger.count(_KIND, "left")
    rows = [Customer(created_at=person.created_at or ledger.at) for person in new.values()]
    made = dict(zip(new, Customer.objects.bulk_create(rows, batch_size=500), strict=True))
    found |= {key: row.pk for key, row in made.items()}
    found |= {key: found[earlier] for key, earlier in same.items() if key not in made}
    _write_down(people, addresses, found, made, known, ledger, is_in_passing)
    return found


def _write_down(
    people: Sequence[Person], addresses: dict[str, list[Address]], found: dict[str, int], made: dict[str, Customer],
    known: _Known, ledger: Ledger, is_in_passing: bool,
) -> None:  # fmt: skip
    """Addresses, gaps and own fields, and what is noted of each."""
    companies = _companies(people, ledger)
    rows = known.rows | {row.pk: row for row in made.values()}
    identities: dict[Address, int] = {}
    changed: set[int] = set()
    noted: dict[int, Person] = {}
    for person in people:
        pk = found.get(person.key)
        if pk is None or pk not in rows:
            continue
        for address in addresses[person.key]:
            if address not in known.by_address and identities.setdefault(address, pk) == pk and person.key not in made:
                changed.add(pk)
        if _fill(rows[pk], person, addresses[person.key], companies, identities, known):
            changed.add(pk)
        noted[pk] = person
        is_new = person.key in made or known.was_new.get(person.key, False)
        ledger.note(_KIND, person.key, pk, version=person.version, is_new=is_new)
        if person.key in made or not is_in_passing:
            ledger.count(_KIND, "new" if person.key in made else "changed" if pk in changed else "same")
    named = [
        Identity(customer_id=pk, kind=kind, value=it, created_at=ledger.at) for (kind, it), pk in identities.items()
    ]
    Identity.objects.bulk_create(named, batch_size=500, ignore_conflicts=True)
    written = [rows[pk] for pk in sorted(changed | {row.pk for row in made.values()})]
    for row in written:
        row.updated_at = ledger.at
    Customer.objects.bulk_update(written, [*_FILLED, "company", "updated_at"], batch_size=200)
    facts.write(noted, ledger)


_FILLED = ("name", "email", "phone", "language", "time_zone", "location")


def _fill(
    row: Customer, person: Person, addresses: list[Address], companies: dict[str, int],
    identities: dict[Address, int], known: _Known,
) -> bool:  # fmt: skip
    """Write down what nobody has written down here yet; whether there was any."""
    told = {
        "name": one_line(person.name)[:200],
        "language": _read(language_code, person.language),
        "time_zone": _read(time_zone_name, person.time_zone),
        "location": one_line(person.location)[:120],
    }
    for kind, value in addresses:
        owner = identities.get((kind, value)) or known.by_address.get((kind, value))
        if kind in _PRIMARY and owner == row.pk:
            told.setdefault(_PRIMARY[IdentityKind(kind)], value[:32] if kind == IdentityKind.PHONE else value)
    gaps = {name: value for name, value in told.items() if value and not getattr(row, name)}
    for name, value in gaps.items():
        setattr(row, name, value)
    company = companies.get(person.company) or companies.get(f"name:{_folded(person.company_name)}")
    company = company or companies.get(f"domain:{_domain(row.email)}")
    if company and row.company_id is None:
        row.company_id = company
        return True
    return bool(gaps)


def _addresses(person: Person) -> list[Address]:
    """As they are known by here; what is none is left out."""
    said = [
        *((IdentityKind.EMAIL, value) for value in person.emails),
        *((IdentityKind.PHONE, value) for value in person.phones),
        *((IdentityKind.EXTERNAL, value) for value in ((person.account,) if person.account else ())),
    ]
    found: dict[Address, None] = {}
    for kind, value in said:
        try:
            found[kind.value, valid_identity(kind, value)] = None
        except NotUnderstood:
            continue
    return list(found)


def _look_up(people: Sequence[Person], addresses: dict[str, list[Address]], ledger: Ledger) -> _Known:
    things = known_things(ledger.account, _KIND, [person.key for person in people])
    by_address: dict[Address, int] = {}
    for kind in IdentityKind.values:
        values = list({value for each in addresses.values() for found, value in each if found == kind})
        for start in range(0, len(values), 500):
            held = Identity.objects.filter(kind=kind, value__in=values[start : start + 500])
            for value, pk, into in held.values_list("value", "customer", "customer__merged_into"):
                by_address[kind, value] = into or pk
    ids = {thing.ours for thing in things.values()} | set(by_address.values())
    rows = Customer.objects.in_bulk(list(ids))
    # A record that went up in another stands for that one.
    further = {row.merged_into_id for row in rows.values() if row.merged_into_id} - rows.keys()
    rows |= Customer.objects.in_bulk([pk for pk in further if pk])
    by_key = {key: rows[thing.ours].merged_into_id or thing.ours for key, thing in things.items() if thing.ours in rows}
    return _Known(by_key, by_address, rows, {key: thing.is_new for key, thing in things.items()})


def _companies(people: Sequence[Person], ledger: Ledger) -> dict[str, int]:
    """Ours by the key there, and by "domain:…" those of whose addresses somebody is."""
    things = known_things(ledger.account, Kind.COMPANIES, [person.company for person in people])
    alive = set(Company.objects.filter(pk__in=[thing.ours for thing in things.values()]).values_list("pk", flat=True))
    found = {key: thing.ours for key, thing in things.items() if thing.ours in alive}
    domains = {_domain(email) for person in people for email in person.emails} - {""}
    for pk, domain in Company.objects.filter(domain__in=domains).values_list("pk", "domain"):
        found[f"domain:{domain}"] = pk
    return found | _named(people, ledger)


def _named(people: Sequence[Person], ledger: Ledger) -> dict[str, int]:
    """By "name:…" the companies that are no more than a word on a customer; new ones are made."""
    names = {_folded(name): name for person in people if (name := one_line(person.company_name)[:200])}
    rows = Company.objects.annotate(small=Lower("name")).filter(small__in=names).order_by("-pk")
    found = {f"name:{_folded(row.name)}": row.pk for row in rows}
    for folded, name in names.items():
        if f"name:{folded}" not in found:
            made = Company.objects.create(name=name)
            found[f"name:{folded}"] = made.pk
            ledger.count(Kind.COMPANIES, "new")
            ledger.note(Kind.COMPANIES, f"name:{folded}", made.pk, is_new=True)
    return found


def _folded(name: str) -> str:
    return one_line(name)[:200].casefold()


def _domain(email: str) -> str:
    domain = email.rpartition("@")[2].lower()
    return "" if domain in FREE_MAIL else domain


def _read(reader: Any, value: str) -> str:
    try:
        return str(reader(value))
    except NotUnderstood:
        return ""
