"""Products, orders and subscriptions as scripts tell of them and read them."""

import pytest

from rapport.sales.models import Order, Product, Subscription

pytestmark = pytest.mark.django_db

ORDER = {
    "number": "#1042",
    "customer": {"email": "kim@studio.example"},
    "placed_at": "2026-03-01T09:00:00Z",
    "lines": [
        {
            "title": "Desk lamp",
            "sku": "LW-DESK-02",
            "quantity": 2,
            "unit_price": {"amount": "109.95", "currency": "EUR"},
        }
    ],
}


def test_ada_adds_a_product_and_changes_its_price(ada, script):
    calling = script(ada)
    body = {"sku": "LW-DESK-02", "name": "Desk lamp", "price": {"amount": "109.95", "currency": "EUR"}}
    added = calling.post("/products", body)
    assert added.status_code == 201, added.content
    assert added.json()["price"] == {"amount": "109.95", "currency": "EUR"}
    assert calling.post("/products", {"sku": "LW-DESK-02"}).status_code == 409
    path = f"/products/{added.json()['id']}"
    yen = {"price": {"amount": "12000", "currency": "JPY"}, "is_active": False}
    assert calling.patch(path, yen).json()["price"] == {"amount": "12000", "currency": "JPY"}
    assert Product.objects.get().price == 12_000
    assert calling.get("/products", q="desk").json()["items"][0]["name"] == "Desk lamp"
    assert calling.get("/products", is_active=True).json()["items"] == []


def test_an_order_with_lines_comes_back_as_it_went_in(ada, kim, script):
    calling = script(ada)
    Product.objects.create(sku="LW-DESK-02", name="Desk lamp")
    added = calling.post("/orders", ORDER)
    assert added.status_code == 201, added.content
    order = added.json()
    assert order["total"] == {"amount": "219.90", "currency": "EUR"}
    assert order["customer"] == {"id": kim.pk, "name": "Kim Park"}
    assert order["lines"][0]["product"] == Product.objects.get().pk
    assert calling.get(f"/orders/{order['id']}").json() == order
    assert calling.post("/orders", ORDER).status_code == 200
    assert Order.objects.count() == 1


def test_orders_are_found_by_customer_status_number_and_day(ada, kim, script):
    calling = script(ada)
    calling.post("/orders", ORDER)
    other = ORDER | {"number": "77", "customer": {"account": "LW-1"}, "status": "pending"}
    calling.post("/orders", other | {"placed_at": "2026-04-01T09:00:00Z"})

    def numbers(**query):
        return [order["number"] for order in calling.get("/orders", **query).json()["items"]]

    assert numbers() == ["77", "#1042"]
    assert numbers(customer=kim.pk) == ["#1042"]
    assert numbers(status="pending") == ["77"]
    assert numbers(number="1042") == numbers(number="#1042") == ["#1042"]
    assert numbers(placed_since="2026-03-15T00:00:00Z") == ["77"]
    assert numbers(placed_until="2026-03-15T00:00:00Z") == ["#1042"]
    first = calling.get("/orders", limit=1).json()
    assert numbers(limit=1, cursor=first["next"]) == ["#1042"]


def test_the_list_asks_as_much_for_fifty_as_for_one(ada, kim, script, django_assert_max_num_queries):
    calling = script(ada)
    calling.post("/orders/batch", {"orders": [ORDER | {"number": str(n)} for n in range(50)]})
    with django_assert_max_num_queries(8):
        assert len(calling.get("/orders").json()["items"]) == 50


