"""Calls over HTTP: those that go on, and ringing somebody up."""

from datetime import datetime
from typing import Any, Literal, cast

from ninja import Query, Router, Status
from pydantic import BaseModel, Field

from rapport.channels.actions import calling
from rapport.channels.callers import Call
from rapport.channels.errors import CannotWrite, ChannelError
from rapport.channels.ringing import calls_visible_to
from rapport.conversations.api import conversation_for
from rapport.kit.rest.paging import Page, Paging, page
from rapport.kit.rest.problems import Clash, Invalid
from rapport.kit.rest.shapes import Id
from rapport.team.api import AgentShape, ApiRequest, agent_of, agent_shape
from rapport.team.types import Permission

calls_router = Router(tags=["Calls"])

State = Literal["ringing", "waiting", "talking", "ended"]


class CallFilters(Paging):
    state: State | None = None


class CallShape(BaseModel):
    id: int
    direction: Literal["in", "out"]
    number: str = Field(description="Of the customer; empty where it is withheld.")
    state: State
    customer: int | None
    conversation: int | None
    agent: AgentShape | None = Field(description="Who rang them up, for calls that we began.")
    happened: list[str] = Field(description="What has happened in it, in order, such as call.answered.")
    began_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None


@calls_router.get("/calls", response=Page[CallShape], summary="List calls, newest first")
def list_calls(request: ApiRequest, filters: Query[CallFilters]) -> dict[str, Any]:
    """Of the inboxes whose conversations one sees."""
    found = calls_visible_to(agent_of(request)).select_related("agent")
    if filters.state:
        found = found.filter(state=filters.state)
    return page(found, filters, shape=_shape)


@calls_router.post("/conversations/{conversation_id}/calls", response={201: CallShape}, summary="Ring the customer up")
def ring_customer(request: ApiRequest, conversation_id: Id) -> Status[CallShape]:
    """Rings the phone of whoever the token belongs to first, then the customer. 409 when the provider refuses."""
    agent = agent_of(request, Permission.REPLY)
    conversation = conversation_for(agent, conversation_id)
    try:
        call = calling.ring(conversation, by=agent)
    except CannotWrite as error:
        raise Invalid.at("body", str(error)) from error
    except ChannelError as error:
        raise Clash(str(error)) from error
    return Status(201, _shape(call))


def _shape(call: Call) -> CallShape:
    return CallShape(
        id=call.pk,
        direction="out" if call.is_outgoing else "in",
        number=call.number,
        state=cast(State, call.state),
        customer=call.customer_id,
        conversation=call.conversation_id,
        agent=agent_shape(call.agent),
        happened=list(call.happened),
        began_at=call.began_at,
        answered_at=call.answered_at,
        ended_at=call.ended_at,
    )
