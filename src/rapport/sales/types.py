"""What is said about sales, wherever it comes from: a shop, the API or a file. Amounts are whole minor units."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum


class Became(StrEnum):
    """What came of something that was said."""

    CREATED = "created"
    CHANGED = "changed"
    SAME = "same"
    # Something newer is known already.
    OLDER = "older"


@dataclass(frozen=True, slots=True)
class Buyer:
    """Who buys, by whatever is said of them; the first that somebody is known by counts.

    `customer` is an id of ours, `handle` what one provider calls them, such as shopify:115310627314723954.
    """

    customer: int = 0
    account: str = ""
    handle: str = ""
    email: str = ""
    phone: str = ""
    name: str = ""

    @property
    def is_said(self) -> bool:
        return bool(self.customer or self.account or self.handle or self.email or self.phone)


@dataclass(frozen=True, slots=True)
class LineSaid:
    title: str = ""
    sku: str = ""
    quantity: Decimal = Decimal(1)
    unit_price: int | None = None


@dataclass(frozen=True, slots=True)
class RefundSaid:
    """`order` is the order's name at its source, `payment` its payment: either will do where it comes alone."""

    amount: int
    at: datetime
    external_id: str = ""
    reason: str = ""
    order: str = ""
    payment: str = ""
    currency: str = ""


@dataclass(frozen=True, slots=True)
class OrderSaid:
    """The whole of an order. `lines` and `refunds` of None leave what is known of them as it is."""

    external_id: str
    number: str
    placed_at: datetime
    status: str
    total: int
    currency: str
    changed_at: datetime
    buyer: Buyer = Buyer()
    channel: str = ""
    url: str = ""
    payment: str = ""
    lines: Sequence[LineSaid] | None = None
    refunds: Sequence[RefundSaid] | None = None


@dataclass(frozen=True, slots=True)
class SubscriptionSaid:
    external_id: str
    status: str
    amount: int
    currency: str
    interval: str
    started_at: datetime
    changed_at: datetime
    buyer: Buyer = Buyer()
    plan: str = ""
    sku: str = ""
    interval_count: int = 1
    current_period_end: datetime | None = None
    cancelled_at: datetime | None = None
    cancel_reason: str = ""


@dataclass(frozen=True, slots=True)
class ProductSaid:
    """None leaves what is known as it is. `major_price` is for shops that do not say in which currency they sell."""

    sku: str
    name: str | None = None
    description: str | None = None
    kind: str | None = None
    price: int | None = None
    currency: str = ""
    major_price: Decimal | None = None
    url: str | None = None
    is_active: bool | None = None


@dataclass(frozen=True, slots=True)
class CustomerSaid:
    """A shop knows somebody."""

    buyer: Buyer


@dataclass(frozen=True, slots=True)
class PaymentSaid:
    """An order was paid by this payment, by which refunds may name it."""

    order: str
    payment: str
