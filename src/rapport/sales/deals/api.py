"""Deals over HTTP."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.http import FileResponse
from ninja import Query, Router, Status

from rapport.backbone import files
from rapport.customers import queries as customers
from rapport.kit.money import Money, NotMoney, currency_code
from rapport.kit.rest.paging import Page, Paging, page
from rapport.kit.rest.problems import Clash, Invalid, NotFound
from rapport.kit.rest.shapes import Id
from rapport.sales.deals import actions, queries, quoting, shapes
from rapport.sales.deals.actions.changing import Line
from rapport.sales.deals.errors import DealError, NotSaid
from rapport.sales.deals.models import CloseReason, Deal, Quote, Stage
from rapport.sales.models import Product
from rapport.team.api import ApiRequest, agent_of
from rapport.team.models import Agent
from rapport.team.queries import active_agents
from rapport.team.types import Permission

deals_router = Router(tags=["Deals"])
M = TypeVar("M", bound=Model)


@deals_router.get("/pipelines", response=list[shapes.PipelineShape], summary="List pipelines and their stages")
def list_pipelines(request: ApiRequest) -> list[shapes.PipelineShape]:
    """In their order; won and lost are the last two stages of each."""
    agent_of(request)
    actions.ready()
    return [shapes.pipeline_shape(each) for each in queries.pipelines()]


@deals_router.get("/close-reasons", response=list[shapes.ReasonShape], summary="List why deals are won and lost")
def list_reasons(request: ApiRequest) -> list[shapes.ReasonShape]:
    """Those that can be chosen in a move; retired ones are left out."""
    agent_of(request)
    actions.ready()
    return [shapes.reason_shape(each) for each in queries.reasons()]


@deals_router.get("/deals", response=Page[shapes.DealShape], summary="List deals, newest first")
def list_deals(request: ApiRequest, filters: Query[shapes.DealFilters]) -> dict[str, Any]:
    """Every filter narrows; `status` is open, won or lost, by the stage the deal is in."""
    deals = _deals(agent_of(request))
    for name in ("customer", "company", "owner", "stage", "pipeline"):
        if value := getattr(filters, name):
            deals = deals.filter(**{f"{name}_id": value})
    deals = queries.having_status(deals, filters.status or "")
    deals = queries.closing_between(deals, filters.closes_from, filters.closes_until)
    if filters.q:
        deals = queries.called(deals, filters.q)
    return page(deals, filters, shape=shapes.deal_shape)


@deals_router.post("/deals", response={201: shapes.DealShape}, summary="Open a deal")
def add_deal(request: ApiRequest, body: shapes.NewDeal) -> Status[shapes.DealShape]:
    """The amount is in minor units; without a currency it is that of the sales settings."""
    agent = agent_of(request, Permission.REPLY)
    currency = actions.ready().currency
    said = _said(body, agent)
    said.setdefault("owner", agent)
    said["money"] = _money(body.amount or 0, body.currency or currency)
    stage = _stage(body.stage) if body.stage else queries.open_stages(queries.pipelines()[0])[0]
    if body.reference and Deal.objects.filter(reference=body.reference.strip()).exists():
        raise Clash("There is a deal of this reference already.")
    with told():
        deal = actions.open_deal(stage=stage, reference=body.reference, by=agent, **said)
    return Status(201, shapes.deal_shape(_deal_for(agent, deal.pk)))


@deals_router.get("/deals/{deal_id}", response=shapes.DealShape, summary="Read a deal")
def read_deal(request: ApiRequest, deal_id: Id) -> shapes.DealShape:
    return shapes.deal_shape(_deal_for(agent_of(request), deal_id))


@deals_router.patch("/deals/{deal_id}", response=shapes.DealShape, summary="Change a deal")
def change_deal(request: ApiRequest, deal_id: Id, body: shapes.Facts) -> shapes.DealShape:
    """Fields that are left out stay as they are. With lines the amount is their sum: change those."""
    agent = agent_of(request, Permission.REPLY)
    deal = _deal_for(agent, deal_id)
    said = _said(body, agent)
    if body.amount is not None or body.currency is not None:
        amount = deal.amount if body.amount is None else body.amount
        said["money"] = _money(amount, body.currency or deal.currency)
    with told():
        actions.change(deal, by=agent, **said)
    return shapes.deal_shape(_deal_for(agent, deal_id))


@deals_router.put("/deals/{deal_id}/lines", response=shapes.DealShape, summary="Replace the lines of a deal")
def replace_lines(request: ApiRequest, deal_id: Id, body: shapes.Lines) -> shapes.DealShape:
    """These lines and no others; the amount of the deal becomes their sum."""
    agent = agent_of(request, Permission.REPLY)
    deal = _deal_for(agent, deal_id)
    products = Product.objects.in_bulk([line.product for line in body.lines if line.product])
    for number, line in enumerate(body.lines):
        if line.product and line.product not in products:
            raise Invalid.at(f"body.lines.{number}.product", "There is no such product.")
    lines = [Line(line.title, line.quantity, line.price, products.get(line.product or 0)) for line in body.lines]
    with told():
        actions.replace_lines(deal, lines, by=agent)
    return shapes.deal_shape(_deal_for(agent, deal_id))


@deals_router.get("/deals/{deal_id}/moves", response=Page[shapes.DealMoveShape], summary="List the moves of a deal")
def list_moves(request: ApiRequest, deal_id: Id, paging: Query[Paging]) -> dict[str, Any]:
    """From stage to stage, the latest first."""
    deal = _deal_for(agent_of(request), deal_id)
    return page(deal.moves.select_related("origin", "stage", "by"), paging, shape=shapes.move_shape)


@deals_router.post("/deals/{deal_id}/moves", response={201: shapes.DealShape}, summary="Move a deal to a stage")
def move_deal(request: ApiRequest, deal_id: Id, body: shapes.Moving) -> Status[shapes.DealShape]:
    """Into a stage of any pipeline; one of the kind won or lost closes it, any other opens it again."""
    agent = agent_of(request, Permission.REPLY)
    deal = _deal_for(agent, deal_id)
    before = _found(queries.visible_to(agent), body.before, "body.before", "There is no such deal.")
    reason = _found(CloseReason.objects.all(), body.reason, "body.reason", "There is no such reason.")
    with told():
        actions.move(deal, to=_stage(body.stage), before=before, reason=reason, note=body.note, by=agent)
    return Status(201, shapes.deal_shape(_deal_for(agent, deal_id)))


@deals_router.get(
    "/deals/{deal_id}/activities", response=Page[shapes.ActivityShape], summary="List activities of a deal"
)
def list_activities(request: ApiRequest, deal_id: Id, paging: Query[Paging]) -> dict[str, Any]:
    """What is planned and what was done, the latest written first."""
    deal = _deal_for(agent_of(request), deal_id)
    return page(deal.activities.select_related("owner"), paging, shape=shapes.activity_shape)


@deals_router.post(
    "/deals/{deal_id}/activities", response={201: shapes.ActivityShape}, summary="Plan an activity for a deal"
)
def add_activity(request: ApiRequest, deal_id: Id, body: shapes.NewActivity) -> Status[shapes.ActivityShape]:
    """A call, a meeting, a mail or a task, with a moment by which it is due."""
    agent = agent_of(request, Permission.REPLY)
    deal = _deal_for(agent, deal_id)
    owner = _found(active_agents(), body.owner, "body.owner", "There is no such agent.")
    with told():
        made = actions.plan(deal, kind=body.kind, title=body.title, due_at=body.due_at, owner=owner, by=agent)
    return Status(201, shapes.activity_shape(made))


@deals_router.patch(
    "/deals/{deal_id}/activities/{activity_id}", response=shapes.ActivityShape, summary="Say that it is done, or not"
)
def change_activity(
    request: ApiRequest, deal_id: Id, activity_id: Id, body: shapes.ActivityChange
) -> shapes.ActivityShape:
    """`done` notes this moment; saying it again changes nothing."""
    agent = agent_of(request, Permission.REPLY)
    activity = _deal_for(agent, deal_id).activities.filter(pk=activity_id).first()
    if activity is None:
        raise NotFound("There is no such activity.")
    (actions.finish if body.done else actions.unfinish)(activity, by=agent)
    activity.refresh_from_db()
    return shapes.activity_shape(activity)


@deals_router.get("/deals/{deal_id}/quotes", response=Page[shapes.QuoteShape], summary="List the quotes of a deal")
def list_quotes(request: ApiRequest, deal_id: Id, paging: Query[Paging]) -> dict[str, Any]:
    """Newest first, each as it was when it was written."""
    deal = _deal_for(agent_of(request), deal_id)
    return page(deal.quotes.select_related("file"), paging, shape=shapes.quote_shape)


@deals_router.post("/deals/{deal_id}/quotes", response={201: shapes.QuoteShape}, summary="Write a quote")
def add_quote(request: ApiRequest, deal_id: Id, body: shapes.NewQuote) -> Status[shapes.QuoteShape]:
    """A PDF of the deal's lines as they are now, with the next number."""
    agent = agent_of(request, Permission.REPLY)
    deal = _deal_for(agent, deal_id)
    with told():
        made = quoting.write(
            deal, language=body.language, valid_until=body.valid_until, tax_rate=body.tax_rate, by=agent
        )
    return Status(201, shapes.quote_shape(made))


