"""Shops as they really call: the body as it is, signed by each shop's own rule."""

import base64
import hashlib
import hmac
import json
from pathlib import Path

DELIVERIES = Path(__file__).parent / "deliveries"
SECRET = "hush-4711"
TOPICS = {
    "shopify_orders_create": "orders/create",
    "shopify_refunds_create": "refunds/create",
    "shopify_products_update": "products/update",
    "shopify_customers_create": "customers/create",
    "woocommerce_order_created": "order.created",
    "woocommerce_subscription_updated": "subscription.updated",
}


def body_of(name, **changed):
    """A delivery file; `changed` replaces fields of it, those of a Stripe event in its object."""
    said = json.loads((DELIVERIES / f"{name}.json").read_text())
    if "data" in said and isinstance(said["data"], dict):
        said |= {field: changed.pop(field) for field in ("created", "type") if field in changed}
        said["data"]["object"] |= changed
    else:
        said |= changed
    return json.dumps(said, ensure_ascii=False).encode()


def signed(kind, body, *, topic="", event="", at=0, secret=SECRET):
    """The headers with which this kind of shop sends these bytes."""
    digest = hmac.new(secret.encode(), body, hashlib.sha256).digest()
    if kind == "shopify":
        return {
            "X-Shopify-Hmac-Sha256": base64.b64encode(digest).decode(),
            "X-Shopify-Topic": topic,
            "X-Shopify-Webhook-Id": event or hashlib.sha256(body).hexdigest()[:32],
            "X-Shopify-Triggered-At": "2026-03-01T09:00:05.123456789Z",
            "X-Shopify-API-Version": "2025-01",
        }
    if kind == "woocommerce":
        return {
            "X-WC-Webhook-Signature": base64.b64encode(digest).decode(),
            "X-WC-Webhook-Topic": topic,
            "X-WC-Webhook-Delivery-ID": event or hashlib.sha256(body).hexdigest()[:32],
        }
    said = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return {"Stripe-Signature": f"t={at},v1={said},v0=6ffbb59b2300aae63f272406069a9788598b792a944a07aba816edb039989a39"}
