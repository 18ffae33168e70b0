"""Conversations, notes and files over HTTP. What leaves for the customer is in `channels.api`."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any, Literal, Protocol

from django.db import transaction
from django.http import HttpResponse
from ninja import Query, Router, Status
from pydantic import BaseModel, Field, StringConstraints

from rapport.backbone import files
from rapport.backbone.custom_fields.rest import refused
from rapport.conversations import actions, queries
from rapport.conversations.actions.closing import FieldsLacking
from rapport.conversations.actions.colliding import MovedOn
from rapport.conversations.asking import ConversationFilters, TagName, filtered
from rapport.conversations.models import Conversation, Message
from rapport.conversations.querysets import ConversationQuerySet
from rapport.conversations.shapes import (
    PRIORITIES,
    ConversationShape,
    MessageShape,
    PriorityWord,
    conversation_shape,
    message_shape,
    whole,
)
from rapport.conversations.types import Sight
from rapport.kit.rest.downloads import untrusted
from rapport.kit.rest.paging import Page, page
from rapport.kit.rest.problems import Clash, Fault, Invalid, NotFound
from rapport.kit.rest.shapes import Id, Line, Moment, Shape, StrictId
from rapport.team.api import ApiRequest, agent_of
from rapport.team.models import Agent, Team
from rapport.team.types import Permission

router = Router(tags=["Conversations"])

SomeWords = Annotated[str, StringConstraints(max_length=1_000_000, pattern=r"^\s*[^\s\u0000][^\u0000]*$")]
After = Annotated[
    StrictId | None,
    Field(description="The id of the last message its writer has seen. It is refused when others wrote since."),
]


class ConversationChanges(Shape):
    subject: Line | None = None
    priority: PriorityWord | None = None
    tags: Annotated[list[TagName], Field(max_length=50)] | None = Field(None, description="Replaces all tags.")
    status: Literal["open", "snoozed", "closed"] | None = None
    snoozed_until: Moment | None = Field(None, description="Needed with the status `snoozed`.")
    team: StrictId | None = Field(None, description="The id of a team; null lets everyone see it.")
    fields: dict[str, Any] | None = Field(None, description="Your own fields by key; null takes a value away.")


class NewNote(Shape):
    text: SomeWords
    after: After = None


class NewAssignment(Shape):
    assignee: StrictId | None = Field(description="The id of an agent, or null for nobody.")
    team: StrictId | None = Field(None, description="Left out, the conversation stays with its team.")


class NewPlace(Shape):
    conversation: StrictId | None = Field(None, description="The id of the one it goes to; left out, a new one.")
    with_later: bool = Field(False, description="Whether everything after it goes along.")


class Subject(BaseModel):
    id: int
    number: int
    subject: str


@router.get("/conversations", response=Page[ConversationShape], summary="List conversations, newest activity first")
def list_conversations(request: ApiRequest, filters: Query[ConversationFilters]) -> dict[str, Any]:
    """To follow changes, ask with `updated_since`: that list is sorted by change, oldest first, so none is missed.

    `field.KEY=value` narrows by one of your own fields, as often as there are fields.
    """
    agent = agent_of(request)
    conversations = filtered(_conversations(agent), filters, request, agent)
    if filters.updated_since:
        conversations = conversations.filter(updated_at__gte=filters.updated_since)
        return page(conversations, filters, shape=conversation_shape, order=("updated_at", "id"))
    return page(conversations, filters, shape=conversation_shape, order=("-last_at", "-id"))


@router.get("/conversations/{conversation_id}", response=ConversationShape, summary="Read a conversation")
def read_conversation(request: ApiRequest, conversation_id: Id) -> ConversationShape:
    return _shown(agent_of(request), conversation_id)


@router.patch("/conversations/{conversation_id}", response=ConversationShape, summary="Change a conversation")
def change_conversation(request: ApiRequest, conversation_id: Id, body: ConversationChanges) -> ConversationShape:
    """Fields that are left out stay as they are."""
    agent = agent_of(request, Permission.REPLY)
    conversation = conversation_for(agent, conversation_id)
    with transaction.atomic():
        if body.subject is not None:
            actions.rename(conversation, subject=body.subject, by=agent)
        if body.priority is not None:
            number = next(number for number, word in PRIORITIES.items() if word == body.priority)
            actions.prioritise(conversation, priority=number, by=agent)
        if body.tags is not None:
            _retag(conversation, body.tags, agent)
        if "team" in body.model_fields_set:
            _move(conversation, body.team, agent)
        if body.fields:
            with refused("body.fields"):
                actions.fill_in(conversation, body.fields, by=agent)
        if body.status is not None:
            _turn(conversation, body, agent)
    return conversation_shape(_conversations_for_answer().get(pk=conversation.pk))


@router.post("/conversations/{conversation_id}/closure", response=ConversationShape, summary="Close a conversation")
def close_conversation(request: ApiRequest, conversation_id: Id) -> ConversationShape:
    """Closing a closed one changes nothing. Answers 422 with `body.fields.KEY` for each field that is needed first."""
    agent = agent_of(request, Permission.REPLY)
    _close(conversation_for(agent, conversation_id), agent)
    return _shown(agent, conversation_id)


@router.delete("/conversations/{conversation_id}/closure", response=ConversationShape, summary="Reopen a conversation")
def reopen_conversation(request: ApiRequest, conversation_id: Id) -> ConversationShape:
    """Reopening an open one changes nothing."""
    agent = agent_of(request, Permission.REPLY)
    actions.reopen(conversation_for(agent, conversation_id), by=agent)
    return _shown(agent, conversation_id)


@router.put("/conversations/{conversation_id}/assignment", response=ConversationShape, summary="Assign a conversation")
def assign_conversation(request: ApiRequest, conversation_id: Id, body: NewAssignment) -> ConversationShape:
    """The answer shows the conversation as it now is, even when it moved out of your sight."""
    agent = agent_of(request, Permission.REPLY)
    conversation = conversation_for(agent, conversation_id)
    to = _agent(body.assignee) if body.assignee else None
    team = _team(body.team) if body.team else None
    everyone = body.team is None and "team" in body.model_fields_set
    with mistaken("body.assignee"):
        actions.assign(conversation, to=to, team=team, by=agent, to_everyone=everyone)
    return conversation_shape(_conversations_for_answer().get(pk=conversation.pk))


@router.post("/conversations/{conversation_id}/notes", response={201: MessageShape}, summary="Write a note")
def add_note(request: ApiRequest, conversation_id: Id, body: NewNote) -> Status[MessageShape]:
    """Only the team sees it. Answers 409 when others wrote since the message `after`."""
    agent = agent_of(request, Permission.REPLY)
    conversation = conversation_for(agent, conversation_id)
    with moved_on(), mistaken("body.text"):
        note = actions.write_note(conversation, text=body.text, by=agent, seen=seen_by(body))
    return Status(201, message_shape(note))


@router.post(
    "/messages/{message_id}/move",
    response=ConversationShape,
    summary="Move a message to another conversation",
    tags=["Messages"],
)
def move_message(request: ApiRequest, message_id: Id, body: NewPlace) -> ConversationShape:
    """With its files. A new conversation belongs to whoever wrote it. Answers the conversation that it is in now."""
    agent = agent_of(request, Permission.REPLY)
    message = _message_for(agent, message_id)
    into = conversation_for(agent, body.conversation) if body.conversation else None
    with mistaken("body"):
        moved = actions.move(message, by=agent, with_later=body.with_later, into=into)
    return conversation_shape(_conversations_for_answer().get(pk=moved.pk))


@router.delete(
    "/messages/{message_id}/move",
    response=ConversationShape,
    summary="Put a moved message back",
    tags=["Messages"],
)
def put_message_back(request: ApiRequest, message_id: Id) -> ConversationShape:
    """With those that went along with it. A conversation that this empties is gone."""
    agent = agent_of(request, Permission.REPLY)
    message = _message_for(agent, message_id)
    last = message.moves.filter(undone_at=None).last()
    if last is not None and last.origin_id:
        # It may not leave the sight of whoever puts it back.
        conversation_for(agent, last.origin_id)
    with mistaken("path.message_id"):
        back = actions.put_back(message, by=agent)
    return conversation_shape(_conversations_for_answer().get(pk=back.pk))


@router.get(
    "/attachments/{attachment_id}",
    response={200: None},
    summary="Download a file",
    tags=["Messages"],
    openapi_extra={"responses": {200: {"content": {"*/*": {"schema": {"type": "string", "format": "binary"}}}}}},
)
def download_attachment(request: ApiRequest, attachment_id: Id) -> HttpResponse:
    """Its bytes, with the type its sender gave it."""
    found = queries.attachments_visible_to(agent_of(request)).select_related("file").filter(pk=attachment_id).first()
    if found is None:
        raise NotFound("There is no such attachment.")
    return untrusted(files.read(found.file), name=found.name, kind=found.content_type)


def conversation_for(agent: Agent, pk: int) -> Conversation:
    """This conversation as the agent may see it. Raises NotFound."""
    conversation = _conversations(agent).filter(pk=pk).first()
    if conversation is None:
        raise NotFound("There is no such conversation.")
    return conversation


def _message_for(agent: Agent, pk: int) -> Message:
    found = queries.messages_visible_to(agent).filter(pk=pk).select_related("conversation").first()
    if found is None:
        raise NotFound("There is no such message.")
    return found


@contextmanager
def mistaken(field: str) -> Iterator[None]:
    """Tell the caller what an action says is wrong with this field."""
    try:
        yield
    except ValueError as error:
        raise Invalid.at(field, str(error)) from error


class _Written(Protocol):
    after: int | None


def seen_by(body: _Written) -> Sight | None:
    """What the writer of this had seen."""
    return Sight(body.after) if body.after is not None else None


@contextmanager
def moved_on() -> Iterator[None]:
    """Tell the caller that others wrote meanwhile, and after which message to look."""
    try:
        yield
    except MovedOn as moved:
        raise Clash(
            f"Others wrote {len(moved.messages)} since. Read them, then send it with `after` {moved.sight.after}."
        ) from moved


def _conversations(agent: Agent) -> ConversationQuerySet:
    return whole(queries.visible_to(agent))


def _conversations_for_answer() -> ConversationQuerySet:
    """For the answer to a change that its caller was allowed to make, whatever it did to their sight."""
    return whole(Conversation.objects.all())


def _shown(agent: Agent, pk: int) -> ConversationShape:
    return conversation_shape(conversation_for(agent, pk))


def _retag(conversation: Conversation, names: list[str], agent: Agent) -> None:
    wanted = {" ".join(name.split()).casefold(): name for name in names}
    for tag in conversation.tags.all():
        if wanted.pop(tag.name.casefold(), None) is None:
            actions.untag(conversation, name=tag.name, by=agent)
    with mistaken("body.tags"):
        for name in wanted.values():
            actions.tag(conversation, name=name, by=agent)


def _move(conversation: Conversation, team_id: int | None, agent: Agent) -> None:
    team = _team(team_id) if team_id else None
    actions.assign(conversation, to=conversation.assignee, team=team, by=agent, to_everyone=team is None)


def _turn(conversation: Conversation, body: ConversationChanges, agent: Agent) -> None:
    if body.status == "closed":
        return _close(conversation, agent)
    if body.status == "open":
        actions.reopen(conversation, by=agent)
        return actions.wake(conversation)
    if body.snoozed_until is None:
        raise Invalid.at("body.snoozed_until", "Say until when.")
    if conversation.is_closed:
        raise Clash("A closed conversation cannot be snoozed. Reopen it first.")
    with mistaken("body.snoozed_until"):
        actions.snooze(conversation, until=body.snoozed_until, by=agent)
    return None


def _close(conversation: Conversation, agent: Agent) -> None:
    try:
        actions.close(conversation, by=agent)
    except FieldsLacking as error:
        faults = [
            Fault(field=f"body.fields.{each.field.key}", message=f"{each.field.label} is needed before it is closed.")
            for each in error.lacking
        ]
        raise Invalid(str(error), errors=faults) from error


def _agent(pk: int) -> Agent:
    found = Agent.objects.filter(pk=pk, deactivated_at__isnull=True).first()
    if found is None:
        raise Invalid.at("body.assignee", "Nobody with this id works here.")
    return found


def _team(pk: int) -> Team:
    found = Team.objects.filter(pk=pk).first()
    if found is None:
        raise Invalid.at("body.team", "There is no such team.")
    return found
