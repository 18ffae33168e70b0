"""Companies: known by what came before, else by their domain, else by their name."""

from collections.abc import Sequence

from django.db.models import Q
from django.db.models.functions import Lower

from rapport.customers.actions import company_domain
from rapport.customers.errors import NotUnderstood
from rapport.customers.models import Company as OurCompany
from rapport.exchange.moving_in.types import Company, Kind
from rapport.exchange.moving_in.writing.ledger import Ledger, known_things
from rapport.kit.text import one_line

_KIND = Kind.COMPANIES


def write(companies: Sequence[Company], ledger: Ledger) -> None:
    """In the caller's transaction."""
    things = known_things(ledger.account, _KIND, [each.key for each in companies])
    domains = {each.key: _domain(each.domain) for each in companies}
    names = {each.key: one_line(each.name)[:200] or domains[each.key] for each in companies}
    by_domain, by_name = _here(set(domains.values()) - {""}, {name.casefold() for name in names.values() if name})
    alive = set(
        OurCompany.objects.filter(pk__in=[thing.ours for thing in things.values()]).values_list("pk", flat=True)
    )
    for each in companies:
        name, domain = names[each.key], domains[each.key]
        thing = things.get(each.key)
        if thing is not None:
            ledger.count(_KIND, "same")
            # Somebody deleted it here: it stays deleted.
            if thing.ours in alive:
                ledger.note(_KIND, each.key, thing.ours, version=each.version, is_new=thing.is_new)
            continue
        if not name:
            ledger.count(_KIND, "left")
            continue
        found = by_domain.get(domain) or by_name.get(name.casefold())
        ours = found or OurCompany.objects.create(name=name, domain=domain)
        by_name.setdefault(name.casefold(), ours)
        if domain:
            by_domain.setdefault(domain, ours)
        ledger.count(_KIND, "same" if found else "new")
        ledger.note(_KIND, each.key, ours.pk, version=each.version, is_new=not found)


def _here(domains: set[str], names: set[str]) -> tuple[dict[str, OurCompany], dict[str, OurCompany]]:
    rows = OurCompany.objects.annotate(small=Lower("name")).filter(Q(domain__in=domains) | Q(small__in=names))
    found = list(rows.order_by("-pk"))
    return {row.domain: row for row in found if row.domain}, {row.name.casefold(): row for row in found}


def _domain(said: str) -> str:
    try:
        return company_domain(said)
    except NotUnderstood:
        return ""
