"""Noor imports tables of any kind on the page, and takes them back; a command's imports stand beside them."""

import csv
import io
from datetime import timedelta

import pytest
import time_machine
from click.testing import CliRunner

from rapport.backbone.jobs import run_pending
from rapport.customers.models import Customer
from rapport.exchange.importing import running, starting
from rapport.exchange.importing.models import TableImport, TableMade
from rapport.kit import clock
from rapport.privacy.models import Entry
from rapport.sales.models import Order, Product
from rapport.site.command import main
from rapport.surveys.models import Rating

pytestmark = pytest.mark.django_db

ORDERS = """Order number,Date,Email,Article,Quantity,Unit price,Status
A-1,2026-03-01,kim@studio.example,Desk lamp,2,49.00,paid
A-1,2026-03-01,kim@studio.example,Bulb,4,3.50,paid
A-2,2026-03-04,lee@loft.example,Desk lamp,1,49.00,paid
A-3,soon,lee@loft.example,Bulb,1,3.50,paid
"""


@pytest.fixture
def browser(noor, signed_in):
    return signed_in(noor)


def sheet(text, name="orders.csv"):
    file = io.BytesIO(text.encode())
    file.name = name
    return file


def bring(browser, text=ORDERS, **said):
    return browser.post("/settings/import/", {"file": sheet(text), **said})["Location"]


def try_it(browser, here, **said):
    source = TableImport.objects.get()
    answer = browser.post(here, {"column": source.columns, "has_header": "on", "said.currency": "EUR", **said})
    run_pending(strict=True)
    return answer


def test_noor_tries_imports_and_takes_back_orders(browser, noor):
    assert "Nothing was imported yet" in browser.get("/settings/import/").content.decode()
    here = bring(browser)
    page = browser.get(here).content.decode()
    assert "Article number" in page
    assert "For every row that does not say it" in page
    try_it(browser, here)
    page = browser.get(here).content.decode()
    assert "What would come of it" in page
    assert not Order.objects.exists()
    assert not Customer.objects.exists()
    lines = b"".join(browser.get(f"{here}errors.csv").streaming_content).decode("utf-8-sig")
    wrong = list(csv.reader(io.StringIO(lines)))
    assert wrong[1][0] == "5"
    assert wrong[1][2:4] == ["A-3", "soon"]
    browser.post(f"{here}step", {"do": "begin"})
    run_pending(strict=True)
    source = TableImport.objects.get()
    assert (source.state, source.created, source.wrong, source.position) == ("done", 3, 1, 4)
    assert Order.objects.get(number="A-1").total == 11_200
    assert {each.email for each in Customer.objects.all()} == {"kim@studio.example", "lee@loft.example"}
    assert "For 30 days this can be taken back" in browser.get(here).content.decode()
    browser.post(f"{here}step", {"do": "undo"})
    run_pending(strict=True)
    source.refresh_from_db()
    assert (source.state, source.taken_back, source.kept) == ("undone", 2, 0)
    assert not Order.objects.exists()
    assert not Customer.objects.exists()
    assert not TableMade.objects.exists()
    states = [each.changes["state"] for each in Entry.objects.filter(kind="exchange.tableimport").order_by("id")[1:]]
    assert ["checked", "importing"] in states
    assert ["importing", "done"] in states


def test_an_order_that_was_changed_since_stays_with_its_customer(browser, kim):
    here = bring(browser)
    try_it(browser, here)
    browser.post(f"{here}step", {"do": "begin"})
    run_pending(strict=True)
    Order.objects.filter(number="A-1").update(changed_at=clock.now() + timedelta(minutes=1))
    browser.post(f"{here}step", {"do": "undo"})
    run_pending(strict=True)
    source = TableImport.objects.get()
    assert (source.taken_back, source.kept) == (1, 1)
    assert [each.number for each in Order.objects.all()] == ["A-1"]
    assert Customer.objects.filter(email="kim@studio.example").exists()


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (ORDERS, "orders"),
        ("sku,name,price,currency\nL-1,Lamp,49,EUR\n", "products"),
        ("score,date,email\n5,2026-03-01,kim@studio.example\n", "ratings"),
        ("评分,日期,邮箱\n5,2026-03-01,kim@studio.example\n", "ratings"),
        ("title,stage,amount,currency\nForty lamps,New,1000,EUR\n", "deals"),
        (
            "subscription id,email,plan,start date,status\nS-1,kim@studio.example,Pro,2026-03-01,active\n",
            "subscriptions",
        ),
    ],
)
def test_what_is_in_a_file_is_told_by_its_columns(browser, text, kind):
    bring(browser, text)
    assert TableImport.objects.get().kind == kind


