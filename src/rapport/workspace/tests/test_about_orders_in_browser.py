"""Ada sees which order a mail is about as soon as it comes, and says it herself."""

import pytest
from playwright.sync_api import expect

from rapport.workspace.tests.test_inbox_in_browser import (  # noqa: F401  # the same desk
    arrive,
    elsewhere,
    inbox,
    toast,
)


@pytest.fixture
def order(elsewhere):  # noqa: F811
    return lambda number: elsewhere("order", number=number)


def test_an_order_that_kim_names_is_marked_and_ada_takes_it_away_and_names_another(inbox, arrive, order):  # noqa: F811
    order("#1042")
    order("LW-77")
    begun = arrive("A question about my lamp")
    page = inbox(f"/inbox/{begun['number']}/")
    orders = page.locator("#conversation-orders")
    expect(orders.locator("li")).to_have_count(2)
    expect(orders.locator("li.about")).to_have_count(0)
    arrive("It is about order 1042, by the way", into=begun["id"])
    marked = orders.locator("li.about")
    expect(marked).to_have_count(1, timeout=15_000)
    expect(marked).to_contain_text("Named in the message")
    expect(orders.locator("li").first).to_contain_text("#1042")
    marked.get_by_role("button", name="It is not about order #1042").click()
    expect(toast(page)).to_contain_text("This conversation is not about order #1042.")
    expect(marked).to_have_count(0)
    toast(page).get_by_role("button", name="Undo").click()
    expect(marked).to_contain_text("Named in the message")
    orders.get_by_role("button", name="Say which order it is about").click()
    page.get_by_label("Order number").fill("none such")
    page.keyboard.press("Enter")
    expect(toast(page)).to_contain_text("There is no order with this number.")
    page.get_by_label("Order number").fill("lw-77")
    page.keyboard.press("Enter")
    expect(marked).to_have_count(2)
    expect(orders).to_contain_text("Chosen by Ada")
