"""Getting to know people, and keeping what is known of them right."""

import re
import zoneinfo
from collections.abc import Mapping
from functools import cache
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from rapport.backbone.custom_fields import values
from rapport.backbone.events import announce
from rapport.customers import merging
from rapport.customers.announcements import CompanyAdded, CustomerChanged
from rapport.customers.errors import DomainTaken, IdentityTaken, NotUnderstood
from rapport.customers.fields import FIELDS
from rapport.customers.models import Company, CompanyDomain, Customer, Identity, IdentityKind
from rapport.customers.queries import company_with_domain, from_domain
from rapport.kit import clock, phones
from rapport.team.models import Agent
from rapport.team.queries import organisation

# Everyone can have an address here, so it says nothing about where they work.
FREE_MAIL = frozenset(
    "gmail.com googlemail.com outlook.com hotmail.com live.com msn.com yahoo.com ymail.com icloud.com me.com mac.com "
    "aol.com gmx.de gmx.net gmx.com web.de t-online.de proton.me protonmail.com fastmail.com mail.com zoho.com "
    "yandex.ru yandex.com mail.ru qq.com foxmail.com 163.com 126.com yeah.net sina.com sohu.com 139.com aliyun.com "
    "orange.fr free.fr wanadoo.fr laposte.net libero.it virgilio.it naver.com daum.net hanmail.net".split()
)

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_DOMAIN = re.compile(r"([\w-]{1,63}\.)+[\w-]{2,63}")


@transaction.atomic
def meet(*, kind: IdentityKind, value: str, name: str = "", verified: bool = False) -> Customer:
    """The customer known by this identity; a new one when nobody is. A name is only ever filled in, not replaced."""
    value = normalise(kind, value)
    identity = _known(kind, value)
    if identity is None:
        try:
            with transaction.atomic():
                return _introduce(kind, value, name, verified)
        except IntegrityError:
            # Two mails from a new address at once: the other one came first, and by now it has committed.
            identity = _known(kind, value)
            if identity is None:
                raise
    customer = identity.customer
    if name and not customer.name:
        customer.name = name[:200]
        customer.save(update_fields=["name", "updated_at"])
    if verified and identity.verified_at is None:
        Identity.objects.filter(pk=identity.pk, verified_at=None).update(verified_at=clock.now())
    return customer


@transaction.atomic
def also_known_as(customer: Customer, *, kind: IdentityKind, value: str, verified: bool) -> Customer:
    """They are known by this too; answers who has it. Somebody else keeps what is theirs, unless both are one person.

    Proof of somebody who was a mere account at a provider until now makes the two one: see `merging`.
    """
    value = normalise(kind, value)
    known = _known(kind, value)
    if known is None:
        _take(customer, kind, value, verified)
        return customer
    if verified and known.verified_at is None:
        Identity.objects.filter(pk=known.pk, verified_at=None).update(verified_at=clock.now())
    if known.customer_id == customer.pk:
        return customer
    if not verified or not merging.is_thin(customer):
        merging.note_likeness(customer, known.customer, value=value)
        return customer
    merging.merge(customer, into=known.customer, by=None)
    return known.customer


@transaction.atomic
def said_to_be(customer: Customer, *, kind: IdentityKind, value: str) -> bool:
    """They said that they are known by this. Noted where nobody has it and it is one; answers whether it was.

    Where somebody else has it, the two may be one person, which a person decides.
    """
    try:
        value = valid_identity(kind, value)
    except NotUnderstood:
        return False
    known = _known(kind, value)
    if known is not None:
        merging.note_likeness(customer, known.customer, value=value)
        return False
    return _take(customer, kind, value, False)


@transaction.atomic
def fill_gaps(customer: Customer, told: Mapping[str, str]) -> None:
    """Their language, time zone and place, where nobody has written them down and they can be understood."""
    readers = {"language": language_code, "time_zone": time_zone_name, "location": _place}
    found: dict[str, object] = {}
    for name, read in readers.items():
        try:
            if (value := read(told.get(name, ""))) and not getattr(customer, name):
                found[name] = value
        except NotUnderstood:
            continue
    _change(customer, None, **found)


@transaction.atomic
def register(*, name: str, email: str = "", phone: str = "", account: str = "", by: Agent | None) -> Customer:
    """A customer nobody has written from yet. Raises IdentityTaken, NotUnderstood."""
    if not (email or phone or account):
        raise NotUnderstood("email", _("A customer needs a mail address, a phone number or an account number."))
    customer = Customer.objects.create(
        name=" ".join(name.split())[:200], company=_company_of(normalise(IdentityKind.EMAIL, email))
    )
    given = ((IdentityKind.EMAIL, email), (IdentityKind.PHONE, phone), (IdentityKind.EXTERNAL, account))
    for kind, value in given:
        if value:
            add_identity(customer, kind=kind, value=value, by=by)
    return customer


