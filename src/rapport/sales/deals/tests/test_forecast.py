"""Ada's deals of a year: what the open ones may come to, and what that would have been said before."""

import random
from datetime import UTC, date, datetime, timedelta

import pytest

from rapport.kit import clock
from rapport.kit.money import Money
from rapport.sales.deals import actions, forecasting, seeding
from rapport.sales.deals.forecasting import Book, backtest, forecast, nearest, periods
from rapport.sales.deals.models import Deal

pytestmark = pytest.mark.django_db
JUNE = datetime(2026, 6, 1, 9, tzinfo=UTC)


@pytest.fixture
def year(stages, ada, omar, kim):
    """The demo's deals, until June."""
    return seeding.seed([kim], [ada, omar], random.Random(3), JUNE)


def book(**chosen):
    return Book(Deal.objects.all(), Deal.objects.filter(**chosen))


def test_a_month_has_its_days_and_a_quarter_its_months():
    months = periods(date(2026, 11, 30), "month", 3)
    assert [(each.first, each.last) for each in months] == [
        (date(2026, 11, 1), date(2026, 11, 30)), (date(2026, 12, 1), date(2026, 12, 31)),
        (date(2027, 1, 1), date(2027, 1, 31)),
    ]  # fmt: skip
    assert [each.first for each in periods(date(2026, 11, 30), "quarter", 2)] == [date(2026, 10, 1), date(2027, 1, 1)]


def test_a_deal_counts_by_its_stage_and_by_its_owner_where_it_is_due(open_deal, ada):
    with clock.frozen(JUNE - timedelta(days=20)):
        due = open_deal("due", stage="Proposal sent", amount="1000", expected_close=date(2026, 6, 20))
        open_deal("late", stage="Negotiation", amount="100", expected_close=date(2026, 5, 31), probability=10)
        open_deal("later", stage="Negotiation", amount="10", expected_close=date(2026, 7, 1), call="commit")
        open_deal("some day", stage="Negotiation", amount="7")
        open_deal("yen", stage="Negotiation", amount="7", currency="JPY", expected_close=date(2026, 6, 20))
        actions.change(due, call="best_case", by=ada)
    june, july = forecast(book(), currency="EUR", every="month", count=2, now=JUNE)
    # 45% of 1000 and 75% of 100; 50% and 10% by their owners.
    assert (june.stage, june.call) == (45000 + 7500, 50000 + 1000)
    assert (july.stage, july.call) == (750, 900)
    assert june.history is None


def test_what_is_won_this_month_stands_beside_what_may_come(open_deal, stages, ada):
    with clock.frozen(JUNE - timedelta(days=20)):
        deal = open_deal(amount="1000")
    with clock.frozen(JUNE + timedelta(days=3)):
        actions.move(deal, to=stages["Won"], by=ada)
    figures = forecast(book(), currency="EUR", every="month", count=2, now=JUNE + timedelta(days=5))
    assert [(each.won, each.stage) for each in figures] == [(100000, 0), (0, 0)]


def test_history_speaks_once_there_is_enough_of_it(year):
    assert len(year) == seeding.COUNT
    closed, won = book().closed()
    assert closed >= 30
    assert won >= 8
    figures = forecast(book(), currency="EUR", every="month", count=3, now=JUNE)
    assert figures[0].history is not None
    assert figures[0].history.lower <= figures[0].history.mean <= figures[0].history.upper
    total = sum(deal.amount for deal in year if deal.is_open)
    assert 0 < sum(each.history.mean for each in figures) < total


def test_the_same_dice_make_the_same_deals(year, ada, omar, kim):
    first = [(deal.title, deal.amount, deal.stage_id, deal.opened_at) for deal in year]
    again = seeding.seed([kim], [ada, omar], random.Random(3), JUNE)
    assert [(deal.title, deal.amount, deal.stage_id, deal.opened_at) for deal in again] == first
    assert all(move.at <= JUNE + timedelta(days=1) for deal in year for move in deal.moves.all())


def test_the_past_is_told_with_what_was_known_then(year, ada):
    before = backtest(book(), currency="EUR", now=JUNE)
    assert [each.period.first.month for each in before.months][-2:] == [4, 5]
    # What is said today changes nothing of what was said in April.
    with clock.frozen(JUNE):
        for deal in Deal.objects.filter(closed_at=None):
            actions.change(
                deal, money=Money(deal.amount * 9, "EUR"), call="commit", by=ada
            ) if not deal.lines.exists() else None
    after = backtest(book(), currency="EUR", now=JUNE)
    assert after == before


def test_what_came_is_what_was_won_in_the_month(year):
    from django.utils import timezone

    found = backtest(book(), currency="EUR", now=JUNE)
    for month in found.months:
        won = [
            deal.amount for deal in year
            if deal.status == "won" and timezone.localtime(deal.closed_at).date().replace(day=1) == month.period.first
        ]  # fmt: skip
        assert month.came == sum(won)
    assert found.stage.periods == len(found.months)
    assert nearest(found) in ("stage", "history", "call")


def test_only_the_chosen_deals_count_but_all_of_them_teach(year, ada):
    mine = Book(Deal.objects.all(), Deal.objects.filter(owner=ada))
    figures = forecast(mine, currency="EUR", every="month", count=1, now=JUNE)
    assert figures[0].history is not None
    everything = forecast(book(), currency="EUR", every="month", count=1, now=JUNE)
    assert figures[0].history.mean < everything[0].history.mean


def test_a_stage_nobody_has_been_in_counts_by_its_probability(year, stages, ada):
    from rapport.sales.deals.actions.setting_up import StageSaid

    renewals = actions.save_pipeline(None, name="Renewals", stages=[StageSaid("Due", 80)])
    with clock.frozen(JUNE):
        actions.open_deal(
            title="Renewal", stage=renewals.stages.get(name="Due"), money=Money(1000, "EUR"),
            expected_close=date(2026, 6, 20), by=ada,
        )  # fmt: skip
    figures = forecast(book(title="Renewal"), currency="EUR", every="month", count=2, now=JUNE)
    assert [each.history.mean for each in figures] == [800, 0]


def test_the_page_shows_three_figures_and_which_to_trust(signed_in, ada, year):
    with clock.frozen(JUNE):
        text = signed_in(ada).get("/deals/forecast/?every=quarter&currency=EUR").text
    for said in ("By stage", "By history", "Owners’ call", "Which one to trust", "Q2 2026", "in 4 of 5 cases"):
        assert said in text


def test_the_page_says_what_is_missing(signed_in, ada, deal):
    text = signed_in(ada).get("/deals/forecast/?every=nonsense&owner=x").text
    assert "0 deals were closed and 0 of them won" in text
    assert "1 open deal has no expected close" in text
    Deal.objects.all().delete()
    assert "Nothing to forecast yet" in signed_in(ada).get("/deals/forecast/").text


def test_whoever_sees_no_reports_sees_no_forecast(signed_in, db):
    from rapport.team.models import Agent, CustomRole

    role = CustomRole.objects.create(name="Packer", words=" read ", visibility="own")
    tove = Agent.objects.create_user("tove@x.example", name="Tove", role="viewer", custom_role=role)
    page = signed_in(tove)
    assert page.get("/deals/forecast/").status_code == 403
    assert "/deals/forecast/" not in page.get("/deals/").text
    assert forecasting.BACK == 12
