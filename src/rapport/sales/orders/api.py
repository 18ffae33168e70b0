"""Orders over HTTP."""

from typing import Any

from django.db.models import QuerySet
from ninja import Query, Router, Status

from rapport.kit import clock
from rapport.kit.rest.paging import Page, page
from rapport.kit.rest.problems import Invalid, NotFound
from rapport.kit.rest.shapes import Id
from rapport.sales.models import Order
from rapport.sales.orders.queries import numbered, visible_to
from rapport.sales.orders.recording import record, record_all
from rapport.sales.orders.refunding import refund
from rapport.sales.orders.shapes import (
    BatchItem,
    NewOrder,
    NewRefund,
    OrderBatch,
    OrderBatchShape,
    OrderChanges,
    OrderFilters,
    OrderShape,
    RefundShape,
    changed_order,
    new_order,
    order_shapes,
    refund_shape,
)
from rapport.sales.rest import minor_units, told
from rapport.sales.types import Became, RefundSaid
from rapport.team.api import ApiRequest, agent_of
from rapport.team.models import Agent
from rapport.team.types import Permission

orders_router = Router(tags=["Sales"])


@orders_router.get("/orders", response=Page[OrderShape], summary="List orders, newest first")
def list_orders(request: ApiRequest, filters: Query[OrderFilters]) -> dict[str, Any]:
    agent = agent_of(request)
    orders = _orders(agent)
    if filters.customer:
        orders = orders.filter(customer_id=filters.customer)
    if filters.status:
        orders = orders.filter(status=filters.status)
    if filters.source:
        orders = orders.filter(source=filters.source)
    if filters.number:
        orders = numbered(orders, filters.number)
    if filters.placed_since:
        orders = orders.filter(placed_at__gte=filters.placed_since)
    if filters.placed_until:
        orders = orders.filter(placed_at__lt=filters.placed_until)
    found = page(orders, filters, shape=lambda order: order, order=("-placed_at", "-id"))
    return {**found, "items": order_shapes(found["items"], agent)}


@orders_router.post("/orders", response={200: OrderShape, 201: OrderShape}, summary="Tell of an order")
def add_order(request: ApiRequest, body: NewOrder) -> Status[OrderShape]:
    """201 for a new one, 200 for one that was known by its `source` and `external_id` already."""
    agent = agent_of(request, Permission.REPLY)
    said = new_order(body)
    with told():
        done = record(said, source=body.source, by=agent.pk)
    return Status(201 if done.became == Became.CREATED else 200, _shown(agent, done.order))


@orders_router.post("/orders/batch", response=OrderBatchShape, summary="Tell of up to a thousand orders")
def add_orders(request: ApiRequest, body: OrderBatch) -> OrderBatchShape:
    """All or none: a mistake in one is told with its place, and nothing is written."""
    agent = agent_of(request, Permission.REPLY)
    said = [new_order(each, at=f"body.orders.{place}") for place, each in enumerate(body.orders)]
    source = body.orders[0].source
    if any(each.source != source for each in body.orders):
        raise Invalid.at("body.orders", "All orders of a batch come from one source.")
    with told():
        done = record_all(said, source=source, by=agent.pk)
    return OrderBatchShape(
        items=[
            BatchItem(id=one.order, external_id=each.external_id, outcome=one.became)
            for one, each in zip(done, said, strict=True)
        ]
    )


@orders_router.get("/orders/{order_id}", response=OrderShape, summary="Read an order")
def read_order(request: ApiRequest, order_id: Id) -> OrderShape:
    return _shown(agent_of(request), order_id)


@orders_router.patch("/orders/{order_id}", response=OrderShape, summary="Change an order")
def change_order(request: ApiRequest, order_id: Id, body: OrderChanges) -> OrderShape:
    agent = agent_of(request, Permission.REPLY)
    order = _order_for(agent, order_id)
    with told():
        record(changed_order(order, body), source=order.source, by=agent.pk)
    return _shown(agent, order_id)


@orders_router.post("/orders/{order_id}/refunds", response={201: RefundShape}, summary="Note that money went back")
def add_refund(request: ApiRequest, order_id: Id, body: NewRefund) -> Status[RefundShape]:
    """Rapport moves no money: this writes down what your shop or bank did."""
    agent = agent_of(request, Permission.REPLY)
    order = _order_for(agent, order_id)
    if body.amount.currency != order.currency:
        raise Invalid.at("body.amount.currency", f"The order is in {order.currency}: its refunds are too.")
    said = RefundSaid(
        minor_units(body.amount, at="body.amount"), body.at or clock.now(), body.external_id or "", body.reason
    )
    with told():
        return Status(201, refund_shape(refund(order, said=said, by=agent.pk), order.currency))


def _shown(agent: Agent, pk: int) -> OrderShape:
    return order_shapes([_order_for(agent, pk)], agent)[0]


def _orders(agent: Agent) -> QuerySet[Order]:
    return visible_to(agent).select_related("customer").prefetch_related("lines", "refunds")


def _order_for(agent: Agent, pk: int) -> Order:
    order = _orders(agent).filter(pk=pk).first()
    if order is None:
        raise NotFound("There is no such order.")
    return order
