"""Schemes, skills and the queue over HTTP. Reading is for everyone, changing for who sets them up."""

from typing import Any

from ninja import Query, Router, Status

from rapport.conversations.models import Inbox, Tag
from rapport.kit.rest.paging import Page, Paging, page
from rapport.kit.rest.problems import Invalid, NotFound
from rapport.kit.rest.shapes import Id
from rapport.routing import actions, explaining, queries
from rapport.routing.api import refused, rows_of
from rapport.routing.assignment_shapes import (
    NewScheme,
    NewSkill,
    QueueShape,
    SchemeChanges,
    SchemeShape,
    SkillChanges,
    SkillShape,
    queued_shape,
    scheme_shape,
    skill_shape,
)
from rapport.routing.conditions import conditions
from rapport.routing.models import Calendar, Scheme, Skill
from rapport.team.api import ApiRequest, agent_of
from rapport.team.models import Agent, Team
from rapport.team.types import Permission

assignment_router = Router(tags=["Assignment"])
MOST_QUEUED = 200
# The only fields that may be null.
_NULLABLE = ("sticky_days", "seen_within")


@assignment_router.get("/assignment-schemes", response=Page[SchemeShape], summary="List schemes, in their order")
def list_schemes(request: ApiRequest, paging: Query[Paging]) -> dict[str, Any]:
    agent_of(request)
    return page(queries.schemes(), paging, shape=scheme_shape, order=("position", "id"))


@assignment_router.post("/assignment-schemes", response={201: SchemeShape}, summary="Add a scheme")
def add_scheme(request: ApiRequest, body: NewScheme) -> Status[SchemeShape]:
    """Behind all others, unless it says where. What is nobody's is shared out a moment later."""
    agent_of(request, Permission.MANAGE_ROUTING)
    with refused():
        made = actions.make_scheme(**_scheme_fields(body))
    return Status(201, scheme_shape(_scheme(made.pk)))


@assignment_router.get("/assignment-schemes/{scheme_id}", response=SchemeShape, summary="Read a scheme")
def read_scheme(request: ApiRequest, scheme_id: Id) -> SchemeShape:
    agent_of(request)
    return scheme_shape(_scheme(scheme_id))


@assignment_router.patch("/assignment-schemes/{scheme_id}", response=SchemeShape, summary="Change a scheme")
def change_scheme(request: ApiRequest, scheme_id: Id, body: SchemeChanges) -> SchemeShape:
    """Fields left out stay; `sticky_days`, `team`, `seen_within` and `business_hours` may be set to null."""
    agent_of(request, Permission.MANAGE_ROUTING)
    found = _scheme(scheme_id)
    with refused():
        actions.change_scheme(found, **_scheme_fields(body))
    return scheme_shape(_scheme(scheme_id))


@assignment_router.delete("/assignment-schemes/{scheme_id}", response={204: None}, summary="Delete a scheme")
def delete_scheme(request: ApiRequest, scheme_id: Id) -> Status[None]:
    """What waits by it goes by the next scheme that fits."""
    agent_of(request, Permission.MANAGE_ROUTING)
    actions.delete_scheme(_scheme(scheme_id))
    return Status(204, None)


@assignment_router.get("/skills", response=Page[SkillShape], summary="List skills")
def list_skills(request: ApiRequest, paging: Query[Paging]) -> dict[str, Any]:
    agent_of(request)
    return page(queries.skills(), paging, shape=skill_shape, order=("id",))


@assignment_router.post("/skills", response={201: SkillShape}, summary="Add a skill")
def add_skill(request: ApiRequest, body: NewSkill) -> Status[SkillShape]:
    agent = agent_of(request, Permission.MANAGE_ROUTING)
    with refused():
        made = actions.save_skill(Skill(), by=agent, **_skill_fields(body))
    return Status(201, skill_shape(_skill(made.pk)))


@assignment_router.get("/skills/{skill_id}", response=SkillShape, summary="Read a skill")
def read_skill(request: ApiRequest, skill_id: Id) -> SkillShape:
    agent_of(request)
    return skill_shape(_skill(skill_id))


@assignment_router.patch("/skills/{skill_id}", response=SkillShape, summary="Change a skill")
def change_skill(request: ApiRequest, skill_id: Id, body: SkillChanges) -> SkillShape:
    """Fields left out stay as they are."""
    agent = agent_of(request, Permission.MANAGE_ROUTING)
    found = _skill(skill_id)
    with refused():
        actions.save_skill(found, by=agent, **_skill_fields(body))
    return skill_shape(_skill(skill_id))


@assignment_router.delete("/skills/{skill_id}", response={204: None}, summary="Delete a skill")
def delete_skill(request: ApiRequest, skill_id: Id) -> Status[None]:
    """No conversation needs it any more."""
    agent = agent_of(request, Permission.MANAGE_ROUTING)
    actions.delete_skill(_skill(skill_id), by=agent)
    return Status(204, None)


@assignment_router.get("/queue", response=QueueShape, summary="What waits for somebody free")
def read_queue(request: ApiRequest) -> QueueShape:
    """Of the conversations you may see: how many wait, and the first 200 with the reason."""
    waiting = queries.queue_of(agent_of(request))
    rows = list(waiting[:MOST_QUEUED])
    names = explaining.of(row.decision for row in rows if row.decision)
    return QueueShape(count=waiting.count(), items=[queued_shape(row, names) for row in rows])


def _scheme(pk: int) -> Scheme:
    found = queries.schemes().filter(pk=pk).first()
    if found is None:
        raise NotFound("There is no such scheme.")
    return found


def _skill(pk: int) -> Skill:
    found = queries.skills().filter(pk=pk).first()
    if found is None:
        raise NotFound("There is no such skill.")
    return found


def _scheme_fields(body: SchemeChanges) -> dict[str, Any]:
    said = {name: getattr(body, name) for name in body.model_fields_set}
    fields = {name: value for name, value in said.items() if value is not None or name in _NULLABLE}
    for name, field in (("on", "is_on"), ("skills", "demand")):
        if name in fields:
            fields[field] = fields.pop(name)
    if body.conditions is not None:
        known = {condition.key for condition in conditions()}
        if unknown := sorted(set(body.conditions) - known):
            raise Invalid.at("body.conditions", f"{unknown[0]} is not one of {', '.join(sorted(known))}.")
    fields.pop("business_hours", None)
    if "team" in said:
        fields["team"] = rows_of(Team, [body.team], "body.team")[0] if body.team else None
    if "business_hours" in said:
        hours = body.business_hours
        fields["calendar"] = rows_of(Calendar, [hours], "body.business_hours")[0] if hours else None
    return fields


def _skill_fields(body: SkillChanges) -> dict[str, Any]:
    plain = ("name", "language", "least_level")
    fields = {name: said for name in plain if (said := getattr(body, name)) is not None}
    if body.tags is not None:
        fields["tags"] = rows_of(Tag, body.tags, "body.tags")
    if body.inboxes is not None:
        fields["inboxes"] = rows_of(Inbox, body.inboxes, "body.inboxes")
    if body.agents is not None:
        rows_of(Agent, [one.agent for one in body.agents], "body.agents")
        fields["levels"] = {one.agent: one.level for one in body.agents}
    return fields
