"""Whom an event is about: by the customer's id, or by an address, a number or an account they are known by."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from rapport.customers import actions
from rapport.customers.errors import NotUnderstood
from rapport.customers.models import Customer, Identity, IdentityKind


@dataclass(frozen=True)
class Who:
    """The first of these that is said counts."""

    customer: int | None = None
    account: str = ""
    email: str = ""
    phone: str = ""

    @property
    def said(self) -> tuple[IdentityKind, str] | None:
        pairs = (
            (IdentityKind.EXTERNAL, self.account),
            (IdentityKind.EMAIL, self.email),
            (IdentityKind.PHONE, self.phone),
        )
        return next(((kind, value) for kind, value in pairs if value.strip()), None)

    @property
    def field(self) -> str:
        named = {IdentityKind.EXTERNAL: "account", IdentityKind.EMAIL: "email", IdentityKind.PHONE: "phone"}
        return named[self.said[0]] if self.said and not self.customer else "customer"

    @property
    def unknown(self) -> str:
        if self.customer:
            return _("There is no customer %(id)d.") % {"id": self.customer}
        if self.said is None:
            return _("Say who did it: a customer, an email address, a phone number or an account number.")
        return _("No customer is known by %(value)s.") % {"value": self.said[1]}


def find(people: Sequence[Who], creating: Sequence[bool]) -> list[int | None]:
    """The id of each, in their order; whoever is unknown is made where that is wanted. Four queries and the new ones.

    Of one person with two records it is the one that has everything.
    """
    by_id = _by_id({who.customer for who in people if who.customer})
    keys = [None if who.customer else _key(who) for who in people]
    known = _by_identity({key for key in keys if key})
    found: list[int | None] = []
    for who, key, creates in zip(people, keys, creating, strict=True):
        if who.customer:
            found.append(by_id.get(who.customer))
            continue
        if key and key not in known and creates and _is_valid(key):
            known[key] = actions.meet(kind=key[0], value=key[1]).pk
        found.append(known.get(key) if key else None)
    return found


def _key(who: Who) -> tuple[IdentityKind, str] | None:
    if who.said is None:
        return None
    kind, value = who.said
    return kind, actions.normalise(kind, value)


def _is_valid(key: tuple[IdentityKind, str]) -> bool:
    try:
        actions.valid_identity(*key)
    except NotUnderstood:
        return False
    return True


def _by_id(ids: set[int]) -> dict[int, int]:
    rows = Customer.objects.filter(pk__in=ids).values_list("pk", "merged_into")
    return {pk: into or pk for pk, into in rows}


def _by_identity(keys: set[tuple[IdentityKind, str]]) -> dict[tuple[IdentityKind, str], int]:
    found: dict[tuple[IdentityKind, str], int] = {}
    for kind in {kind for kind, _value in keys}:
        values = [value for each, value in keys if each == kind]
        rows = Identity.objects.filter(kind=kind, value__in=values).values_list("value", "customer")
        found |= {(kind, value): pk for value, pk in rows}
    return found
