"""Who buys: finding the customers behind what is said of them, a thousand at once, and getting to know new ones."""

from collections.abc import Iterable, Sequence
from functools import lru_cache

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from rapport.customers import actions, merging
from rapport.customers.actions import FREE_MAIL
from rapport.customers.errors import NotUnderstood as NotAnIdentity
from rapport.customers.importing.bulk import insert
from rapport.customers.models import Company, Customer, Identity, IdentityKind
from rapport.kit import clock
from rapport.kit.text import one_line
from rapport.sales.errors import NotUnderstood
from rapport.sales.types import Buyer

Key = tuple[str, str]
_AT_ONCE = 5_000
_TRIES = 3


def check(buyer: Buyer) -> None:
    """Raises NotUnderstood for an address or a number that is none."""
    for kind, field, value in _given(buyer):
        try:
            _valid(kind, value)
        except NotAnIdentity as error:
            raise NotUnderstood(f"customer.{field}", str(error)) from error
    if buyer.customer and not Customer.objects.filter(pk=buyer.customer).exists():
        raise NotUnderstood("customer.id", _("There is no such customer."))


def identify(buyers: Sequence[Buyer]) -> list[int | None]:
    """The customer of each, by id; somebody new where nobody is known. None where nothing useful was said.

    What is known of nobody becomes theirs too. What another customer is known by stays where it is, and the two are
    noted as perhaps one person. A handful of queries, whatever there is.
    """
    for tries in range(_TRIES):
        try:
            with transaction.atomic():
                return _identify(buyers)
        except IntegrityError:
            # Somebody else took an address meanwhile; by now it has committed.
            if tries == _TRIES - 1:
                raise
    raise AssertionError


def _identify(buyers: Sequence[Buyer]) -> list[int | None]:
    keys = [_keys(buyer) for buyer in buyers]
    owners = _owners({key for each in keys for key in each})
    standing = _standing({buyer.customer for buyer in buyers if buyer.customer})
    found: list[int | None] = []
    new: dict[int, tuple[Buyer, list[Key]]] = {}
    added: dict[Key, int] = {}
    for buyer, each in zip(buyers, keys, strict=True):
        owner = standing.get(buyer.customer) or next((owners[key] for key in each if key in owners), None)
        if owner is None and each:
            # Negative until it is written: the rows after this one may be of the same person.
            owner = -1 - len(new)
            new[owner] = (buyer, each)
        found.append(owner)
        if owner is not None:
            for key in each:
                if key not in owners:
                    owners[key] = added[key] = owner
                elif owners[key] != owner and _are_one(owner, owners[key], key):
                    other = owners[key]
                    owners = {each: other if held == owner else held for each, held in owners.items()}
                    found = [other if held == owner else held for held in found]
                    owner = other
    made = _introduce(new)
    _give({key: made.get(owner, owner) for key, owner in added.items()}, made)
    return [made.get(owner, owner) if owner is not None else None for owner in found]


def _given(buyer: Buyer) -> Iterable[tuple[IdentityKind, str, str]]:
    told = (
        (IdentityKind.EXTERNAL, "account", buyer.account),
        (IdentityKind.HANDLE, "handle", buyer.handle),
        (IdentityKind.EMAIL, "email", buyer.email),
        (IdentityKind.PHONE, "phone", buyer.phone),
    )
    return [(kind, field, value) for kind, field, value in told if value.strip()]


def _keys(buyer: Buyer) -> list[Key]:
    """Without what nobody can be known by, such as a mistyped address beside a good number."""
    found: list[Key] = []
    for kind, _field, value in _given(buyer):
        try:
            found.append((kind.value, _valid(kind, value)))
        except NotAnIdentity:
            continue
    return found


@lru_cache(maxsize=10_000)
def _valid(kind: IdentityKind, value: str) -> str:
    """Remembered, since a file is looked at before it is written. Raises NotAnIdentity."""
    return actions.valid_identity(kind, value)


def _owners(keys: set[Key]) -> dict[Key, int]:
    owners: dict[Key, int] = {}
    for kind in {kind for kind, _value in keys}:
        values = [value for each, value in keys if each == kind]
        for start in range(0, len(values), _AT_ONCE):
            held = Identity.objects.filter(kind=kind, value__in=values[start : start + _AT_ONCE])
            for value, pk, into in held.values_list("value", "customer_id", "customer__merged_into"):
                owners[(kind, value)] = into or pk
    return owners


def _standing(pks: set[int]) -> dict[int, int]:
    """The record that has everything now, for each of these."""
    held = Customer.objects.filter(pk__in=pks).values_list("pk", "merged_into") if pks else ()
    return {pk: into or pk for pk, into in held}


def _are_one(owner: int, other: int, key: Key) -> bool:
    """Whether the two became one, because of one nothing was known but what a shop calls them.

    Otherwise a person decides: a phone is shared by a family, and a mail address is mistyped.
    """
    held = Customer.objects.in_bulk([owner, other])
    if len(held) < 2:
        return False
    if key[0] == IdentityKind.EMAIL and merging.is_thin(held[owner]):
        merging.merge(held[owner], into=held[other], by=None)
        return True
    merging.note_likeness(held[owner], held[other], value=key[1])
    return False


def _introduce(new: dict[int, tuple[Buyer, list[Key]]]) -> dict[int, int]:
    companies = _companies(value for _buyer, keys in new.values() for kind, value in keys if kind == "email")
    rows = []
    for buyer, keys in new.values():
        said = dict(reversed(keys))
        email = said.get(IdentityKind.EMAIL.value, "")
        rows.append(
            Customer(
                name=one_line(buyer.name)[:200],
                email=email,
                phone=said.get(IdentityKind.PHONE.value, "")[:32],
                company_id=companies.get(email.rpartition("@")[2]),
            )
        )
    made = Customer.objects.bulk_create(rows, batch_size=1_000)
    return {place: row.pk for place, row in zip(new, made, strict=True)}


def _companies(addresses: Iterable[str]) -> dict[str, int]:
    domains = {address.rpartition("@")[2] for address in addresses} - FREE_MAIL
    found = Company.objects.filter(domain__in=domains).values_list("domain", "pk") if domains else ()
    return dict(found)


def _give(added: dict[Key, int], made: dict[int, int]) -> None:
    now = clock.now()
    rows = [(owner, kind, value, None, now) for (kind, value), owner in added.items()]
    insert(Identity, ("customer", "kind", "value", "verified_at", "created_at"), rows)
    # Whoever was known before may have been without an address that lists show.
    known = set(made.values())
    for kind, field in (("email", "email"), ("phone", "phone")):
        for (each, value), owner in added.items():
            if each == kind and owner not in known:
                Customer.objects.filter(pk=owner, **{field: ""}).update(
                    **{field: value[: 32 if kind == "phone" else 320]}
                )
