"""Deals come from another system's export, twice."""

import pytest

from rapport.backbone.intake import Row, intakes
from rapport.sales.deals.models import Deal

pytestmark = pytest.mark.django_db

KIM = {
    "title": "40 lamps", "email": "kim@studio.example", "company": "Studio", "stage": "proposal sent",
    "amount": "9.800,50 €", "currency": "EUR", "expected_close": "30.11.2026", "owner": "ada@lampwright.example",
    "created": "2026-09-01",
}  # fmt: skip


def bring(*cells, is_trial=False):
    rows = [Row(number, each) for number, each in enumerate(cells, start=2)]
    return intakes()["deals"].write(rows, by=None, is_trial=is_trial)


def words(outcomes):
    return [outcome.word for outcome in outcomes]


def test_a_row_becomes_a_deal_once(ada, kim):
    assert words(bring(KIM)) == ["created"]
    assert words(bring(KIM)) == ["same"]
    deal = Deal.objects.get()
    assert (deal.customer, deal.owner, deal.stage.name, deal.amount) == (kim, ada, "Proposal sent", 980050)
    assert deal.opened_at.date().isoformat() == "2026-09-01"
    assert words(bring({**KIM, "amount": "9900", "stage": "Negotiation"})) == ["changed"]
    deal.refresh_from_db()
    assert (deal.amount, deal.stage.name) == (990000, "Negotiation")


def test_one_that_is_over_ends_when_it_ended(ada, kim):
    bring({**KIM, "stage": "", "status": "Closed Won", "closed": "2026-10-03T15:00:00Z"})
    deal = Deal.objects.get()
    assert deal.status == "won"
    assert [move.stage.kind for move in deal.moves.all()] == ["lead", "won"]
    assert deal.closed_at.isoformat() == "2026-10-03T15:00:00+00:00"


def test_a_number_keeps_deals_of_one_name_apart(db):
    outcomes = bring({"title": "Lamps", "reference": "A1"}, {"title": "Lamps", "reference": "A2"})
    assert words(outcomes) == ["created", "created"]
    assert words(bring({"title": "More lamps", "reference": "A1"})) == ["changed"]
    assert sorted(Deal.objects.values_list("title", flat=True)) == ["Lamps", "More lamps"]


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ({"stage": "Dreaming"}, "There is no stage “Dreaming”"),
        ({"status": "perhaps"}, "“perhaps” is no status"),
        ({"owner": "nobody@x.example"}, "Nobody here has the address"),
        ({"amount": "1,234"}, "could be thousands or a fraction"),
        ({"amount": "12.5.7,8,9"}, "is no amount"),
        ({"currency": "LAMP"}, "is no currency"),
        ({"created": "3/1/2026"}, "is no day"),
        ({"email": "kim at studio"}, "This is not a mail address"),
        ({"pipeline": "Renewals"}, "There is no pipeline “Renewals”"),
        ({"title": " "}, "Write what is to be sold"),
    ],
)
def test_a_wrong_row_says_what_is_wrong_and_writes_nothing(ada, cell, said):
    outcome = bring({**KIM, **cell})[0]
    assert outcome.word == "wrong"
    assert said in outcome.problem
    assert not Deal.objects.exists()
