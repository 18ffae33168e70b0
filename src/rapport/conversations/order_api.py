"""Own fields, saved views, links and changes of many, over HTTP."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated, Any, Literal

from ninja import Router, Status
from pydantic import BaseModel, Field

from rapport.backbone.custom_fields.rest import FieldShape, field_shapes
from rapport.conversations import actions
from rapport.conversations.actions.many import MOST, CannotChangeMany, Wanted
from rapport.conversations.actions.viewing import CannotSave
from rapport.conversations.api import conversation_for, mistaken
from rapport.conversations.arrangements import BulkChange, SavedView
from rapport.conversations.asking import TagName
from rapport.conversations.fields import FIELDS
from rapport.conversations.filtering import Filter, FilterError
from rapport.conversations.linked import linked_with
from rapport.conversations.saved import views_of
from rapport.conversations.shapes import PRIORITIES, PriorityWord
from rapport.kit.rest.problems import Forbidden, Invalid, NotFound
from rapport.kit.rest.shapes import Id, Line, Moment, Shape, StrictId
from rapport.team.api import ApiRequest, agent_of
from rapport.team.models import Agent, Team
from rapport.team.types import Permission

order_router = Router(tags=["Order"])

Kind = Literal["related", "duplicate", "follow_up"]
Verb = Literal["assign", "team", "tag", "untag", "priority", "snooze", "close", "reopen", "read", "unread"]


class ViewShape(BaseModel):
    id: int
    name: str
    audience: Literal["person", "team", "everyone"]
    team: int | None
    filter: dict[str, Any]
    described: str = Field(description="The filter in words, in your language.")
    columns: list[str]
    sort: Literal["newest", "oldest", "waiting", "due"]
    updated_at: datetime


class ViewBody(Shape):
    name: Line
    filter: dict[str, Any] = Field(description="Lines as in the guide “Put the inbox in order”.")
    audience: Literal["person", "team", "everyone"] = "person"
    team: StrictId | None = Field(None, description="Needed with the audience `team`.")
    columns: list[Line] = Field(default_factory=list, max_length=20)
    sort: Literal["newest", "oldest", "waiting", "due"] = "newest"


class LinkShape(BaseModel):
    conversation: int = Field(description="The id of the other one.")
    number: int
    kind: Kind
    ours: bool = Field(description="Whether it was said from here: false for the conversation that has the duplicate.")


class NewLink(Shape):
    conversation: StrictId = Field(description="The id of the other one.")
    kind: Kind = "related"


class NewBulkChange(Shape):
    """`agent`, `team`, `tag`, `priority` or `until` goes with the verb that needs it; null is nobody, or no team."""

    conversations: Annotated[list[StrictId], Field(min_length=1, max_length=MOST)]
    verb: Verb
    agent: StrictId | None = None
    team: StrictId | None = None
    tag: TagName | None = None
    priority: PriorityWord | None = None
    until: Moment | None = None


class LackingShape(BaseModel):
    conversation: int
    fields: list[str] = Field(description="The keys of the fields that have to be filled in before it is closed.")


class BulkChangeShape(BaseModel):
    id: int = Field(description="DELETE /bulk-changes/{id} takes it back, for ten minutes.")
    changed: list[int] = Field(description="The ids of those that are different now.")
    lacking: list[LackingShape] = Field(description="Those that stay open, since fields are needed first.")


class UndoneShape(BaseModel):
    restored: int
    skipped: int = Field(description="How many had changed since, and stay as they are.")


@order_router.get("/fields/conversations", response=list[FieldShape], summary="List your own fields of conversations")
def list_fields(request: ApiRequest) -> list[FieldShape]:
    """In their order, without those that are retired."""
    agent_of(request)
    return field_shapes(FIELDS)


@order_router.get("/views", response=list[ViewShape], summary="List saved views")
def list_views(request: ApiRequest) -> list[ViewShape]:
    """Yours, those of your teams and everyone's, in the order of the inbox."""
    return [_view_shape(view) for view in views_of(agent_of(request))]


@order_router.post("/views", response={201: ViewShape}, summary="Save a view")
def add_view(request: ApiRequest, body: ViewBody) -> Status[ViewShape]:
    agent = agent_of(request, Permission.REPLY)
    return Status(201, _saved(None, body, agent))


@order_router.put("/views/{view_id}", response=ViewShape, summary="Replace a saved view")
def change_view(request: ApiRequest, view_id: Id, body: ViewBody) -> ViewShape:
    agent = agent_of(request, Permission.REPLY)
    return _saved(_view_for(agent, view_id), body, agent)


@order_router.delete("/views/{view_id}", response={204: None}, summary="Remove a saved view")
def remove_view(request: ApiRequest, view_id: Id) -> Status[None]:
    agent = agent_of(request, Permission.REPLY)
    try:
        actions.remove_view(_view_for(agent, view_id), by=agent)
    except CannotSave as error:
        raise Forbidden(str(error)) from error
    return Status(204, None)


@order_router.get(
    "/conversations/{conversation_id}/links", response=list[LinkShape], summary="List linked conversations"
)
def list_links(request: ApiRequest, conversation_id: Id) -> list[LinkShape]:
    """Those you may see."""
    agent = agent_of(request)
    return _links(conversation_id, agent)


