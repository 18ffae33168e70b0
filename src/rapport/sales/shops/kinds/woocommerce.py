"""WooCommerce, by the webhooks of its REST API, version 3 (WooCommerce 9), and those of WooCommerce Subscriptions.

https://woocommerce.github.io/woocommerce-rest-api-docs/#webhooks
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rapport.kit.text import one_line
from rapport.sales.shops.reading import Said
from rapport.sales.shops.seam import CannotRead, Ignored, News, NotSigned, ShopKind, Signed, digest, is_base64_of
from rapport.sales.types import Buyer, CustomerSaid, LineSaid, OrderSaid, ProductSaid, RefundSaid, SubscriptionSaid

_PING = re.compile(rb"webhook_id=\d+")
_TAG = re.compile(r"<[^>]*>")
_STATUS = {
    "processing": "paid",
    "completed": "paid",
    "refunded": "refunded",
    "cancelled": "cancelled",
    "failed": "cancelled",
    "trash": "cancelled",
}
# Somebody who leaves at the end of what they paid for is there until then.
_STANDING = {
    "active": "active",
    "pending-cancel": "active",
    "on-hold": "past_due",
    "cancelled": "cancelled",
    "expired": "cancelled",
    "switched": "cancelled",
}
_READ = ("created", "updated", "restored")


class WooCommerce(ShopKind):
    name, label, icon = "woocommerce", "WooCommerce", "cart"
    topics = ("order.created", "order.updated", "product.created", "product.updated",
              "customer.created", "customer.updated", "subscription.created", "subscription.updated")  # fmt: skip
    secret_label = gettext_lazy("Secret")
    steps = (
        gettext_lazy("In WordPress open WooCommerce, Settings, Advanced, Webhooks."),
        gettext_lazy("Choose a long secret, and enter the same one in every webhook and in the field here."),
        gettext_lazy("Add an active webhook for each of the events, with the address that you get here."),
    )

    def is_greeting(self, headers: Mapping[str, str], body: bytes) -> bool:
        """A webhook that is saved calls its address first; unless that says yes it is not saved."""
        return _PING.fullmatch(body) is not None

    def verify(self, headers: Mapping[str, str], body: bytes, secret: str, *, now: datetime) -> Signed:
        if not is_base64_of(headers.get("X-WC-Webhook-Signature", ""), digest(secret, body)):
            raise NotSigned(_("The signature of WooCommerce is missing or wrong."))
        return Signed(headers.get("X-WC-Webhook-Delivery-ID", ""), headers.get("X-WC-Webhook-Topic", ""))

    def read(self, body: bytes, topic: str, *, link: str) -> Sequence[News]:
        said = Said.of(body)
        noun, _dot, verb = topic.partition(".")
        if verb in _READ and noun == "order":
            return [_order(said, link)]
        if verb in _READ and noun == "product":
            return [_product(said)]
        if verb in _READ and noun == "customer":
            return [CustomerSaid(_buyer(said, said.text("id", needed=True)))]
        if noun == "subscription" and verb in (*_READ, "switched"):
            return [_subscription(said)]
        raise Ignored(_("Nothing of %(topic)s is written down here.") % {"topic": topic or "?"})


def _order(said: Said, link: str) -> OrderSaid:
    name, currency = said.text("id", needed=True), said.currency("currency")
    changed_at = said.needed_moment("date_modified_gmt", "date_created_gmt")
    return OrderSaid(
        external_id=name,
        number=said.text("number") or name,
        placed_at=said.needed_moment("date_created_gmt", "date_modified_gmt"),
        status=_STATUS.get(said.text("status", needed=True), "pending"),
        total=said.money("total", currency),
        currency=currency,
        changed_at=changed_at,
        buyer=_buyer(said, said.text("customer_id")),
        channel=said.text("created_via"),
        url=f"{link}/wp-admin/admin.php?page=wc-orders&action=edit&id={name}" if link else "",
        lines=[
            LineSaid(
                title=line.text("name"),
                sku=line.text("sku"),
                quantity=line.number("quantity"),
                unit_price=line.money("price", currency) if line.has("price") else None,
            )
            for line in said.each("line_items")
        ],
        refunds=[
            RefundSaid(
                amount=abs(back.money("total", currency)),
                at=changed_at,
                external_id=back.text("id", needed=True),
                reason=back.text("reason"),
            )
            for back in said.each("refunds")
        ],
    )


def _buyer(said: Said, number: str) -> Buyer:
    """A guest's number is 0, and then what they wrote into the form is all there is."""
    invoiced = said.inside("billing")
    name = f"{said.text('first_name')} {said.text('last_name')}".strip()
    return Buyer(
        handle=number if number != "0" else "",
        email=said.text("email") or invoiced.text("email"),
        phone=invoiced.text("phone"),
        name=name or f"{invoiced.text('first_name')} {invoiced.text('last_name')}".strip(),
    )


def _product(said: Said) -> ProductSaid:
    return ProductSaid(
        sku=said.text("sku") or said.text("id", needed=True),
        name=said.text("name"),
        description=one_line(_TAG.sub(" ", said.text("short_description") or said.text("description")))[:2_000],
        kind=next((each.text("name") for each in said.each("categories")), ""),
        major_price=said.number("price") if said.has("price") else None,
        url=said.text("permalink") or None,
        is_active=said.text("status") == "publish",
    )


def _subscription(said: Said) -> SubscriptionSaid:
    status = said.text("status", needed=True)
    if status not in _STANDING:
        raise Ignored(_("A subscription that has not begun yet is not written down."))
    interval = said.text("billing_period", needed=True)
    if interval not in ("day", "week", "month", "year"):
        raise CannotRead(_("“%(value)s” is no interval of a subscription.") % {"value": interval})
    currency = said.currency("currency")
    changed_at = said.needed_moment("date_modified_gmt", "date_created_gmt")
    trial_ends = said.moment("trial_end_date_gmt")
    standing = _STANDING[status]
    on_trial = standing == "active" and trial_ends is not None and trial_ends > changed_at
    first = next(said.each("line_items"), Said({}))
    return SubscriptionSaid(
        external_id=said.text("id", needed=True),
        status="trial" if on_trial else standing,
        amount=said.money("total", currency),
        currency=currency,
        interval=interval,
        interval_count=max(1, min(said.whole("billing_interval"), 1_000)),
        started_at=said.needed_moment("start_date_gmt", "date_created_gmt"),
        changed_at=changed_at,
        buyer=_buyer(said, said.text("customer_id")),
        plan=first.text("name"),
        sku=first.text("sku"),
        current_period_end=said.moment("next_payment_date_gmt"),
        cancelled_at=said.moment("cancelled_date_gmt") or said.moment("end_date_gmt")
        if standing == "cancelled"
        else None,
    )
