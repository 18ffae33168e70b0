"""Stages over HTTP."""

from datetime import datetime
from typing import Annotated, Any

from ninja import Query, Router
from pydantic import BaseModel, Field, StringConstraints

from rapport.customers.api import customer_for, told
from rapport.customers.lifecycle import moving, queries
from rapport.customers.lifecycle.models import Stage, StageEntry
from rapport.kit.rest.paging import Page, Paging, page
from rapport.kit.rest.problems import Invalid
from rapport.kit.rest.shapes import WITHOUT_NUL, Id, Moment, Shape
from rapport.team.api import AgentShape, ApiRequest, Named, agent_of, agent_shape
from rapport.team.types import Permission

lifecycle_router = Router(tags=["Life cycle"])

Key = Annotated[str, StringConstraints(min_length=1, max_length=30, pattern=r"^[a-z0-9_-]+$")]
Reason = Annotated[str, StringConstraints(max_length=300, pattern=WITHOUT_NUL)]


class LifeStageShape(BaseModel):
    key: str
    name: str
    description: str
    tone: str = Field(description="accent, good, warn, bad, or empty.")
    is_active: bool = Field(description="Whether who stands here counts as a customer who stays.")


class EntryShape(BaseModel):
    id: int
    customer: Named
    stage: str
    came_from: str | None = Field(description="The stage before; null for the first one.")
    since: datetime
    until: datetime | None = Field(description="Null while they stand there.")
    by: AgentShape | None = Field(description="Null when a rule moved them.")
    reason: str


class EntryFilters(Paging):
    stage: Key | None = Field(None, description="The key of a stage.")
    customer: Id | None = None
    since: Moment | None = Field(None, description="Only who came there at this moment or later.")
    current: bool = Field(False, description="Only who stands there now.")


class NewStage(Shape):
    stage: Key = Field(description="The key of a stage.")
    reason: Reason = Field("", description="Why, for people.")


@lifecycle_router.get("/life-cycle/stages", response=list[LifeStageShape], summary="List the stages of the life cycle")
def list_stages(request: ApiRequest) -> list[LifeStageShape]:
    """In their order. Keys never change; names may."""
    agent_of(request)
    return [_stage_shape(stage) for stage in queries.stages()]


@lifecycle_router.get("/life-cycle/entries", response=Page[EntryShape], summary="List who came into which stage")
def list_entries(request: ApiRequest, filters: Query[EntryFilters]) -> dict[str, Any]:
    """Newest first: each time a customer came into a stage, since when and until when."""
    entries = queries.entries_visible_to(agent_of(request))
    if filters.stage:
        entries = entries.filter(stage__key=filters.stage)
    if filters.customer:
        entries = entries.filter(customer=filters.customer)
    if filters.since:
        entries = entries.filter(since__gte=filters.since)
    if filters.current:
        entries = entries.filter(until=None)
    return page(entries, filters, shape=_entry_shape)


@lifecycle_router.get(
    "/customers/{customer_id}/stages", response=Page[EntryShape], summary="List the stages a customer went through"
)
def list_customer_stages(request: ApiRequest, customer_id: Id, paging: Query[Paging]) -> dict[str, Any]:
    """Newest first."""
    customer = customer_for(agent_of(request), customer_id)
    return page(queries.entries_of(customer).select_related("customer"), paging, shape=_entry_shape)


@lifecycle_router.put("/customers/{customer_id}/stage", response=EntryShape, summary="Move a customer to a stage")
def move_customer(request: ApiRequest, customer_id: Id, body: NewStage) -> EntryShape:
    """By hand: rules leave them there for as many days as the settings say."""
    agent = agent_of(request, Permission.REPLY)
    customer = customer_for(agent, customer_id)
    stage = queries.stage_called(body.stage)
    if stage is None:
        raise Invalid.at("body.stage", "There is no such stage.")
    with told():
        entry = moving.move(customer, to=stage, by=agent, reason=body.reason)
    return _entry_shape(queries.entries_of(customer).select_related("customer").get(pk=entry.pk))


def _stage_shape(stage: Stage) -> LifeStageShape:
    return LifeStageShape(
        key=stage.key, name=stage.label, description=stage.about, tone=stage.tone, is_active=stage.is_active
    )


def _entry_shape(entry: StageEntry) -> EntryShape:
    return EntryShape(
        id=entry.pk,
        customer=Named(id=entry.customer_id, name=entry.customer.display_name),
        stage=entry.stage.key,
        came_from=entry.origin.key if entry.origin else None,
        since=entry.since,
        until=entry.until,
        by=agent_shape(entry.by),
        reason=queries.why(entry),
    )