@order_router.post("/conversations/{conversation_id}/links", response=list[LinkShape], summary="Link two conversations")
def add_link(request: ApiRequest, conversation_id: Id, body: NewLink) -> list[LinkShape]:
    """Two are linked in one way at a time: the newer word replaces the older. Answers all links."""
    agent = agent_of(request, Permission.REPLY)
    conversation = conversation_for(agent, conversation_id)
    with mistaken("body.conversation"):
        actions.link(conversation, to=conversation_for(agent, body.conversation), kind=body.kind, by=agent)
    return _links(conversation_id, agent)


@order_router.delete(
    "/conversations/{conversation_id}/links/{other_id}", response=list[LinkShape], summary="Take a link away"
)
def remove_link(request: ApiRequest, conversation_id: Id, other_id: Id) -> list[LinkShape]:
    """Where there is none, nothing happens. Answers the links that are left."""
    agent = agent_of(request, Permission.REPLY)
    conversation = conversation_for(agent, conversation_id)
    actions.unlink(conversation, other=conversation_for(agent, other_id), by=agent)
    return _links(conversation_id, agent)


@order_router.post("/bulk-changes", response={201: BulkChangeShape}, summary="Change many conversations at once")
def change_many(request: ApiRequest, body: NewBulkChange) -> Status[BulkChangeShape]:
    """Those you cannot see, and those that cannot be changed so, stay as they are."""
    agent = agent_of(request, Permission.REPLY)
    with _impossible():
        change = actions.change_many(body.conversations, _wanted(body), by=agent)
    lacking = [LackingShape(conversation=entry["id"], fields=entry["fields"]) for entry in change.lacking]
    changed = [entry["id"] for entry in change.before]
    return Status(201, BulkChangeShape(id=change.pk, changed=changed, lacking=lacking))


@order_router.delete("/bulk-changes/{change_id}", response=UndoneShape, summary="Take a change of many back")
def undo_many(request: ApiRequest, change_id: Id) -> UndoneShape:
    """Only by whoever made it, within ten minutes."""
    agent = agent_of(request, Permission.REPLY)
    change = BulkChange.objects.filter(pk=change_id, by=agent).first()
    if change is None:
        raise NotFound("There is no such change.")
    with _impossible("path.change_id"):
        undone = actions.undo_many(change, by=agent)
    return UndoneShape(restored=undone.restored, skipped=undone.skipped)


def _wanted(body: NewBulkChange) -> Wanted:
    if body.verb in ("tag", "untag") and not body.tag:
        raise Invalid.at("body.tag", "Say which tag.")
    if body.verb == "priority" and not body.priority:
        raise Invalid.at("body.priority", "Say which priority.")
    if body.verb in ("assign", "team") and body.verb.replace("assign", "agent") not in body.model_fields_set:
        raise Invalid.at("body.verb", "Say to whom: null is nobody.")
    agent = Agent.objects.filter(pk=body.agent, deactivated_at=None).first() if body.agent else None
    if body.agent and agent is None:
        raise Invalid.at("body.agent", "Nobody with this id works here.")
    number = next((number for number, word in PRIORITIES.items() if word == body.priority), 0)
    return Wanted(body.verb, agent, _team(body.team), body.tag or "", number, body.until)


def _team(pk: int | None) -> Team | None:
    team = Team.objects.filter(pk=pk).first() if pk else None
    if pk and team is None:
        raise Invalid.at("body.team", "There is no such team.")
    return team


@contextmanager
def _impossible(field: str = "body") -> Iterator[None]:
    try:
        yield
    except CannotChangeMany as error:
        raise Invalid.at(field, str(error)) from error


def _saved(view: SavedView | None, body: ViewBody, agent: Agent) -> ViewShape:
    try:
        made = actions.save_view(
            view,
            by=agent,
            name=body.name,
            filter=body.filter,
            audience=body.audience,
            team=_team(body.team),
            columns=body.columns,
            sort=body.sort,
        )
    except FilterError as error:
        raise Invalid.at("body.filter", str(error)) from error
    except CannotSave as error:
        raise Invalid.at("body", str(error)) from error
    return _view_shape(made)


def _view_for(agent: Agent, pk: int) -> SavedView:
    view = views_of(agent).filter(pk=pk).first()
    if view is None:
        raise NotFound("There is no such view.")
    return view


def _view_shape(view: SavedView) -> ViewShape:
    return ViewShape.model_construct(
        id=view.pk,
        name=view.name,
        audience=str(view.audience),
        team=view.team_id,
        filter=view.filter,
        described=Filter.parse(view.filter).describe(),
        columns=view.columns,
        sort=view.sort,
        updated_at=view.updated_at,
    )


def _links(pk: int, agent: Agent) -> list[LinkShape]:
    found = linked_with(conversation_for(agent, pk), viewer=agent)
    return [
        LinkShape.model_construct(
            conversation=each.other.pk, number=each.other.number, kind=each.kind, ours=each.is_ours
        )
        for each in found
    ]
