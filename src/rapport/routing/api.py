"""Business hours and service policies over HTTP. Reading is for everyone, changing for who sets them up."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from django.db.models import Model
from ninja import Query, Router, Status

from rapport.conversations.models import Inbox
from rapport.kit.rest.paging import Page, Paging, page
from rapport.kit.rest.problems import Clash, Invalid, NotFound
from rapport.kit.rest.shapes import Id
from rapport.routing import actions, queries
from rapport.routing.calendars import countries, regions_of
from rapport.routing.conditions import conditions
from rapport.routing.models import Calendar, ServicePolicy
from rapport.routing.shapes import (
    WEEKDAY_NAMES,
    HoursChanges,
    HoursShape,
    NewHours,
    NewPolicy,
    PolicyChanges,
    PolicyShape,
    hours_shape,
    policy_shape,
    targets_of,
)
from rapport.routing.types import CannotSetUp
from rapport.routing.week import read_day
from rapport.team.api import ApiRequest, agent_of
from rapport.team.languages import is_time_zone
from rapport.team.models import Team
from rapport.team.types import Permission

router = Router(tags=["Service promises"])
M = TypeVar("M", bound=Model)


@router.get("/business-hours", response=Page[HoursShape], summary="List business hours")
def list_hours(request: ApiRequest, paging: Query[Paging]) -> dict[str, Any]:
    agent_of(request)
    return page(queries.calendars(), paging, shape=hours_shape, order=("id",))


@router.post("/business-hours", response={201: HoursShape}, summary="Add business hours")
def add_hours(request: ApiRequest, body: NewHours) -> Status[HoursShape]:
    """The first ones are the default."""
    agent_of(request, Permission.MANAGE_ROUTING)
    with refused():
        made = actions.make_calendar(**_hours_fields(body))
    return Status(201, hours_shape(_calendar(made.pk)))


@router.get("/business-hours/{hours_id}", response=HoursShape, summary="Read business hours")
def read_hours(request: ApiRequest, hours_id: Id) -> HoursShape:
    agent_of(request)
    return hours_shape(_calendar(hours_id))


@router.patch("/business-hours/{hours_id}", response=HoursShape, summary="Change business hours")
def change_hours(request: ApiRequest, hours_id: Id, body: HoursChanges) -> HoursShape:
    """Fields that are left out stay as they are. What is due is reckoned again a moment later."""
    agent_of(request, Permission.MANAGE_ROUTING)
    found = _calendar(hours_id)
    with refused():
        actions.change_calendar(found, **_hours_fields(body, found))
    return hours_shape(_calendar(hours_id))


@router.delete("/business-hours/{hours_id}", response={204: None}, summary="Delete business hours")
def delete_hours(request: ApiRequest, hours_id: Id) -> Status[None]:
    """Whoever had them goes by the default; the default itself goes last."""
    agent_of(request, Permission.MANAGE_ROUTING)
    with refused():
        actions.delete_calendar(_calendar(hours_id))
    return Status(204, None)


@router.get("/service-policies", response=Page[PolicyShape], summary="List service policies, in their order")
def list_policies(request: ApiRequest, paging: Query[Paging]) -> dict[str, Any]:
    agent_of(request)
    return page(queries.policies(), paging, shape=policy_shape, order=("position", "id"))


@router.post("/service-policies", response={201: PolicyShape}, summary="Add a service policy")
def add_policy(request: ApiRequest, body: NewPolicy) -> Status[PolicyShape]:
    """Behind all others, unless it says where."""
    agent_of(request, Permission.MANAGE_ROUTING)
    with refused():
        made = actions.make_policy(**_policy_fields(body))
    return Status(201, policy_shape(_policy(made.pk)))


@router.get("/service-policies/{policy_id}", response=PolicyShape, summary="Read a service policy")
def read_policy(request: ApiRequest, policy_id: Id) -> PolicyShape:
    agent_of(request)
    return policy_shape(_policy(policy_id))


@router.patch("/service-policies/{policy_id}", response=PolicyShape, summary="Change a service policy")
def change_policy(request: ApiRequest, policy_id: Id, body: PolicyChanges) -> PolicyShape:
    """Fields that are left out stay as they are; `business_hours` and `warning` may be set to null."""
    agent_of(request, Permission.MANAGE_ROUTING)
    found = _policy(policy_id)
    with refused():
        actions.change_policy(found, **_policy_fields(body))
    return policy_shape(_policy(policy_id))


@router.delete("/service-policies/{policy_id}", response={204: None}, summary="Delete a service policy")
def delete_policy(request: ApiRequest, policy_id: Id) -> Status[None]:
    """What it promised goes by the next policy that fits, or ends."""
    agent_of(request, Permission.MANAGE_ROUTING)
    actions.delete_policy(_policy(policy_id))
    return Status(204, None)


def _calendar(pk: int) -> Calendar:
    found = queries.calendars().filter(pk=pk).first()
    if found is None:
        raise NotFound("There are no such hours.")
    return found


def _policy(pk: int) -> ServicePolicy:
    found = queries.policies().filter(pk=pk).first()
    if found is None:
        raise NotFound("There is no such policy.")
    return found


def _hours_fields(body: HoursChanges, found: Calendar | None = None) -> dict[str, Any]:
    plain = {"name": "name", "time_zone": "time_zone", "default": "is_default", "always_open": "is_always_open"}
    fields = {field: said for name, field in plain.items() if (said := getattr(body, name)) is not None}
    if body.time_zone is not None and not is_time_zone(body.time_zone):
        raise Invalid.at("body.time_zone", "Name a time zone such as Europe/Berlin.")
    if body.week is not None:
        fields["week"] = _week(body)
    if body.holidays is not None:
        fields["holidays"] = {one.day: one.name for one in body.holidays}
    if body.country is not None or body.region is not None:
        fields |= _holidays_of(body, found)
    if body.teams is not None:
        fields["teams"] = rows_of(Team, body.teams, "body.teams")
    if body.inboxes is not None:
        fields["inboxes"] = rows_of(Inbox, body.inboxes, "body.inboxes")
    return fields


def _week(body: HoursChanges) -> list[list[list[int]]]:
    week = []
    for name in WEEKDAY_NAMES:
        spans = (body.week or {}).get(name, [])
        try:
            week.append(read_day((span.opens, span.closes) for span in spans))
        except ValueError as error:
            raise Invalid.at(f"body.week.{name}", str(error)) from error
    return week


def _holidays_of(body: HoursChanges, found: Calendar | None) -> dict[str, str]:
    country = body.country if body.country is not None else found.country if found else ""
    region = body.region if body.region is not None else found.region if found and body.country is None else ""
    if country and country not in dict(countries()):
        raise Invalid.at("body.country", "No public holidays are known of this country. Use a code such as DE.")
    if region and region not in regions_of(country):
        raise Invalid.at("body.region", f"Known are: {', '.join(regions_of(country)) or 'none'}.")
    return {"country": country, "region": region}


def _policy_fields(body: PolicyChanges) -> dict[str, Any]:
    plain = {"name": "name", "position": "position", "on": "is_on", "pauses_snoozed": "pauses_snoozed"}
    fields = {field: said for name, field in plain.items() if (said := getattr(body, name)) is not None}
    if body.conditions is not None:
        known = {condition.key for condition in conditions()}
        if unknown := sorted(set(body.conditions) - known):
            raise Invalid.at("body.conditions", f"{unknown[0]} is not one of {', '.join(sorted(known))}.")
        fields["conditions"] = body.conditions
    if body.targets is not None:
        fields["targets"] = targets_of(body.targets).as_json()
        if not fields["targets"]:
            raise Invalid.at("body.targets", "Promise something.")
    if "business_hours" in body.model_fields_set:
        fields["calendar"] = (
            rows_of(Calendar, [body.business_hours], "body.business_hours")[0] if body.business_hours else None
        )
    if "warning" in body.model_fields_set:
        fields["warns_at"] = body.warning.at if body.warning else None
        fields["warns"] = body.warning.unit if body.warning else "percent"
        if body.warning and body.warning.unit == "percent" and body.warning.at > 100:
            raise Invalid.at("body.warning.at", "More than 100% has passed when it is too late.")
    return fields


def rows_of(model: type[M], ids: list[int], field: str) -> list[M]:
    found = list(model._default_manager.filter(pk__in=ids))
    if len(found) != len(set(ids)):
        raise Invalid.at(field, "One of these does not exist.")
    return found


@contextmanager
def refused() -> Iterator[None]:
    """Tell the caller what cannot be set up."""
    try:
        yield
    except CannotSetUp as error:
        raise Clash(str(error)) from error
