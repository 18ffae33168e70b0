"""What shops push is signed, kept as it came, and recorded once, whatever comes twice or in another order."""

import time

import pytest
from django.test import Client

from rapport.backbone.jobs import run_pending
from rapport.customers.models import Customer, Identity
from rapport.sales.models import Order, Product, Shop, ShopDelivery, Subscription
from rapport.sales.shops import connecting
from rapport.sales.shops.receiving import forget_old, wake
from rapport.sales.shops.seam import kinds
from rapport.sales.tests.shopping import SECRET, TOPICS, body_of, signed

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop():
    """Connect one: `shop("shopify")`."""

    def connected(kind):
        return connecting.connect(kinds()[kind], name=kind, url="https://lampwright.example/", secret=SECRET)

    return connected


@pytest.fixture
def push():
    """The shop sends one of its files, or bytes; what it says is read at once."""

    def pushed(shop, said, *, topic=None, event="", at=None, secret=SECRET, run=True, **changed):
        body = said if isinstance(said, bytes) else body_of(said, **changed)
        topic = topic if topic is not None else TOPICS.get(said, "") if isinstance(said, str) else ""
        at = int(time.time()) if at is None else at
        headers = signed(shop.kind, body, topic=topic, event=event, at=at, secret=secret)
        path = f"/in/shops/{shop.kind}/{shop.key}/"
        answer = Client().post(path, body, content_type="application/json", headers=headers)
        if run:
            run_pending()
        return answer

    return pushed


def states():
    return list(ShopDelivery.objects.order_by("id").values_list("state", flat=True))


def test_a_shopify_order_comes_in(shop, push, kim):
    there = shop("shopify")
    assert push(there, "shopify_orders_create").status_code == 200
    order = Order.objects.get()
    assert (order.number, str(order.money), order.status, order.customer) == ("#1042", "€219.90", "paid", kim)
    assert order.url == "https://lampwright.example/admin/orders/820982911946154508"
    told = [(line.title, line.sku, line.quantity, line.unit_price) for line in order.lines.all()]
    assert told == [("Desk lamp - Brass", "LW-DESK-02", 2, 9_995), ("Bulb E27, warm", "", 1, 2_000)]
    assert Identity.objects.filter(customer=kim, value="shopify:115310627314723954").exists()
    assert states() == ["done"]
    there.refresh_from_db()
    assert there.heard_at is not None


def test_an_unsigned_one_is_refused_and_nothing_is_kept(shop, push):
    there = shop("shopify")
    assert push(there, "shopify_orders_create", secret="guess").status_code == 401
    body = body_of("shopify_orders_create")
    path = f"/in/shops/shopify/{there.key}/"
    assert Client().post(path, body, content_type="application/json").status_code == 401
    tampered = signed("shopify", body, topic="orders/create")
    assert Client().post(path, body + b" ", content_type="application/json", headers=tampered).status_code == 401
    assert Client().post("/in/shops/shopify/other/", body, content_type="application/json").status_code == 404
    assert Client().post(f"/in/shops/stripe/{there.key}/", body, content_type="application/json").status_code == 404
    assert Client().get(path).status_code == 405
    assert not ShopDelivery.objects.exists()


def test_without_a_secret_nobody_can_sign(push):
    there = connecting.connect(kinds()["shopify"], name="Shop", url="", secret="")
    assert push(there, "shopify_orders_create", secret="").status_code == 401
    assert not ShopDelivery.objects.exists()


def test_a_delivery_that_comes_twice_has_one_effect(shop, push, kim):
    there = shop("shopify")
    push(there, "shopify_orders_create", event="one")
    assert push(there, "shopify_orders_create", event="one").status_code == 200
    assert states() == ["done"]
    push(there, "shopify_orders_create", event="two")
    assert states() == ["done", "same"]
    assert Order.objects.count() == 1


