"""Ada looks at the board, moves a card, wins it, quotes it; Vera may only look."""

import json
from datetime import date, timedelta

import pytest
from django.utils import timezone

from rapport.kit import clock
from rapport.sales.deals import actions
from rapport.sales.deals.models import Activity, CloseReason, Deal, Pipeline, SalesSettings
from rapport.sales.models import Product

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(signed_in, ada):
    return signed_in(ada)


@pytest.fixture
def vera(db):
    from rapport.team.models import Agent

    return Agent.objects.create_user("vera@x.example", "correct horse battery", name="Vera", role="viewer")


def told(answer):
    return json.loads(answer["HX-Trigger"])["rapport:toast"]


def test_an_empty_board_offers_the_first_deal(page):
    answer = page.get("/deals/")
    assert "Open the first deal" in answer.text
    assert Pipeline.objects.count() == 1


def test_the_board_counts_and_sums_by_currency(page, open_deal, stages):
    open_deal("one", amount="100")
    open_deal("two", amount="50")
    open_deal("three", amount="900", currency="JPY")
    open_deal("four", stage="Qualified", amount="7")
    text = page.get("/deals/").text
    assert "€150 · ¥900" in text
    assert "€7" in text


def test_a_card_says_what_matters(page, open_deal, kim, ada):
    deal = open_deal(customer=kim, expected_close=timezone.localdate() - timedelta(days=3))
    actions.plan(deal, kind="call", title="Ring Kim", by=ada)
    text = page.get("/deals/").text
    for said in ("40 lamps, Turin office", "Kim Park", "€9,800", "overdue", "Ring Kim", "Ada Lindqvist"):
        assert said in text


def test_the_board_asks_as_often_for_many_as_for_few(page, open_deal, kim, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    open_deal(customer=kim)
    page.get("/deals/")
    for address in ("/deals/", "/deals/list/"):
        with CaptureQueriesContext(
            connection,
        ) as few:
            page.get(address)
        for number in range(5):
            open_deal(f"deal {number}", customer=kim)
        with CaptureQueriesContext(connection) as many:
            page.get(address)
        assert len(many) == len(few)


def test_what_was_closed_long_ago_is_in_the_list_only(page, deal, stages, ada):
    actions.move(deal, to=stages["Lost"], by=ada, at=clock.now() - timedelta(days=40))
    assert deal.title not in page.get("/deals/").text
    assert deal.title in page.get("/deals/list/").text


def test_the_list_is_narrowed_and_sorted(page, open_deal, kim, stages, ada):
    open_deal("small", amount="10", expected_close=date(2026, 3, 31))
    open_deal("large", amount="90", expected_close=date(2026, 4, 1), customer=kim)
    text = page.get("/deals/list/?sort=amount").text
    assert text.index("small") < text.index("large")
    text = page.get("/deals/list/?sort=-amount").text
    assert text.index("large") < text.index("small")
    for query in (
        "closes_until=2026-03-31",
        f"stage={stages['Lead'].pk}&closes_from=2026-03-31&closes_until=2026-03-31",
    ):
        text = page.get(f"/deals/list/?{query}").text
        assert "small" in text
        assert "large" not in text
    assert "large" in page.get("/deals/list/?q=kim").text
    assert "No deal is like that" in page.get("/deals/list/?status=won").text
    for nonsense in ("owner=x", "page=99999999999", "page=0", "sort=nonsense", "closes_from=never"):
        assert page.get(f"/deals/list/?{nonsense}").status_code == 200


def test_a_deal_is_opened_for_somebody_from_the_list_or_by_address(page, kim):
    page.get("/deals/")
    said = {
        "title": "12 lamps",
        "amount": "1200.50",
        "currency": "eur",
        "customer": f"Kim Park #{kim.pk}",
        "company": "Studio",
    }
    answer = page.post("/deals/new/", said)
    deal = Deal.objects.get()
    assert answer["Location"] == f"/deals/{deal.pk}/"
    assert (deal.customer, deal.company.name, deal.amount, deal.currency) == (kim, "Studio", 120050, "EUR")
    page.post("/deals/new/", {"title": "8 lamps", "customer": "new@lamps.example"})
    assert Deal.objects.get(title="8 lamps").customer.email == "new@lamps.example"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"title": ""}, "This field is required"),
        ({"amount": "much"}, "Write an amount"),
        ({"amount": "-5"}, "An amount is not below 0"),
        ({"currency": "LMP"}, "Write a currency by its code"),
        ({"customer": "somebody"}, "Choose a customer from the list"),
    ],
)
def test_a_slip_is_said_at_its_field_and_nothing_is_kept(page, wrong, said):
    from rapport.customers.models import Company

    page.get("/deals/")
    answer = page.post("/deals/new/", {"title": "12 lamps", "amount": "1", "company": "Brand new", **wrong})
    assert answer.status_code == 422
    assert said in answer.text
    assert not Deal.objects.exists()
    assert not Company.objects.exists()


def test_whom_is_meant_is_offered_while_typing(page, kim):
    assert f"Kim Park #{kim.pk}" in page.get("/deals/customers?q=par").text
    assert page.get("/deals/customers?q=").text.strip() == ""


def test_a_card_that_moved_can_be_taken_back(page, deal, stages):
    answer = page.post(f"/deals/{deal.pk}/moves", {"stage": stages["Qualified"].pk}, headers={"HX-Request": "true"})
    assert answer.status_code == 204
    assert told(answer)["text"] == "40 lamps, Turin office is in Qualified."
    page.post(told(answer)["undo"], headers={"HX-Request": "true"})
    deal.refresh_from_db()
    assert deal.stage == stages["Lead"]
    answer = page.post(told(answer)["undo"], headers={"HX-Request": "true"})
    assert answer.status_code == 404


