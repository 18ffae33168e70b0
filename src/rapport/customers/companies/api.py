"""Companies over HTTP."""

from datetime import datetime
from typing import Annotated, Any

from django.db import transaction
from ninja import Query, Router, Status
from pydantic import BaseModel, Field, StringConstraints

from rapport.backbone.custom_fields.rest import FieldShape, field_shapes
from rapport.customers import actions
from rapport.customers.api import MergeRequest, MergeShape, Name, agent_called, merge_shape, told
from rapport.customers.companies import changing, merging
from rapport.customers.companies.queries import called, company_seen_by, whole
from rapport.customers.fields import COMPANY_FIELDS
from rapport.customers.models import Company, CompanyMerge
from rapport.customers.profiles.api import TimelineEntryShape, TimelineFilters, read_page
from rapport.customers.queries import companies_visible_to, company_with_domain
from rapport.kit.rest.paging import Page, Paging, page
from rapport.kit.rest.problems import NotFound
from rapport.kit.rest.shapes import WITHOUT_NUL, Id, Shape, StrictId
from rapport.team.api import AgentShape, ApiRequest, agent_of, agent_shape
from rapport.team.models import Agent
from rapport.team.types import Permission

companies_router = Router(tags=["Companies"])

Domain = Annotated[str, StringConstraints(pattern=r"^(([a-z0-9-]{1,63}\.)+[a-z0-9-]{2,63})?$", max_length=253)]
CompanyName = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^\s*[^\s\u0000][^\u0000]*$")]
About = Annotated[str, StringConstraints(max_length=4000, pattern=WITHOUT_NUL)]


class CompanyShape(BaseModel):
    id: int
    name: str
    domain: str = Field(description="The first of `domains`; empty without one.")
    domains: list[str] = Field(description="From which its people write.")
    owner: AgentShape | None = Field(description="Who looks after it here.")
    about: str
    people: int = Field(description="How many customers belong to it.")
    fields: dict[str, Any] = Field(description="What your own fields say, by key; those that say nothing are left out.")
    created_at: datetime


class CompanyFilters(Paging):
    q: Name | None = Field(None, description="Words in the name or a domain.")
    domain: Domain | None = Field(None, description="The one whose people write from there.")
    owner: Id | None = Field(None, description="Those that this agent looks after.")


class NewCompany(Shape):
    name: CompanyName
    domain: Domain = ""


class CompanyChanges(Shape):
    """What is left out stays as it is."""

    name: CompanyName | None = None
    domain: Domain | None = Field(None, description="The first of its domains; empty for none at all.")
    domains: Annotated[list[Domain], Field(max_length=changing.MOST_DOMAINS)] | None = Field(
        None, description="Replaces all its domains, the first one first."
    )
    owner: StrictId | None = Field(None, description="The id of an agent; null for nobody.")
    about: About | None = None
    fields: dict[str, Any] | None = Field(None, description="Your own fields by key; null takes a value away.")


@companies_router.get("/companies", response=Page[CompanyShape], summary="List companies, newest first")
def list_companies(request: ApiRequest, filters: Query[CompanyFilters]) -> dict[str, Any]:
    companies = called(companies_visible_to(agent_of(request)), filters.q or "")
    if filters.domain:
        found = company_with_domain(filters.domain)
        companies = companies.filter(pk=found.pk if found else 0)
    if filters.owner:
        companies = companies.filter(owner=filters.owner)
    return page(whole(companies), filters, shape=company_shape)


@companies_router.post("/companies", response={201: CompanyShape}, summary="Add a company")
def add_company(request: ApiRequest, body: NewCompany) -> Status[CompanyShape]:
    """Customers who write from its domain and belong to no company yet become its people."""
    agent = agent_of(request, Permission.REPLY)
    with told():
        made = actions.add_company(name=body.name, domain=body.domain, by=agent)
    return Status(201, company_shape(company_for(agent, made.pk)))


@companies_router.get("/companies/{company_id}", response=CompanyShape, summary="Read a company")
def read_company(request: ApiRequest, company_id: Id) -> CompanyShape:
    return company_shape(company_for(agent_of(request), company_id))


@companies_router.patch("/companies/{company_id}", response=CompanyShape, summary="Change a company")
def change_company(request: ApiRequest, company_id: Id, body: CompanyChanges) -> CompanyShape:
    """Customers who write from a new domain and belong to no company yet become its people."""
    agent = agent_of(request, Permission.REPLY)
    company = company_for(agent, company_id)
    with transaction.atomic(), told():
        if body.name is not None:
            changing.rename(company, name=body.name, by=agent)
        if body.domains is not None:
            changing.be_at(company, domains=body.domains, by=agent)
        elif body.domain is not None:
            others = [each for each in changing.domains_of(company) if each not in (company.domain, body.domain)]
            changing.be_at(company, domains=[body.domain, *others] if body.domain else [], by=agent)
        if "owner" in body.model_fields_set:
            changing.look_after(company, owner=agent_called(body.owner), by=agent)
        if body.about is not None:
            changing.describe(company, about=body.about, by=agent)
        if body.fields:
            changing.fill_in(company, body.fields, by=agent)
    return company_shape(company_for(agent, company_id))


@companies_router.post("/companies/{company_id}/merge", response={201: MergeShape}, summary="Make two companies one")
def merge_companies(request: ApiRequest, company_id: Id, body: MergeRequest) -> Status[MergeShape]:
    """Everything of this company becomes that of `into`; its id leads there from then on. 30 days to undo it."""
    agent = agent_of(request, Permission.REPLY)
    with told():
        merged = merging.merge(company_for(agent, company_id), into=company_for(agent, body.into), by=agent)
    return Status(201, merge_shape(merged))


@companies_router.post("/companies/merges/{merge_id}/undoing", response=MergeShape, summary="Make companies two again")
def unmerge_companies(request: ApiRequest, merge_id: Id) -> MergeShape:
    agent = agent_of(request, Permission.REPLY)
    merged = CompanyMerge.objects.filter(pk=merge_id).first()
    if merged is None:
        raise NotFound("There is no such merge.")
    with told():
        merging.unmerge(merged, by=agent)
    merged.refresh_from_db()
    return merge_shape(merged)


@companies_router.get("/fields/companies", response=list[FieldShape], summary="List your own fields of companies")
def list_company_fields(request: ApiRequest) -> list[FieldShape]:
    """In their order, without those that are retired."""
    agent_of(request)
    return field_shapes(COMPANY_FIELDS)


@companies_router.get(
    "/companies/{company_id}/timeline", response=Page[TimelineEntryShape], summary="Read what happened with a company"
)
def read_company_timeline(request: ApiRequest, company_id: Id, filters: Query[TimelineFilters]) -> dict[str, Any]:
    """What happened with everybody who belongs to it, newest first, as far as you may see it."""
    agent = agent_of(request)
    return read_page(company_for(agent, company_id), filters, agent)


def company_for(agent: Agent, pk: int) -> Company:
    """This company as the agent may see it; of two that became one the one that stayed. Raises NotFound."""
    found = company_seen_by(agent, pk)
    if found is None:
        raise NotFound("There is no such company.")
    return found


def company_shape(company: Company) -> CompanyShape:
    others = [each.domain for each in company.more_domains.all()]
    return CompanyShape(
        id=company.pk,
        name=company.name,
        domain=company.domain,
        domains=[company.domain, *others] if company.domain else others,
        owner=agent_shape(company.owner),
        about=company.about,
        people=getattr(company, "people_count", 0),
        fields=COMPANY_FIELDS.plainly(company),
        created_at=company.created_at,
    )