def test_an_older_word_that_comes_late_changes_nothing(shop, push, kim):
    there = shop("shopify")
    newer = {"updated_at": "2026-03-02T10:00:00+01:00", "cancelled_at": "2026-03-02T10:00:00+01:00"}
    push(there, "shopify_orders_create", topic="orders/cancelled", **newer)
    push(there, "shopify_orders_create")
    assert states() == ["done", "older"]
    assert Order.objects.get().status == "cancelled"


def test_a_refund_that_comes_before_its_order_waits_for_it(shop, push, kim):
    there = shop("shopify")
    push(there, "shopify_refunds_create")
    assert states() == ["waiting"]
    push(there, "shopify_orders_create")
    assert states() == ["done", "done"]
    order = Order.objects.get()
    assert (order.status, order.refunded) == ("partly_refunded", 9_995)
    assert order.refunds.get().reason == "Scratched in transit"


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        (b"not json", "This is no JSON."),
        (b"[1]", "This is no JSON object."),
        (b"\xff\xfe{}", "This is no JSON."),
        (b"{}", "“id” is missing."),
        (body_of("shopify_orders_create", total_price="much"), "“much” is no amount."),
        (body_of("shopify_orders_create", currency="EURO"), "is no currency"),
        (body_of("shopify_orders_create", processed_at="yesterday"), "nothing that “processed_at” may be"),
        (body_of("shopify_orders_create", line_items=[{"quantity": [1]}]), "line_items.0"),
        (body_of("shopify_orders_create", customer="Kim"), "customer"),
        (body_of("shopify_orders_create", total_price="NaN"), "no amount"),
        (b"[" * 100_000, "This is no JSON."),
    ],
)
def test_what_cannot_be_read_is_set_aside_with_a_sentence(shop, push, said, sentence):
    answer = push(shop("shopify"), said, topic="orders/create")
    assert answer.status_code == 200
    kept = ShopDelivery.objects.get()
    assert (kept.state, bytes(kept.body)) == ("quarantined", said)
    assert sentence in kept.sentence
    assert not Order.objects.exists()


def test_a_topic_of_no_interest_is_kept_and_ignored(shop, push):
    assert push(shop("shopify"), b'{"id": 1}', topic="themes/publish").status_code == 200
    assert states() == ["ignored"]


def test_products_and_customers_come_in(shop, push, kim):
    there = shop("shopify")
    push(there, "shopify_orders_create")
    push(there, "shopify_products_update")
    brass, black = Product.objects.order_by("sku")
    assert (brass.name, str(brass.money), black.sku) == ("Desk lamp, Brass", "€99.95", "LW-DESK-03")
    push(there, "shopify_customers_create")
    lee = Customer.objects.get(email="lee@mail.example")
    assert (lee.name, lee.phone, lee.identities.count()) == ("Lee Wong", "+4930231251000", 3)


def test_woocommerce_looks_first_and_then_tells(shop, push, kim):
    there = shop("woocommerce")
    path = f"/in/shops/woocommerce/{there.key}/"
    ping = Client().post(path, "webhook_id=12", content_type="application/x-www-form-urlencoded")
    assert ping.status_code == 200
    assert not ShopDelivery.objects.exists()
    push(there, "woocommerce_order_created")
    order = Order.objects.get()
    assert (order.customer, order.status, order.total, order.refunded) == (kim, "partly_refunded", 2_935, 1_000)
    assert order.url == "https://lampwright.example/wp-admin/admin.php?page=wc-orders&action=edit&id=727"
    push(there, "woocommerce_subscription_updated")
    held = Subscription.objects.get()
    assert (held.customer, held.plan, held.status, held.amount) == (kim, "Lamp of the month", "cancelled", 1_900)
    assert [change.kind for change in held.changes.all()] == ["started", "cancelled"]
    assert states() == ["done", "done"]


