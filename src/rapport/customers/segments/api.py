"""Segments and scores over HTTP."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ninja import Query, Router, Status

from rapport.backbone.filtering import FilterError
from rapport.customers.models import Customer
from rapport.customers.queries import visible_to
from rapport.customers.segments import actions, queries, scoring
from rapport.customers.segments.errors import CannotSegment
from rapport.customers.segments.filters import CustomerFilter
from rapport.customers.segments.models import Score, Segment
from rapport.customers.segments.shapes import (
    Meant,
    Members,
    MembersShape,
    NewSegment,
    ScoreShape,
    ScoresShape,
    ScoresWritten,
    SegmentChange,
    SegmentCountShape,
    SegmentShape,
    SubjectShape,
)
from rapport.customers.segments.vocabulary import Vocabulary
from rapport.kit.rest.paging import Page, Paging, page
from rapport.kit.rest.problems import Invalid, NotFound
from rapport.team.api import ApiRequest, Named, agent_of
from rapport.team.types import Permission

segments_router = Router(tags=["Segments"])


@segments_router.get("/segments", response=Page[SegmentShape], summary="List segments")
def list_segments(request: ApiRequest, paging: Query[Paging]) -> dict[str, Any]:
    return page(queries.segments_visible_to(agent_of(request)), paging, shape=_shape, order=("-id",))


@segments_router.post("/segments", response={201: SegmentShape}, summary="Make a segment")
def make_segment(request: ApiRequest, new: NewSegment) -> Status[SegmentShape]:
    """A static one is filled with whoever its filter means now."""
    agent = agent_of(request, Permission.MANAGE_FIELDS)
    with _refused():
        made = actions.save(
            None, by=agent, name=new.name, description=new.description, kind=new.kind, filter=new.filter
        )
    return Status(201, _shape(made))


@segments_router.get("/segments/subjects", response=list[SubjectShape], summary="What segments can ask for")
def list_subjects(request: ApiRequest) -> list[SubjectShape]:
    agent_of(request)
    offered = Vocabulary().offered
    return [SubjectShape(name=each.name, label=str(each.label), kind=each.kind, ops=list(each.ops)) for each in offered]


@segments_router.post("/segments/count", response=SegmentCountShape, summary="How many customers a filter means")
def count_meant(request: ApiRequest, said: Meant) -> SegmentCountShape:
    with _refused():
        wanted = CustomerFilter.parse(said.filter)
    return SegmentCountShape(count=queries.count(wanted, agent_of(request)), described=wanted.describe())


@segments_router.get("/segments/{segment_id}", response=SegmentShape, summary="Get a segment")
def get_segment(request: ApiRequest, segment_id: int) -> SegmentShape:
    found = _found(request, segment_id)
    queries.size_of(found)
    return _shape(found)


@segments_router.patch("/segments/{segment_id}", response=SegmentShape, summary="Change a segment")
def change_segment(request: ApiRequest, segment_id: int, change: SegmentChange) -> SegmentShape:
    agent = agent_of(request, Permission.MANAGE_FIELDS)
    found = _found(request, segment_id)
    said = {name: value for name, value in change.model_dump(exclude_unset=True).items() if value is not None}
    kept = {"name": found.name, "description": found.description, "kind": found.kind, "filter": found.filter}
    with _refused():
        return _shape(actions.save(found, by=agent, **{**kept, **said}))


@segments_router.delete("/segments/{segment_id}", response={204: None}, summary="Remove a segment")
def remove_segment(request: ApiRequest, segment_id: int) -> Status[None]:
    agent = agent_of(request, Permission.MANAGE_FIELDS)
    with _refused():
        actions.remove(_found(request, segment_id), by=agent)
    return Status(204, None)


@segments_router.get(
    "/segments/{segment_id}/customers", response=Page[Named], summary="List the customers of a segment"
)
def list_members(request: ApiRequest, segment_id: int, paging: Query[Paging]) -> dict[str, Any]:
    agent = agent_of(request)
    found = _found(request, segment_id)
    members = visible_to(agent).filter(queries.condition_of(found, agent))
    return page(members, paging, shape=lambda each: Named(id=each.pk, name=each.display_name))


@segments_router.post(
    "/segments/{segment_id}/customers", response=MembersShape, summary="Put customers into a static segment"
)
def change_members(request: ApiRequest, segment_id: int, said: Members) -> MembersShape:
    agent = agent_of(request, Permission.MANAGE_FIELDS)
    found = _found(request, segment_id)
    people = visible_to(agent)
    with _refused():
        added = actions.add(found, people.filter(pk__in=said.add), by=agent) if said.add else 0
        gone = actions.take_out(found, people.filter(pk__in=said.take_out), by=agent) if said.take_out else 0
    return MembersShape(added=added, taken_out=gone, size=queries.size_of(found, now=True))


@segments_router.put("/scores/{name}", response=ScoresWritten, summary="Write down scores of customers")
def write_scores(request: ApiRequest, name: str, said: ScoresShape) -> ScoresWritten:
    """What your own model reckons of up to 1,000 customers, with why. Segments, rules and the timeline use it."""
    agent_of(request, Permission.MANAGE_FIELDS)
    values = {each.customer: scoring.Scored(each.value, each.reasons) for each in said.scores}
    with _refused():
        return ScoresWritten(changed=scoring.score(name, values))


@segments_router.get("/customers/{customer_id}/scores", response=list[ScoreShape], summary="The scores of a customer")
def list_scores(request: ApiRequest, customer_id: int) -> list[ScoreShape]:
    person = visible_to(agent_of(request)).filter(pk=customer_id).first()
    if person is None:
        raise NotFound("There is no such customer.")
    return [_score_shape(row, person) for row in Score.objects.filter(customer=person).order_by("name")]


def _found(request: ApiRequest, pk: int) -> Segment:
    found = queries.segments_visible_to(agent_of(request)).filter(pk=pk).first()
    if found is None:
        raise NotFound("There is no such segment.")
    return found


def _shape(segment: Segment) -> SegmentShape:
    try:
        described = CustomerFilter.parse(segment.filter).describe()
    except FilterError as error:
        described = str(error)
    return SegmentShape(
        id=segment.pk,
        name=segment.name,
        description=segment.description,
        kind=segment.kind,
        filter=segment.filter,
        described=described,
        size=segment.size,
        counted_at=segment.counted_at,
        created_at=segment.created_at,
        updated_at=segment.updated_at,
    )


def _score_shape(row: Score, person: Customer) -> ScoreShape:
    return ScoreShape(
        customer=Named(id=person.pk, name=person.display_name),
        name=row.name,
        value=row.value,
        before=row.before,
        reasons=row.reasons,
        at=row.at,
    )


@contextmanager
def _refused() -> Iterator[None]:
    try:
        yield
    except FilterError as error:
        raise Invalid.at("body.filter", str(error)) from error
    except CannotSegment as error:
        raise Invalid.at(f"body.{error.field}" if error.field else "body", str(error)) from error
