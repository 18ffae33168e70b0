"""Kim unsubscribes on her own page and Ada sees it; Ada adds a task as she says it, does it, and takes that back."""

import re

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect


def kims_page():
    from rapport.customers.actions import meet
    from rapport.customers.consent import links, recording
    from rapport.customers.consent.queries import purpose_called
    from rapport.customers.models import IdentityKind

    kim = meet(kind=IdentityKind.EMAIL, value="kim@studio.example", name="Kim Park", verified=True)
    newsletter = purpose_called("newsletter")
    recording.record(kim, purpose=newsletter, channel="email", state="given", how="form", text="Yes, send me news.")
    return kim.pk, "/preferences/" + links.preferences_url(kim).partition("/preferences/")[2]


def fault_free(page):
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    assert not found, [(one["id"], [node["html"] for node in one["nodes"]]) for one in found]


def test_kim_unsubscribes_and_ada_sees_it_and_does_what_is_to_be_done(live_rapport, open_page, sign_in):
    pk, address = live_rapport.call(kims_page)
    hers = open_page(width=390, height=844, color_scheme="dark")
    hers.goto(f"{live_rapport.address}{address}")
    newsletter = hers.get_by_role("group", name="Newsletter").get_by_role("switch", name="Email")
    expect(newsletter).to_be_checked()
    fault_free(hers)
    assert hers.evaluate("document.documentElement.scrollWidth <= innerWidth")
    newsletter.uncheck()
    hers.get_by_role("button", name="Save").click()
    expect(hers.get_by_role("status").filter(has_text="Saved")).to_be_visible()
    expect(newsletter).not_to_be_checked()

    page = open_page()
    sign_in(page, "ada")
    page.goto(f"{live_rapport.address}/customers/{pk}/")
    card = page.locator(".consent-card")
    expect(card.locator("li", has_text="Newsletter").locator(".pill.bad").first).to_contain_text("Email")
    card.get_by_text("What they said, and when").click()
    expect(card.locator(".consent-history li").first).to_contain_text("On the preference page")

    tasks = page.locator("#customer-tasks")
    tasks.get_by_label("New task").fill("Call about lamps in two weeks")
    tasks.get_by_label("New task").press("Enter")
    expect(page.locator(".toast")).to_contain_text("Call about lamps")
    row = page.locator("#customer-tasks .task-row")
    expect(row).to_contain_text("Call about lamps")
    fault_free(page)
    row.get_by_role("button", name="Done: Call about lamps").click()
    expect(row).to_have_count(0)
    page.locator(".toast").get_by_role("button", name="Undo").click()
    expect(row).to_have_count(1)

    page.goto(f"{live_rapport.address}/tasks/")
    expect(page.locator("#task-heaps")).to_contain_text(re.compile("Later|Within a week"))
    fault_free(page)
