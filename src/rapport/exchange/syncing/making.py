"""Many whom nobody here knows yet, made in a dozen statements: the first run of a large system is nothing else.

One by one they cost some thirty statements each. Whoever is not plainly new is left to the careful way.
"""

from collections.abc import Iterator, Sequence

from rapport.customers import actions
from rapport.customers.models import Company, Customer, Identity, IdentityKind
from rapport.exchange.syncing import ours
from rapport.exchange.syncing.models import Connection, SyncedRecord
from rapport.exchange.syncing.seam import Noun, TheirRecord

Fresh = tuple[TheirRecord, dict[str, str]]
_KINDS = {"email": IdentityKind.EMAIL, "phone": IdentityKind.PHONE}


def make_many(connection: Connection, fresh: Sequence[Fresh]) -> list[SyncedRecord]:
    """Their links, one for each who is plainly new. Raises IntegrityError when somebody was faster."""
    plain = list(_plainly_new(fresh))
    companies, by_domain = _companies(plain)
    people = [
        Customer(
            company=companies.get(said.get("company", "").casefold()) or by_domain.get(_domain(said)),
            **{name: said.get(name, "") for name in ("name", "email", "phone", "language", "time_zone", "location")},
        )
        for _record, said in plain
    ]
    Customer.objects.bulk_create(people)
    Identity.objects.bulk_create(
        Identity(customer=person, kind=kind, value=getattr(person, name))
        for person in people
        for name, kind in _KINDS.items()
        if getattr(person, name)
    )
    for person, (_record, said) in zip(people, plain, strict=True):
        own = {name: value for name, value in said.items() if name.startswith(ours.OWN) and value}
        if own:
            ours.write(Noun.CUSTOMER, person, own)
    now = ours.said_of(Noun.CUSTOMER, people)
    links = [
        SyncedRecord(
            connection=connection, noun=Noun.CUSTOMER, customer=person, their_id=record.id, ours=now[person.pk],
            theirs=said, their_change=record.changed_at, label=str(person)[:200],
        )
        for person, (record, said) in zip(people, plain, strict=True)
    ]  # fmt: skip
    return SyncedRecord.objects.bulk_create(links)


def _plainly_new(fresh: Sequence[Fresh]) -> Iterator[Fresh]:
    """Known by nothing that another one has, here or in the same page."""
    asked = [(kind, said[name]) for _record, said in fresh for name, kind in _KINDS.items() if said.get(name)]
    taken = set(Identity.objects.filter(value__in={value for _kind, value in asked}).values_list("kind", "value")) | {
        pair for pair in set(asked) if asked.count(pair) > 1
    }
    for record, said in fresh:
        pairs = {(str(kind), said[name]) for name, kind in _KINDS.items() if said.get(name)}
        if pairs and len(said.get("phone", "")) <= 32 and not pairs & taken:
            yield record, said


def _companies(fresh: Sequence[Fresh]) -> tuple[dict[str, Company], dict[str, Company]]:
    """By name in small letters, new ones made; and by domain."""
    names = {said["company"] for _record, said in fresh if said.get("company")}
    domains = {_domain(said) for _record, said in fresh} - {""}
    by_name = {each.casefold(): found for each in names if (found := ours.company_called(each))}
    return by_name, {each.domain: each for each in Company.objects.filter(domain__in=domains)}


def _domain(said: dict[str, str]) -> str:
    address = said.get("email", "")
    return "" if not address or actions.is_free_mail(address) else address.rpartition("@")[2]
