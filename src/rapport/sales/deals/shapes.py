"""Deals as the API says and takes them."""

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, Field, StringConstraints

from rapport.kit.rest.paging import Paging
from rapport.kit.rest.shapes import WITHOUT_NUL, Id, Line, Moment, Shape, StrictId, Words
from rapport.sales.deals.models import Activity, CloseReason, Deal, DealLine, Pipeline, Quote, StageMove
from rapport.team.api import AgentShape, Named, agent_shape

_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def _written_day(value: Any) -> Any:
    # A bare number would otherwise be taken for days since 1970.
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise ValueError("must be text such as 2026-03-01")
    return value


Day = Annotated[date, BeforeValidator(_written_day)]
Title = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^\s*[^\s\u0000][^\u0000]*$")]
Short = Annotated[str, StringConstraints(max_length=80, pattern=WITHOUT_NUL)]
Reference = Annotated[str, StringConstraints(max_length=100, pattern=WITHOUT_NUL)]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
Amount = Annotated[int, Field(ge=0, le=10**15, strict=True, description="In minor units: 980000 is 9,800.00 EUR.")]
Percent = Annotated[int, Field(ge=0, le=100, strict=True)]
CallWord = Literal["commit", "best_case", "pipeline", "omitted"]
ActivityWord = Literal["call", "meeting", "mail", "task"]


class StageShape(BaseModel):
    id: int
    name: str
    probability: int = Field(description="What usually becomes of deals in it, in per cent.")
    kind: str = Field(description="lead, open, won or lost.")


class PipelineShape(BaseModel):
    id: int
    name: str
    stages: list[StageShape]


class ReasonShape(BaseModel):
    id: int
    outcome: str = Field(description="won or lost.")
    name: str


class LineShape(BaseModel):
    product: int | None
    title: str
    quantity: Decimal
    price: int = Field(description="Of one, in minor units.")
    total: int


class DealShape(BaseModel):
    id: int
    title: str
    reference: str
    status: str = Field(description="open, won or lost.")
    customer: Named | None
    company: Named | None
    pipeline: Named
    stage: StageShape
    owner: AgentShape | None
    amount: int = Field(description="In minor units of the currency; the sum of the lines where there are some.")
    currency: str
    expected_close: date | None
    call: str = Field(description="The owner's own call: commit, best_case, pipeline or omitted.")
    probability: int | None = Field(description="The owner's own probability in per cent, before the category's.")
    source: str
    reason: ReasonShape | None
    reason_note: str
    notes: str
    lines: list[LineShape]
    opened_at: datetime
    stage_since: datetime
    closed_at: datetime | None
    updated_at: datetime


class DealMoveShape(BaseModel):
    id: int
    origin: Named | None = Field(description="null where the deal began.")
    stage: Named
    at: datetime
    by: AgentShape | None


class ActivityShape(BaseModel):
    id: int
    deal: int
    kind: str
    title: str
    owner: AgentShape | None
    due_at: datetime | None
    done_at: datetime | None


class QuoteShape(BaseModel):
    id: int
    number: str
    deal: int
    language: str
    issued_on: date
    valid_until: date
    currency: str
    net: int
    tax: int
    total: int
    sha256: str = Field(description="Of the PDF, which /quotes/{id}/file answers.")


class DealFilters(Paging):
    q: Line | None = Field(None, description="Words in the title, number, customer or company.")
    customer: Id | None = None
    company: Id | None = None
    owner: Id | None = None
    stage: Id | None = None
    pipeline: Id | None = None
    status: Literal["open", "won", "lost"] | None = None
    closes_from: Day | None = Field(None, description="Expected close on this day or later.")
    closes_until: Day | None = Field(None, description="Expected close on this day or earlier.")


class Facts(Shape):
    title: Title | None = None
    customer: StrictId | None = Field(None, description="null for none.")
    company: StrictId | None = Field(None, description="null for none.")
    owner: StrictId | None = Field(None, description="The id of an agent; null for nobody.")
    amount: Amount | None = None
    currency: Currency | None = None
    expected_close: Day | None = None
    call: CallWord | None = None
    probability: Percent | None = Field(None, description="null leaves it to the category.")
    source: Short | None = None
    notes: Words | None = None


