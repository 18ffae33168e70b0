"""Which orders a conversation is about, over HTTP."""

from datetime import datetime
from typing import Literal

from ninja import Router
from pydantic import BaseModel, Field

from rapport.conversations import actions
from rapport.conversations.about_orders import links_of
from rapport.conversations.api import conversation_for, mistaken
from rapport.kit.rest.problems import NotFound
from rapport.kit.rest.shapes import Id, Shape, StrictId
from rapport.sales.models import Order
from rapport.sales.orders.queries import visible_to
from rapport.team.api import ApiRequest, agent_of
from rapport.team.models import Agent
from rapport.team.types import Permission

about_orders_router = Router(tags=["Conversations"])


class OrderLinkShape(BaseModel):
    order: int = Field(description="The id of the order.")
    number: str = Field(examples=["#1042"])
    how: Literal["found", "chosen"] = Field(description="Found: the customer named its number. Chosen: by an agent.")
    by: int | None = Field(description="The agent who chose it.")
    at: datetime


class NewOrderLink(Shape):
    order: StrictId = Field(description="The id of the order.")


@about_orders_router.get(
    "/conversations/{conversation_id}/orders", response=list[OrderLinkShape], summary="List the orders it is about"
)
def list_orders_of_conversation(request: ApiRequest, conversation_id: Id) -> list[OrderLinkShape]:
    """Newest order first."""
    agent = agent_of(request)
    return _links(conversation_id, agent)


@about_orders_router.post(
    "/conversations/{conversation_id}/orders", response=list[OrderLinkShape], summary="Say that it is about an order"
)
def link_order(request: ApiRequest, conversation_id: Id, body: NewOrderLink) -> list[OrderLinkShape]:
    """Said twice, nothing changes the second time. Answers all orders it is about."""
    agent = agent_of(request, Permission.REPLY)
    conversation = conversation_for(agent, conversation_id)
    with mistaken("body.order"):
        actions.link_order(conversation, order=_order_for(agent, body.order), by=agent)
    return _links(conversation_id, agent)


@about_orders_router.delete(
    "/conversations/{conversation_id}/orders/{order_id}",
    response=list[OrderLinkShape],
    summary="Say that it is not about an order",
)
def unlink_order(request: ApiRequest, conversation_id: Id, order_id: Id) -> list[OrderLinkShape]:
    """What its customer writes does not bring it back. Answers the orders that are left."""
    agent = agent_of(request, Permission.REPLY)
    conversation = conversation_for(agent, conversation_id)
    actions.unlink_order(conversation, order=_order_for(agent, order_id), by=agent)
    return _links(conversation_id, agent)


def _order_for(agent: Agent, pk: int) -> Order:
    order = visible_to(agent).filter(pk=pk).first()
    if order is None:
        raise NotFound("There is no such order.")
    return order


def _links(pk: int, agent: Agent) -> list[OrderLinkShape]:
    return [
        OrderLinkShape.model_construct(
            order=link.order_id, number=link.order.number, how=link.how, by=link.by_id, at=link.at
        )
        for link in links_of(conversation_for(agent, pk), viewer=agent)
    ]
