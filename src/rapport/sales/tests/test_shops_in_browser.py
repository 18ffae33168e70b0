"""Noor connects a shop, the shop calls with an order, and Ada finds it with the customer."""

import re
import urllib.request

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from rapport.sales.tests.shopping import SECRET, body_of, signed


def fault_free(page):
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    assert not found, [(one["id"], [node["html"] for node in one["nodes"]]) for one in found]


def call(address, body, headers):
    request = urllib.request.Request(address, body, {**headers, "Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=20) as answer:
        return answer.status


def fits_a_phone(live_rapport, open_page, sign_in, last):
    small = open_page(width=390, height=844, color_scheme="dark")
    sign_in(small, "noor")
    for path in ("/orders/", "/orders/1/", "/products/", "/subscriptions/", "/settings/shops/", last):
        small.goto(f"{live_rapport.address}{path}")
        assert small.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        fault_free(small)


def test_a_signed_order_comes_in_and_stands_with_the_customer(live_rapport, open_page, sign_in):
    noor = open_page()
    sign_in(noor, "noor")
    noor.goto(f"{live_rapport.address}/settings/shops/")
    fault_free(noor)
    noor.get_by_role("link", name="Shopify").click()
    noor.get_by_label("Name", exact=True).fill("Lampwright shop")
    noor.get_by_label("Address of the shop").fill("https://lampwright.example")
    noor.get_by_label("Signing secret").fill(SECRET)
    fault_free(noor)
    noor.get_by_role("button", name="Connect").click()
    address = noor.get_by_label("To copy").input_value()
    assert "/in/shops/shopify/" in address
    fault_free(noor)

    # From here, as the machine of the shop would: the address of the installation is the one that is listened at.
    there = re.sub(r"^https?://[^/]+", live_rapport.address, address)
    body = body_of("shopify_orders_create")
    assert call(there, body, signed("shopify", body, topic="orders/create")) == 200

    ada = open_page()
    sign_in(ada, "ada")
    ada.goto(f"{live_rapport.address}/orders/")
    row = ada.get_by_role("row").filter(has_text="#1042")
    for _try in range(30):
        if row.count():
            break
        ada.wait_for_timeout(500)
        ada.reload()
    expect(row).to_contain_text("€219.90")
    expect(row).to_contain_text("Kim Park")
    fault_free(ada)
    row.get_by_role("link", name="#1042").click()
    expect(ada.get_by_role("heading", name="#1042")).to_be_visible()
    expect(ada.get_by_role("cell", name="Desk lamp - Brass")).to_be_visible()
    fault_free(ada)
    ada.get_by_role("link", name="All orders of this customer").click()
    expect(ada.get_by_role("link", name=re.compile("Only Kim Park"))).to_be_visible()
    ada.get_by_role("row").filter(has_text="#1042").get_by_role("link", name="Kim Park").click()
    expect(ada.get_by_role("heading", name="Kim Park").first).to_be_visible()

    noor.reload()
    expect(noor.get_by_text("It works: the shop has called it.")).to_be_visible()
    expect(noor.get_by_role("row").filter(has_text="orders/create")).to_contain_text("Recorded")
    noor.get_by_role("link", name=re.compile("Open delivery")).click()
    expect(noor.get_by_text("820982911946154508").first).to_be_visible()
    fault_free(noor)
    fits_a_phone(live_rapport, open_page, sign_in, noor.url.removeprefix(live_rapport.address))
