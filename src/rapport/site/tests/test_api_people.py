"""Events, timelines, addresses, notes, files and companies as scripts see them."""

import pytest

from rapport.customers.models import CustomerEvent, Identity
from rapport.team.models import Agent

pytestmark = pytest.mark.django_db
ORDER = {
    "name": "order placed", "email": "kim@studio.example", "at": "2026-03-01T09:30:00Z", "properties": {"lamps": 3},
    "amount": {"minor": 21990, "currency": "EUR"}, "source": "shop", "external_id": "9310",
}  # fmt: skip


def test_a_shop_tells_what_kim_did_once(ada, kim, script):
    calling = script(ada)
    first = calling.post("/events", ORDER)
    assert first.status_code == 201, first.content
    assert (first.json()["customer"], first.json()["amount"]) == (kim.pk, ORDER["amount"])
    again = calling.post("/events", ORDER)
    assert (again.status_code, again.json()) == (200, first.json())
    assert calling.get("/events", customer=kim.pk).json()["items"] == [first.json()]


def test_a_batch_keeps_what_is_right_and_says_what_is_wrong(ada, kim, script):
    wrong = [
        {**ORDER, "external_id": "1", "email": "who@else.example"},
        {"name": "x"},
        {**ORDER, "nmae": "y"},
        {**ORDER, "external_id": "2", "amount": {"minor": 1, "currency": "XXQ"}},
        {**ORDER, "external_id": "3", "at": "2026-03-01"},
    ]
    answer = script(ada).post("/events/batch", {"events": [ORDER, *wrong, ORDER, {**ORDER, "external_id": "4"}]})
    said = answer.json()
    assert (answer.status_code, said["created"], said["same"]) == (200, 2, 1)
    fields = [(each["index"], each["field"]) for each in said["errors"]]
    assert fields == [(1, "email"), (2, "customer"), (3, "nmae"), (4, "amount"), (5, "at")]
    assert all(each["detail"] for each in said["errors"])
    assert CustomerEvent.objects.count() == 2


def test_a_batch_has_a_thousand_at_most(ada, script):
    assert script(ada).post("/events/batch", {"events": [ORDER] * 1001}).status_code == 422
    assert script(ada).post("/events/batch", {"events": []}).status_code == 422


def test_events_are_listed_by_customer_name_and_time(ada, kim, script):
    calling = script(ada)
    for day, name in enumerate(("signed in", "paid", "signed in"), start=1):
        calling.post("/events", {"name": name, "customer": kim.pk, "at": f"2026-03-0{day}T09:00:00Z"})
    calling.post("/events", {"name": "paid", "email": "lee@mail.example", "create": True})

    def names(**asked):
        return [item["name"] for item in calling.get("/events", **asked).json()["items"]]

    assert names() == ["paid", "signed in", "paid", "signed in"]
    assert names(customer=kim.pk, since="2026-03-02T00:00:00Z") == ["signed in", "paid"]
    assert names(name="signed in", until="2026-03-03T00:00:00Z") == ["signed in"]
    assert names(customer=999999) == []
    assert calling.get("/events", since="2026-03-02T00:00:00Z").status_code == 422
    first = calling.get("/events", customer=kim.pk, limit=2).json()
    assert len(calling.get("/events", customer=kim.pk, limit=2, cursor=first["next"]).json()["items"]) == 1


def test_a_viewer_tells_nothing(kim, script):
    calling = script(Agent.objects.create_user("vera@lampwright.example", name="Vera", role="viewer"))
    assert calling.post("/events", ORDER).status_code == 403
    assert calling.post("/events/batch", {"events": [ORDER]}).status_code == 403
    assert calling.post(f"/customers/{kim.pk}/notes", {"text": "x"}).status_code == 403


def test_a_timeline_is_asked_for_by_kind_and_day(ada, kim, script):
    calling = script(ada)
    calling.post("/events", ORDER)
    calling.post(f"/customers/{kim.pk}/notes", {"text": "Prefers mornings"})
    path = f"/customers/{kim.pk}/timeline"
    assert [item["kind"] for item in calling.get(path, kinds="events,notes").json()["items"]] == ["notes", "events"]
    assert [item["title"] for item in calling.get(path, until="2026-03-02T00:00:00Z").json()["items"]] == [
        "order placed"
    ]
    page = calling.get(path, limit=1).json()
    assert [item["kind"] for item in calling.get(path, cursor=page["next"]).json()["items"]] == ["events"]
    assert calling.get(path, kinds="shoes").status_code == 422
    assert calling.get(path, cursor="made-up").status_code == 422


