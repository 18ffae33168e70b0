"""One company with two records: making the two one, and taking that back. As for customers, see `customers.merging`."""

from django.db import models, transaction
from django.utils.translation import gettext as _

from rapport.backbone.events import announce
from rapport.customers.announcements import CompaniesMerged, CompaniesUnmerged
from rapport.customers.companies.changing import domains_of
from rapport.customers.errors import CannotMerge
from rapport.customers.merging import UNDO_FOR
from rapport.customers.models import Company, CompanyDomain, CompanyMerge
from rapport.customers.moving import give_back, take_up
from rapport.kit import clock
from rapport.team.models import Agent

_FILLED = ("owner_id", "about")
_OWN = (CompanyMerge, Company, CompanyDomain)


@transaction.atomic
def merge(origin: Company, *, into: Company, by: Agent) -> CompanyMerge:
    """Everything of `origin` is `into`'s from now on, its domains too. Raises CannotMerge."""
    if origin.pk == into.pk:
        raise CannotMerge(_("This is the company you are at. Choose another one."))
    held = {each.pk: each for each in _held(origin.pk, into.pk)}
    origin, into = held[origin.pk], held[into.pk]
    if origin.merged_into_id or into.merged_into_id:
        raise CannotMerge(_("One of them is part of another company already."))
    before = take_up(origin, into, fills=_FILLED, left_out=_OWN)
    domains = domains_of(origin)
    origin.more_domains.all().delete()
    origin.domain, origin.merged_into = "", into
    origin.save(update_fields=["domain", "merged_into"])
    _add_domains(into, domains)
    into.save(update_fields=["domain", *before["filled"]])
    Company.objects.filter(merged_into=origin).update(merged_into=into)
    made = CompanyMerge.objects.create(origin=origin, destination=into, by=by, before={**before, "domains": domains})
    for subject in (into.pk, origin.pk):
        news = CompaniesMerged(into.pk, origin=origin.pk, merge=made.pk, by=by.pk)
        announce(news, subject=f"company:{subject}")
    return made


@transaction.atomic
def unmerge(merged: CompanyMerge, *, by: Agent) -> Company:
    """Two again; answers the one that comes back. What came since stays where it came. Raises CannotMerge."""
    merged = CompanyMerge.objects.select_for_update().get(pk=merged.pk)
    if merged.undone_at is not None:
        raise CannotMerge(_("They are two companies already."))
    if merged.at < clock.now() - UNDO_FOR:
        raise CannotMerge(_("This was %(days)d days ago and can no longer be taken back.") % {"days": UNDO_FOR.days})
    held = {each.pk: each for each in _held(merged.origin_id, merged.destination_id)}
    origin, into = held[merged.origin_id], held[merged.destination_id]
    if origin.merged_into_id != into.pk:
        raise CannotMerge(_("They became part of another company since. Take that back first."))
    undone = give_back(merged.before, origin, into, left_out=_OWN)
    theirs = [domain for domain in domains_of(into) if domain in merged.before["domains"]]
    left = [domain for domain in domains_of(into) if domain not in theirs]
    into.more_domains.all().delete()
    into.domain = left[0] if left else ""
    into.save(update_fields=["domain", *undone])
    _add_domains(into, left[1:])
    origin.merged_into = None
    _add_domains(origin, theirs)
    origin.save(update_fields=["domain", "merged_into"])
    merged.undone_at, merged.undone_by = clock.now(), by
    merged.save(update_fields=["undone_at", "undone_by"])
    for subject in (into.pk, origin.pk):
        news = CompaniesUnmerged(into.pk, origin=origin.pk, merge=merged.pk, by=by.pk)
        announce(news, subject=f"company:{subject}")
    return origin


def merges_of(company: Company) -> list[CompanyMerge]:
    """What went up in this record and can still be taken back, newest first."""
    since = clock.now() - UNDO_FOR
    found = company.merges_in.filter(undone_at=None, at__gte=since, origin__merged_into=company)
    return list(found.select_related("origin", "by")[:5])


def _add_domains(company: Company, domains: list[str]) -> None:
    """Behind those it has; the caller saves the first one."""
    rest = list(domains)
    if rest and not company.domain:
        company.domain = rest.pop(0)
    CompanyDomain.objects.bulk_create([CompanyDomain(company=company, domain=each) for each in rest])


def _held(*pks: int) -> models.QuerySet[Company]:
    return Company.objects.select_for_update(of=("self",)).filter(pk__in=pks).order_by("pk")
