"""Orders as the API says them and takes them."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, Field, StringConstraints

from rapport.kit import clock
from rapport.kit.rest.paging import Paging
from rapport.kit.rest.problems import Invalid
from rapport.kit.rest.shapes import WITHOUT_NUL, Id, Moment, Shape
from rapport.sales.models import Order, OrderLine, Refund
from rapport.sales.orders.cards import conversations_about
from rapport.sales.rest import (
    BuyerSaid,
    ExternalId,
    MoneySaid,
    MoneyShape,
    Source,
    Title,
    WebAddress,
    buyer,
    minor_units,
    money_shape,
    said_money,
)
from rapport.sales.types import LineSaid, OrderSaid
from rapport.team.api import Named
from rapport.team.models import Agent

MOST = 1_000
Status = Literal["pending", "paid", "partly_refunded", "refunded", "cancelled"]
Number = Annotated[
    str, StringConstraints(min_length=1, max_length=100, pattern=r"^[^\s\u0000]([^\u0000]*[^\s\u0000])?$")
]
Channel = Annotated[str, StringConstraints(max_length=80, pattern=WITHOUT_NUL)]
LineSku = Annotated[str, StringConstraints(max_length=100, pattern=WITHOUT_NUL)]


class OrderLineShape(BaseModel):
    title: str
    sku: str
    product: int | None = Field(description="The id of the product, where there is one with this article number.")
    quantity: float
    unit_price: MoneyShape | None


class RefundShape(BaseModel):
    id: int
    external_id: str
    amount: MoneyShape
    reason: str
    at: datetime


class OrderShape(BaseModel):
    id: int
    number: str = Field(examples=["#1042"])
    source: str = Field(description="Who keeps it: api, csv, or a shop.", examples=["shopify"])
    external_id: str = Field(description="Its name there.")
    customer: Named | None
    placed_at: datetime
    status: str = Field(description="pending, paid, partly_refunded, refunded or cancelled.")
    total: MoneyShape
    refunded: MoneyShape
    channel: str = Field(description="Where it was sold, as the shop calls it.")
    url: str
    lines: list[OrderLineShape]
    refunds: list[RefundShape]
    conversations: list[int] = Field(
        description="The ids of the conversations about it that you may see.", examples=[[12, 57]]
    )
    created_at: datetime
    changed_at: datetime = Field(description="The moment of the newest word about it.")


class OrderFilters(Paging):
    customer: Id | None = None
    status: Status | None = None
    number: Number | None = None
    source: Source | None = None
    placed_since: Moment | None = Field(None, description="Placed then or later.")
    placed_until: Moment | None = Field(None, description="Placed before then.")


class LineSaidByApi(Shape):
    title: Title = ""
    sku: LineSku = Field("", description="The article number of a product.")
    quantity: float = Field(1, gt=0, le=1_000_000)
    unit_price: MoneySaid | None = None


class OrderChanges(Shape):
    """What is left out stays as it is."""

    number: Number | None = Field(None, examples=["#1042"])
    customer: BuyerSaid | None = Field(None, description="Only for an order of nobody known.")
    placed_at: Moment | None = None
    status: Status | None = None
    total: MoneySaid | None = None
    channel: Channel | None = None
    url: WebAddress | None = None
    lines: Annotated[list[LineSaidByApi], Field(max_length=500)] | None = None


class NewOrder(OrderChanges):
    """Known by `source` and `external_id`: told again, it is changed, unless something newer is known."""

    number: Number = Field(examples=["#1042"])
    source: Source = Field("api", description="Who keeps it. Name your own system.")
    external_id: ExternalId | None = Field(None, description="Its name there; the number where it is left out.")
    customer: BuyerSaid = Field(examples=[{"email": "kim@studio.example", "name": "Kim Park"}])
    changed_at: Moment | None = Field(None, description="When this was so, now where it is left out.")


class OrderBatch(Shape):
    orders: list[NewOrder] = Field(min_length=1, max_length=MOST)


class BatchItem(BaseModel):
    id: int
    external_id: str
    outcome: str = Field(description="created, changed, same, or older: something newer was known.")


class OrderBatchShape(BaseModel):
    items: list[BatchItem] = Field(description="In the order they were sent.")


class NewRefund(Shape):
    amount: MoneySaid
    reason: Annotated[str, StringConstraints(max_length=500, pattern=WITHOUT_NUL)] = ""
    at: Moment | None = None
    external_id: ExternalId | None = Field(None, description="With the same one it is paid back once.")


def order_shapes(orders: Sequence[Order], viewer: Agent) -> list[OrderShape]:
    """One query beside those that fetched lines, refunds and customers with them."""
    about = conversations_about(orders, viewer=viewer)
    return [order_shape(order, about.get(order.pk, [])) for order in orders]


def order_shape(order: Order, conversations: list[int]) -> OrderShape:
    customer = order.customer
    return OrderShape(
        id=order.pk,
        number=order.number,
        source=order.source,
        external_id=order.external_id,
        customer=Named(id=customer.pk, name=customer.display_name) if customer else None,
        placed_at=order.placed_at,
        status=order.status,
        total=said_money(order.total, order.currency),
        refunded=said_money(order.refunded, order.currency),
        channel=order.channel,
        url=order.url,
        lines=[_line_shape(line, order.currency) for line in order.lines.all()],
        refunds=[refund_shape(refund, order.currency) for refund in order.refunds.all()],
        conversations=conversations,
        created_at=order.created_at,
        changed_at=order.changed_at,
    )


def _line_shape(line: OrderLine, currency: str) -> OrderLineShape:
    return OrderLineShape(
        title=line.title,
        sku=line.sku,
        product=line.product_id,
        quantity=float(line.quantity),
        unit_price=money_shape(line.unit_price, currency),
    )


def refund_shape(refund: Refund, currency: str) -> RefundShape:
    return RefundShape(
        id=refund.pk,
        external_id=refund.external_id,
        amount=said_money(refund.amount, currency),
        reason=refund.reason,
        at=refund.at,
    )


def new_order(body: NewOrder, *, at: str = "body") -> OrderSaid:
    """Raises Invalid."""
    lines = body.lines or []
    total = body.total
    if total is None and not (lines and all(line.unit_price for line in lines)):
        raise Invalid.at(f"{at}.total", "Say the total, or the unit price of every line.")
    currency = total.currency if total else next(line.unit_price.currency for line in lines if line.unit_price)
    said = lines_said(lines, currency, at=at)
    who = buyer(body.customer, at=f"{at}.customer")
    if not who.is_said:
        raise Invalid.at(f"{at}.customer", "Say who bought: an id, an email, a phone or an account.")
    amount = minor_units(total, at=f"{at}.total") if total else sum(_worth(line) for line in said)
    return OrderSaid(
        external_id=body.external_id or body.number,
        number=body.number,
        placed_at=body.placed_at or clock.now(),
        status=body.status or "paid",
        total=amount,
        currency=currency,
        changed_at=body.changed_at or clock.now(),
        buyer=who,
        channel=body.channel or "",
        url=body.url or "",
        lines=said if body.lines is not None else None,
    )


def changed_order(order: Order, body: OrderChanges) -> OrderSaid:
    """What is known of it, with what is different. Raises Invalid."""
    currency = body.total.currency if body.total else order.currency
    return OrderSaid(
        external_id=order.external_id,
        number=body.number or order.number,
        placed_at=body.placed_at or order.placed_at,
        status=body.status or order.status,
        total=minor_units(body.total, at="body.total") if body.total else order.total,
        currency=currency,
        changed_at=max(clock.now(), order.changed_at),
        buyer=buyer(body.customer),
        channel=body.channel or "",
        url=body.url or "",
        payment=order.payment,
        lines=lines_said(body.lines, currency) if body.lines is not None else None,
    )


def lines_said(lines: list[LineSaidByApi], currency: str, *, at: str = "body") -> list[LineSaid]:
    found = []
    for place, line in enumerate(lines):
        price = None
        if line.unit_price:
            if line.unit_price.currency != currency:
                raise Invalid.at(f"{at}.lines.{place}.unit_price", f"The order is in {currency}: its lines are too.")
            price = minor_units(line.unit_price, at=f"{at}.lines.{place}.unit_price")
        found.append(LineSaid(line.title, line.sku, Decimal(str(round(line.quantity, 3))), price))
    return found


def _worth(line: LineSaid) -> int:
    return round(line.quantity * (line.unit_price or 0))
