"""Orders are written down once, however often and in whatever order they are told of."""

from datetime import timedelta

import pytest

from rapport.backbone.models import Event
from rapport.customers import merging
from rapport.customers.actions import meet
from rapport.customers.models import Customer, Identity, Likeness
from rapport.sales.errors import CannotRefund
from rapport.sales.models import Order, OrderLine, Product
from rapport.sales.orders.recording import record, record_all
from rapport.sales.orders.refunding import refund
from rapport.sales.tests.saying import MARCH, lamp, order
from rapport.sales.types import Became, Buyer, RefundSaid

pytestmark = pytest.mark.django_db


def events(*names):
    return list(Event.objects.filter(name__in=names).order_by("id").values_list("name", flat=True))


def test_kim_buys_two_lamps(kim):
    desk = Product.objects.create(sku="LW-DESK-02", name="Desk lamp")
    done = record(order(lines=[lamp()]), source="api", by=None)
    bought = Order.objects.get(pk=done.order)
    assert done.became == Became.CREATED
    assert (bought.customer, str(bought.money), bought.status) == (kim, "€219.90", "paid")
    line = bought.lines.get()
    assert (line.product, line.quantity, line.unit_price) == (desk, 2, 10_995)
    assert events("OrderPlaced") == ["OrderPlaced"]


def test_the_same_word_twice_changes_nothing(kim):
    record(order(lines=[lamp()]), source="api", by=None)
    assert record(order(lines=[lamp()]), source="api", by=None).became == Became.SAME
    assert (Order.objects.count(), OrderLine.objects.count()) == (1, 1)
    assert events("OrderPlaced", "OrderChanged") == ["OrderPlaced"]


def test_two_sources_may_use_the_same_number(kim):
    record(order(), source="shopify", by=None)
    assert record(order(), source="csv", by=None).became == Became.CREATED


def test_an_older_word_is_ignored_and_a_newer_one_counts(kim):
    record(order(status="paid", changed_at=MARCH), source="shopify", by=None)
    late = order(status="pending", total=1, changed_at=MARCH - timedelta(seconds=1))
    assert record(late, source="shopify", by=None).became == Became.OLDER
    newer = order(status="cancelled", lines=[lamp()], changed_at=MARCH + timedelta(hours=1))
    assert record(newer, source="shopify", by=None).became == Became.CHANGED
    bought = Order.objects.get()
    assert (bought.status, bought.total, bought.lines.count()) == ("cancelled", 21_990, 1)
    assert Event.objects.get(name="OrderChanged").payload["fields"] == "lines,status"


def test_what_is_not_said_again_stays(kim):
    record(order(url="https://shop.example/1", channel="web", lines=[lamp()]), source="shopify", by=None)
    record(order(total=100, changed_at=MARCH + timedelta(1)), source="shopify", by=None)
    bought = Order.objects.get()
    assert (bought.url, bought.channel, bought.total, bought.lines.count()) == ("https://shop.example/1", "web", 100, 1)


def test_the_buyer_is_found_by_any_of_what_is_known(kim):
    meet(kind="phone", value="+493023125100", name="Lee Wong")
    said = [
        order("1", buyer=Buyer(email="KIM@studio.example", phone="+39 02 5550 0142", handle="shopify:7")),
        order("2", buyer=Buyer(handle="shopify:7")),
        order("3", buyer=Buyer(phone="+39 02 5550 0142")),
        order("4", buyer=Buyer(account="LW-3382", name="New Person", email="new@mail.example")),
        order("5", buyer=Buyer(account="LW-3382")),
        order("6", buyer=Buyer()),
        order("7", buyer=Buyer(email="no address", name="Typo")),
    ]
    done = record_all(said, source="shopify", by=None)
    owners = [Order.objects.get(pk=one.order).customer for one in done]
    new = Customer.objects.get(name="New Person")
    assert owners == [kim, kim, kim, new, new, None, None]
    kim.refresh_from_db()
    assert kim.phone == "+390255500142"
    assert Identity.objects.filter(customer=kim).count() == 3


