"""What a kind of shop has to bring: whether a delivery is signed, and what it says.

class Bazaar(ShopKind):
    name, label, icon = "bazaar", "Bazaar", "store"
    topics = ("order.made",)

    def verify(self, headers, body, secret, *, now):
        return Signed(event_id=headers["X-Bazaar-Id"], topic=headers["X-Bazaar-Topic"])

    def read(self, body, topic, *, link):
        return [OrderSaid(...)]

`read` is pure: bytes to typed news, with no database, network or clock. A kind is named in `kinds()` and nowhere else.
"""

import base64
import hashlib
import hmac
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.module_loading import import_string

from rapport.sales.types import CustomerSaid, OrderSaid, PaymentSaid, ProductSaid, RefundSaid, SubscriptionSaid

News = OrderSaid | RefundSaid | PaymentSaid | ProductSaid | SubscriptionSaid | CustomerSaid

_KINDS = (
    "rapport.sales.shops.kinds.shopify.Shopify",
    "rapport.sales.shops.kinds.woocommerce.WooCommerce",
    "rapport.sales.shops.kinds.stripe.Stripe",
)


class ShopError(Exception):
    """Its text is shown to people, so it is a whole, translated sentence.

    ShopError
    ├── NotSigned    it does not come from the shop: nothing is kept
    ├── CannotRead   it is not what this shop sends: it is kept aside, and somebody looks at it
    └── Ignored      it is right, and there is nothing in it to write down
    """


class NotSigned(ShopError):
    pass


class CannotRead(ShopError):
    pass


class Ignored(ShopError):
    pass


@dataclass(frozen=True, slots=True)
class Signed:
    """A delivery that comes from the shop. One that comes twice has the same `event_id`; "" where none is told."""

    event_id: str = ""
    topic: str = ""
    sent_at: datetime | None = None


class ShopKind(ABC):
    name: ClassVar[str]
    label: ClassVar[str]
    icon: ClassVar[str] = "box"
    # What is to be ticked there.
    topics: ClassVar[Sequence[str]]
    secret_label: ClassVar[str | Promise]
    # What to do there, one sentence a step.
    steps: ClassVar[Sequence[str | Promise]]

    def is_greeting(self, headers: Mapping[str, str], body: bytes) -> bool:
        """Whether the shop only looks if anybody is there: unsigned, answered with a yes, nothing is kept."""
        return False

    @abstractmethod
    def verify(self, headers: Mapping[str, str], body: bytes, secret: str, *, now: datetime) -> Signed:
        """Over the bytes as they came. Raises NotSigned."""

    @abstractmethod
    def read(self, body: bytes, topic: str, *, link: str) -> Sequence[News]:
        """What it says; `link` is the address of the shop, without a slash at its end. Raises CannotRead, Ignored."""


@cache
def kinds() -> Mapping[str, ShopKind]:
    found: list[ShopKind] = [import_string(path)() for path in _KINDS]
    return {kind.name: kind for kind in found}


def digest(secret: str, body: bytes) -> bytes:
    return hmac.new(secret.encode(), body, hashlib.sha256).digest()


def is_base64_of(said: str, expected: bytes) -> bool:
    """Compared in constant time."""
    return hmac.compare_digest(said.strip().encode(), base64.b64encode(expected))
