"""Subscriptions over HTTP."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, Literal

from django.db.models import QuerySet
from ninja import Query, Router
from ninja import Status as Answer
from pydantic import BaseModel, Field, StringConstraints

from rapport.kit import clock
from rapport.kit.rest.paging import Page, Paging, page
from rapport.kit.rest.problems import Invalid, NotFound
from rapport.kit.rest.shapes import WITHOUT_NUL, Id, Moment, Shape
from rapport.sales.models import Subscription, SubscriptionChange
from rapport.sales.orders.shapes import LineSku
from rapport.sales.rest import (
    BuyerSaid,
    ExternalId,
    MoneySaid,
    MoneyShape,
    ShortName,
    Source,
    buyer,
    minor_units,
    said_money,
    told,
)
from rapport.sales.subscriptions.queries import visible_to
from rapport.sales.subscriptions.recording import record
from rapport.sales.types import Became, SubscriptionSaid
from rapport.team.api import ApiRequest, Named, agent_of
from rapport.team.models import Agent
from rapport.team.types import Permission

subscriptions_router = Router(tags=["Sales"])

Status = Literal["trial", "active", "past_due", "paused", "cancelled"]
Interval = Literal["day", "week", "month", "year"]
_PLAIN = {"plan", "sku", "status", "interval", "interval_count", "started_at", "cancel_reason"}
Reason = Annotated[str, StringConstraints(max_length=500, pattern=WITHOUT_NUL)]


class SubscriptionShape(BaseModel):
    id: int
    source: str = Field(examples=["stripe"])
    external_id: str
    customer: Named
    plan: str
    product: int | None
    status: str = Field(description="trial, active, past_due, paused or cancelled.")
    amount: MoneyShape = Field(description="What is paid every `interval_count` intervals.")
    interval: str = Field(description="day, week, month or year.")
    interval_count: int
    started_at: datetime
    current_period_end: datetime | None
    cancelled_at: datetime | None
    cancel_reason: str
    created_at: datetime
    changed_at: datetime


class ChangeShape(BaseModel):
    """What the subscription was after this change, and before."""

    id: int
    kind: str = Field(
        description="started, converted, upgraded, downgraded, overdue, recovered, paused, resumed, cancelled, "
        "revived, renewed or changed."
    )
    at: datetime
    status: str
    status_before: str
    amount: MoneyShape
    amount_before: MoneyShape | None
    interval: str
    interval_count: int
    reason: str


class SubscriptionFilters(Paging):
    customer: Id | None = None
    status: Status | None = None
    source: Source | None = None


class SubscriptionChanges(Shape):
    """What is left out stays as it is."""

    plan: ShortName | None = None
    sku: LineSku | None = Field(None, description="The article number of a product.")
    status: Status | None = None
    amount: MoneySaid | None = None
    interval: Interval | None = None
    interval_count: Annotated[int, Field(ge=1, le=1_000)] | None = None
    started_at: Moment | None = None
    current_period_end: Moment | None = None
    cancelled_at: Moment | None = None
    cancel_reason: Reason | None = None


class NewSubscription(SubscriptionChanges):
    """Known by `source` and `external_id`: told again, it is changed, unless something newer is known."""

    source: Source = Field("api", description="Who keeps it. Name your own system.")
    external_id: ExternalId
    customer: BuyerSaid = Field(examples=[{"email": "kim@studio.example", "name": "Kim Park"}])
    amount: MoneySaid
    changed_at: Moment | None = Field(None, description="When this was so, now where it is left out.")


@subscriptions_router.get("/subscriptions", response=Page[SubscriptionShape], summary="List subscriptions")
def list_subscriptions(request: ApiRequest, filters: Query[SubscriptionFilters]) -> dict[str, Any]:
    """Those that started last come first."""
    found = _subscriptions(agent_of(request))
    if filters.customer:
        found = found.filter(customer_id=filters.customer)
    if filters.status:
        found = found.filter(status=filters.status)
    if filters.source:
        found = found.filter(source=filters.source)
    return page(found, filters, shape=subscription_shape, order=("-started_at", "-id"))


@subscriptions_router.post(
    "/subscriptions", response={200: SubscriptionShape, 201: SubscriptionShape}, summary="Tell of a subscription"
)
def add_subscription(request: ApiRequest, body: NewSubscription) -> Answer[SubscriptionShape]:
    """201 for a new one, 200 for one that was known by its `source` and `external_id` already."""
    agent = agent_of(request, Permission.REPLY)
    who = buyer(body.customer)
    if not who.is_said:
        raise Invalid.at("body.customer", "Say who pays: an id, an email, a phone or an account.")
    known = _subscriptions(agent).filter(source=body.source, external_id=body.external_id).first()
    at = body.changed_at or clock.now()
    new = SubscriptionSaid(body.external_id, "active", 0, body.amount.currency, "month", at, at)
    said = replace(_said(body, _known(known, at) if known else new), buyer=who)
    with told():
        done = record(said, source=body.source, by=agent.pk)
    status = 201 if done.became == Became.CREATED else 200
    return Answer(status, subscription_shape(_subscription_for(agent, done.subscription)))


@subscriptions_router.get("/subscriptions/{subscription_id}", response=SubscriptionShape, summary="Read a subscription")
def read_subscription(request: ApiRequest, subscription_id: Id) -> SubscriptionShape:
    return subscription_shape(_subscription_for(agent_of(request), subscription_id))


@subscriptions_router.patch(
    "/subscriptions/{subscription_id}", response=SubscriptionShape, summary="Change a subscription"
)
def change_subscription(request: ApiRequest, subscription_id: Id, body: SubscriptionChanges) -> SubscriptionShape:
    agent = agent_of(request, Permission.REPLY)
    held = _subscription_for(agent, subscription_id)
    said = _said(body, _known(held, max(clock.now(), held.changed_at)))
    with told():
        record(said, source=held.source, by=agent.pk)
    return subscription_shape(_subscription_for(agent, subscription_id))


@subscriptions_router.get(
    "/subscriptions/{subscription_id}/changes", response=Page[ChangeShape], summary="What became of a subscription"
)
def list_changes(request: ApiRequest, subscription_id: Id, paging: Query[Paging]) -> dict[str, Any]:
    """The first first. Recurring revenue and churn are read from these."""
    held = _subscription_for(agent_of(request), subscription_id)
    rows: QuerySet[SubscriptionChange] = held.changes.all()
    return page(rows, paging, shape=_change_shape, order=("at", "id"))


def subscription_shape(held: Subscription) -> SubscriptionShape:
    return SubscriptionShape(
        id=held.pk,
        source=held.source,
        external_id=held.external_id,
        customer=Named(id=held.customer_id, name=held.customer.display_name),
        plan=held.plan,
        product=held.product_id,
        status=held.status,
        amount=said_money(held.amount, held.currency),
        interval=held.interval,
        interval_count=held.interval_count,
        started_at=held.started_at,
        current_period_end=held.current_period_end,
        cancelled_at=held.cancelled_at,
        cancel_reason=held.cancel_reason,
        created_at=held.created_at,
        changed_at=held.changed_at,
    )


def _change_shape(change: SubscriptionChange) -> ChangeShape:
    before = change.amount_before
    return ChangeShape(
        id=change.pk,
        kind=change.kind,
        at=change.at,
        status=change.status,
        status_before=change.status_before,
        amount=said_money(change.amount, change.currency),
        amount_before=said_money(before, change.currency) if before is not None else None,
        interval=change.interval,
        interval_count=change.interval_count,
        reason=change.reason,
    )


def _known(held: Subscription, at: datetime) -> SubscriptionSaid:
    return SubscriptionSaid(
        external_id=held.external_id,
        status=held.status,
        amount=held.amount,
        currency=held.currency,
        interval=held.interval,
        interval_count=held.interval_count,
        started_at=held.started_at,
        changed_at=at,
        current_period_end=held.current_period_end,
        cancelled_at=held.cancelled_at,
    )


def _said(body: SubscriptionChanges, known: SubscriptionSaid) -> SubscriptionSaid:
    """What is known of it, with what is different. Raises Invalid."""
    told_of = body.model_dump(include=_PLAIN, exclude_none=True)
    # A moment may be taken away.
    told_of |= body.model_dump(include={"current_period_end", "cancelled_at"}, exclude_unset=True)
    if body.amount:
        told_of |= {"amount": minor_units(body.amount, at="body.amount"), "currency": body.amount.currency}
    said = replace(known, **told_of)
    return said if said.status == "cancelled" else replace(said, cancelled_at=None)


def _subscriptions(agent: Agent) -> QuerySet[Subscription]:
    return visible_to(agent).select_related("customer")


def _subscription_for(agent: Agent, pk: int) -> Subscription:
    found = _subscriptions(agent).filter(pk=pk).first()
    if found is None:
        raise NotFound("There is no such subscription.")
    return found
