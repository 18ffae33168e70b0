"""The pages of sales as Ada sees them, and the settings of shops as Noor does."""

from datetime import timedelta

import pytest

from rapport.customers import timeline
from rapport.sales.models import Order, Product, Shop, ShopDelivery
from rapport.sales.orders.recording import record, record_all
from rapport.sales.orders.refunding import refund
from rapport.sales.shops.receiving import accept
from rapport.sales.shops.seam import Signed
from rapport.sales.subscriptions import recording as subscriptions
from rapport.sales.tests.saying import MARCH, lamp, order, subscription
from rapport.sales.tests.shopping import SECRET, body_of
from rapport.sales.types import Buyer, RefundSaid

pytestmark = pytest.mark.django_db


def text_of(answer):
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def test_ada_finds_an_order_by_its_number_status_and_customer(ada, kim, signed_in):
    record(order("1042", lines=[lamp()]), source="shopify", by=None)
    record(order("77", buyer=Buyer(account="LW-1", name="Lee Wong"), status="pending"), source="api", by=None)
    page = signed_in(ada)
    every = text_of(page.get("/orders/"))
    assert "#1042" in every
    assert "#77" in every
    assert "€219.90" in every
    for query in ({"q": "1042"}, {"q": "#1042"}, {"status": "paid"}, {"customer": kim.pk}):
        found = text_of(page.get("/orders/", query))
        assert ("#1042" in found, "#77" in found) == (True, False), query
    assert "No order found" in text_of(page.get("/orders/", {"q": "nothing"}))
    for odd in ({"customer": "x"}, {"customer": "9" * 30}, {"status": "<b>"}, {"after": "x"}, {"q": "\x00"}):
        text_of(page.get("/orders/", odd))


def test_the_list_goes_on_without_skipping(ada, signed_in, django_assert_max_num_queries):
    record_all([order(str(n), days=n, buyer=Buyer(account=f"A{n}")) for n in range(60)], source="csv", by=None)
    page = signed_in(ada)
    page.get("/orders/")
    with django_assert_max_num_queries(24):
        first = text_of(page.get("/orders/"))
    assert "#59<" in first
    assert "#9<" not in first
    more = first.split("after=")[1].split('"')[0]
    rest = text_of(page.get(f"/orders/?after={more}", headers={"HX-Request": "true"}))
    assert "#9<" in rest
    assert "<html" not in rest


def test_one_order_shows_its_lines_what_went_back_and_whose_it_is(ada, kim, signed_in):
    done = record(order(lines=[lamp()], url="https://shop.example/1042"), source="shopify", by=None)
    bought = Order.objects.get(pk=done.order)
    refund(bought, said=RefundSaid(1_990, MARCH + timedelta(3), reason="Scratched"), by=None)
    shown = text_of(signed_in(ada).get(f"/orders/{bought.pk}/"))
    for words in (
        "#1042",
        "Desk lamp",
        "LW-DESK-02",
        "€109.95",
        "€219.90",
        "€19.90",
        "€200.00",
        "Scratched",
        "Kim Park",
    ):
        assert words in shown, words
    assert 'href="https://shop.example/1042"' in shown
    assert signed_in(ada).get("/orders/99999999/").status_code == 404


def test_an_order_of_nobody_and_without_lines_has_a_page_too(ada, signed_in):
    done = record(order(buyer=Buyer()), source="shopify", by=None)
    assert "Nobody said who bought this." in text_of(signed_in(ada).get(f"/orders/{done.order}/"))
    assert "Nobody known" in text_of(signed_in(ada).get("/orders/"))


