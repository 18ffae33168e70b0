"""Customers over HTTP."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated, Any

from django.db import transaction
from django.db.models import QuerySet
from ninja import Query, Router, Status
from pydantic import BaseModel, Field, StringConstraints

from rapport.backbone.custom_fields.rest import FieldShape, field_shapes, refused
from rapport.customers import actions, merging, queries
from rapport.customers.errors import CannotArrange, CustomerError, NotUnderstood
from rapport.customers.fields import FIELDS
from rapport.customers.models import CompanyMerge, Customer, CustomerMerge, Identity, IdentityKind
from rapport.customers.profiles.identities import is_primary
from rapport.kit.rest.paging import Page, Paging, page
from rapport.kit.rest.problems import Clash, Invalid, NotFound
from rapport.kit.rest.shapes import WITHOUT_NUL, Id, Shape, StrictId
from rapport.team.api import AgentShape, ApiRequest, Named, agent_of, agent_shape
from rapport.team.models import Agent
from rapport.team.queries import active_agents
from rapport.team.types import Permission

router = Router(tags=["Customers"])

Name = Annotated[str, StringConstraints(max_length=200, pattern=WITHOUT_NUL)]
Email = Annotated[str, StringConstraints(max_length=320, pattern=r"^[^@\s\u0000]+@[^@\s\u0000]+$")]
Phone = Annotated[str, StringConstraints(max_length=32, pattern=r"^\+?[0-9 ()./-]{5,31}$")]
Account = Annotated[str, StringConstraints(min_length=1, max_length=320, pattern=r"^[^\s\u0000]+$")]
Place = Annotated[str, StringConstraints(max_length=120, pattern=WITHOUT_NUL)]
Language = Annotated[str, StringConstraints(pattern=r"^([A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})?)?$", max_length=12)]
Domain = Annotated[str, StringConstraints(pattern=r"^(([a-z0-9-]{1,63}\.)+[a-z0-9-]{2,63})?$", max_length=253)]


class IdentityShape(BaseModel):
    id: int
    kind: str
    value: str
    label: str
    primary: bool = Field(description="Lists show it, and answers go to it.")
    verified_at: datetime | None


class CustomerShape(BaseModel):
    id: int
    name: str
    email: str
    phone: str
    company: Named | None
    job_title: str
    owner: AgentShape | None = Field(description="Who looks after them here.")
    language: str
    time_zone: str
    location: str
    identities: list[IdentityShape]
    fields: dict[str, Any] = Field(description="What your own fields say, by key; those that say nothing are left out.")
    created_at: datetime
    updated_at: datetime


class CustomerFilters(Paging):
    q: Name | None = Field(None, description="Words in the name, an address or the company.")
    email: Email | None = Field(None, description="The one known by this address.")
    company: Id | None = None
    owner: Id | None = Field(None, description="Whom this agent looks after.")


class Details(Shape):
    name: Name | None = None
    email: Email | None = None
    phone: Phone | None = None
    language: Language | None = None
    time_zone: Name | None = Field(None, description="Such as Europe/Berlin.")
    location: Place | None = None
    company: StrictId | None = Field(None, description="The id of a company; null for none.")
    job_title: Place | None = None
    owner: StrictId | None = Field(None, description="The id of an agent; null for nobody.")
    fields: dict[str, Any] | None = Field(None, description="Your own fields by key; null takes a value away.")


class NewCustomer(Details):
    """At least one of `email`, `phone` and `account` is needed."""

    account: Account | None = Field(None, description="Your own number for this customer.")


class MergeRequest(Shape):
    into: StrictId = Field(description="The id of the customer that stays.")


class MergeShape(BaseModel):
    id: int
    origin: int
    into: int
    at: datetime
    undone_at: datetime | None


class AlikeShape(BaseModel):
    customer: Named
    because: str


@router.get("/customers", response=Page[CustomerShape], summary="List customers, newest first")
def list_customers(request: ApiRequest, filters: Query[CustomerFilters]) -> dict[str, Any]:
    """`field.KEY=value` narrows by one of your own fields, as often as there are fields."""
    customers = _customers(agent_of(request))
    if filters.q:
        customers = queries.called(customers, filters.q)
    if filters.email:
        value = actions.normalise(IdentityKind.EMAIL, filters.email)
        customers = customers.filter(
            pk__in=Identity.objects.filter(kind=IdentityKind.EMAIL, value=value).values("customer_id")
        )
    said = {
        name.removeprefix("field."): value for name, value in request.GET.dict().items() if name.startswith("field.")
    }
    if said:
        with refused("query.field"):
            customers = customers.filter(pk__in=FIELDS.saying(said))
    if filters.company:
        customers = customers.filter(company_id=filters.company)
    if filters.owner:
        customers = customers.filter(owner_id=filters.owner)
    return page(customers, filters, shape=customer_shape)


@router.post("/customers", response={201: CustomerShape}, summary="Add a customer")
def add_customer(request: ApiRequest, body: NewCustomer) -> Status[CustomerShape]:
    agent = agent_of(request, Permission.REPLY)
    with transaction.atomic(), told():
        customer = actions.register(
            name=body.name or "", email=body.email or "", phone=body.phone or "", account=body.account or "", by=agent
        )
        _describe(customer, body, agent)
    return Status(201, customer_shape(_customers(agent).get(pk=customer.pk)))


@router.get("/customers/{customer_id}", response=CustomerShape, summary="Read a customer")
def read_customer(request: ApiRequest, customer_id: Id) -> CustomerShape:
    return customer_shape(customer_for(agent_of(request), customer_id))


@router.patch("/customers/{customer_id}", response=CustomerShape, summary="Change a customer")
def change_customer(request: ApiRequest, customer_id: Id, body: Details) -> CustomerShape:
    """Fields that are left out stay as they are. A new address is added to those the customer is known by."""
    agent = agent_of(request, Permission.REPLY)
    customer = customer_for(agent, customer_id)
    with transaction.atomic(), told():
        if body.name is not None:
            actions.rename(customer, name=body.name, by=agent)
        if body.email:
            actions.add_identity(customer, kind=IdentityKind.EMAIL, value=body.email, by=agent, primary=True)
        if body.phone:
            actions.add_identity(customer, kind=IdentityKind.PHONE, value=body.phone, by=agent, primary=True)
        _describe(customer, body, agent)
    return customer_shape(customer_for(agent, customer_id))


@router.get("/customers/{customer_id}/alike", response=list[AlikeShape], summary="Who may be the same person")
def list_alike(request: ApiRequest, customer_id: Id) -> list[AlikeShape]:
    found = merging.alike(customer_for(agent_of(request), customer_id))
    return [
        AlikeShape(customer=Named(id=each.customer.pk, name=each.customer.display_name), because=each.because)
        for each in found
    ]


@router.post("/customers/{customer_id}/merge", response={201: MergeShape}, summary="Make two records one person")
def merge_customers(request: ApiRequest, customer_id: Id, body: MergeRequest) -> Status[MergeShape]:
    """Everything of this customer becomes that of `into`; its id leads there from then on. 30 days to undo it."""
    agent = agent_of(request, Permission.REPLY)
    with told():
        merged = merging.merge(customer_for(agent, customer_id), into=customer_for(agent, body.into), by=agent)
    return Status(201, merge_shape(merged))


@router.post("/customers/merges/{merge_id}/undoing", response=MergeShape, summary="Make them two again")
def unmerge_customers(request: ApiRequest, merge_id: Id) -> MergeShape:
    agent = agent_of(request, Permission.REPLY)
    merged = CustomerMerge.objects.filter(pk=merge_id).first()
    if merged is None:
        raise NotFound("There is no such merge.")
    with told():
        merging.unmerge(merged, by=agent)
    merged.refresh_from_db()
    return merge_shape(merged)


@router.get("/fields/customers", response=list[FieldShape], summary="List your own fields of customers")
def list_fields(request: ApiRequest) -> list[FieldShape]:
    """In their order, without those that are retired."""
    agent_of(request)
    return field_shapes(FIELDS)


def customer_for(agent: Agent, pk: int) -> Customer:
    """This customer as the agent may see them. Raises NotFound."""
    customer = _customers(agent).filter(pk=pk).first()
    if customer is None:
        # The id of a record that went up in another leads to that one.
        customer = _customers(agent).filter(merged=pk).first()
    if customer is None:
        raise NotFound("There is no such customer.")
    return customer


def merge_shape(merged: CustomerMerge | CompanyMerge) -> MergeShape:
    return MergeShape(
        id=merged.pk, origin=merged.origin_id, into=merged.destination_id, at=merged.at, undone_at=merged.undone_at
    )


def customer_shape(customer: Customer) -> CustomerShape:
    company = customer.company
    return CustomerShape(
        id=customer.pk,
        name=customer.name,
        email=customer.email,
        phone=customer.phone,
        company=Named(id=company.pk, name=company.name) if company else None,
        job_title=customer.job_title,
        owner=agent_shape(customer.owner),
        language=customer.language,
        time_zone=customer.time_zone,
        location=customer.location,
        identities=[identity_shape(identity, customer) for identity in customer.identities.all()],
        fields=FIELDS.plainly(customer),
        created_at=customer.created_at,
        updated_at=customer.updated_at,
    )


def identity_shape(identity: Identity, customer: Customer) -> IdentityShape:
    return IdentityShape(
        id=identity.pk,
        kind=identity.kind,
        value=identity.value,
        label=identity.label,
        primary=is_primary(identity, customer),
        verified_at=identity.verified_at,
    )


@contextmanager
def told(value: str = "") -> Iterator[None]:
    """Tell the caller what a customer's action refused; `value` is what the body calls an address, of whatever kind."""
    try:
        yield
    except NotUnderstood as error:
        raise Invalid.at(f"body.{value or error.field}", str(error)) from error
    except CannotArrange as error:
        if not error.field:
            raise Clash(str(error)) from error
        raise Invalid.at(f"body.{error.field}", str(error)) from error
    except CustomerError as error:
        raise Clash(str(error)) from error


def _customers(agent: Agent) -> QuerySet[Customer]:
    return queries.visible_to(agent).select_related("company", "owner").prefetch_related("identities", FIELDS.prefetch)


def agent_called(pk: int | None) -> Agent | None:
    """The agent that a body names as an owner. Raises Invalid."""
    owner = active_agents().filter(pk=pk).first() if pk else None
    if pk and owner is None:
        raise Invalid.at("body.owner", "There is no such agent.")
    return owner


def _describe(customer: Customer, body: Details, agent: Agent) -> None:
    actions.describe(
        customer,
        by=agent,
        language=body.language,
        time_zone=body.time_zone,
        location=body.location,
        job_title=body.job_title,
    )
    if "owner" in body.model_fields_set:
        actions.look_after(customer, owner=agent_called(body.owner), by=agent)
    if "company" in body.model_fields_set:
        company = queries.companies_visible_to(agent).filter(pk=body.company).first() if body.company else None
        if body.company and company is None:
            raise Invalid.at("body.company", "There is no such company.")
        actions.employ(customer, at=company, by=agent)
    if body.fields:
        actions.fill_in(customer, body.fields, by=agent)
