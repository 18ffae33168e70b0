"""A program brings tables, says what is in them, imports them and takes them back, as Noor does on the page."""

import json

import pytest
from django.test import Client

from rapport.backbone.jobs import run_pending
from rapport.customers.importing import tables
from rapport.customers.models import Customer
from rapport.exchange.importing.models import TableImport
from rapport.exchange.tests.test_importing_tables import ORDERS
from rapport.sales.models import Order
from rapport.team import actions as team

pytestmark = pytest.mark.django_db


class Program:
    def __init__(self, agent, scope="write"):
        self.headers = {"Authorization": f"Bearer {team.create_token(agent, scope=scope)}"}
        self.http = Client(raise_request_exception=False)

    def __call__(self, method, path, body=None, kind="application/json", status=200):
        data = b"" if body is None else body.encode() if isinstance(body, str) else json.dumps(body)
        answer = self.http.generic(method, f"/api/v1{path}", data, content_type=kind, headers=self.headers)
        assert answer.status_code == status, answer.content
        return answer.json() if answer.content else None

    def bring(self, text=ORDERS, query="?name=orders.csv", status=201):
        return self("POST", f"/imports{query}", text, kind="text/csv", status=status)


@pytest.fixture
def program(noor):
    return Program(noor)


def test_orders_come_in_and_go_again(program):
    brought = program.bring()
    here = f"/imports/{brought['id']}"
    assert (brought["kind"], brought["state"], brought["total"], brought["for_every_row"]) == ("orders", "draft", 4, {})
    assert brought["heads"][:3] == ["Order number", "Date", "Email"]
    assert brought["columns"][0] == "number"
    assert program("PATCH", here, {"for_every_row": {"currency": "EUR"}})["columns"] == brought["columns"]
    program("POST", f"{here}/trial", status=202)
    run_pending(strict=True)
    tried = program("GET", here)
    assert (tried["state"], tried["created"], tried["wrong"]) == ("checked", 3, 1)
    assert not Order.objects.exists()
    [problem] = program("GET", f"{here}/problems")["items"]
    assert problem["row"] == 5
    program("POST", f"{here}/run", status=202)
    run_pending(strict=True)
    assert program("GET", here)["state"] == "done"
    assert Order.objects.get(number="A-1").total == 11_200
    program("POST", f"{here}/undoing", status=202)
    run_pending(strict=True)
    back = program("GET", here)
    assert (back["state"], back["taken_back"], back["kept"]) == ("undone", 2, 0)
    assert not Order.objects.exists()
    assert not Customer.objects.exists()


def test_a_program_can_find_out_what_there_is(program):
    found = {each["kind"]: each for each in program("GET", "/imports/kinds")}
    assert {"companies", "products", "orders", "subscriptions", "deals", "ratings", "events"} <= set(found)
    assert "customers" not in found
    assert "currency" in found["orders"]["for_every_row"]
    assert [column["name"] for column in found["products"]["columns"] if column["required"]]


def test_another_kind_guesses_the_columns_anew(program):
    brought = program.bring("sku,name,price\nL-1,Desk lamp,49\n", query="")
    assert brought["kind"] == "products"
    assert program("PATCH", f"/imports/{brought['id']}", {"kind": "orders"})["kind"] == "orders"


def test_what_makes_no_sense_is_said_with_its_place(program, monkeypatch):
    unknown = program.bring("a,b\n1,2\n", status=422)
    assert unknown["errors"][0]["field"] == "body"
    program.bring(query="?kind=dragons", status=422)
    here = f"/imports/{program.bring()['id']}"
    short = program("PATCH", here, {"columns": ["number"]}, status=422)
    assert short["errors"][0]["field"] == "body.columns"
    without = {"columns": [""] * 7}
    assert "Say which column is" in program("PATCH", here, without, status=422)["errors"][0]["message"]
    program("POST", f"{here}/undoing", status=409)
    monkeypatch.setattr(tables, "LARGEST", 10)
    program.bring(status=413)
    assert program("GET", "/imports/999", status=404)["status"] == 404


def test_an_import_that_runs_can_be_stopped_and_one_that_never_ran_thrown_away(program):
    here = f"/imports/{program.bring()['id']}"
    program("PATCH", here, {"for_every_row": {"currency": "EUR"}})
    program("POST", f"{here}/run", status=202)
    assert program("POST", f"{here}/stop", status=202)["state"] == "failed"
    program("DELETE", here, status=409)
    assert program("POST", f"{here}/run", status=202)["state"] == "importing"
    run_pending(strict=True)
    assert program("GET", here)["state"] == "done"
    other = f"/imports/{program.bring()['id']}"
    program("DELETE", other, status=204)
    assert [each["id"] for each in program("GET", "/imports")["items"]] == [TableImport.objects.get().pk]


def test_who_may_not_manage_fields_may_not_import_either(ada, noor):
    Program(ada)("GET", "/imports", status=403)
    Program(ada)("POST", "/imports", ORDERS, kind="text/csv", status=403)
    Program(noor, scope="read")("POST", "/imports", ORDERS, kind="text/csv", status=403)