def test_a_batch_is_written_whole_or_not_at_all(ada, kim, script):
    calling = script(ada)
    said = [ORDER | {"number": str(n), "status": "paid"} for n in range(3)]
    done = calling.post("/orders/batch", {"orders": said}).json()["items"]
    assert [one["outcome"] for one in done] == ["created"] * 3
    bad = calling.post("/orders/batch", {"orders": [said[0], {"number": "9", "customer": {"email": "kim"}}]})
    assert bad.status_code == 422
    assert bad.json()["errors"][0]["field"].startswith("body.orders.1.")
    assert Order.objects.count() == 3


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (ORDER | {"customer": {"email": "nobody"}}, "body.customer.email"),
        (ORDER | {"customer": {"id": 99999999}}, "body.customer.id"),
        (ORDER | {"customer": {"name": "Kim"}}, "body.customer"),
        (ORDER | {"lines": []}, "body.total"),
        (ORDER | {"total": {"amount": "1", "currency": "XQQ"}, "lines": []}, "body.total"),
        (ORDER | {"total": {"amount": "1", "currency": "USD"}}, "body.lines.0.unit_price"),
    ],
)
def test_a_mistake_is_told_where_it_is(ada, script, body, field):
    answer = script(ada).post("/orders", body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == field
    assert not Order.objects.exists()


def test_an_order_is_changed_and_paid_back(ada, kim, script):
    calling = script(ada)
    path = f"/orders/{calling.post('/orders', ORDER).json()['id']}"
    changed = calling.patch(path, {"url": "https://shop.example/1042"}).json()
    assert (changed["url"], changed["total"]["amount"], len(changed["lines"])) == (
        "https://shop.example/1042",
        "219.90",
        1,
    )
    body = {"amount": {"amount": "19.90", "currency": "EUR"}, "reason": "Scratched", "external_id": "r1"}
    assert calling.post(f"{path}/refunds", body).status_code == 201
    assert calling.post(f"{path}/refunds", body).status_code == 201
    order = calling.get(path).json()
    assert (order["status"], order["refunded"]["amount"], len(order["refunds"])) == ("partly_refunded", "19.90", 1)
    too_much = {"amount": {"amount": "500", "currency": "EUR"}}
    assert calling.post(f"{path}/refunds", too_much).status_code == 409
    dollars = {"amount": {"amount": "1", "currency": "USD"}}
    assert calling.post(f"{path}/refunds", dollars).status_code == 422


def test_a_subscription_and_what_became_of_it(ada, kim, script):
    calling = script(ada)
    body = {"external_id": "s1", "customer": {"id": kim.pk}, "plan": "Studio", "status": "trial"}
    body |= {"amount": {"amount": "19", "currency": "EUR"}, "started_at": "2026-03-01T00:00:00Z"}
    added = calling.post("/subscriptions", body)
    assert added.status_code == 201, added.content
    assert calling.post("/subscriptions", body).status_code == 200
    path = f"/subscriptions/{added.json()['id']}"
    calling.patch(path, {"status": "active"})
    ended = calling.patch(path, {"status": "cancelled", "cancel_reason": "Moved"}).json()
    assert (ended["status"], ended["cancel_reason"], ended["amount"]["amount"]) == ("cancelled", "Moved", "19.00")
    assert ended["cancelled_at"]
    changes = calling.get(f"{path}/changes").json()["items"]
    assert [change["kind"] for change in changes] == ["started", "converted", "cancelled"]
    assert calling.get("/subscriptions", customer=kim.pk, status="cancelled").json()["items"][0]["id"] == ended["id"]
    assert Subscription.objects.count() == 1


def test_a_viewer_reads_and_changes_nothing(script, kim, ada):
    from rapport.team.models import Agent

    viewer = Agent.objects.create_user("vi@lampwright.example", "correct horse battery", name="Vi", role="viewer")
    script(ada).post("/orders", ORDER)
    calling = script(viewer)
    order = calling.get("/orders").json()["items"][0]
    assert calling.patch(f"/orders/{order['id']}", {"status": "cancelled"}).status_code == 403
    assert calling.post("/orders/batch", {"orders": [ORDER]}).status_code == 403
    assert calling.post("/products", {"sku": "a"}).status_code == 403
