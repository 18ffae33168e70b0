"""Consent over HTTP."""

from datetime import datetime
from typing import Annotated, Any, Literal

from ninja import Query, Router, Status
from pydantic import BaseModel, Field, StringConstraints

from rapport.customers.api import customer_for, told
from rapport.customers.consent import queries, recording
from rapport.customers.consent.models import ConsentRecord
from rapport.customers.consent.types import How
from rapport.kit.rest.paging import Page, Paging, page
from rapport.kit.rest.problems import Invalid
from rapport.kit.rest.shapes import WITHOUT_NUL, Id, Shape
from rapport.team.api import AgentShape, ApiRequest, agent_of, agent_shape
from rapport.team.types import Permission

consent_router = Router(tags=["Consent"])

Key = Annotated[str, StringConstraints(min_length=1, max_length=30, pattern=r"^[a-z0-9_-]+$")]
Way = Literal["any", "email", "sms", "phone", "whatsapp"]
Shown = Annotated[str, StringConstraints(max_length=recording.LONGEST_TEXT, pattern=WITHOUT_NUL)]
Address = Annotated[str, StringConstraints(max_length=320, pattern=r"^[^\s\u0000]*$")]


class PurposeShape(BaseModel):
    key: str
    name: str
    description: str
    basis: str = Field(description="service, opt_out or opt_in: when it may be sent to somebody who said nothing.")


class ConsentShape(BaseModel):
    id: int
    purpose: str
    channel: str = Field(description="any, email, sms, phone or whatsapp.")
    address: str = Field(description="The one address it speaks of; empty for all of theirs.")
    state: str = Field(description="given, withdrawn or asked.")
    at: datetime
    how: str = Field(description="form, import, agent, api, link, page or confirmation.")
    where: str = Field(description="The name of the form; empty where it was another way.")
    text: str = Field(description="What they were shown, word for word.")
    by: AgentShape | None


class ConsentFilters(Paging):
    purpose: Key | None = None
    channel: Way | None = None


class NewConsent(Shape):
    purpose: Key
    channel: Way = "any"
    state: Literal["given", "withdrawn"]
    text: Shown = Field("", description="What they were shown, word for word: it proves what they agreed to.")
    address: Address = Field("", description="The one address it speaks of; empty for all of theirs.")
    how: Literal["form", "import", "api"] = "api"


@consent_router.get("/consent-purposes", response=list[PurposeShape], summary="List what customers may agree to")
def list_purposes(request: ApiRequest) -> list[PurposeShape]:
    """In their order, without those that are retired."""
    agent_of(request)
    return [
        PurposeShape(key=each.key, name=each.label, description=each.about, basis=each.basis)
        for each in queries.purposes()
    ]


@consent_router.get(
    "/customers/{customer_id}/consents", response=Page[ConsentShape], summary="List what a customer agreed to"
)
def list_consents(request: ApiRequest, customer_id: Id, filters: Query[ConsentFilters]) -> dict[str, Any]:
    """Everything they ever said, newest first. Of one purpose and channel the newest counts."""
    records = queries.history_of(customer_for(agent_of(request), customer_id))
    if filters.purpose:
        records = records.filter(purpose__key=filters.purpose)
    if filters.channel:
        records = records.filter(channel=filters.channel)
    return page(records, filters, shape=_consent_shape)


@consent_router.post(
    "/customers/{customer_id}/consents", response={201: ConsentShape}, summary="Note what a customer said"
)
def add_consent(request: ApiRequest, customer_id: Id, body: NewConsent) -> Status[ConsentShape]:
    """What was said before stays in the list."""
    agent = agent_of(request, Permission.REPLY)
    customer = customer_for(agent, customer_id)
    purpose = queries.purpose_called(body.purpose)
    if purpose is None:
        raise Invalid.at("body.purpose", "There is no such purpose.")
    with told():
        made = recording.record(
            customer,
            purpose=purpose,
            channel=body.channel,
            state=body.state,
            how=How(body.how),
            text=body.text,
            address=body.address,
            by=agent,
        )
    return Status(201, _consent_shape(made))


def _consent_shape(record: ConsentRecord) -> ConsentShape:
    return ConsentShape(
        id=record.pk,
        purpose=record.purpose.key,
        channel=record.channel,
        address=record.address,
        state=record.state,
        at=record.at,
        how=record.how,
        where=record.where,
        text=record.text,
        by=agent_shape(record.by),
    )
