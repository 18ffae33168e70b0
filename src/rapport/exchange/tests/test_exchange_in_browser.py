"""Noor takes her customers out as a file that opens, and connects HubSpot and sees a contact come."""

import csv
import io
import os
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from rapport.exchange.tests.hubspot import TOKEN, HubSpotPlayed

# Where pictures of the pages go, for whoever wants to look at them.
PICTURES = os.environ.get("TEST_PICTURES", "")


@pytest.fixture
def played():
    made = HubSpotPlayed()
    for number, (first, last) in enumerate((("Lee", "Ng"), ("Mo", "Salah"), ("Ida", "Holm"))):
        made.add(firstname=first, lastname=last, email=f"{first.lower()}@studio{number}.example", company="Studio Nord")
    yield made
    made.close()


@pytest.fixture
def desk(live_rapport):
    live_rapport.stop()
    live_rapport.environ["RAPPORT_ALLOWED_HOSTS"] = "127.0.0.1"
    live_rapport.start()
    return live_rapport


def seed():
    from rapport.customers.actions import register

    for name in ("Kim Park", "Jürgen Müller", "王小明"):
        register(name=name, email=f"p{len(name)}@shop.example", by=None)


def fault_free(page):
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    assert not found, [(one["id"], [node["html"] for node in one["nodes"]]) for one in found]


def picture(page, name):
    if PICTURES:
        page.screenshot(path=f"{PICTURES}/{name}.png", full_page=True)


def test_noor_takes_her_customers_out_and_connects_hubspot(desk, open_page, sign_in, played):
    desk.call(seed)
    page = open_page(accept_downloads=True)
    sign_in(page, "noor")
    takes_customers_out(page, desk)
    connects(page, desk, played)
    looks_and_begins(page)
    page.goto(f"{desk.address}/customers/?q=Salah")
    expect(page.get_by_role("link", name="Mo Salah")).to_be_visible()
    here = ("export", "systems", "systems/1", "systems/1/fields", "systems/1/settings")
    looks = {"small": {"width": 390, "height": 844, "color_scheme": "dark"}, "chinese": {"locale": "zh-CN"}}
    for look, options in looks.items() if PICTURES else [("small", looks["small"])]:
        other = open_page(**options)
        sign_in(other, "noor")
        for address in here:
            other.goto(f"{desk.address}/settings/{address}/")
            assert other.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
            fault_free(other)
            picture(other, f"{look}-{address.replace('/', '-')}")


def takes_customers_out(page, desk):
    page.goto(f"{desk.address}/settings/export/")
    fault_free(page)
    picture(page, "export-empty")
    page.get_by_role("button", name="Export").click()
    button = page.get_by_role("button", name="Download")
    expect(button).to_be_visible()
    fault_free(page)
    picture(page, "export-done")
    with page.expect_download() as download:
        button.click()
    rows = list(csv.DictReader(io.StringIO(Path(download.value.path()).read_text("utf-8-sig"))))
    assert {"Kim Park", "Jürgen Müller", "王小明"} <= {row["name"] for row in rows}


def connects(page, desk, played):
    page.goto(f"{desk.address}/settings/systems/")
    fault_free(page)
    picture(page, "systems-empty")
    page.get_by_role("link", name="Connect HubSpot").click()
    fault_free(page)
    page.get_by_label("Access token of the private app").fill("pat-wrong")
    page.locator("summary", has_text="More").click()
    page.get_by_label("Address of the API").fill(played.address)
    page.get_by_role("button", name="Try it and save").click()
    expect(page.get_by_text("HubSpot does not know this token.")).to_be_visible()
    picture(page, "system-wrong")
    page.get_by_label("Access token of the private app").fill(TOKEN)
    page.get_by_role("button", name="Try it and save").click()
    expect(page.get_by_role("heading", name="Before it begins")).to_be_visible()
    fault_free(page)
    picture(page, "system-new")
    page.locator(".settings-head").get_by_role("link", name="Fields").click()
    expect(page.get_by_label("Field there, line 1").first).to_have_value("name")
    fault_free(page)
    picture(page, "system-fields")
    page.go_back()


def looks_and_begins(page):
    page.get_by_role("button", name="Look first").click()
    expect(page.locator(".stat", has_text="New here").locator("dd").first).to_have_text("3")
    fault_free(page)
    picture(page, "system-trial")
    page.get_by_role("button", name="Begin").click()
    expect(page.get_by_text("Both are kept in step from now on.")).to_be_visible()
    for _look in range(40):
        page.reload()
        if page.get_by_text("New here: 3").count():
            break
        page.wait_for_timeout(500)
    expect(page.get_by_text("New here: 3").first).to_be_visible()
    fault_free(page)
    picture(page, "system-running")
