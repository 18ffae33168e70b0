"""What happens in sales, as other rooms hear it. Amounts are whole minor units of `currency`."""

from dataclasses import dataclass

from rapport.backbone.events import Announcement


@dataclass(frozen=True)
class OrderPlaced(Announcement):
    """An order is new here. Whole files of old orders are told of as `SalesImported` alone."""

    order: int
    customer: int | None
    number: str
    status: str
    total: int
    currency: str
    source: str
    by: int | None


@dataclass(frozen=True)
class OrderChanged(Announcement):
    """Something of an order is different now; `fields` names what, comma separated."""

    order: int
    customer: int | None
    fields: str
    status: str
    by: int | None


@dataclass(frozen=True)
class OrderRefunded(Announcement):
    order: int
    customer: int | None
    refund: int
    amount: int
    currency: str
    by: int | None


@dataclass(frozen=True)
class SubscriptionStarted(Announcement):
    subscription: int
    customer: int
    plan: str
    status: str
    amount: int
    currency: str
    by: int | None


@dataclass(frozen=True)
class SubscriptionChanged(Announcement):
    """`change` is the id of what was written down, `kind` its word: upgraded, paused and so on."""

    subscription: int
    customer: int
    change: int
    kind: str
    status: str
    by: int | None


@dataclass(frozen=True)
class SubscriptionCancelled(Announcement):
    subscription: int
    customer: int
    reason: str
    by: int | None


@dataclass(frozen=True)
class ProductChanged(Announcement):
    """A product is new, or something of it is different."""

    product: int
    fields: str
    by: int | None


@dataclass(frozen=True)
class SalesImported(Announcement):
    """Rows of a file were written: `kind` is products, orders or subscriptions."""

    kind: str
    created: int
    changed: int
    by: int | None
