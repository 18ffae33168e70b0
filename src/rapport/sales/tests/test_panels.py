"""Ada sees beside a conversation what Kim bought and may buy."""

from datetime import timedelta

import pytest
from django.urls import reverse

from rapport.kit import clock
from rapport.kit.money import Money
from rapport.sales import panels
from rapport.sales.deals import actions as deals
from rapport.sales.deals.models import Stage
from rapport.sales.models import Order


@pytest.fixture
def orders(kim):
    made = []
    for number, (total, refunded, currency, status) in enumerate(
        [
            (9900, 0, "EUR", "paid"),
            (5000, 2000, "EUR", "partly_refunded"),
            (700, 0, "USD", "paid"),
            (1, 0, "EUR", "cancelled"),
        ]
    ):
        at = clock.now() - timedelta(days=number)
        said = {"total": total, "refunded": refunded, "currency": currency, "status": status}
        made.append(
            Order.objects.create(
                customer=kim, source="api", external_id=str(number), number=f"#{number}", placed_at=at, **said
            )
        )
    return made


def test_the_last_orders_and_open_deals_stand_beside_the_conversation(orders, kim, ada, write, signed_in):
    deals.ready()
    deals.open_deal(
        title="Forty lamps", stage=Stage.objects.all()[0], money=Money(980_000, "EUR"), customer=kim, by=ada
    )
    talk = write("Where is my order?")
    page = signed_in(ada).get(reverse("conversation", args=[talk.number])).text
    assert [order.number in page for order in orders] == [True, True, True, False]
    assert "Forty lamps" in page
    shown = signed_in(ada).get(reverse("customer", args=[kim.pk])).text
    assert "Spent in all" in shown


def test_what_was_spent_is_never_mixed_of_two_currencies(orders, kim, ada):
    found = panels.spent(kim, ada)
    assert (found["spent"], found["many"]) == (Money(12900, "EUR"), 2)


def test_who_bought_nothing_has_no_empty_card(kim, ada):
    assert panels.open_deals(kim, ada) is None
    assert panels.spent(kim, ada) is None
