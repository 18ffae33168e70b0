"""Stripe, by its events, version 2024-06-20 and, where fields moved, 2025-03-31.basil.

https://docs.stripe.com/webhooks#verify-manually, https://docs.stripe.com/api/events,
https://docs.stripe.com/currencies#zero-decimal
"""

import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rapport.kit.money import Money, NotMoney
from rapport.sales.shops.reading import Said
from rapport.sales.shops.seam import CannotRead, Ignored, News, NotSigned, ShopKind, Signed, digest
from rapport.sales.types import (
    Buyer,
    CustomerSaid,
    LineSaid,
    OrderSaid,
    PaymentSaid,
    ProductSaid,
    RefundSaid,
    SubscriptionSaid,
)

TOLERANCE = timedelta(minutes=5)
_DASHBOARD = "https://dashboard.stripe.com"
# Stripe's decimals are not those of ISO 4217 and CLDR everywhere: the rest, UGX and ISK too, are sent in hundredths.
_WHOLE = frozenset("BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF".split())
_THOUSANDTHS = frozenset("BHD JOD KWD OMR TND".split())
_STANDING = {
    "trialing": "trial",
    "active": "active",
    "past_due": "past_due",
    "unpaid": "past_due",
    "paused": "paused",
    "canceled": "cancelled",
    "incomplete_expired": "cancelled",
}


class Stripe(ShopKind):
    name, label, icon = "stripe", "Stripe", "card"
    topics = ("invoice.paid", "invoice_payment.paid", "checkout.session.completed", "charge.refunded",
              "customer.created", "customer.updated", "product.created", "product.updated",
              "customer.subscription.created", "customer.subscription.updated",
              "customer.subscription.deleted")  # fmt: skip
    secret_label = gettext_lazy("Signing secret (whsec_…)")
    steps = (
        gettext_lazy("In Stripe open Developers, Webhooks, and add an endpoint with the address that you get here."),
        gettext_lazy("Choose the events that are listed here."),
        gettext_lazy("Copy the signing secret of the endpoint into the field here."),
    )

    def verify(self, headers: Mapping[str, str], body: bytes, secret: str, *, now: datetime) -> Signed:
        told: dict[str, list[str]] = {}
        for part in headers.get("Stripe-Signature", "").split(","):
            name, _equals, value = part.strip().partition("=")
            told.setdefault(name, []).append(value)
        at = told.get("t", [""])[0]
        expected = digest(secret, f"{at}.".encode() + body).hex()
        # While a secret is rolled there is a signature by each.
        if not any(hmac.compare_digest(value.encode(), expected.encode()) for value in told.get("v1", ())):
            raise NotSigned(_("The signature of Stripe is missing or wrong."))
        if not re.fullmatch(r"\d{1,11}", at) or abs(now - datetime.fromtimestamp(int(at), UTC)) > TOLERANCE:
            raise NotSigned(_("This was signed more than five minutes ago, or the clock here is wrong."))
        try:
            said = Said.of(body)
            return Signed(said.text("id"), said.text("type"), said.seconds("created"))
        except CannotRead:
            return Signed()

    def read(self, body: bytes, topic: str, *, link: str) -> Sequence[News]:
        event = Said.of(body)
        at = event.needed_seconds("created")
        thing = event.inside("data").inside("object")
        where = _DASHBOARD if event.truth("livemode") else f"{_DASHBOARD}/test"
        match event.text("type", needed=True):
            case "invoice.paid":
                return [_invoice(thing, at, where)]
            case "invoice_payment.paid":
                return [PaymentSaid(thing.text("invoice", needed=True), _paid_by(thing.inside("payment")))]
            case "checkout.session.completed":
                return [_checkout(thing, at, where)]
            case "charge.refunded":
                before = event.inside("data").inside("previous_attributes")
                return _refunds(thing, at, before.whole("amount_refunded"))
            case "customer.created" | "customer.updated":
                return [CustomerSaid(_customer(thing))]
            case "product.created" | "product.updated":
                return [_product(thing)]
            case kind if kind.startswith("customer.subscription."):
                return [_subscription(thing, at)]
        raise Ignored(_("Nothing of %(topic)s is written down here.") % {"topic": topic})


def _minor(said: Said, name: str, currency: str) -> int:
    """Stripe's smallest unit as ours."""
    amount = Decimal(said.whole(name))
    places = 0 if currency in _WHOLE else 3 if currency in _THOUSANDTHS else 2
    try:
        return Money.of(amount.scaleb(-places), currency).minor
    except NotMoney as error:
        raise CannotRead(str(error)) from error


def _invoice(said: Said, at: datetime, where: str) -> OrderSaid:
    name, currency = said.text("id", needed=True), said.currency("currency")
    total = _minor(said, "amount_paid", currency)
    if not total:
        raise Ignored(_("Nothing was paid by this invoice, as at the beginning of a trial."))
    return OrderSaid(
        external_id=name,
        number=said.text("number") or name,
        placed_at=said.inside("status_transitions").seconds("paid_at") or said.seconds("created") or at,
        status="paid",
        total=total,
        currency=currency,
        changed_at=at,
        buyer=Buyer(
            handle=said.text("customer"),
            email=said.text("customer_email"),
            phone=said.text("customer_phone"),
            name=said.text("customer_name"),
        ),
        channel=said.text("billing_reason"),
        url=f"{where}/invoices/{name}",
        payment=_text(said, "payment_intent") or _text(said, "charge"),
        lines=[_line(line, currency) for line in said.inside("lines").each("data")],
    )