class NewDeal(Facts):
    """Without a stage it begins in the first one of the first pipeline; without an owner it is the caller's."""

    title: Title
    stage: StrictId | None = None
    reference: Reference = ""


class Moving(Shape):
    """Winning, losing and reopening are moves into a stage of that kind."""

    stage: StrictId
    before: StrictId | None = Field(None, description="The deal it is put above; at the top without.")
    reason: StrictId | None = Field(None, description="Why it is won or lost: one of /close-reasons.")
    note: Line = ""


class NewLine(Shape):
    title: Title
    quantity: Annotated[Decimal, Field(gt=0, le=1_000_000, decimal_places=3)] = Decimal(1)
    price: Amount
    product: StrictId | None = None


class Lines(Shape):
    lines: Annotated[list[NewLine], Field(max_length=100)]


class NewActivity(Shape):
    kind: ActivityWord = "task"
    title: Title
    due_at: Moment | None = None
    owner: StrictId | None = Field(None, description="The id of an agent; the caller without.")


class ActivityChange(Shape):
    done: bool


class NewQuote(Shape):
    language: Literal["en", "zh-hans"] = "en"
    valid_until: Day | None = None
    tax_rate: Annotated[Decimal, Field(ge=0, le=100, decimal_places=2)] | None = None


def deal_shape(deal: Deal) -> DealShape:
    customer, company = deal.customer, deal.company
    return DealShape(
        id=deal.pk,
        title=deal.title,
        reference=deal.reference,
        status=deal.status.value,
        customer=Named(id=customer.pk, name=customer.display_name) if customer else None,
        company=Named(id=company.pk, name=company.name) if company else None,
        pipeline=Named(id=deal.pipeline.pk, name=deal.pipeline.name),
        stage=StageShape.model_validate(deal.stage, from_attributes=True),
        owner=agent_shape(deal.owner),
        amount=deal.amount,
        currency=deal.currency,
        expected_close=deal.expected_close,
        call=deal.call,
        probability=deal.probability,
        source=deal.source,
        reason=reason_shape(deal.reason) if deal.reason else None,
        reason_note=deal.reason_note,
        notes=deal.notes,
        lines=[line_shape(line) for line in deal.lines.all()],
        opened_at=deal.opened_at,
        stage_since=deal.stage_since,
        closed_at=deal.closed_at,
        updated_at=deal.updated_at,
    )


def line_shape(line: DealLine) -> LineShape:
    return LineShape(
        product=line.product_id, title=line.title, quantity=line.quantity, price=line.price, total=line.total
    )


def pipeline_shape(pipeline: Pipeline) -> PipelineShape:
    stages = [StageShape.model_validate(stage, from_attributes=True) for stage in pipeline.stages.all()]
    return PipelineShape(id=pipeline.pk, name=pipeline.name, stages=stages)


def reason_shape(reason: CloseReason) -> ReasonShape:
    return ReasonShape(id=reason.pk, outcome=reason.outcome, name=reason.name)


def move_shape(made: StageMove) -> DealMoveShape:
    origin = Named(id=made.origin.pk, name=made.origin.name) if made.origin else None
    stage = Named(id=made.stage.pk, name=made.stage.name)
    return DealMoveShape(id=made.pk, origin=origin, stage=stage, at=made.at, by=agent_shape(made.by))


def activity_shape(activity: Activity) -> ActivityShape:
    return ActivityShape(
        id=activity.pk,
        deal=activity.deal_id,
        kind=activity.kind,
        title=activity.title,
        owner=agent_shape(activity.owner),
        due_at=activity.due_at,
        done_at=activity.done_at,
    )


def quote_shape(quote: Quote) -> QuoteShape:
    return QuoteShape(
        id=quote.pk,
        number=quote.number,
        deal=quote.deal_id,
        language=quote.language,
        issued_on=quote.issued_on,
        valid_until=quote.valid_until,
        currency=quote.currency,
        net=quote.net,
        tax=quote.tax,
        total=quote.net + quote.tax,
        sha256=quote.file.sha256,
    )
