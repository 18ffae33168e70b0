"""Own fields, saved views, links and changes of many, as scripts use them."""

import json

import pytest

from rapport.backbone.custom_fields.defining import Definition, define
from rapport.conversations.fields import FIELDS
from rapport.conversations.models import Conversation

pytestmark = pytest.mark.django_db


@pytest.fixture
def calling(ada, script):
    return script(ada)


@pytest.fixture
def begin(calling, inbox):
    def begun(text="The lamp flickers."):
        body = {"customer": {"email": "kim@studio.example"}, "text": text, "direction": "in", "inbox": inbox.pk}
        answer = calling.post("/conversations", body)
        assert answer.status_code == 201, answer.content
        return answer.json()

    return begun


def found(calling, query):
    answer = calling.get(f"/conversations?{query}")
    assert answer.status_code == 200, answer.content
    return [each["id"] for each in answer.json()["items"]]


def test_own_fields_are_read_written_and_filtered_by(calling, begin):
    for label, kind in (("Product", "choice"), ("Amount", "number")):
        define(FIELDS, Definition(label, kind, choices=("Lamp", "Bulb") if kind == "choice" else ()))
    one, other = begin(), begin()
    assert one["fields"] == {}
    changed = calling.patch(f"/conversations/{one['id']}", {"fields": {"product": "lamp", "amount": 12.5}}).json()
    assert changed["fields"] == {"product": "Lamp", "amount": 12.5}
    assert calling.get(f"/conversations/{one['id']}").json()["fields"] == changed["fields"]
    assert found(calling, "field.product=Lamp&field.amount=12.5") == [one["id"]]
    wanted = {"conditions": [{"field": "field.amount", "op": "empty"}]}
    assert found(calling, "filter=" + json.dumps(wanted)) == [other["id"]]
    wrong = calling.patch(f"/conversations/{one['id']}", {"subject": "No", "fields": {"amount": "many"}})
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "body.fields.amount")
    assert Conversation.objects.get(pk=one["id"]).subject != "No"
    for query, field in (("field.shoe=1", "query.field.shoe"), ("filter=x", "query.filter"), ("view=9", "query.view")):
        refused = calling.get(f"/conversations?{query}")
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, field)
    assert [each["key"] for each in calling.get("/fields/conversations").json()] == ["product", "amount"]


def test_a_list_with_own_fields_costs_no_more_for_more_rows(calling, begin, django_assert_max_num_queries):
    define(FIELDS, Definition("Product", "text"))
    for number in range(5):
        calling.patch(f"/conversations/{begin()['id']}", {"fields": {"product": str(number)}})
    with django_assert_max_num_queries(9):
        assert len(found(calling, "limit=50")) == 5


def test_a_view_is_saved_changed_used_and_removed(calling, begin):
    one, _other = begin(), begin()
    calling.patch(f"/conversations/{one['id']}", {"priority": "urgent"})
    body = {"name": "Urgent", "filter": {"conditions": [{"field": "priority", "op": "is", "value": "urgent"}]}}
    made = calling.post("/views", body).json()
    assert made["described"] == "Priority is Urgent"
    assert calling.get("/views").json() == [made]
    assert found(calling, f"view={made['id']}") == [one["id"]]
    assert calling.put(f"/views/{made['id']}", {**body, "name": "Now"}).json()["name"] == "Now"
    wrong = calling.post("/views", {**body, "filter": {"conditions": [{"field": "shoe", "op": "is"}]}})
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "body.filter")
    assert "Line 1" in wrong.json()["errors"][0]["message"]
    assert calling.post("/views", {**body, "audience": "everyone"}).status_code == 422
    assert calling.delete(f"/views/{made['id']}").status_code == 204
    assert calling.get(f"/conversations?view={made['id']}").status_code == 422


def test_links_are_made_and_taken_away(calling, begin):
    one, other = begin(), begin()
    links = calling.post(f"/conversations/{one['id']}/links", {"conversation": other["id"], "kind": "follow_up"}).json()
    assert links == [{"conversation": other["id"], "number": other["number"], "kind": "follow_up", "ours": True}]
    assert calling.get(f"/conversations/{other['id']}/links").json()[0]["ours"] is False
    assert calling.delete(f"/conversations/{one['id']}/links/{other['id']}").json() == []
    assert calling.post(f"/conversations/{one['id']}/links", {"conversation": one["id"]}).status_code == 422


def test_many_are_changed_and_taken_back(calling, begin, omar, script):
    ids = [begin()["id"] for _ in range(3)]
    made = calling.post("/bulk-changes", {"conversations": ids, "verb": "tag", "tag": "Refund"}).json()
    assert made["changed"] == ids
    assert found(calling, "tag=Refund") == ids[::-1]
    assert script(omar).delete(f"/bulk-changes/{made['id']}").status_code == 404
    assert calling.delete(f"/bulk-changes/{made['id']}").json() == {"restored": 3, "skipped": 0}
    assert found(calling, "tag=Refund") == []
    assert calling.delete(f"/bulk-changes/{made['id']}").status_code == 422
    for wrong in ({"verb": "tag"}, {"verb": "assign"}, {"verb": "priority"}, {"verb": "assign", "agent": 99_999}):
        assert calling.post("/bulk-changes", {"conversations": ids, **wrong}).status_code == 422


def test_a_script_is_told_which_fields_are_needed_before_it_closes(calling, begin):
    define(FIELDS, Definition("Product", "text", is_needed_to_close=True))
    [field] = calling.get("/fields/conversations").json()
    assert field["needed_to_close"] is True
    one, other = begin(), begin()
    for refused in (
        calling.post(f"/conversations/{one['id']}/closure"),
        calling.patch(f"/conversations/{one['id']}", {"subject": "No", "status": "closed"}),
    ):
        assert refused.status_code == 422
        assert [each["field"] for each in refused.json()["errors"]] == ["body.fields.product"]
    both = calling.patch(f"/conversations/{one['id']}", {"fields": {"product": "Lamp"}, "status": "closed"})
    assert (both.status_code, both.json()["status"]) == (200, "closed")
    many = calling.post("/bulk-changes", {"conversations": [other["id"]], "verb": "close"}).json()
    assert (many["changed"], many["lacking"]) == ([], [{"conversation": other["id"], "fields": ["product"]}])