@transaction.atomic
def rename(customer: Customer, *, name: str, by: Agent | None) -> None:
    """Call them by this name from now on; empty forgets it."""
    _change(customer, by, name=" ".join(name.split())[:200])


@transaction.atomic
def describe(
    customer: Customer,
    *,
    by: Agent | None,
    language: str | None = None,
    time_zone: str | None = None,
    location: str | None = None,
    job_title: str | None = None,
) -> None:
    """What else is known of them. None leaves a detail as it is, empty text forgets it. Raises NotUnderstood."""
    changes: dict[str, object] = {}
    if language is not None:
        changes["language"] = language_code(language)
    if time_zone is not None:
        changes["time_zone"] = time_zone_name(time_zone)
    if location is not None:
        changes["location"] = _place(location)
    if job_title is not None:
        changes["job_title"] = _place(job_title)
    _change(customer, by, **changes)


@transaction.atomic
def look_after(customer: Customer, *, owner: Agent | None, by: Agent | None) -> None:
    """This is who looks after them from now on, or nobody. Raises NotUnderstood for somebody who left."""
    if owner is not None and owner.deactivated_at is not None and owner.pk != customer.owner_id:
        raise NotUnderstood("owner", _("%(name)s does not work here any more.") % {"name": owner.name})
    _change(customer, by, owner=owner)


@transaction.atomic
def employ(customer: Customer, *, at: Company | None, by: Agent | None) -> None:
    """They belong to this company, or to none."""
    _change(customer, by, company=at)


@transaction.atomic
def fill_in(customer: Customer, said: Mapping[str, Any], *, by: Agent | None) -> dict[str, tuple[Any, Any]]:
    """Write down what the company's own fields say of them, by key; None takes a value away.

    Answers what changed, as (before, after). Raises NotUnderstood; then nothing is written.
    """
    customer = Customer.objects.select_for_update(of=("self",)).get(pk=customer.pk)
    try:
        changed = FIELDS.put(customer.pk, said)
    except values.NotUnderstood as error:
        raise NotUnderstood(f"fields.{error.key}", str(error)) from error
    if changed:
        customer.save(update_fields=["updated_at"])
        keys = ",".join(f"fields.{key}" for key in changed)
        news = CustomerChanged(customer.pk, fields=keys, by=by.pk if by else None)
        announce(news, subject=f"customer:{customer.pk}")
    return changed


@transaction.atomic
def add_identity(
    customer: Customer,
    *,
    kind: IdentityKind,
    value: str,
    by: Agent | None,
    primary: bool = False,
    label: str = "",
) -> Identity:
    """They are known by this too. `primary` makes it the one that lists show. Raises IdentityTaken, NotUnderstood.

    Whoever belongs to no company belongs to the one whose domain the address has.
    """
    value = valid_identity(kind, value)
    identity = _known(kind, value)
    if identity is None:
        try:
            with transaction.atomic():
                identity = Identity.objects.create(customer=customer, kind=kind, value=value, label=_place(label)[:40])
        except IntegrityError:
            raise IdentityTaken(value) from None
    if identity.customer_id != customer.pk:
        raise IdentityTaken(value)
    changes: dict[str, object] = {}
    field = {IdentityKind.EMAIL: "email", IdentityKind.PHONE: "phone"}.get(kind)
    if field and (primary or not getattr(customer, field)):
        changes[field] = value[:32] if field == "phone" else value
    if kind == IdentityKind.EMAIL and customer.company_id is None and (company := _company_of(value)):
        changes["company"] = company
    _change(customer, by, **changes)
    return identity


@transaction.atomic
def add_company(*, name: str, domain: str = "", by: Agent | None) -> Company:
    """A new company; people who write from its domain and belong to none yet are its people. Raises DomainTaken."""
    name = " ".join(name.split())[:200]
    if not name:
        raise NotUnderstood("name", _("A company needs a name."))
    domain = company_domain(domain)
    if domain and CompanyDomain.objects.filter(domain=domain).exists():
        raise DomainTaken(domain)
    try:
        with transaction.atomic():
            company = Company.objects.create(name=name, domain=domain)
    except IntegrityError:
        raise DomainTaken(domain) from None
    gather_people(company, domain)
    announce(CompanyAdded(company.pk, by=by.pk if by else None), subject=f"company:{company.pk}")
    return company


