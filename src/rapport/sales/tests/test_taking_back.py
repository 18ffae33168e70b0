"""Noor takes a table of sales back: what came with it goes, and nothing that anybody did since."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from rapport.customers import timeline
from rapport.customers.actions import look_after, meet, rename
from rapport.customers.finding.searching import holding
from rapport.customers.models import Company, Customer, Identity
from rapport.kit import clock
from rapport.kit.money import Money
from rapport.sales.deals import actions as deals
from rapport.sales.deals import queries
from rapport.sales.deals.actions.changing import Line
from rapport.sales.deals.models import Deal, DealTerms, StageMove
from rapport.sales.models import Order, OrderLine, Product, Refund, Subscription, SubscriptionChange
from rapport.sales.of_customers import orders
from rapport.sales.orders.recording import record
from rapport.sales.orders.refunding import refund
from rapport.sales.products.recording import change_product
from rapport.sales.tests.saying import KIM, order
from rapport.sales.types import Buyer, ProductSaid, RefundSaid
from tests.tables import bring

pytestmark = pytest.mark.django_db

ORDERS = (
    "Order number,Date,Email,Article number,Article,Quantity,Unit price,Currency,Status\n"
    "1,2026-03-01,kim@studio.example,LW-1,Desk lamp,2,50.00,EUR,paid\n"
    "1,2026-03-01,kim@studio.example,,Bulb,1,20.00,EUR,paid\n"
    "2,2026-03-02,lee@hotel.example,LW-1,Desk lamp,1,50.00,EUR,refunded\n"
    "3,2026-03-03,lee@hotel.example,,Bulb,1,20.00,EUR,paid\n"
)
SUBSCRIPTIONS = (
    "number,email,started,plan,amount,currency,status\n"
    "s1,kim@studio.example,2026-03-01,Studio,19,EUR,active\n"
    "s2,lee@hotel.example,2026-03-01,Studio,19,EUR,cancelled\n"
)
PRODUCTS = "sku,name,price,currency\nLW-1,Desk lamp,50,EUR\nLW-2,Floor lamp,90,EUR\nLW-3,Bulb,20,EUR\n"
DEALS = (
    "title,reference,email,company,amount,currency,status\n"
    "Forty lamps,D1,kim@studio.example,Studio,9800,EUR,open\n"
    "Ten lamps,D2,lee@hotel.example,Grand Hotel,2000,EUR,won\n"
    "Two lamps,D3,lee@hotel.example,Grand Hotel,400,EUR,open\n"
)


@pytest.fixture
def lee_is_gone(noor):
    def gone():
        assert not Customer.objects.filter(holding("lee@hotel")).exists()
        return not Identity.objects.filter(value="lee@hotel.example").exists()

    return gone


def lee():
    return Customer.objects.get(email="lee@hotel.example")


def queries_of(came):
    with CaptureQueriesContext(connection) as asked:
        assert came.take_back() == len(came.made)
    return len(asked)


def orders_of(count):
    rows = "".join(f"n{n},2026-03-01,new{n}@mail.example,,Bulb,1,20.00,EUR,paid\n" for n in range(count))
    return ORDERS.partition("\n")[0] + "\n" + rows


def test_nothing_of_a_file_of_orders_is_left(kim, noor, lee_is_gone):
    mine = Order.objects.get(pk=record(order(), source="api", by=None).order)
    before = (list(kim.identities.values_list("value", flat=True)), timeline.read(kim, viewer=noor).entries)
    came = bring("orders", ORDERS)
    assert [len(each.made) for each in came.outcomes] == [1, 0, 1, 1]
    assert set(came.made) == set(Order.objects.exclude(pk=mine.pk).values_list("pk", flat=True))
    assert came.take_back() == 3
    assert (Order.objects.get(), OrderLine.objects.count(), Refund.objects.count()) == (mine, 0, 0)
    assert Customer.objects.get() == kim
    assert lee_is_gone()
    assert (list(kim.identities.values_list("value", flat=True)), timeline.read(kim, viewer=noor).entries) == before
    assert orders([kim.pk]) == {kim.pk: 1}
    assert came.take_back() == 0


def test_only_what_a_file_created_is_named(kim):
    first = bring("orders", ORDERS)
    assert bring("orders", ORDERS).made == []
    changed = bring("orders", ORDERS.replace("Bulb,1", "Bulb,2"))
    assert (changed.made, changed.words) == ([], ["changed", "changed", "same", "changed"])
    assert first.take_back() == 1
    assert sorted(Order.objects.values_list("number", flat=True)) == ["1", "3"]


@pytest.mark.parametrize(("kind", "text"), [("orders", ORDERS), ("subscriptions", SUBSCRIPTIONS), ("deals", DEALS)])
def test_a_file_that_was_read_twice_can_be_taken_back(kim, lee_is_gone, kind, text):
    came = bring(kind, text)
    assert set(bring(kind, text).words) == {"same"}
    assert came.take_back() == len(came.made)
    assert lee_is_gone()
    assert bring(kind, text).made


def test_the_lines_of_an_order_far_apart_name_it_once(kim):
    rows = orders_of(1_000) + "n0,2026-03-01,new0@mail.example,,Stand,1,5.00,EUR,paid\n"
    came = bring("orders", rows)
    assert (len(came.made), came.words[-1], came.outcomes[-1].made) == (1_000, "changed", ())
    assert came.take_back() == 1_000
    assert (Order.objects.count(), list(Customer.objects.all())) == (0, [kim])


def test_orders_that_somebody_touched_stay_with_their_customers(kim, ada, write):
    from rapport.conversations.actions import link_order

    came = bring("orders", orders_of(4))
    paid_back, told_again, talked_about, _left = Order.objects.order_by("pk")
    refund(paid_back, said=RefundSaid(500, clock.now(), reason="Scratched"), by=ada.pk)
    said = order("n1", total=1, changed_at=clock.now(), buyer=KIM)
    record(said, source="csv", by=ada.pk)
    link_order(write("Where is it?"), order=talked_about, by=ada)
    assert came.take_back() == 1
    assert list(Order.objects.order_by("pk")) == [paid_back, told_again, talked_about]
    assert set(Customer.objects.exclude(pk=kim.pk).values_list("email", flat=True)) == {
        f"new{n}@mail.example" for n in range(3)
    }


def test_strangers_with_whom_something_happened_stay(kim, ada):
    from rapport.customers.profiles import notes
    from rapport.customers.tasks import doing

    came = bring("orders", orders_of(7))
    noted, tasked, renamed, proved, sold, owned, _left = Customer.objects.exclude(pk=kim.pk).order_by("pk")
    notes.write(noted, text="Likes blue", by=ada)
    doing.add(customer=tasked, title="Call", by=ada)
    rename(renamed, name="Robin", by=ada)
    meet(kind="email", value=proved.email, verified=True)
    record(order("9", buyer=Buyer(email=sold.email)), source="api", by=None)
    look_after(owned, owner=ada, by=ada)
    with clock.frozen(clock.now() + timedelta(days=2)):
        assert came.take_back() == 7
    assert set(Customer.objects.exclude(pk=kim.pk)) == {noted, tasked, renamed, proved, sold, owned}
    assert (noted.notes.count(), Order.objects.get().customer) == (1, sold)


def test_whoever_was_here_before_stays_though_nothing_is_known_of_them():
    meet(kind="email", value="lee@hotel.example")
    came = bring("orders", ORDERS)
    assert came.take_back() == 3
    assert list(Customer.objects.values_list("email", flat=True)) == ["lee@hotel.example"]


def test_who_came_with_one_file_stays_when_a_later_one_is_taken_back(kim):
    bring("orders", ORDERS)
    assert bring("subscriptions", SUBSCRIPTIONS).take_back() == 2
    assert (lee().orders.count(), Subscription.objects.count()) == (2, 0)


def test_subscriptions_go_unless_somebody_changed_them(kim, lee_is_gone, ada):
    from rapport.sales.subscriptions.recording import record as say
    from rapport.sales.tests.saying import subscription

    assert bring("subscriptions", SUBSCRIPTIONS).take_back() == 2
    assert (Subscription.objects.count(), SubscriptionChange.objects.count()) == (0, 0)
    assert lee_is_gone()
    came = bring("subscriptions", SUBSCRIPTIONS)
    say(subscription("s2", amount=2_900, changed_at=clock.now()), source="csv", by=ada.pk)
    assert came.take_back() == 1
    assert Subscription.objects.get().customer == lee()


def test_products_that_something_is_about_stay(kim, ada):
    came = bring("products", PRODUCTS)
    assert [len(each.made) for each in came.outcomes] == [1, 1, 1]
    sold, renamed, _idle = Product.objects.order_by("sku")
    bought = bring("orders", ORDERS)
    change_product(renamed, ProductSaid(sku="LW-2", name="Tall lamp"), by=ada.pk)
    assert came.take_back() == 1
    assert list(Product.objects.order_by("sku")) == [sold, renamed]
    assert bought.take_back() == 3
    assert came.take_back() == 1
    assert Product.objects.get() == renamed


def test_products_in_deals_and_subscriptions_stay(kim, ada):
    came = bring("products", PRODUCTS)
    offered, subscribed, _idle = Product.objects.order_by("sku")
    bring("subscriptions", SUBSCRIPTIONS, sku=subscribed.sku)
    bring("deals", DEALS)
    deals.replace_lines(Deal.objects.get(reference="D1"), [Line("Lamp", Decimal(1), 5, offered)], by=ada)
    assert came.take_back() == 1
    assert set(Product.objects.all()) == {offered, subscribed}


def test_nothing_of_a_file_of_deals_is_left(kim, ada, lee_is_gone):
    deals.ready()
    studio = Company.objects.create(name="Studio", created_at=clock.now() - timedelta(minutes=1))
    mine = deals.open_deal(title="Mine", stage=_first_stage(), money=Money(1, "EUR"), by=ada, customer=kim)
    came = bring("deals", DEALS)
    assert came.words == ["created"] * 3
    assert came.take_back() == 3
    assert (Deal.objects.get(), Customer.objects.get(), Company.objects.get()) == (mine, kim, studio)
    assert (StageMove.objects.count(), DealTerms.objects.count()) == (1, 1)
    assert lee_is_gone()


@pytest.mark.parametrize("touch", ["move", "plan", "line", "rename"])
def test_a_deal_that_somebody_touched_stays_whole(kim, ada, touch):
    came = bring("deals", DEALS)
    deal = Deal.objects.get(reference="D3")
    if touch == "move":
        deals.move(deal, to=deal.pipeline.stages.filter(kind="open").exclude(pk=deal.stage_id)[0], by=ada)
    elif touch == "plan":
        deals.plan(deal, kind="call", title="Call", by=ada)
    elif touch == "line":
        deals.replace_lines(deal, [Line("Lamp", Decimal(1), 5)], by=ada)
    else:
        deals.change(deal, by=ada, title="Three lamps")
    assert came.take_back() == 2
    assert (Deal.objects.get(), Deal.objects.get().customer, Deal.objects.get().company.name) == (
        deal, lee(), "Grand Hotel",
    )  # fmt: skip


def test_a_company_that_came_with_a_deal_and_that_somebody_looks_after_stays(kim, ada):
    from rapport.customers.companies import changing

    came = bring("deals", DEALS)
    changing.look_after(Company.objects.get(name="Grand Hotel"), owner=ada, by=ada)
    assert came.take_back() == 3
    assert Company.objects.get().name == "Grand Hotel"


@pytest.mark.parametrize(
    ("kind", "head", "row"),
    [
        ("products", "sku,name\n", "{n},Lamp {n}\n"),
        ("orders", "number,date,email,total,currency\n", "{n},2026-03-01,new{n}@mail.example,20.00,EUR\n"),
        ("subscriptions", "number,started,email,amount,currency\n", "{n},2026-03-01,new{n}@mail.example,20,EUR\n"),
        ("deals", "title,reference,email,company\n", "Lamps,{n},new{n}@mail.example,Company {n}\n"),
    ],
)
def test_many_are_taken_back_with_as_few_questions_as_two(kim, kind, head, row):
    few = bring(kind, head + "".join(row.format(n=n) for n in range(2)))
    few_queries = queries_of(few)
    many = bring(kind, head + "".join(row.format(n=n) for n in range(40)))
    assert queries_of(many) == few_queries < 100
    assert (Customer.objects.get(), Company.objects.count()) == (kim, 0)


def _first_stage():
    return queries.open_stages(queries.pipelines()[0])[0]
