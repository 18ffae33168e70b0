"""Junk and blocked senders over HTTP."""

from datetime import datetime
from typing import Annotated, Any

from django.db.models import Q
from ninja import Query, Router, Status
from pydantic import BaseModel, Field, StringConstraints

from rapport.channels import actions
from rapport.channels.errors import CannotBlock
from rapport.channels.models import BlockedSender
from rapport.conversations import actions as conversation_actions
from rapport.conversations.api import conversation_for
from rapport.conversations.models import Conversation
from rapport.conversations.shapes import ConversationShape, conversation_shape, whole
from rapport.kit.rest.paging import Page, Paging, page
from rapport.kit.rest.problems import Invalid, NotFound
from rapport.kit.rest.shapes import WITHOUT_NUL, Id, Line, Shape
from rapport.team.api import AgentShape, ApiRequest, agent_of, agent_shape
from rapport.team.models import Agent
from rapport.team.types import Permission

blocking_router = Router()

Pattern = Annotated[str, StringConstraints(min_length=1, max_length=320, pattern=WITHOUT_NUL)]
Note = Annotated[str, StringConstraints(max_length=200, pattern=WITHOUT_NUL)]


class BlockedFilters(Paging):
    q: Line | None = Field(None, description="Words of the address, the domain or the note.")


class NewBlockedSender(Shape):
    pattern: Pattern = Field(description="An address, or with a leading @ everyone at a domain.")
    note: Note = ""


class BlockedSenderShape(BaseModel):
    id: int
    pattern: str = Field(description="An address, or with a leading @ everyone at a domain and what belongs to it.")
    note: str
    by: AgentShape | None
    at: datetime
    hits: int = Field(description="How many messages it kept away.")
    last_at: datetime | None = Field(description="When the last of them came.")


@blocking_router.post(
    "/conversations/{conversation_id}/junk",
    response=ConversationShape,
    summary="Mark a conversation as junk",
    tags=["Conversations"],
)
def junk_conversation(request: ApiRequest, conversation_id: Id) -> ConversationShape:
    """It is in no list but Junk, and nobody hears of what is written in it. Doing it twice changes nothing."""
    agent = agent_of(request, Permission.REPLY)
    conversation_actions.junk(conversation_for(agent, conversation_id), by=agent)
    return _shown(agent, conversation_id)


@blocking_router.delete(
    "/conversations/{conversation_id}/junk",
    response=ConversationShape,
    summary="Say that a conversation is not junk",
    tags=["Conversations"],
)
def restore_conversation(request: ApiRequest, conversation_id: Id) -> ConversationShape:
    """It is open again, unless it was closed before. Whoever is blocked stays so."""
    agent = agent_of(request, Permission.REPLY)
    conversation_actions.restore(conversation_for(agent, conversation_id), by=agent)
    return _shown(agent, conversation_id)


@blocking_router.get(
    "/blocked-senders",
    response=Page[BlockedSenderShape],
    summary="List blocked senders, newest first",
    tags=["Transport"],
)
def list_blocked_senders(request: ApiRequest, filters: Query[BlockedFilters]) -> dict[str, Any]:
    agent_of(request, Permission.MANAGE_CHANNELS)
    rows = BlockedSender.objects.select_related("by")
    if filters.q:
        rows = rows.filter(Q(pattern__icontains=filters.q) | Q(note__icontains=filters.q))
    return page(rows, filters, shape=_shape)


@blocking_router.post(
    "/blocked-senders", response={201: BlockedSenderShape}, summary="Block a sender or a domain", tags=["Transport"]
)
def block_sender(request: ApiRequest, body: NewBlockedSender) -> Status[BlockedSenderShape]:
    """What they write from now on is junk. Blocking twice changes nothing."""
    agent = agent_of(request, Permission.MANAGE_CHANNELS)
    try:
        blocked = actions.block(body.pattern, by=agent, note=body.note, is_sure=True)
    except CannotBlock as error:
        raise Invalid.at("body.pattern", str(error)) from error
    return Status(201, _shape(blocked))


@blocking_router.delete(
    "/blocked-senders/{blocked_id}", response={204: None}, summary="Unblock a sender or a domain", tags=["Transport"]
)
def unblock_sender(request: ApiRequest, blocked_id: Id) -> Status[None]:
    """What came meanwhile stays junk."""
    agent_of(request, Permission.MANAGE_CHANNELS)
    found = BlockedSender.objects.filter(pk=blocked_id).first()
    if found is None:
        raise NotFound("There is no such blocked sender.")
    actions.unblock(found)
    return Status(204, None)


def _shape(blocked: BlockedSender) -> BlockedSenderShape:
    return BlockedSenderShape(
        id=blocked.pk,
        pattern=blocked.pattern,
        note=blocked.note,
        by=agent_shape(blocked.by),
        at=blocked.at,
        hits=blocked.hits,
        last_at=blocked.last_at,
    )


def _shown(agent: Agent, pk: int) -> ConversationShape:
    return conversation_shape(whole(Conversation.objects.all()).get(pk=conversation_for(agent, pk).pk))