def _line(said: Said, currency: str) -> LineSaid:
    quantity = said.number("quantity")
    amount = _minor(said, "amount", currency)
    moved = said.inside("pricing").inside("price_details")
    return LineSaid(
        title=said.text("description"),
        sku=_text(moved, "product") or _product_of(said),
        quantity=quantity,
        unit_price=round(amount / quantity) if quantity else amount,
    )


def _product_of(said: Said) -> str:
    return _text(said.inside("price"), "product") or _text(said.inside("plan"), "product")


def _text(said: Said, name: str) -> str:
    """An id, or the object with it where it was expanded."""
    try:
        return said.text(name)
    except CannotRead:
        return said.inside(name).text("id")


def _checkout(said: Said, at: datetime, where: str) -> OrderSaid:
    """What was bought at once; with an invoice that is the order, and with a subscription there is one."""
    name = said.text("id", needed=True)
    if said.text("mode") != "payment" or said.has("invoice"):
        raise Ignored(_("This is written down by its invoice."))
    currency, who = said.currency("currency"), said.inside("customer_details")
    payment = _text(said, "payment_intent")
    return OrderSaid(
        external_id=name,
        number=said.text("client_reference_id") or payment or name,
        placed_at=said.seconds("created") or at,
        status="paid" if said.text("payment_status") in ("paid", "no_payment_required") else "pending",
        total=_minor(said, "amount_total", currency),
        currency=currency,
        changed_at=at,
        buyer=Buyer(
            handle=_text(said, "customer"),
            email=who.text("email") or said.text("customer_email"),
            phone=who.text("phone"),
            name=who.text("name"),
        ),
        channel="checkout",
        url=f"{where}/payments/{payment}" if payment else "",
        payment=payment,
    )


def _paid_by(said: Said) -> str:
    return _text(said, "payment_intent") or _text(said, "charge")


def _refunds(said: Said, at: datetime, before: int) -> list[RefundSaid]:
    """The refunds of a charge where they are listed, else what this one added to their sum."""
    currency, charge = said.currency("currency"), said.text("id", needed=True)
    whole = RefundSaid(
        amount=_minor(said, "amount_refunded", currency),
        at=at,
        order=_text(said, "invoice"),
        payment=_text(said, "payment_intent") or charge,
        currency=currency,
    )
    listed = list(said.inside("refunds").each("data"))
    if listed:
        return [
            replace(
                whole,
                amount=_minor(one, "amount", currency),
                at=one.seconds("created") or at,
                external_id=one.text("id", needed=True),
                reason=one.text("reason").replace("_", " "),
            )
            for one in listed
            if one.text("status") not in ("failed", "canceled")
        ]
    added = _minor(Said({"amount": said.whole("amount_refunded") - before}), "amount", currency)
    return [replace(whole, amount=added, external_id=f"{charge}:{said.whole('amount_refunded')}")]


def _customer(said: Said) -> Buyer:
    return Buyer(
        handle=said.text("id", needed=True), email=said.text("email"), phone=said.text("phone"), name=said.text("name")
    )


def _product(said: Said) -> ProductSaid:
    return ProductSaid(
        sku=said.text("id", needed=True),
        name=said.text("name"),
        description=said.text("description"),
        url=said.text("url") or None,
        is_active=said.truth("active", default=True),
    )


def _subscription(said: Said, at: datetime) -> SubscriptionSaid:
    status = said.text("status", needed=True)
    if status not in _STANDING:
        raise Ignored(_("A subscription that has not begun yet is not written down."))
    standing = "paused" if status == "active" and said.has("pause_collection") else _STANDING[status]
    currency = said.currency("currency")
    items = list(said.inside("items").each("data"))
    if not items:
        raise CannotRead(_("“%(name)s” is missing.") % {"name": "items.data"})
    first = items[0].inside("price") if items[0].has("price") else items[0].inside("plan")
    rhythm = first.inside("recurring") if first.has("recurring") else first
    ended, details = said.seconds("canceled_at") or said.seconds("ended_at"), said.inside("cancellation_details")
    return SubscriptionSaid(
        external_id=said.text("id", needed=True),
        status=standing,
        amount=sum(_item(item, currency) for item in items),
        currency=currency,
        interval=rhythm.text("interval", needed=True),
        interval_count=max(1, min(rhythm.whole("interval_count"), 1_000)),
        started_at=said.seconds("start_date") or said.needed_seconds("created"),
        changed_at=at,
        buyer=Buyer(handle=_text(said, "customer")),
        plan=first.text("nickname"),
        sku=_text(first, "product"),
        current_period_end=said.seconds("current_period_end") or items[0].seconds("current_period_end"),
        cancelled_at=(ended or at) if standing == "cancelled" else None,
        cancel_reason=details.text("comment") or details.text("feedback") or details.text("reason"),
    )


def _item(said: Said, currency: str) -> int:
    price = said.inside("price") if said.has("price") else said.inside("plan")
    name = "unit_amount" if price.has("unit_amount") else "amount"
    return round(_minor(price, name, currency) * said.number("quantity"))
