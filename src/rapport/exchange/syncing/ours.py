"""Our side: what the mapped fields of customers and companies say, in one spelling, and how they are written."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from rapport.backbone.custom_fields import values as own_values
from rapport.customers import actions
from rapport.customers.errors import CustomerError, DomainTaken, NotUnderstood
from rapport.customers.fields import FIELDS
from rapport.customers.models import Company, Customer, IdentityKind
from rapport.exchange.syncing.seam import Noun

OWN = "fields."
# What can be mapped, by our names.
STANDING: dict[Noun, dict[str, str | Promise]] = {
    Noun.CUSTOMER: {
        "name": _("Name"),
        "email": _("Email"),
        "phone": _("Phone"),
        "company": _("Company"),
        "language": _("Language"),
        "time_zone": _("Time zone"),
        "location": _("Place"),
    },
    Noun.COMPANY: {"name": _("Name"), "domain": _("Domain")},
}
Thing = Customer | Company


def names(noun: Noun) -> dict[str, str | Promise]:
    """Everything of ours that can be mapped, by name; the company's own fields last."""
    own = {f"{OWN}{field.key}": field.label for field in FIELDS.present} if noun == Noun.CUSTOMER else {}
    return {**STANDING[noun], **own}


def said_of(noun: Noun, things: Iterable[Thing]) -> dict[int, dict[str, str]]:
    """What each of them says, by key. One query for many: give customers with their company."""
    found: dict[int, dict[str, str]] = {}
    if noun == Noun.COMPANY:
        return {each.pk: {"name": each.name, "domain": each.domain} for each in things if isinstance(each, Company)}
    people = [each for each in things if isinstance(each, Customer)]
    own = FIELDS.said_of_many([each.pk for each in people])
    for each in people:
        said = {name: getattr(each, name) for name in ("name", "email", "phone", "language", "time_zone", "location")}
        said["company"] = each.company.name if each.company else ""
        for key, value in own.get(each.pk, {}).items():
            said[f"{OWN}{key}"] = _plain(value)
        found[each.pk] = said
    return found


def spelt(name: str, value: str, fields: Mapping[str, Any]) -> str:
    """Their value as we would spell it, so that the same number or domain is the same. Raises NotUnderstood."""
    value = " ".join(value.split())
    if not value:
        return ""
    if name.startswith(OWN):
        field = fields.get(name)
        try:
            return _plain(own_values.understood(field, value)) if field else ""
        except own_values.NotUnderstood as error:
            raise NotUnderstood(name, str(error)) from error
    readers = {
        "email": lambda: actions.valid_identity(IdentityKind.EMAIL, value),
        "phone": lambda: actions.valid_identity(IdentityKind.PHONE, value),
        "domain": lambda: _domain(value),
        "language": lambda: actions.language_code(value),
        "time_zone": lambda: actions.time_zone_name(value),
        "location": lambda: value[:120],
    }
    return readers[name]() if name in readers else value[:200]


def own_fields() -> dict[str, Any]:
    """The company's own fields by what the mapping calls them."""
    return {f"{OWN}{field.key}": field for field in FIELDS.present}


def make(noun: Noun, said: Mapping[str, str]) -> Thing:
    """Somebody whom only they knew. Raises CustomerError."""
    if noun == Noun.COMPANY:
        return actions.add_company(
            name=said.get("name") or said.get("domain", ""), domain=said.get("domain", ""), by=None
        )
    made = actions.register(
        name=said.get("name", ""), email=said.get("email", ""), phone=said.get("phone", ""), by=None
    )
    write(noun, made, {name: value for name, value in said.items() if value and name not in ("name", "email", "phone")})
    return made


def write(noun: Noun, thing: Thing, said: Mapping[str, str]) -> None:
    """Change what is different. Raises CustomerError."""
    if isinstance(thing, Company):
        _write_company(thing, said)
        return
    if "name" in said:
        actions.rename(thing, name=said["name"], by=None)
    for name, kind in (("email", IdentityKind.EMAIL), ("phone", IdentityKind.PHONE)):
        if said.get(name):
            actions.add_identity(thing, kind=kind, value=said[name], by=None, primary=True)
    details = {name: said[name] for name in ("language", "time_zone", "location") if name in said}
    if details:
        actions.describe(thing, by=None, **details)
    if "company" in said:
        actions.employ(thing, at=company_called(said["company"]), by=None)
    if own := {name.removeprefix(OWN): value or None for name, value in said.items() if name.startswith(OWN)}:
        actions.fill_in(thing, own, by=None)


def changed_at(thing: Thing) -> datetime | None:
    """When ours was changed last; nobody writes that down of companies."""
    return thing.updated_at if isinstance(thing, Customer) else None


def matches(noun: Noun, said: Sequence[Mapping[str, str]]) -> dict[str, int]:
    """Whom we know by their email address or domain, in lower case. One query."""
    if noun == Noun.COMPANY:
        domains = {each["domain"] for each in said if each.get("domain")}
        return dict(Company.objects.filter(domain__in=domains).values_list("domain", "pk"))
    addresses = {each["email"] for each in said if each.get("email")}
    known = Customer.objects.filter(identities__kind=IdentityKind.EMAIL, identities__value__in=addresses)
    return dict(known.values_list("identities__value", "pk"))


def _write_company(company: Company, said: Mapping[str, str]) -> None:
    changes = {name: said[name] for name in ("name", "domain") if said.get(name)}
    domain = changes.get("domain")
    if domain and Company.objects.filter(domain=domain).exclude(pk=company.pk).exists():
        raise DomainTaken(domain)
    for name, value in changes.items():
        setattr(company, name, value)
    company.save(update_fields=list(changes))


def company_called(name: str) -> Company | None:
    if not name:
        return None
    return Company.objects.filter(name__iexact=name).order_by("pk").first() or actions.add_company(name=name, by=None)


def _domain(value: str) -> str:
    """Of an address such as https://www.studio.example/about, too; one that everybody can have is nobody's."""
    bare = value.lower().partition("://")[2] or value.lower()
    bare = bare.partition("/")[0].partition(":")[0].removeprefix("www.")
    try:
        return actions.company_domain(bare)
    except CustomerError:
        return ""


def _plain(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(own_values.plain(value))