def test_addresses_are_added_changed_and_removed(ada, kim, script):
    calling = script(ada)
    path = f"/customers/{kim.pk}/identities"
    home = calling.post(path, {"kind": "email", "value": "Kim@Home.example", "label": "home"}).json()
    assert (home["value"], home["label"], home["primary"]) == ("kim@home.example", "home", False)
    changed = calling.patch(f"{path}/{home['id']}", {"primary": True, "verified": True, "label": "private"}).json()
    assert (changed["primary"], bool(changed["verified_at"]), changed["label"]) == (True, True, "private")
    assert calling.get(f"/customers/{kim.pk}").json()["email"] == "kim@home.example"
    assert calling.send("DELETE", f"{path}/{home['id']}").status_code == 204
    assert calling.get(f"/customers/{kim.pk}").json()["email"] == "kim@studio.example"
    assert calling.send("DELETE", f"{path}/{Identity.objects.get().pk}").status_code == 409
    refused = calling.post(path, {"kind": "phone", "value": "12"})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "body.value")


def test_notes_are_written_changed_and_removed(ada, omar, kim, script):
    calling, path = script(ada), f"/customers/{kim.pk}/notes"
    note = calling.post(path, {"text": "Prefers mornings", "pinned": True}).json()
    assert (note["by"]["id"], note["pinned"]) == (ada.pk, True)
    assert calling.patch(f"{path}/{note['id']}", {"text": "Prefers evenings", "pinned": False}).json()["edited_at"]
    assert script(omar).patch(f"{path}/{note['id']}", {"text": "Mine"}).status_code == 403
    assert script(omar).patch(f"{path}/{note['id']}", {"pinned": True}).status_code == 200
    assert calling.send("DELETE", f"{path}/{note['id']}").status_code == 204
    assert calling.get(path).json()["items"] == []


def test_a_file_comes_back_as_it_was_and_cannot_run(ada, kim, script):
    calling, path = script(ada), f"/customers/{kim.pk}/files"
    sent = calling.http.generic(
        "POST", f"/api/v1{path}?name=offer.html", b"<script>alert(1)</script>", content_type="text/html",
        headers={"Authorization": f"Bearer {calling.token}"},
    )  # fmt: skip
    assert sent.status_code == 201, sent.content
    answer = calling.get(f"{path}/{sent.json()['id']}")
    assert answer.content == b"<script>alert(1)</script>"
    assert answer["Content-Disposition"].startswith("attachment")
    assert (answer["X-Content-Type-Options"], "sandbox" in answer["Content-Security-Policy"]) == ("nosniff", True)
    assert calling.send("DELETE", f"{path}/{sent.json()['id']}").status_code == 204
    assert calling.get(path).json()["items"] == []


def test_kim_has_somebody_who_looks_after_them(ada, omar, kim, script):
    calling = script(ada)
    changed = calling.patch(f"/customers/{kim.pk}", {"owner": omar.pk, "job_title": "Founder"}).json()
    assert (changed["owner"]["name"], changed["job_title"]) == ("Omar Haddad", "Founder")
    assert [item["id"] for item in calling.get("/customers", owner=omar.pk).json()["items"]] == [kim.pk]
    assert calling.patch(f"/customers/{kim.pk}", {"owner": None}).json()["owner"] is None
    assert calling.patch(f"/customers/{kim.pk}", {"owner": 999999}).status_code == 422


def test_a_company_is_changed_and_found_by_its_domains(ada, omar, kim, script):
    calling = script(ada)
    studio = calling.post("/companies", {"name": "Studio", "domain": "studio.example"}).json()
    assert (studio["people"], studio["domains"]) == (1, ["studio.example"])
    said = {"name": "Studio Ltd", "domains": ["studio.test", "studio.example"], "owner": omar.pk, "about": "Net 30"}
    changed = calling.patch(f"/companies/{studio['id']}", said).json()
    assert (changed["name"], changed["domain"], changed["owner"]["id"]) == ("Studio Ltd", "studio.test", omar.pk)
    for asked in ({"domain": "studio.example"}, {"q": "ltd"}, {"owner": omar.pk}, {"q": "studio.exam"}):
        assert [item["id"] for item in calling.get("/companies", **asked).json()["items"]] == [studio["id"]]
    assert calling.get("/companies", domain="else.example").json()["items"] == []
    assert calling.patch(f"/companies/{studio['id']}", {"domain": "gmail.com"}).status_code == 422
    other = calling.post("/companies", {"name": "Other"}).json()
    assert calling.patch(f"/companies/{other['id']}", {"domain": "studio.test"}).status_code == 409


def test_two_companies_become_one_and_two_again(ada, kim, script):
    calling = script(ada)
    one, two = (calling.post("/companies", {"name": name}).json()["id"] for name in ("One", "Two"))
    merged = calling.post(f"/companies/{one}/merge", {"into": two})
    assert merged.status_code == 201, merged.content
    assert calling.get(f"/companies/{one}").json()["id"] == two
    undone = calling.post(f"/companies/merges/{merged.json()['id']}/undoing")
    assert undone.json()["undone_at"]
    assert calling.get(f"/companies/{one}").json()["id"] == one
    assert calling.post(f"/companies/{one}/merge", {"into": one}).status_code == 409
