"""Noor moves in from Chatwoot, from the page with the token to the conversation in her inbox."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from rapport.exchange.moving_in.tests.desks.base import running
from rapport.exchange.moving_in.tests.desks.chatwoot import ChatwootDesk


@pytest.fixture
def desk(live_rapport):
    """Chatwoot on this machine, which the installation may reach."""
    live_rapport.stop()
    live_rapport.environ["RAPPORT_ALLOWED_HOSTS"] = "127.0.0.1"
    live_rapport.start()
    with running(ChatwootDesk) as desk:
        yield desk


def fault_free(page):
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    assert not found, [(one["id"], [node["html"] for node in one["nodes"]]) for one in found]
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_noor_moves_in_from_chatwoot(live_rapport, desk, open_page, sign_in):
    page = open_page()
    sign_in(page, "noor")
    page.goto(f"{live_rapport.address}/settings/move-in/")
    fault_free(page)
    page.get_by_role("link", name="Chatwoot").click()
    fault_free(page)
    page.get_by_label("Address").fill(desk.address)
    page.get_by_label("Account number").fill("7")
    page.get_by_label("API token").fill(desk.token)
    page.get_by_role("button", name="Try it and look around").click()
    expect(page.get_by_text("This person is no administrator there")).to_be_visible()
    fault_free(page)
    page.get_by_label("Account number").fill("1")
    page.get_by_label("API token").fill(desk.token)
    page.get_by_role("button", name="Try it and look around").click()

    expect(page.get_by_text("The lamp flickers")).to_be_visible()
    expect(page.get_by_text("Chatwoot 4711")).to_be_visible()
    fault_free(page)
    page.get_by_role("button", name="Move in").click()

    expect(page.get_by_role("heading", name="What came", exact=True)).to_be_visible()
    expect(page.get_by_role("row", name="Conversations")).to_contain_text("2")
    fault_free(page)
    small = open_page(width=390, height=844, color_scheme="dark")
    sign_in(small, "noor")
    for address in (
        "/settings/move-in/",
        "/settings/move-in/from/chatwoot/",
        page.url.removeprefix(live_rapport.address),
    ):
        small.goto(f"{live_rapport.address}{address}")
        fault_free(small)

    page.goto(f"{live_rapport.address}/search?q=flickers")
    page.get_by_role("link", name="The lamp flickers").first.click()
    expect(page.locator("#items").get_by_text("Known batch, we replace it.")).to_be_visible()
    expect(page.get_by_text("Chatwoot 4711").first).to_be_visible()
