"""Reading companies with how many people they have, and domains that may be one."""

from collections import Counter

from django.db.models import Count, IntegerField, OuterRef, Prefetch, QuerySet, Subquery
from django.db.models.functions import Coalesce

from rapport.customers.actions import is_free_mail
from rapport.customers.fields import COMPANY_FIELDS
from rapport.customers.models import Company, CompanyDomain, Customer
from rapport.customers.queries import companies_visible_to, company_with_domain, from_domain
from rapport.team.models import Agent

# How many of the newest customers are looked at for domains that several of them share.
_LOOKED_AT = 500
# From where so many write who belong to nobody, everybody can have an address.
_MOST_PEOPLE = 40


def whole(companies: QuerySet[Company]) -> QuerySet[Company]:
    """With `people_count`, their owner, their domains and what own fields say, in a constant number of queries."""
    people = Customer.objects.filter(company=OuterRef("pk"), merged_into=None).order_by()
    counted = people.values("company").annotate(n=Count("pk")).values("n")
    count = Coalesce(Subquery(counted, output_field=IntegerField()), 0)
    domains = Prefetch("more_domains", queryset=CompanyDomain.objects.order_by("domain"))
    return (
        companies.annotate(people_count=count)
        .select_related("owner")
        .prefetch_related(domains, COMPANY_FIELDS.prefetch)
    )


def called(companies: QuerySet[Company], words: str) -> QuerySet[Company]:
    """Those whose name or a domain holds these words, each word somewhere."""
    for word in words.split()[:8]:
        others = CompanyDomain.objects.filter(domain__icontains=word).values("company_id")
        companies = (
            companies.filter(name__icontains=word)
            | companies.filter(domain__icontains=word)
            | companies.filter(pk__in=others)
        )
    return companies


def company_seen_by(agent: Agent, pk: int) -> Company | None:
    """This company, or the one it became part of."""
    found = whole(companies_visible_to(agent).filter(pk=pk)).first()
    return found or whole(companies_visible_to(agent).filter(merged=pk)).first()


def shared_domain(customer: Customer) -> tuple[str, int] | None:
    """The domain from which at least one other person writes, and how many do, where it is no company's yet."""
    domain = customer.email.rpartition("@")[2].lower()
    if customer.company_id or not domain or is_free_mail(customer.email) or company_with_domain(domain):
        return None
    people = from_domain(domain).order_by().values("customer").distinct()[: _MOST_PEOPLE + 1].count()
    return (domain, people) if 2 <= people <= _MOST_PEOPLE else None


def domains_worth_a_company(most: int = 3) -> list[tuple[str, int]]:
    """Domains that several of the newest customers share, who belong to no company, with how many of them."""
    loose = Customer.objects.filter(merged_into=None, company=None).exclude(email="").order_by("-id")
    addresses = loose.values_list("email", flat=True)[:_LOOKED_AT]
    counted = Counter(address.rpartition("@")[2].lower() for address in addresses if not is_free_mail(address))
    found = [(domain, count) for domain, count in counted.most_common() if 2 <= count <= _MOST_PEOPLE and domain]
    return [(domain, count) for domain, count in found[: 4 * most] if company_with_domain(domain) is None][:most]


def likely_name(domain: str) -> str:
    """studio-marchetti.example is probably called Studio Marchetti."""
    parts = domain.split(".")
    # In example.co.uk and example.com.cn it is the third from the right.
    at = -3 if len(parts) > 2 and parts[-2] in {"co", "com", "org", "net", "ac", "gov", "edu"} else -2
    name = parts[at] if len(parts) >= -at else parts[0]
    return " ".join(word.capitalize() for word in name.replace("_", "-").split("-") if word)