def test_stripe_tells_of_a_subscription_an_invoice_and_a_refund(shop, push, kim):
    there = shop("stripe")
    # In no order at all: the refund before its invoice, the subscription before its customer.
    for name in ("stripe_charge_refunded", "stripe_subscription_created", "stripe_customer_created"):
        push(there, name)
    push(there, "stripe_invoice_paid")
    assert states() == ["done", "done", "done", "done"]
    order, held = Order.objects.get(), Subscription.objects.get()
    assert (order.customer, order.number, order.total, order.refunded) == (kim, "LW-0001", 1_900, 500)
    assert order.url == "https://dashboard.stripe.com/invoices/in_1042"
    assert (held.customer, held.status, held.amount, held.plan) == (kim, "trial", 3_800, "Studio")
    later = {
        "created": 1772442000,
        "status": "canceled",
        "canceled_at": 1772442000,
        "type": "customer.subscription.deleted",
    }
    push(there, body_of("stripe_subscription_created", **later).replace(b"evt_1sub", b"evt_2sub"))
    held.refresh_from_db()
    assert held.status == "cancelled"


def test_stripe_names_the_payment_later_in_newer_versions(shop, push, kim):
    there = shop("stripe")
    push(there, "stripe_invoice_paid", charge=None, payment_intent=None)
    push(there, "stripe_charge_refunded", invoice=None, payment_intent="pi_basil")
    assert states() == ["done", "waiting"]
    push(there, "stripe_invoice_payment_paid")
    assert states() == ["done"] * 3
    assert Order.objects.get().refunded == 500


def test_a_stripe_signature_grows_old(shop, push):
    there = shop("stripe")
    now = int(time.time())
    assert push(there, "stripe_customer_created", at=now - 301).status_code == 401
    assert push(there, "stripe_customer_created", at=now + 400).status_code == 401
    assert push(there, "stripe_customer_created", at=now - 200).status_code == 200
    assert ShopDelivery.objects.get().event_id == "evt_1customer"


@pytest.mark.parametrize(
    ("currency", "said", "minor"),
    [("jpy", 1900, 1900), ("isk", 190000, 1900), ("kwd", 1900, 1900), ("ugx", 190000, 1900)],
)
def test_stripes_smallest_units_are_not_everybodys(shop, push, kim, currency, said, minor):
    lines = {"data": []}
    push(shop("stripe"), "stripe_invoice_paid", currency=currency, amount_paid=said, lines=lines)
    assert Order.objects.get().total == minor


def test_the_second_shop_of_a_kind_has_numbers_of_its_own(shop, push, kim):
    one, other = shop("woocommerce"), shop("woocommerce")
    push(one, "woocommerce_order_created")
    push(other, "woocommerce_order_created")
    assert sorted(Order.objects.values_list("source", flat=True)) == ["woocommerce", "woocommerce-2"]


def test_the_secret_is_encrypted_and_the_rest_stays_when_a_shop_goes(shop, push, kim, django_db_blocker):
    from django.db import connection

    there = shop("shopify")
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM sales_shop")
        assert SECRET not in cursor.fetchone()[0]
    push(there, "shopify_orders_create")
    connecting.disconnect(there)
    assert (Shop.objects.count(), ShopDelivery.objects.count(), Order.objects.count()) == (0, 0, 1)


def test_what_a_lost_job_left_is_read_and_what_is_old_is_forgotten(shop, push, kim):
    from datetime import timedelta

    from django_tasks_db.models import DBTaskResult

    push(shop("shopify"), "shopify_orders_create", run=False)
    DBTaskResult.objects.all().delete()
    kept = ShopDelivery.objects.get()
    assert wake() == 0
    ShopDelivery.objects.update(came_at=kept.came_at - timedelta(minutes=3))
    assert wake() == 1
    run_pending()
    assert Order.objects.count() == 1
    ShopDelivery.objects.update(came_at=kept.came_at - timedelta(days=91))
    assert forget_old() == 1
