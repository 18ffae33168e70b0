"""Importing customers at the pages and over HTTP."""

import csv
import io
from pathlib import Path

import pytest

from rapport.backbone.jobs import run_pending
from rapport.customers.importing.models import CustomerImport
from rapport.privacy.models import Entry

SHEETS = Path(__file__).parent / "sheets"

pytestmark = pytest.mark.django_db


ROWS = "email,name,place,company\nkim@studio.example,Kim J. Park,Oslo,Studio\nlee@a.example,Lee,,\n"


def test_the_audit_trail_says_who_imported_what(omar, signed_in, fields):
    browser = signed_in(omar)
    with (SHEETS / "kunden.csv").open("rb") as file:
        page = browser.post("/customers/imports/", {"file": file})
    browser.post(f"{page['Location']}step", {"do": "begin"})
    run_pending(strict=True)
    entries = Entry.objects.filter(kind="customers.customerimport").order_by("id")
    assert [(entry.action, entry.agent_name, entry.label) for entry in entries] == [
        ("added", "Omar Haddad", "kunden.csv"),
        ("changed", "Omar Haddad", "kunden.csv"),
        ("changed", "Omar Haddad", "kunden.csv"),
    ]
    assert entries[2].changes["state"] == ["importing", "done"]


def test_omar_goes_through_the_pages(omar, signed_in, fields):
    browser = signed_in(omar)
    assert "/customers/imports/" in browser.get("/customers/").content.decode()
    assert "Choose a file first." in browser.post("/customers/imports/").content.decode()
    with (SHEETS / "kunden.csv").open("rb") as file:
        here = browser.post("/customers/imports/", {"file": file})["Location"]
    source = CustomerImport.objects.get()
    assert "Windows-1252" in browser.get(here).content.decode()
    said = {"column": ["", *source.columns[1:]], "has_header": "on", "encoding": "cp1252", "separator": ";"}
    none = browser.post(here, {**said, "column": [""] * len(source.columns)})
    assert none.status_code == 422
    assert "one of them is needed" in none.content.decode()
    assert browser.post(here, said).status_code == 302
    assert "rows tried" in browser.get(f"{here}progress").content.decode()
    run_pending(strict=True)
    assert browser.get(f"{here}progress")["HX-Refresh"] == "true"
    page = browser.get(here).content.decode()
    assert "What would come of it" in page
    assert "Import 3 customers" in page
    assert browser.get("/customers/imports/").content.decode().count("kunden.csv") == 1
    lines = b"".join(browser.get(f"{here}errors.csv").streaming_content).decode("utf-8-sig")
    assert [row[0] for row in csv.reader(io.StringIO(lines))] == ["Row", "5", "6", "7"]
    browser.post(f"{here}step", {"do": "begin"})
    run_pending(strict=True)
    assert "Take it back" in browser.get(here).content.decode()


def test_a_file_read_another_way_is_guessed_anew_and_thrown_away(omar, signed_in):
    browser = signed_in(omar)
    file = io.BytesIO("name;email\nZoë;zoe@a.example\n".encode())
    file.name = "x.csv"
    here = browser.post("/customers/imports/", {"file": file})["Location"]
    browser.post(here, {"encoding": "cp1252", "separator": ";", "has_header": "on", "column": ["name", "email"]})
    source = CustomerImport.objects.get()
    assert (source.state, source.encoding, source.sample[1][0]) == ("draft", "cp1252", "ZoÃ«")
    browser.post(f"{here}step", {"do": "throw_away"})
    assert not CustomerImport.objects.exists()


@pytest.mark.parametrize("address", ["", "1/", "1/progress", "1/errors.csv"])
def test_ada_may_not_import(ada, signed_in, address):
    assert signed_in(ada).get(f"/customers/imports/{address}").status_code == 403
    assert "/customers/imports/" not in signed_in(ada).get("/customers/").content.decode()


def test_a_script_imports_and_takes_back(omar, ada, signed_in):
    browser = signed_in(omar)
    api = "/api/v1/customers/imports"
    assert signed_in(ada).get(api).status_code == 403
    made = browser.post(f"{api}?name=crm.csv", ROWS.encode(), content_type="text/csv")
    assert made.status_code == 201, made.content
    here = f"{api}/{made.json()['id']}"
    assert made.json()["columns"] == ["email", "name", "location", "company"]
    bad = browser.patch(here, {"columns": ["name", "", "", ""]}, content_type="application/json")
    assert bad.status_code == 422
    said = {"columns": ["email", "name", "", ""], "existing": "fill"}
    assert browser.patch(here, said, content_type="application/json").status_code == 200
    assert browser.post(f"{here}/trial").status_code == 202
    run_pending(strict=True)
    assert browser.get(here).json()["state"] == "checked"
    assert browser.post(f"{here}/run").status_code == 202
    assert browser.post(f"{here}/run").status_code == 409
    run_pending(strict=True)
    assert browser.get(here).json()["created"] == 2
    assert browser.get(f"{here}/problems").json() == {"items": [], "next": None}
    assert browser.get(api).json()["items"][0]["file_name"] == "crm.csv"
    assert browser.post(f"{here}/undoing").status_code == 202
    run_pending(strict=True)
    assert browser.get(here).json()["taken_back"] == 2
    assert browser.post(api, b"", content_type="text/csv").status_code == 422
    assert browser.get(f"{api}/99999999").status_code == 404


def test_nothing_in_the_error_file_runs_as_a_formula(omar, signed_in):
    browser = signed_in(omar)
    file = io.BytesIO(b"email,=2+5\nnot an address,=1+1\n")
    file.name = "x.csv"
    here = browser.post("/customers/imports/", {"file": file})["Location"]
    browser.post(f"{here}step", {"do": "begin"})
    run_pending(strict=True)
    lines = b"".join(browser.get(f"{here}errors.csv").streaming_content).decode("utf-8-sig")
    assert [row[3] for row in csv.reader(io.StringIO(lines))] == ["'=2+5", "'=1+1"]
