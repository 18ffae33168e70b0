"""Noor brings last year's orders on the page, looks at what would come of it, and takes them back."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

ORDERS = """Order number,Date,Email,Article,Quantity,Unit price
A-1,2026-03-01,hana@loft.example,Desk lamp,2,49.00
A-2,soon,lee@loft.example,Bulb,1,3.50
"""


def fault_free(page):
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    assert not found, [(one["id"], [node["html"] for node in one["nodes"]]) for one in found]


def test_noor_imports_orders_and_takes_them_back(live_rapport, open_page, sign_in, tmp_path):
    (tmp_path / "2025.csv").write_text(ORDERS)
    noor = open_page()
    sign_in(noor, "noor")
    noor.goto(f"{live_rapport.address}/settings/import/")
    fault_free(noor)
    noor.get_by_label("File").set_input_files(tmp_path / "2025.csv")
    noor.get_by_role("button", name="Look at it").click()
    expect(noor.get_by_label("What “Unit price” is")).to_have_value("price")
    fault_free(noor)
    noor.get_by_label("Currency", exact=True).fill("EUR")
    noor.get_by_role("button", name="Try it").click()
    expect(noor.get_by_role("heading", name="What would come of it")).to_be_visible()
    expect(noor.get_by_text("“soon” is no day that can be understood.")).to_be_visible()
    with noor.expect_download() as wrong:
        noor.get_by_role("link", name="Download all").click()
    assert "A-2" in wrong.value.path().read_text()
    noor.get_by_role("button", name="Import it").click()
    expect(noor.get_by_role("heading", name="What came of it")).to_be_visible()
    fault_free(noor)
    noor.get_by_role("button", name="Take it back").click()
    expect(noor.get_by_text("Taken back").first).to_be_visible()
    noor.goto(f"{live_rapport.address}/customers/?q=hana")
    expect(noor.get_by_text("hana@loft.example")).to_have_count(0)