@deals_router.get("/quotes/{quote_id}/file", response={200: bytes}, summary="Read the PDF of a quote")
def read_quote(request: ApiRequest, quote_id: Id) -> FileResponse:
    """`application/pdf`, as it was written."""
    deals = queries.visible_to(agent_of(request))
    quote = Quote.objects.select_related("file").filter(pk=quote_id, deal__in=deals).first()
    if quote is None:
        raise NotFound("There is no such quote.")
    return FileResponse(files.open(quote.file), content_type="application/pdf", filename=f"{quote.number}.pdf")


@contextmanager
def told() -> Iterator[None]:
    """Tell the caller what an action refused."""
    try:
        yield
    except NotSaid as error:
        raise Invalid.at(f"body.{error.field}", str(error)) from error
    except DealError as error:
        raise Clash(str(error)) from error


def _deals(agent: Agent) -> QuerySet[Deal]:
    return queries.visible_to(agent).select_related(*queries.RELATED, "reason").prefetch_related("lines")


def _deal_for(agent: Agent, pk: int) -> Deal:
    deal = _deals(agent).filter(pk=pk).first()
    if deal is None:
        raise NotFound("There is no such deal.")
    return deal


def _stage(pk: int) -> Stage:
    stage = Stage.objects.filter(pk=pk).first()
    if stage is None:
        raise Invalid.at("body.stage", "There is no such stage.")
    return stage


def _found(rows: QuerySet[M], pk: int | None, field: str, message: str) -> M | None:
    found = rows.filter(pk=pk).first() if pk else None
    if pk and found is None:
        raise Invalid.at(field, message)
    return found


def _said(body: shapes.Facts, agent: Agent) -> dict[str, Any]:
    """What the body says, as the actions take it; null means none where there may be none."""
    given = body.model_fields_set
    said: dict[str, Any] = {
        name: getattr(body, name)
        for name in ("title", "call", "source", "notes")
        if name in given and getattr(body, name) is not None
    }
    said |= {name: getattr(body, name) for name in ("expected_close", "probability") if name in given}
    choices: dict[str, tuple[QuerySet[Any], str]] = {
        "customer": (customers.visible_to(agent), "There is no such customer."),
        "company": (customers.companies_visible_to(agent), "There is no such company."),
        "owner": (active_agents(), "There is no such agent."),
    }
    for name, (rows, message) in choices.items():
        if name in given:
            said[name] = _found(rows, getattr(body, name), f"body.{name}", message)
    return said


def _money(amount: int, currency: str) -> Money:
    try:
        return Money(amount, currency_code(currency))
    except NotMoney as error:
        raise Invalid.at("body.currency", str(error)) from error
