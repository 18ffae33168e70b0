"""A script opens deals, moves them, and reads what is there."""

import json
from datetime import date

import pytest

from rapport.sales.deals import actions
from rapport.sales.deals.models import CloseReason, Deal
from rapport.sales.models import Product
from rapport.team.actions import create_token

pytestmark = pytest.mark.django_db


@pytest.fixture
def script(client):
    """Requests with a token of this agent."""

    def called_by(agent, scope="write"):
        bearer = {"Authorization": f"Bearer {create_token(agent, scope=scope)}"}

        def ask(method, path, **body):
            return client.generic(
                method,
                f"/api/v1{path}",
                json.dumps(body) if body else "",
                content_type="application/json",
                headers=bearer,
            )

        return ask

    return called_by


@pytest.fixture
def ask(script, ada):
    return script(ada)


def ids(answer):
    return [each["id"] for each in answer.json()["items"]]


def test_a_deal_is_opened_read_changed_and_moved(ask, ada, kim):
    pipeline = ask("GET", "/pipelines").json()[0]
    stages = {stage["kind"]: stage["id"] for stage in pipeline["stages"]}
    made = ask("POST", "/deals", title="40 lamps", customer=kim.pk, amount=980000, expected_close="2027-01-31")
    assert made.status_code == 201
    deal = made.json()
    assert (deal["status"], deal["customer"]["name"], deal["owner"]["id"]) == ("open", "Kim Park", ada.pk)
    assert (deal["amount"], deal["currency"], deal["stage"]["kind"]) == (980000, "EUR", "lead")
    path = f"/deals/{deal['id']}"
    changed = ask("PATCH", path, amount=1000, owner=None, call="commit").json()
    assert (changed["amount"], changed["owner"], changed["call"]) == (1000, None, "commit")
    reason = next(each for each in ask("GET", "/close-reasons").json() if each["outcome"] == "won")
    won = ask("POST", f"{path}/moves", stage=stages["won"], reason=reason["id"], note="Fast")
    assert won.status_code == 201
    assert (won.json()["status"], won.json()["reason"]["name"]) == ("won", reason["name"])
    moves = ask("GET", f"{path}/moves").json()["items"]
    assert [(each["origin"] and each["origin"]["name"], each["stage"]["name"]) for each in moves] == [
        ("Lead", "Won"), (None, "Lead"),
    ]  # fmt: skip


def test_lists_are_narrowed(ask, open_deal, stages, kim, omar, ada):
    one = open_deal("one", customer=kim, expected_close=date(2026, 3, 31))
    two = open_deal("two", stage="Qualified", owner=omar)
    actions.move(two, to=stages["Lost"], by=ada)
    for query, found in (
        (f"customer={kim.pk}", [one]), (f"owner={omar.pk}", [two]), (f"stage={stages['Lead'].pk}", [one]),
        ("status=lost", [two]), ("status=open", [one]), ("closes_from=2026-03-31&closes_until=2026-03-31", [one]),
        ("closes_from=2026-04-01", []), ("q=two", [two]), (f"pipeline={one.pipeline_id}", [two, one]),
        ("company=99999999", []),
    ):  # fmt: skip
        assert ids(ask("GET", f"/deals?{query}")) == [deal.pk for deal in found], query


def test_lines_make_the_amount(ask, deal):
    product = Product.objects.create(sku="LW-1", name="Desk lamp")
    answer = ask(
        "PUT",
        f"/deals/{deal.pk}/lines",
        lines=[{"title": "Lamp", "quantity": "2.5", "price": 1000, "product": product.pk}],
    )
    assert (answer.json()["amount"], answer.json()["lines"][0]["product"]) == (2500, product.pk)
    assert ask("PATCH", f"/deals/{deal.pk}", amount=1).status_code == 422
    refused = ask("PUT", f"/deals/{deal.pk}/lines", lines=[{"title": "Lamp", "price": 1, "product": 99999999}])
    assert refused.json()["errors"][0]["field"] == "body.lines.0.product"


def test_activities_are_planned_and_done(ask, deal):
    made = ask("POST", f"/deals/{deal.pk}/activities", kind="call", title="Ring", due_at="2026-03-02T10:00:00Z").json()
    path = f"/deals/{deal.pk}/activities"
    assert ask("PATCH", f"{path}/{made['id']}", done=True).json()["done_at"]
    assert ask("PATCH", f"{path}/{made['id']}", done=False).json()["done_at"] is None
    assert ids(ask("GET", path)) == [made["id"]]
    assert ask("PATCH", f"{path}/99999999", done=True).status_code == 404


def test_a_quote_is_written_and_read(ask, deal):
    assert ask("POST", f"/deals/{deal.pk}/quotes").status_code in (400, 422)
    assert ask("POST", f"/deals/{deal.pk}/quotes", language="en").status_code == 409
    ask("PUT", f"/deals/{deal.pk}/lines", lines=[{"title": "Lamp", "price": 1000}])
    quote = ask("POST", f"/deals/{deal.pk}/quotes", language="en", tax_rate="19").json()
    assert (quote["net"], quote["tax"], quote["total"]) == (1000, 190, 1190)
    assert ids(ask("GET", f"/deals/{deal.pk}/quotes")) == [quote["id"]]
    pdf = ask("GET", f"/quotes/{quote['id']}/file")
    assert pdf["Content-Type"] == "application/pdf"
    assert b"".join(pdf.streaming_content).startswith(b"%PDF")


def test_what_is_wrong_is_said_where_it_is(ask, deal, stages):
    for body, field in (
        ({"customer": 99999999}, "body.customer"), ({"company": 99999999}, "body.company"),
        ({"owner": 99999999}, "body.owner"),
        ({"currency": "LMP"}, "body.currency"), ({"probability": 101}, "body.probability"),
        ({"colour": "red"}, "body.colour"),
    ):  # fmt: skip
        answer = ask("PATCH", f"/deals/{deal.pk}", **body)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)
    reason = CloseReason.objects.filter(outcome="lost")[0]
    wrong = ask("POST", f"/deals/{deal.pk}/moves", stage=stages["Won"].pk, reason=reason.pk)
    assert wrong.json()["errors"][0]["field"] == "body.reason"
    assert ask("POST", f"/deals/{deal.pk}/moves", stage=99999999).json()["errors"][0]["field"] == "body.stage"
    assert ask("GET", "/deals/99999999").status_code == 404
    ask("POST", "/deals", title="x", reference="A1")
    assert ask("POST", "/deals", title="x", reference="A1").status_code == 409


def test_who_may_only_read_does(script, ada, deal):
    ask = script(ada, "read")
    assert ask("GET", f"/deals/{deal.pk}").status_code == 200
    assert ask("PATCH", f"/deals/{deal.pk}", title="mine").status_code == 403
    assert Deal.objects.get().title == deal.title
