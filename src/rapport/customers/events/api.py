"""What customers did, over HTTP: one thing, a thousand at once, and lists of them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from ninja import Query, Router, Status
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from rapport.customers.api import Account, Email, Phone
from rapport.customers.events.recording import MOST_AT_ONCE, Happening, record
from rapport.customers.events.whose import Who
from rapport.customers.models import CustomerEvent
from rapport.customers.queries import visible_to
from rapport.kit.money import Money, NotMoney, currency_code
from rapport.kit.rest.paging import Page, Paging, page
from rapport.kit.rest.problems import Invalid
from rapport.kit.rest.shapes import WITHOUT_NUL, Id, Moment, Shape, StrictId
from rapport.team.api import ApiRequest, agent_of
from rapport.team.types import Permission

events_router = Router(tags=["Events"])

EventName = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=r"^\s*[^\s\u0000][^\u0000]*$")]
Source = Annotated[str, StringConstraints(max_length=40, pattern=WITHOUT_NUL)]
ExternalId = Annotated[str, StringConstraints(max_length=120, pattern=WITHOUT_NUL)]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
_MOST_MINOR = 10**15


class Amount(Shape):
    minor: int = Field(description="In minor units: 21990 is €219.90.", ge=-_MOST_MINOR, le=_MOST_MINOR, strict=True)
    currency: Currency


class EventShape(BaseModel):
    id: int
    customer: int
    name: str
    at: datetime
    properties: dict[str, Any]
    amount: Amount | None
    source: str
    external_id: str


class EventFilters(Paging):
    customer: Id | None = None
    name: EventName | None = None
    since: Moment | None = Field(None, description="From then on; needs `customer` or `name`.")
    until: Moment | None = Field(None, description="Before then; needs `customer` or `name`.")


class NewEvent(Shape):
    """Who did it is said by one of `customer`, `account`, `email` and `phone`; the first that is said counts."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "name": "order placed",
                    "email": "kim@studio.example",
                    "at": "2026-03-01T09:30:00Z",
                    "properties": {"plan": "trade"},
                    "amount": {"minor": 21990, "currency": "EUR"},
                    "source": "shop",
                    "external_id": "order-9310",
                }
            ]
        },
    )

    name: EventName
    at: Moment | None = Field(None, description="When; now if it is left out.")
    customer: StrictId | None = None
    account: Account | None = Field(None, description="Your own number for this customer.")
    email: Email | None = None
    phone: Phone | None = None
    properties: dict[str, Any] = Field(default_factory=dict, description="Up to 8 kB of JSON.")
    amount: Amount | None = None
    source: Source = Field("", description="Which system tells it.")
    external_id: ExternalId = Field("", description="Its id there: what is sent twice is kept once.")
    create: bool = Field(False, description="Make a customer of whoever is known by nothing yet.", strict=True)


class Batch(Shape):
    events: Annotated[list[dict[str, Any]], Field(min_length=1, max_length=MOST_AT_ONCE)] = Field(
        description="Each as `POST /events` takes it. One that is wrong keeps none of the others out."
    )


class BatchProblem(BaseModel):
    index: int = Field(description="Which one, the first being 0.")
    field: str
    detail: str


class EventBatchShape(BaseModel):
    created: int
    same: int = Field(description="Those that were told before.")
    errors: list[BatchProblem]


@events_router.get("/events", response=Page[EventShape], summary="List what customers did")
def list_events(request: ApiRequest, filters: Query[EventFilters]) -> dict[str, Any]:
    """Of a customer, or by name, the latest first; without either by when they were told, newest first."""
    agent = agent_of(request)
    events = CustomerEvent.objects.all() if agent.may(Permission.READ) else CustomerEvent.objects.none()
    is_narrowed = bool(filters.customer or filters.name)
    for name in ("since", "until"):
        if getattr(filters, name) and not is_narrowed:
            raise Invalid.at(f"query.{name}", "Say which customer or which name too.")
    if filters.customer:
        found = visible_to(agent).filter(pk=filters.customer).first()
        found = found or visible_to(agent).filter(merged=filters.customer).first()
        events = events.filter(customer=found) if found else events.none()
    if filters.name:
        events = events.filter(name=filters.name)
    if filters.since:
        events = events.filter(at__gte=filters.since)
    if filters.until:
        events = events.filter(at__lt=filters.until)
    return page(events, filters, shape=event_shape, order=("-at", "-id") if is_narrowed else ("-id",))


@events_router.post("/events", response={201: EventShape, 200: EventShape}, summary="Tell what a customer did")
def add_event(request: ApiRequest, body: NewEvent) -> Status[EventShape]:
    """201 when it is new; 200 with the one there is when its `external_id` was told before by the same source."""
    agent = agent_of(request, Permission.REPLY)
    answer = record([_happening(body)], by=agent.pk)[0]
    if answer.event is None:
        raise Invalid.at(f"body.{answer.field}", answer.problem)
    return Status(201 if answer.word == "created" else 200, event_shape(answer.event))


@events_router.post("/events/batch", response=EventBatchShape, summary="Tell up to 1,000 things that customers did")
def add_events(request: ApiRequest, body: Batch) -> EventBatchShape:
    """Those that are right are kept; the others come back in `errors`, each with its place."""
    agent = agent_of(request, Permission.REPLY)
    happenings: dict[int, Happening] = {}
    errors: list[BatchProblem] = []
    for index, said in enumerate(body.events):
        try:
            happenings[index] = _happening(NewEvent.model_validate(said))
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            field = ".".join(str(part) for part in first["loc"])
            errors.append(BatchProblem(index=index, field=field, detail=str(first["msg"])))
        except Invalid as error:
            errors.append(BatchProblem(index=index, field="amount", detail=str(error)))
    answers = record(list(happenings.values()), by=agent.pk)
    errors += [
        BatchProblem(index=index, field=answer.field, detail=answer.problem)
        for index, answer in zip(happenings, answers, strict=True)
        if answer.word == "wrong"
    ]
    words: Sequence[str] = [answer.word for answer in answers]
    return EventBatchShape(
        created=words.count("created"), same=words.count("same"), errors=sorted(errors, key=lambda each: each.index)
    )


def event_shape(event: CustomerEvent) -> EventShape:
    money = event.money
    return EventShape(
        id=event.pk,
        customer=event.customer_id,
        name=event.name,
        at=event.at,
        properties=event.properties,
        amount=Amount(minor=money.minor, currency=money.currency) if money else None,
        source=event.source,
        external_id=event.external_id,
    )


def _happening(said: NewEvent) -> Happening:
    return Happening(
        name=said.name,
        who=Who(said.customer, account=said.account or "", email=said.email or "", phone=said.phone or ""),
        at=said.at,
        properties=said.properties,
        money=_money(said.amount),
        source=said.source,
        external_id=said.external_id,
        creates=said.create,
    )


def _money(amount: Amount | None) -> Money | None:
    try:
        return Money(amount.minor, currency_code(amount.currency)) if amount else None
    except NotMoney as error:
        raise Invalid.at("body.amount.currency", str(error)) from error