def test_two_people_in_one_order_are_noted_as_perhaps_one(kim):
    lee = meet(kind="phone", value="+493023125100", name="Lee Wong")
    record(order(buyer=Buyer(email=kim.email, phone="+493023125100")), source="api", by=None)
    assert Order.objects.get().customer == kim
    assert {Likeness.objects.get().one, Likeness.objects.get().other} == {kim, lee}


def test_orders_move_with_a_merge_and_later_news_finds_them(kim, ada):
    lee = meet(kind="email", value="lee@mail.example", name="Lee Wong")
    record(order("1", buyer=Buyer(email=lee.email)), source="api", by=None)
    record(order("1"), source="csv", by=None)
    merging.merge(lee, into=kim, by=ada)
    assert set(Order.objects.values_list("customer", flat=True)) == {kim.pk}
    record(order("1", total=5, changed_at=MARCH + timedelta(1), buyer=Buyer(email=lee.email)), source="api", by=None)
    record(order("2", buyer=Buyer(email=lee.email)), source="api", by=None)
    assert set(Order.objects.values_list("customer", flat=True)) == {kim.pk}
    merging.unmerge(merging.CustomerMerge.objects.get(), by=ada)
    assert lee.orders.get().external_id == "1"


def test_part_of_it_goes_back_then_the_rest(kim):
    bought = Order.objects.get(pk=record(order(), source="api", by=None).order)
    refund(bought, said=RefundSaid(1_990, MARCH, "r1", "Scratched"), by=None)
    bought.refresh_from_db()
    assert (bought.status, str(bought.kept)) == ("partly_refunded", "€200.00")
    assert refund(bought, said=RefundSaid(1_990, MARCH, "r1"), by=None).reason == "Scratched"
    with pytest.raises(CannotRefund, match="at most €200"):
        refund(bought, said=RefundSaid(20_001, MARCH), by=None)
    refund(bought, said=RefundSaid(20_000, MARCH), by=None)
    bought.refresh_from_db()
    assert (bought.status, bought.refunded) == ("refunded", 21_990)
    assert events("OrderRefunded") == ["OrderRefunded"] * 2
    # The shop goes on calling it paid: its refunds say more.
    record(order(changed_at=MARCH + timedelta(1)), source="api", by=None)
    bought.refresh_from_db()
    assert bought.status == "refunded"


def test_what_was_never_paid_cannot_go_back(kim):
    bought = Order.objects.get(pk=record(order(status="pending"), source="api", by=None).order)
    with pytest.raises(CannotRefund, match="was not paid"):
        refund(bought, said=RefundSaid(1, MARCH), by=None)


def test_refunded_without_saying_how_counts_once(kim):
    record(order(status="refunded"), source="csv", by=None)
    bought = Order.objects.get()
    assert (bought.refunded, bought.status, bought.refunds.count()) == (21_990, "refunded", 1)
    told = RefundSaid(21_990, MARCH, "r1")
    record(order(status="refunded", refunds=[told], changed_at=MARCH + timedelta(1)), source="csv", by=None)
    bought.refresh_from_db()
    assert (bought.refunded, bought.refunds.get().external_id) == (21_990, "r1")


def test_a_thousand_orders_need_a_few_dozen_queries(kim, django_assert_max_num_queries):
    said = [order(str(n), buyer=Buyer(account=f"A{n % 300}"), lines=[lamp()]) for n in range(1_000)]
    with django_assert_max_num_queries(40):
        done = record_all(said, source="csv", by=None)
    assert [one.became for one in done] == [Became.CREATED] * 1_000
    with django_assert_max_num_queries(40):
        done = record_all(said, source="csv", by=None)
    assert {one.became for one in done} == {Became.SAME}
    assert (Order.objects.count(), Customer.objects.count()) == (1_000, 301)


def test_the_newest_of_one_batch_counts(kim):
    said = [
        order(total=2, changed_at=MARCH + timedelta(2)),
        order(total=1, changed_at=MARCH + timedelta(1)),
    ]
    done = record_all(said, source="csv", by=None)
    assert [one.became for one in done] == [Became.CREATED, Became.OLDER]
    assert Order.objects.get().total == 2
