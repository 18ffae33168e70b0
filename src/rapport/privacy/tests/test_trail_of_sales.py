"""What people do to pipelines, products, deals, quotes and orders is in the trail; what shops tell is not."""

from dataclasses import replace
from decimal import Decimal

import pytest

from rapport.kit import clock
from rapport.kit.money import Money
from rapport.privacy import queries, wording
from rapport.privacy.models import Entry
from rapport.privacy.searching import Asked
from rapport.sales.deals import actions, quoting
from rapport.sales.deals.actions.changing import Line
from rapport.sales.deals.actions.setting_up import StageSaid
from rapport.sales.deals.models import CloseReason, Pipeline, Stage
from rapport.sales.orders import recording, refunding
from rapport.sales.products.recording import add_product, change_product
from rapport.sales.subscriptions import recording as subscribing
from rapport.sales.types import Buyer, OrderSaid, ProductSaid, RefundSaid, SubscriptionSaid
from rapport.team.acting import Actor, acting

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_noor(noor):
    with acting(Actor(noor.pk, noor.name, "page", "10.0.0.7")):
        yield


@pytest.fixture
def deal(noor, kim):
    actions.ready()
    stage = Stage.objects.filter(kind="lead").get()
    return actions.open_deal(title="Forty lamps", stage=stage, money=Money(120_000, "EUR"), customer=kim, by=noor)


def told(**asked):
    page = queries.page(Asked(**{"area": "sales", **asked}))
    return [wording.told(line) for line in page.lines]


def sentences(**asked):
    return [each.what for each in reversed(told(**asked))]


def stage(kind):
    return Stage.objects.filter(kind=kind).first()


def test_a_deal_goes_its_way_and_everybody_can_see_who_moved_it(deal, noor, ada):
    actions.move(deal, to=stage("open"), by=ada)
    actions.move(deal, to=stage("lost"), by=noor, reason=CloseReason.objects.get(name="Too expensive"))
    actions.move(deal, to=stage("open"), by=noor)
    actions.move(deal, to=stage("won"), by=ada)
    assert sentences() == [
        "Deal moved to another stage",
        "Deal lost",
        "Deal moved to another stage",
        "Deal reopened",
        "Deal won",
    ]
    won, *_between, moved = told()
    assert (won.who, won.object, won.href) == ("Ada Lindqvist", "Forty lamps", f"/deals/{deal.pk}/")
    assert won.changes == [("amount", "–", str(Money(120_000, "EUR")))]
    assert moved.changes == [("stage", "Lead", "Qualified")]
    lost = next(each for each in told() if each.what == "Deal lost")
    assert lost.changes == [("reason", "–", "Too expensive")]
    assert sentences(area="conversations") == []
    assert len(told(area="")) == 5


def test_another_owner_and_another_amount_are_written_with_old_and_new(deal, as_noor, noor, ada):
    actions.change(deal, by=noor, owner=ada, money=Money(150_000, "USD"))
    (changed,) = told()
    assert (changed.what, changed.object, changed.who) == ("Deal changed", "Forty lamps", noor.name)
    assert ("owner", "–", ada.name) in changed.changes
    assert ("amount", "1200.00 EUR", "1500.00 USD") in changed.changes
    deal.delete()
    assert Entry.objects.first().action == "removed"
    assert sentences()[-1] == "Deal removed"


def test_a_quote_is_written_down_with_its_number(deal, as_noor, noor):
    actions.replace_lines(deal, [Line("Lamp", Decimal(2), 5_000)], by=noor)
    quote = quoting.write(deal, by=noor)
    added = told()[0]
    assert (added.what, added.object) == ("Quote added", quote.number)
    assert ("net amount", "–", "100.00 EUR") in added.changes


def test_pipelines_and_stages_are_settings_and_products_are_sales(as_noor, noor, db):
    actions.ready()
    begun = Entry.objects.count()
    made = actions.save_pipeline(None, name="Schools", stages=[StageSaid("Asked", 10)])
    actions.save_pipeline(made, name="Schools", stages=[StageSaid("Asked", 30, id=made.stages.first().pk)])
    actions.delete_pipeline(made)
    said = [(each.action, each.kind, each.label) for each in Entry.objects.order_by("id")[begun:]]
    assert said[:2] == [("added", "sales.pipeline", "Schools"), ("added", "sales.stage", "Asked")]
    assert ("changed", "sales.stage", "Asked") in said
    assert ("removed", "sales.pipeline", "Schools") in said
    assert not Pipeline.objects.filter(name="Schools").exists()
    lamp = add_product(ProductSaid("LW-1", name="Lamp", price=1_900, currency="EUR"), by=noor.pk)
    change_product(lamp, ProductSaid("LW-1", name="Lamp", price=2_100, currency="EUR"), by=noor.pk)
    assert sentences() == ["Product added", "Product changed"]
    assert told()[0].changes == [("price", "19.00 EUR", "21.00 EUR")]
    assert "Stage of a pipeline changed" in sentences(area="settings")


def test_an_order_by_hand_is_told_and_one_of_a_shop_is_not(ada, kim):
    now = clock.now()
    buyer = Buyer(customer=kim.pk)
    said = OrderSaid(
        external_id="1", number="#1042", status="paid", total=9_900, currency="EUR", placed_at=now, changed_at=now,
        buyer=buyer,
    )  # fmt: skip
    recording.record(replace(said, external_id="2", number="#1043"), source="shopify", by=None)
    recording.record(said, source="api", by=ada.pk)
    recording.record(replace(said, total=8_900), source="api", by=ada.pk)
    order = kim.orders.get(number="#1042")
    refunding.refund(order, said=RefundSaid(1_000, now), by=ada.pk)
    assert sentences() == ["Order entered", "Order changed", "Order refunded"]
    refunded, changed, entered = told()
    assert {each.object for each in told()} == {"#1042"}
    assert entered.href == f"/orders/{order.pk}/"
    assert changed.changes == [("different now", "–", "total")]
    assert refunded.changes == [("amount", "–", str(Money(1_000, "EUR")))]
    assert len(told(words="1042")) == 3
    assert told(words="1043") == []


def test_a_subscription_by_hand_is_told(ada, kim):
    now = clock.now()
    said = SubscriptionSaid("1", "active", 900, "EUR", "month", now, now, plan="Care", buyer=Buyer(customer=kim.pk))
    subscribing.record(said, source="api", by=ada.pk)
    subscribing.record(replace(said, amount=1_900), source="api", by=ada.pk)
    subscribing.record(replace(said, amount=1_900, status="cancelled"), source="api", by=ada.pk)
    assert sentences() == ["Subscription entered", "Subscription changed", "Subscription cancelled"]
    assert {each.object for each in told()} == {"Care"}


@pytest.mark.parametrize("most_named", [300, 0])
def test_words_find_a_deal_by_its_title(deal, ada, monkeypatch, most_named):
    monkeypatch.setattr("rapport.privacy.searching.MOST_NAMED", most_named)
    actions.move(deal, to=stage("won"), by=ada)
    assert [each.what for each in told(words="forty LAMPS")] == ["Deal won"]
    assert told(words="zeppelin") == []


def test_the_page_and_its_file_have_an_area_for_sales(deal, ada, noor, signed_in):
    actions.move(deal, to=stage("won"), by=ada)
    browser = signed_in(noor)
    shown = browser.get("/settings/audit/?area=sales").content.decode()
    assert "Deal won" in shown
    assert "Forty lamps" in shown
    assert "DealWon" in b"".join(browser.get("/settings/audit/file?area=sales")).decode()