def test_products_and_subscriptions_have_lists(ada, kim, signed_in):
    Product.objects.create(sku="LW-DESK-02", name="Desk lamp", price=10_995, currency="EUR", is_active=False)
    page = signed_in(ada)
    assert "No longer sold" in text_of(page.get("/products/"))
    assert "€109.95" in text_of(page.get("/products/", {"q": "desk"}))
    assert "No product found" in text_of(page.get("/products/", {"q": "chair"}))
    assert "No subscriptions yet" in text_of(page.get("/subscriptions/"))
    subscriptions.record(subscription(), source="stripe", by=None)
    assert "€19.00 a month" in text_of(page.get("/subscriptions/"))
    assert "None of these" in text_of(page.get("/subscriptions/", {"status": "paused"}))
    subscriptions.record(subscription("s2", interval_count=3), source="stripe", by=None)
    assert "€19.00 every 3 months" in text_of(page.get("/subscriptions/", {"status": "active"}))


def test_orders_and_subscriptions_stand_on_the_timeline(ada, kim):
    record_all([order(str(n), days=n, lines=[lamp()]) for n in range(5)], source="shopify", by=None)
    subscriptions.record(subscription(status="trial"), source="stripe", by=None)
    later = subscription(status="cancelled", changed_at=MARCH + timedelta(2), cancel_reason="Moved")
    subscriptions.record(later, source="stripe", by=None)
    page = timeline.read(kim, viewer=ada, limit=4)
    titles = [entry.title for entry in page.entries]
    assert titles == ["Order #4, €219.90", "Order #3, €219.90", "Studio: Cancelled", "Order #2, €219.90"]
    assert page.entries[0].detail == "Desk lamp"
    assert page.entries[2].detail == "Moved"
    rest = timeline.read(kim, viewer=ada, limit=10, cursor=page.next)
    assert [entry.title for entry in rest.entries][-1] == "Order #0, €219.90"
    assert len(rest.entries) == 3
    assert timeline.read(kim, viewer=ada, kinds=["orders"]).next == ""
    counts = {source.kind: source.count(timeline.Whose(kim), viewer=ada) for source in timeline.sources()}
    assert (counts["orders"], counts["subscriptions"]) == (5, 1)


def test_noor_connects_a_shop_and_looks_at_what_it_told(noor, signed_in, kim):
    page = signed_in(noor)
    assert "No shop is connected" in text_of(page.get("/settings/shops/"))
    assert page.post("/settings/shops/new/shopify/", {"name": "", "secret": SECRET}).status_code == 422
    said = {"name": "Lampwright", "url": "lampwright.example", "secret": SECRET}
    made = page.post("/settings/shops/new/shopify/", said, follow=True)
    shop = Shop.objects.get()
    shown = text_of(made)
    assert f"/in/shops/shopify/{shop.key}/" in shown
    assert SECRET not in shown
    assert (shop.secret, shop.url) == (SECRET, "https://lampwright.example")
    page.post(f"/settings/shops/{shop.pk}/", {"name": "Shop", "url": "", "secret": ""})
    shop.refresh_from_db()
    assert (shop.name, shop.secret) == ("Shop", SECRET)
    told = accept(shop, Signed("e1", "orders/create"), body_of("shopify_orders_create", total_price="<b>"))
    path = f"/settings/shops/{shop.pk}/deliveries/{told.pk}/"
    answer = page.post(f"{path}reading", follow=True)
    assert "&lt;b&gt;” is no amount" in text_of(answer)
    assert "could not be read" in text_of(page.get("/settings/shops/"))
    assert "Cannot be read" in text_of(page.get(f"/settings/shops/{shop.pk}/"))
    ShopDelivery.objects.update(body=body_of("shopify_orders_create"))
    assert "Recorded" in text_of(page.post(f"{path}reading", follow=True))
    assert Order.objects.get().customer == kim
    page.post(f"/settings/shops/{shop.pk}/removal")
    assert not Shop.objects.exists()
    assert page.get("/settings/shops/new/bazaar/").status_code == 404


def test_ada_sees_no_settings_of_shops(ada, signed_in):
    assert signed_in(ada).get("/settings/shops/").status_code == 403
