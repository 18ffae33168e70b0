"""Reading customers and companies, always from what the agent may see."""

from django.db.models import QuerySet

from rapport.customers.finding import holding
from rapport.customers.models import Company, CompanyDomain, Customer, Identity, IdentityKind, MailDomain
from rapport.kit.remembering import remembered
from rapport.team.models import Agent
from rapport.team.types import Permission


def visible_to(agent: Agent) -> QuerySet[Customer]:
    """Every customer this agent may see; of one person with two records the one that has everything."""
    return Customer.objects.filter(merged_into=None) if agent.may(Permission.READ) else Customer.objects.none()


def companies_visible_to(agent: Agent) -> QuerySet[Company]:
    """Every company this agent may see; of one with two records the one that has everything."""
    return Company.objects.filter(merged_into=None) if agent.may(Permission.READ) else Company.objects.none()


def company_with_domain(domain: str) -> Company | None:
    """Whose people write from this domain."""
    found = Company.objects.filter(domain=domain).first()
    if found is None:
        other = CompanyDomain.objects.select_related("company").filter(domain=domain).first()
        found = other.company if other else None
    return found


def from_domain(domain: str) -> QuerySet[Identity]:
    """The mail addresses of one domain, along their index."""
    return Identity.objects.alias(domain=MailDomain("value")).filter(domain=domain, kind=IdentityKind.EMAIL)


def known_by(kind: IdentityKind, value: str) -> Customer | None:
    """Who has this identity; `value` already normalised."""
    identity = Identity.objects.select_related("customer").filter(kind=kind, value=value).first()
    return identity.customer if identity else None


@remembered
def identities_of(customer: Customer) -> tuple[Identity, ...]:
    """By what they are known, the first first."""
    return tuple(customer.identities.all())


def called(customers: QuerySet[Customer], words: str, *, along: QuerySet[Customer] | None = None) -> QuerySet[Customer]:
    """Those whose name, an address or company holds these words, each word somewhere.

    `along` are customers in the order in which they will be read, where that is not the newest first.
    """
    return customers.filter(holding(words, along=along)) if words.strip() else customers
