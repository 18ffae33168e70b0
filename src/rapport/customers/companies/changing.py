"""What is known of a company, and by which domains its people write."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from rapport.backbone.custom_fields import values
from rapport.backbone.events import announce
from rapport.customers.actions import company_domain, gather_people
from rapport.customers.announcements import CompanyChanged
from rapport.customers.errors import DomainTaken, NotUnderstood
from rapport.customers.fields import COMPANY_FIELDS
from rapport.customers.models import Company, CompanyDomain
from rapport.customers.queries import company_with_domain
from rapport.kit.text import storable
from rapport.team.models import Agent

MOST_DOMAINS = 50


def domains_of(company: Company) -> list[str]:
    """Every domain, the first one first."""
    first = [company.domain] if company.domain else []
    return [*first, *company.more_domains.values_list("domain", flat=True)]


@transaction.atomic
def rename(company: Company, *, name: str, by: Agent) -> None:
    """Raises NotUnderstood for a name without words."""
    name = " ".join(storable(name).split())[:200]
    if not name:
        raise NotUnderstood("name", _("A company needs a name."))
    _change(company, by, name=name)


@transaction.atomic
def describe(company: Company, *, about: str, by: Agent) -> None:
    """What else is to be known of it. Raises NotUnderstood when it is too long."""
    about = storable(about).strip()
    if len(about) > 4000:
        raise NotUnderstood("about", _("Notes about a company may have %(most)d characters.") % {"most": 4000})
    _change(company, by, about=about)


@transaction.atomic
def look_after(company: Company, *, owner: Agent | None, by: Agent) -> None:
    """This is who looks after it from now on, or nobody. Raises NotUnderstood for somebody who left."""
    if owner is not None and owner.deactivated_at is not None and owner.pk != company.owner_id:
        raise NotUnderstood("owner", _("%(name)s does not work here any more.") % {"name": owner.name})
    _change(company, by, owner=owner)


@transaction.atomic
def be_at(company: Company, *, domains: Sequence[str], by: Agent) -> None:
    """Exactly these domains, the first one first. Who writes from a new one and belongs to no company becomes theirs.

    Raises DomainTaken, NotUnderstood.
    """
    wanted = list(dict.fromkeys(domain for said in domains if (domain := company_domain(said))))
    if len(wanted) > MOST_DOMAINS:
        raise NotUnderstood("domains", _("A company may have %(most)d domains.") % {"most": MOST_DOMAINS})
    before = domains_of(company)
    if wanted == before:
        return
    for domain in wanted:
        other = company_with_domain(domain)
        if other is not None and other.pk != company.pk:
            raise DomainTaken(domain)
    first = wanted[0] if wanted else ""
    try:
        with transaction.atomic():
            company.more_domains.all().delete()
            company.domain = first
            company.save(update_fields=["domain"])
            CompanyDomain.objects.bulk_create([CompanyDomain(company=company, domain=each) for each in wanted[1:]])
    except IntegrityError:
        raise DomainTaken(first) from None
    for domain in wanted:
        if domain not in before:
            gather_people(company, domain)
    _tell(company, "domains", by)


@transaction.atomic
def fill_in(company: Company, said: Mapping[str, Any], *, by: Agent) -> dict[str, tuple[Any, Any]]:
    """What the company's own fields say of it, as for customers. Raises NotUnderstood; then nothing is written."""
    try:
        changed = COMPANY_FIELDS.put(company.pk, said)
    except values.NotUnderstood as error:
        raise NotUnderstood(f"fields.{error.key}", str(error)) from error
    if changed:
        _tell(company, ",".join(f"fields.{key}" for key in changed), by)
    return changed


def _change(company: Company, by: Agent, **changes: object) -> None:
    different = {name: value for name, value in changes.items() if getattr(company, name) != value}
    if not different:
        return
    for name, value in different.items():
        setattr(company, name, value)
    company.save(update_fields=list(different))
    _tell(company, ",".join(sorted(different)), by)


def _tell(company: Company, fields: str, by: Agent) -> None:
    announce(CompanyChanged(company.pk, fields=fields, by=by.pk), subject=f"company:{company.pk}")