def test_a_file_of_nobody_knows_what_is_refused_until_its_kind_is_chosen(browser):
    text = "this,that\n1,2\n"
    answer = browser.post("/settings/import/", {"file": sheet(text)})
    assert answer.status_code == 422
    assert "cannot be told by its columns" in answer.content.decode()
    here = bring(browser, text, kind="products")
    missing = browser.post(here, {"column": ["", "name"], "has_header": "on"})
    assert missing.status_code == 422
    assert "Say which column is “Article number”." in missing.content.decode()
    twice = browser.post(here, {"column": ["sku", "sku"], "has_header": "on"})
    assert "Leave one of them out." in twice.content.decode()
    assert browser.post(f"{here}step", {"do": "throw_away"}).status_code == 302
    assert not TableImport.objects.exists()


def test_another_kind_is_guessed_anew(browser):
    here = bring(browser, "sku,name,price,currency\nL-1,Lamp,49,EUR\n")
    source = TableImport.objects.get()
    browser.post(here, {"kind": "orders", "has_header": "on", "column": source.columns})
    source.refresh_from_db()
    assert (source.kind, source.state) == ("orders", "draft")
    assert source.columns == ["sku", "name", "price", "currency"]


def test_nothing_is_lost_or_doubled_when_it_stops_in_the_middle(browser, noor, monkeypatch):
    rows = [f"B-{n},2026-03-01,kim@studio.example,Lamp,1,10.00,paid" for n in range(2_500)]
    # Another line of the first order, far behind it.
    rows.append("B-0,2026-03-01,kim@studio.example,Bulb,1,5.00,paid")
    here = bring(browser, "\n".join([ORDERS.split("\n")[0], *rows]))
    try_it(browser, here)
    browser.post(f"{here}step", {"do": "begin"})
    source = TableImport.objects.get()
    real, chunks = running._write_chunk, []

    def stopped_after_one(*arguments):
        if chunks:
            starting.stop(TableImport.objects.get(), by=noor)
        chunks.append(1)
        return real(*arguments)

    monkeypatch.setattr(running, "_write_chunk", stopped_after_one)
    run_pending(strict=True)
    source.refresh_from_db()
    assert (source.state, source.position) == ("failed", 1_000)
    assert "stopped it" in browser.get(here).content.decode()
    monkeypatch.setattr(running, "_write_chunk", real)
    browser.post(f"{here}step", {"do": "resume"})
    run_pending(strict=True)
    source.refresh_from_db()
    assert (source.state, source.position, source.created, source.changed) == ("done", 2_501, 2_500, 1)
    assert Order.objects.count() == 2_500
    assert Order.objects.get(number="B-0").total == 1_500
    browser.post(f"{here}step", {"do": "undo"})
    run_pending(strict=True)
    assert not Order.objects.exists()


def test_what_a_command_brought_is_taken_back_on_the_page(browser, tmp_path):
    path = tmp_path / "sold.csv"
    path.write_text("score,date,email\n5,2026-03-01,kim@studio.example\n")
    assert CliRunner().invoke(main, ["data", "import", "ratings", str(path)]).exit_code == 0
    source = TableImport.objects.get()
    assert (source.kind, source.file_name, source.state, source.total) == ("ratings", "sold.csv", "done", 1)
    assert "sold.csv" in browser.get("/settings/import/").content.decode()
    assert Rating.objects.count() == 1
    browser.post(f"/settings/import/{source.pk}/step", {"do": "undo"})
    run_pending(strict=True)
    assert not Rating.objects.exists()


def test_a_dry_run_of_a_command_leaves_no_trace(tmp_path):
    path = tmp_path / "sold.csv"
    path.write_text("sku,name\nL-1,Lamp\n")
    assert CliRunner().invoke(main, ["data", "import", "products", str(path), "--dry-run"]).exit_code == 0
    assert not TableImport.objects.exists()
    assert not Product.objects.exists()


def test_after_thirty_days_only_the_counts_are_kept(browser):
    here = bring(browser)
    try_it(browser, here)
    browser.post(f"{here}step", {"do": "begin"})
    run_pending(strict=True)
    with time_machine.travel(clock.now() + timedelta(days=31)):
        assert starting.forget_old() == 1
        assert starting.forget_old() == 0
        source = TableImport.objects.get()
        assert (source.created, source.file, source.sample) == (3, None, [])
        assert not source.made.exists()
        assert not starting.is_undoable(source)


def test_an_agent_without_the_permission_sees_nothing_of_it(ada, signed_in):
    assert signed_in(ada).get("/settings/import/").status_code == 403
