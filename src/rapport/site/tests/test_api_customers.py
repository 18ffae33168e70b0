"""Customers and companies as scripts see them."""

import pytest

from rapport.backbone.custom_fields.defining import Definition, define
from rapport.customers.fields import FIELDS
from rapport.customers.models import Company, Customer, Identity

pytestmark = pytest.mark.django_db


def test_ada_adds_somebody_and_reads_them_back(ada, script):
    calling = script(ada)
    body = {"name": "Lee  Wong", "email": "Lee@Mail.example", "phone": "+49 30 23125 100", "account": "LW-3382"}
    added = calling.post("/customers", body | {"language": "zh-hans", "time_zone": "Europe/Rome", "location": "Milan"})
    assert added.status_code == 201, added.content
    customer = added.json()
    assert (customer["name"], customer["email"], customer["phone"]) == ("Lee Wong", "lee@mail.example", "+493023125100")
    assert {identity["kind"] for identity in customer["identities"]} == {"email", "phone", "external"}
    assert calling.get(f"/customers/{customer['id']}").json() == customer


def test_somebody_needs_an_address_of_some_kind(ada, script):
    response = script(ada).post("/customers", {"name": "Nobody"})
    assert response.status_code == 422
    assert response.json()["errors"][0]["field"] == "body.email"


def test_an_address_belongs_to_one_customer(ada, kim, script):
    calling = script(ada)
    assert calling.post("/customers", {"email": "KIM@studio.example"}).status_code == 409
    lee = calling.post("/customers", {"email": "lee@mail.example"}).json()
    assert calling.patch(f"/customers/{lee['id']}", {"email": "kim@studio.example"}).status_code == 409
    assert Customer.objects.count() == 2


def test_a_new_address_joins_the_old_one(ada, kim, script):
    changed = script(ada).patch(f"/customers/{kim.pk}", {"email": "kim@new.example", "name": "Kim P."}).json()
    assert (changed["email"], changed["name"]) == ("kim@new.example", "Kim P.")
    assert Identity.objects.filter(customer=kim, kind="email").count() == 2


def test_what_is_left_out_stays(ada, kim, script):
    calling = script(ada)
    calling.patch(f"/customers/{kim.pk}", {"location": "Seoul", "language": "ko"})
    changed = calling.patch(f"/customers/{kim.pk}", {"language": ""}).json()
    assert (changed["name"], changed["location"], changed["language"]) == ("Kim Park", "Seoul", "")


@pytest.mark.parametrize(
    "body",
    [{"time_zone": "Mars/Base"}, {"language": "not a language"}, {"company": 99999999}, {"phone": "12"}, {"nmae": "x"}],
)
def test_a_value_without_meaning_is_refused_and_nothing_changes(ada, kim, script, body):
    assert script(ada).patch(f"/customers/{kim.pk}", {"name": "Changed", **body}).status_code == 422
    kim.refresh_from_db()
    assert kim.name == "Kim Park"


def test_kim_gets_a_company_and_loses_it_again(ada, kim, script):
    calling = script(ada)
    company = calling.post("/companies", {"name": "Studio", "domain": "studio.example"}).json()
    assert calling.get(f"/customers/{kim.pk}").json()["company"] == {"id": company["id"], "name": "Studio"}
    assert calling.patch(f"/customers/{kim.pk}", {"company": None}).json()["company"] is None
    assert calling.patch(f"/customers/{kim.pk}", {"company": company["id"]}).json()["company"]["name"] == "Studio"
    assert calling.get(f"/companies/{company['id']}").json() == company
    assert calling.get("/companies/999999").status_code == 404


def test_a_domain_belongs_to_one_company(ada, script):
    calling = script(ada)
    assert calling.post("/companies", {"name": "One", "domain": "one.example"}).status_code == 201
    assert calling.post("/companies", {"name": "Two", "domain": "one.example"}).status_code == 409
    assert calling.post("/companies", {"name": "Mail", "domain": "gmail.com"}).status_code == 422
    assert Company.objects.count() == 1


def test_customers_are_found_by_name_address_and_company(ada, kim, script):
    calling = script(ada)
    studio = calling.post("/companies", {"name": "Park Lamps", "domain": "studio.example"}).json()
    calling.post("/customers", {"email": "lee@mail.example", "name": "Lee"})

    def found(**query):
        return [item["name"] for item in calling.get("/customers", **query).json()["items"]]

    assert found() == ["Lee", "Kim Park"]
    assert found(q="kim") == found(q="studio.ex") == found(q="lamps park") == ["Kim Park"]
    assert found(email="LEE@mail.example") == ["Lee"]
    assert found(email="nobody@mail.example") == []
    assert found(company=studio["id"]) == ["Kim Park"]
    assert found(q="100%") == []
    assert [item["name"] for item in calling.get("/companies", q="lamps").json()["items"]] == ["Park Lamps"]
    assert calling.get("/companies", q="nothing").json()["items"] == []


def test_own_fields_are_read_written_and_filtered_by(ada, kim, script):
    for label, kind in (("Tier", "choice"), ("Seats", "number")):
        define(FIELDS, Definition(label, kind, choices=("Gold", "Silver") if kind == "choice" else ()))
    calling = script(ada)
    lee = calling.post("/customers", {"email": "lee@mail.example", "fields": {"tier": "Silver", "seats": 3}}).json()
    assert lee["fields"] == {"tier": "Silver", "seats": 3}
    changed = calling.patch(f"/customers/{kim.pk}", {"fields": {"tier": "gold", "seats": 2.5}}).json()
    assert changed["fields"] == {"tier": "Gold", "seats": 2.5}
    found = calling.get("/customers?field.tier=gold&field.seats=2.5").json()["items"]
    assert [each["id"] for each in found] == [kim.pk]
    assert calling.patch(f"/customers/{kim.pk}", {"fields": {"seats": None}}).json()["fields"] == {"tier": "Gold"}
    wrong = calling.patch(f"/customers/{kim.pk}", {"name": "K", "fields": {"tier": "Tin"}})
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "body.fields.tier")
    assert Customer.objects.get(pk=kim.pk).name == kim.name
    unknown = calling.get("/customers?field.shoe=44")
    assert (unknown.status_code, unknown.json()["errors"][0]["field"]) == (422, "query.field.shoe")
    assert [field["key"] for field in calling.get("/fields/customers").json()] == ["tier", "seats"]