def gather_people(company: Company, domain: str) -> int:
    """Who writes from this domain and belongs to no company yet is of this one; answers how many."""
    if not domain:
        return 0
    theirs = from_domain(domain).values("customer_id")
    return Customer.objects.filter(company=None, pk__in=theirs).update(company=company)


def company_domain(domain: str) -> str:
    """One spelling of a company's domain; empty stays empty. Raises NotUnderstood."""
    domain = domain.strip().lower().removeprefix("@").rstrip(".")
    if domain and not (len(domain) <= 253 and _DOMAIN.fullmatch(domain)):
        raise NotUnderstood("domain", _("A domain looks like studio.example."))
    if domain in FREE_MAIL:
        raise NotUnderstood("domain", _("Everyone can have an address at this domain, so it belongs to no company."))
    return domain


def is_free_mail(address: str) -> bool:
    """Whether everybody can have an address at its domain, so that the domain says nothing of its owner."""
    return address.rpartition("@")[2].lower() in FREE_MAIL


def normalise(kind: str, value: str) -> str:
    """One spelling of an identity: mail addresses in lower case, phone numbers with their country as E.164.

    A number without one is of the country whose clocks the company goes by.
    """
    value = value.strip()
    if kind == IdentityKind.EMAIL:
        return value.lower()[:320]
    if kind == IdentityKind.PHONE:
        return phones.e164(value) if value.startswith("+") else phones.e164(value, region=_region())
    return value[:320]


def _known(kind: IdentityKind, value: str) -> Identity | None:
    return Identity.objects.select_related("customer").filter(kind=kind, value=value).first()


def _take(customer: Customer, kind: IdentityKind, value: str, verified: bool) -> bool:
    """Give them an identity that nobody has; False when somebody was faster."""
    try:
        with transaction.atomic():
            now = clock.now() if verified else None
            Identity.objects.create(customer=customer, kind=kind, value=value, verified_at=now)
    except IntegrityError:
        return False
    field = {IdentityKind.EMAIL: "email", IdentityKind.PHONE: "phone"}.get(kind)
    if field and not getattr(customer, field):
        _change(customer, None, **{field: value})
    return True


def _introduce(kind: IdentityKind, value: str, name: str, verified: bool) -> Customer:
    customer = Customer.objects.create(
        name=name[:200],
        email=value if kind == IdentityKind.EMAIL else "",
        phone=value[:32] if kind == IdentityKind.PHONE else "",
        company=_company_of(value) if kind == IdentityKind.EMAIL else None,
    )
    Identity.objects.create(customer=customer, kind=kind, value=value, verified_at=clock.now() if verified else None)
    return customer


def _company_of(address: str) -> Company | None:
    domain = address.rpartition("@")[2]
    if not domain or domain in FREE_MAIL or len(domain) > 253:
        return None
    return company_with_domain(domain)


def _region() -> str:
    return phones.region_of_zone(organisation().time_zone)


def _change(customer: Customer, by: Agent | None, **changes: object) -> None:
    """Save what is different and say so; nothing happens when nothing is."""
    different = {name: value for name, value in changes.items() if getattr(customer, name) != value}
    if not different:
        return
    for name, value in different.items():
        setattr(customer, name, value)
    customer.save(update_fields=[*different, "updated_at"])
    news = CustomerChanged(customer.pk, fields=",".join(sorted(different)), by=by.pk if by else None)
    announce(news, subject=f"customer:{customer.pk}")


def valid_identity(kind: IdentityKind, value: str) -> str:
    """As `normalise` writes it. Raises NotUnderstood when nobody can be known by it."""
    value = normalise(kind, value)
    if kind == IdentityKind.EMAIL:
        try:
            validate_email(value)
        except ValidationError:
            raise NotUnderstood("email", _("This is not a mail address.")) from None
    if kind == IdentityKind.PHONE and not 5 <= len(value.lstrip("+")) <= 20:
        raise NotUnderstood("phone", _("This is not a phone number."))
    if not value:
        raise NotUnderstood(str(kind), _("This is empty."))
    return value


def language_code(value: str) -> str:
    """Raises NotUnderstood."""
    value = value.strip()
    if value and not (len(value) <= 12 and _LANGUAGE.fullmatch(value)):
        raise NotUnderstood("language", _("A language looks like en or zh-hans."))
    return value


def time_zone_name(value: str) -> str:
    """Raises NotUnderstood."""
    value = value.strip()
    if value and value not in _time_zones():
        raise NotUnderstood("time_zone", _("A time zone looks like Europe/Berlin."))
    return value


def _place(value: str) -> str:
    return " ".join(value.split())[:120]


@cache
def _time_zones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())