def test_a_refusal_is_told_as_an_error(page, deal, stages):
    reason = CloseReason.objects.get(name="No budget")
    answer = page.post(
        f"/deals/{deal.pk}/moves", {"stage": stages["Won"].pk, "reason": reason.pk}, headers={"HX-Request": "true"}
    )
    assert told(answer)["kind"] == "error"


def test_a_deal_is_won_with_a_reason_and_reopened_without_scripts(page, deal, stages):
    reason = CloseReason.objects.get(name="Best offer")
    page.post(f"/deals/{deal.pk}/moves", {"stage": stages["Won"].pk, "reason": reason.pk, "note": "Before lunch"})
    text = page.get(f"/deals/{deal.pk}/").text
    assert "Won, from Lead" in text
    assert "Best offer. Before lunch" in text
    page.post(f"/deals/{deal.pk}/moves", {"stage": stages["Negotiation"].pk})
    deal.refresh_from_db()
    assert deal.is_open


def test_facts_are_changed_on_the_page_and_kept_in_its_history(page, deal):
    said = {
        "title": "50 lamps",
        "amount": "12000",
        "call": "commit",
        "expected_close": "2027-01-31",
        "probability": "80",
    }
    assert page.post(f"/deals/{deal.pk}/", said).status_code == 302
    text = page.get(f"/deals/{deal.pk}/").text
    assert "Amount from €9,800.00 to €12,000.00" in text
    assert "Forecast category: Commit" in text
    assert page.post(f"/deals/{deal.pk}/", {**said, "probability": "180"}).status_code == 422


def test_lines_know_their_products(page, deal):
    product = Product.objects.create(sku="LW-1", name="Desk lamp", price=18900, currency="EUR")
    columns = {"line_title": ["LW-1", "Fitting", ""], "line_quantity": ["2", "1,5", "1"], "line_price": ["", "10", ""]}
    page.post(f"/deals/{deal.pk}/lines", columns)
    lines = list(deal.lines.all())
    assert [(line.title, line.product, line.price) for line in lines] == [
        ("Desk lamp", product, 18900),
        ("Fitting", None, 1000),
    ]
    deal.refresh_from_db()
    assert deal.amount == 2 * 18900 + 1500
    page.post(f"/deals/{deal.pk}/lines", {"line_title": ["Fitting"], "line_quantity": ["many"], "line_price": ["1"]})
    assert "needs a quantity and a price" in page.get(f"/deals/{deal.pk}/").text
    assert deal.lines.count() == 2


def test_what_is_planned_is_done(page, deal):
    page.post(f"/deals/{deal.pk}/activities", {"kind": "meeting", "title": "Visit", "due_at": "2026-03-02T10:00"})
    activity = Activity.objects.get()
    page.post(f"/deals/{deal.pk}/activities/{activity.pk}/done")
    activity.refresh_from_db()
    assert activity.done_at
    page.post(f"/deals/{deal.pk}/activities/{activity.pk}/done", {"undo": "1"})
    activity.refresh_from_db()
    assert activity.done_at is None
    page.post(f"/deals/{deal.pk}/activities", {"kind": "meeting", "title": ""})
    assert Activity.objects.count() == 1


def test_vera_looks_and_changes_nothing(signed_in, vera, deal, stages):
    page = signed_in(vera)
    text = page.get(f"/deals/{deal.pk}/").text
    assert "40 lamps" in text
    assert "deal_moves" not in text
    assert "New deal" not in page.get("/deals/").text
    assert page.post(f"/deals/{deal.pk}/", {"title": "mine"}).status_code == 403
    assert page.post(f"/deals/{deal.pk}/moves", {"stage": stages["Won"].pk}).status_code == 403


def test_omar_sets_up_a_pipeline_and_the_reasons(signed_in, omar, deal):
    page = signed_in(omar)
    columns = {
        "stage_name": ["Due", "Asked", ""],
        "stage_probability": ["60", "90", "0"],
        "stage_kind": ["open", "open", "open"],
        "stage_id": ["", "", ""],
    }
    page.post("/settings/sales/pipelines/new/", {"name": "Renewals", **columns})
    made = Pipeline.objects.get(name="Renewals")
    assert [(stage.name, stage.probability) for stage in made.stages.all()] == [
        ("Due", 60),
        ("Asked", 90),
        ("Won", 100),
        ("Lost", 0),
    ]
    refused = page.post(f"/settings/sales/pipelines/{deal.pipeline_id}/", {"name": "Sales", **columns})
    assert refused.status_code == 422
    assert "There are deals in Lead" in refused.text
    page.post(f"/settings/sales/pipelines/{made.pk}/deletion")
    assert not Pipeline.objects.filter(name="Renewals").exists()
    page.post("/settings/sales/reasons", {"outcome": "lost", "name": "Moved away"})
    reason = CloseReason.objects.get(name="Moved away")
    page.post(f"/settings/sales/reasons/{reason.pk}", {"name": "Moved house"})
    page.post(f"/settings/sales/reasons/{reason.pk}", {"retire": "1"})
    assert "Moved house" not in page.get("/settings/sales/").text
    said = {"currency": "usd", "tax_rate": "19", "valid_days": "14", "address": "Hamburg", "small_print": ""}
    page.post("/settings/sales/", said)
    assert SalesSettings.objects.get().currency == "USD"
    assert page.post("/settings/sales/", {**said, "currency": "LMP"}).status_code == 422
