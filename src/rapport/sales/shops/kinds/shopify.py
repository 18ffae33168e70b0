"""Shopify, by the webhooks of its Admin REST resources, version 2025-01.

https://shopify.dev/docs/api/admin-rest/2025-01/resources/webhook
https://shopify.dev/docs/apps/build/webhooks/subscribe/https
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rapport.sales.shops.reading import Said
from rapport.sales.shops.seam import Ignored, News, NotSigned, ShopKind, Signed, digest, is_base64_of
from rapport.sales.types import Buyer, CustomerSaid, LineSaid, OrderSaid, ProductSaid, RefundSaid

_STATUS = {
    "paid": "paid",
    "partially_refunded": "partly_refunded",
    "refunded": "refunded",
    "voided": "cancelled",
}


class Shopify(ShopKind):
    name, label, icon = "shopify", "Shopify", "box"
    topics = (
        "orders/create",
        "orders/updated",
        "orders/cancelled",
        "refunds/create",
        "products/create",
        "products/update",
        "customers/create",
        "customers/update",
    )
    secret_label = gettext_lazy("Signing secret")
    steps = (
        gettext_lazy("In Shopify open Settings, Notifications, Webhooks."),
        gettext_lazy("Create a webhook for each of the events, in JSON, with the address that you get here."),
        gettext_lazy("Copy the secret below “Your webhooks will be signed with” into the field here."),
    )

    def verify(self, headers: Mapping[str, str], body: bytes, secret: str, *, now: datetime) -> Signed:
        if not is_base64_of(headers.get("X-Shopify-Hmac-Sha256", ""), digest(secret, body)):
            raise NotSigned(_("The signature of Shopify is missing or wrong."))
        # One delivery that is tried again keeps this; events of one change to two subscriptions share another.
        return Signed(
            headers.get("X-Shopify-Webhook-Id", ""),
            headers.get("X-Shopify-Topic", ""),
            _sent(headers.get("X-Shopify-Triggered-At", "")),
        )

    def read(self, body: bytes, topic: str, *, link: str) -> Sequence[News]:
        said = Said.of(body)
        noun, _slash, verb = topic.partition("/")
        if noun == "orders" and verb not in ("delete", "risk_assessment_changed"):
            return [_order(said, link)]
        if topic == "refunds/create":
            return [refund for refund in [_refund(said)] if refund.amount]
        if topic in ("products/create", "products/update"):
            return _products(said, link)
        if noun == "customers" and verb in ("create", "update", "enable"):
            return [CustomerSaid(_buyer(said))]
        if noun == "subscription_contracts":
            raise Ignored(_("Shopify does not say here what a subscription costs. Tell of it over the API."))
        raise Ignored(_("Nothing of %(topic)s is written down here.") % {"topic": topic or "?"})


def _order(said: Said, link: str) -> OrderSaid:
    name, currency = said.text("id", needed=True), said.currency("currency")
    return OrderSaid(
        external_id=name,
        number=said.text("name") or said.text("order_number") or name,
        placed_at=said.needed_moment("processed_at", "created_at"),
        status="cancelled" if said.has("cancelled_at") else _STATUS.get(said.text("financial_status"), "pending"),
        total=said.money("total_price", currency),
        currency=currency,
        changed_at=said.needed_moment("updated_at", "created_at"),
        buyer=_of_order(said),
        channel=said.text("source_name"),
        url=f"{link}/admin/orders/{name}" if link else "",
        lines=[
            LineSaid(
                title=line.text("name") or line.text("title"),
                sku=line.text("sku"),
                quantity=line.number("quantity"),
                unit_price=line.money("price", currency),
            )
            for line in said.each("line_items")
        ],
        refunds=[refund for each in said.each("refunds") if (refund := _refund(each, currency)).amount],
    )


def _of_order(said: Said) -> Buyer:
    """Addresses of the order itself before those of the account it was made with."""
    known, invoiced = said.inside("customer"), said.inside("billing_address")
    return Buyer(
        handle=known.text("id"),
        email=said.text("email") or said.text("contact_email") or known.text("email"),
        phone=said.text("phone") or known.text("phone") or invoiced.text("phone"),
        name=_name(known) or _name(invoiced),
    )


def _buyer(said: Said) -> Buyer:
    return Buyer(
        handle=said.text("id", needed=True), email=said.text("email"), phone=said.text("phone"), name=_name(said)
    )


def _name(said: Said) -> str:
    return f"{said.text('first_name')} {said.text('last_name')}".strip()


def _refund(said: Said, currency: str = "") -> RefundSaid:
    """What really went back: a refund may also only put things back on the shelf."""
    amount, found = 0, currency
    for paid in said.each("transactions"):
        if paid.text("kind") == "refund" and paid.text("status") == "success":
            found = currency or paid.currency("currency")
            amount += paid.money("amount", found)
    return RefundSaid(
        amount=amount,
        at=said.needed_moment("processed_at", "created_at"),
        external_id=said.text("id", needed=True),
        reason=said.text("note"),
        order=said.text("order_id", needed=not currency),
        currency=found,
    )


def _products(said: Said, link: str) -> list[ProductSaid]:
    """One for each variant: those have the article numbers. In which currency the prices are is not told."""
    title, handle = said.text("title", needed=True), said.text("handle")
    found = []
    for variant in said.each("variants"):
        own = variant.text("title")
        found.append(
            ProductSaid(
                sku=variant.text("sku") or variant.text("id", needed=True),
                name=title if own in ("", "Default Title") else f"{title}, {own}",
                kind=said.text("product_type"),
                major_price=variant.number("price") if variant.has("price") else None,
                url=f"{link}/products/{handle}" if link and handle else None,
                is_active=said.text("status") in ("", "active"),
            )
        )
    return found


def _sent(said: str) -> datetime | None:
    try:
        return datetime.fromisoformat(said).astimezone(UTC) if said else None
    except (ValueError, OverflowError):
        return None
