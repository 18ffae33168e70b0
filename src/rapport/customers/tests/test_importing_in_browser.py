"""Omar brings a messy file: he looks at the guesses, mends one, tries it, imports it, and takes it back."""

import csv
import io
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

SHEETS = Path(__file__).parent / "sheets"


def define_fields():
    from rapport.backbone.custom_fields.defining import Definition, define
    from rapport.customers.fields import FIELDS

    define(FIELDS, Definition("Umsatz", "number"))
    define(FIELDS, Definition("Wunsch", "text"))


def names():
    from rapport.customers.models import Customer

    return sorted(Customer.objects.values_list("name", flat=True))


def fault_free(page):
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    assert not found, [(one["id"], [node["html"] for node in one["nodes"]]) for one in found]


def test_omar_imports_a_messy_file_and_takes_it_back(live_rapport, open_page, sign_in):
    live_rapport.call(define_fields)
    before = live_rapport.call(names)
    page = open_page(accept_downloads=True)
    sign_in(page, "omar")
    page.goto(f"{live_rapport.address}/customers/")
    page.get_by_role("link", name="Import").click()
    fault_free(page)
    page.get_by_label("File").set_input_files(SHEETS / "kunden.csv")
    page.get_by_role("button", name="Look at it").click()

    expect(page.get_by_label("What “Vorname” is")).to_have_value("first_name")
    expect(page.get_by_label("What “Umsatz” is")).to_have_value("field:umsatz")
    expect(page.get_by_label("Characters")).to_have_value("cp1252")
    expect(page.get_by_role("cell", name="Jürgen")).to_be_visible()
    page.get_by_label("What “Notiz” is").select_option(label="Wunsch")
    fault_free(page)
    page.get_by_role("button", name="Try it").click()

    expect(page.get_by_role("heading", name="What would come of it")).to_be_visible()
    expect(page.locator(".stat", has_text="New customers").locator("dd")).to_have_text("2")
    expect(page.locator(".stat", has_text="With errors").locator("dd")).to_have_text("3")
    fault_free(page)
    assert live_rapport.call(names) == before
    page.get_by_role("button", name="Import 3 customers").click()

    expect(page.get_by_role("heading", name="What came of it")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download all").click()
    rows = list(csv.reader(io.StringIO(Path(download.value.path()).read_text("utf-8-sig"))))
    assert [row[0] for row in rows[1:]] == ["5", "6", "7"]
    assert rows[1][1] == "This is not a mail address. (joerg@)"
    assert "Jürgen Müller" in live_rapport.call(names)

    page.get_by_role("button", name="Take it back").click()
    expect(page.locator(".stat", has_text="Taken back").locator("dd")).to_have_text("2")
    assert live_rapport.call(names) == before
    small = open_page(width=390, height=844, color_scheme="dark")
    sign_in(small, "omar")
    for address in ("/customers/imports/", page.url.removeprefix(live_rapport.address)):
        small.goto(f"{live_rapport.address}{address}")
        assert small.evaluate("document.documentElement.scrollWidth <= innerWidth")
        fault_free(small)
    small.goto(f"{live_rapport.address}/customers/imports/")
    small.get_by_label("File").set_input_files(SHEETS / "kunden.csv")
    small.get_by_role("button", name="Look at it").click()
    expect(small.get_by_label("What “Ort” is")).to_have_value("location")
    assert small.evaluate("document.documentElement.scrollWidth <= innerWidth")
    fault_free(small)
