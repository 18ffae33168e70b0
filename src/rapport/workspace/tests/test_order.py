"""Putting the inbox in order: filters, saved views, many at once, own fields, links, moments, tags."""

import json
from datetime import timedelta

import pytest

from rapport.backbone.custom_fields.defining import Definition, define
from rapport.conversations import actions
from rapport.conversations.fields import FIELDS
from rapport.conversations.models import Conversation, SavedView, Tag
from rapport.customers.fields import FIELDS as CUSTOMER_FIELDS
from rapport.kit import clock

HTMX = {"HX-Request": "true"}
URGENT = {"version": 1, "match": "all", "conditions": [{"field": "priority", "op": "is", "value": ["urgent"]}]}


def toast(response) -> dict:
    return json.loads(response["HX-Trigger"])["rapport:toast"]


def listed(browser, **query):
    page = browser.get("/inbox/", query)
    assert page.status_code == 200
    return page.content.decode()


@pytest.fixture
def browser(ada, signed_in):
    return signed_in(ada)


@pytest.fixture
def leads(omar, signed_in):
    return signed_in(omar)


def test_ada_filters_a_list_saves_it_and_finds_it_in_her_column(browser, ada, write):
    meant, other = write(subject="Burning lamp"), write(subject="A question")
    actions.prioritise(meant, priority=4, by=ada)
    form = browser.get("/inbox/filter", {"view": "unassigned"}).content.decode()
    assert "Assigned to is Nobody" in form
    shown = browser.post("/inbox/filter", {"filter": json.dumps(URGENT)}, headers=HTMX)
    page = browser.get(shown["HX-Redirect"]).content.decode()
    assert "Burning lamp" in page
    assert "A question" not in page
    said = {"name": "Urgent ones", "filter": json.dumps(URGENT), "columns": ["tags", "created"], "sort": "waiting"}
    kept = browser.post("/views/", said, headers=HTMX)
    page = browser.get(kept["HX-Redirect"]).content.decode()
    assert "Urgent ones" in page
    assert 'data-sort="waiting"' in page
    view = SavedView.objects.get()
    assert browser.get("/inbox/counts").json()[f"view:{view.pk}"] == "1"
    assert browser.get(f"/inbox/rows/{meant.pk}", {"view": f"view:{view.pk}"}).status_code == 200
    assert browser.get(f"/inbox/rows/{other.pk}", {"view": f"view:{view.pk}"}).status_code == 204


def test_a_search_becomes_a_view_of_its_words(browser, write):
    write("The lamp flickers.")
    assert "Words in its messages has “flickers”" in browser.get("/inbox/filter", {"q": "flickers"}).content.decode()


def test_a_wrong_line_is_named(browser):
    wrong = {"conditions": [{"field": "waiting", "op": "longer_than", "value": "long"}]}
    for address in ("/inbox/filter", "/views/"):
        refused = browser.post(address, {"name": "x", "filter": json.dumps(wrong)}, headers=HTMX)
        assert refused.status_code == 422
        assert refused.content.decode().startswith("Line 1: ")
    assert browser.get("/inbox/", {"view": "filter:{}x"}).status_code == 404


def test_a_view_is_removed_and_comes_back(browser, ada, leads):
    view = actions.save_view(None, by=ada, name="Urgent ones", filter=URGENT)
    assert leads.post(f"/views/{view.pk}/", {"name": "Mine now", "filter": json.dumps(URGENT)}).status_code == 404
    assert leads.post(f"/views/{view.pk}/removal").status_code == 422
    removed = browser.post(f"/views/{view.pk}/removal", headers=HTMX)
    assert "Urgent ones" not in removed.content.decode()
    back = browser.post(toast(removed)["undo"], headers=HTMX)
    assert "Urgent ones" in back.content.decode()


def test_a_shared_view_shows_each_only_what_they_may_see(browser, leads, omar, write, engineers_team):
    secret = write(subject="Of engineers only")
    actions.assign(secret, to=None, team=engineers_team, by=omar)
    view = actions.save_view(None, by=omar, name="All of it", filter={}, audience="everyone")
    assert "Of engineers only" in listed(leads, view=f"view:{view.pk}")
    assert "Of engineers only" not in listed(browser, view=f"view:{view.pk}")
    assert browser.get("/inbox/counts").json()[f"view:{view.pk}"] == ""


@pytest.fixture
def engineers_team(db):
    from rapport.team.models import Team

    return Team.objects.create(name="Engineering")


def test_views_show_own_fields_as_columns_at_a_constant_cost(browser, ada, write, django_assert_max_num_queries):
    define(FIELDS, Definition("Product", "text"))
    define(CUSTOMER_FIELDS, Definition("Tier", "text"))
    view = actions.save_view(
        None, by=ada, name="V", filter={}, columns=["field.product", "tags", "customer.tier", "inbox"]
    )
    for number in range(6):
        conversation = write()
        actions.fill_in(conversation, {"product": f"Lamp {number}"}, by=ada)
        actions.tag(conversation, name="Refund", by=ada)
    with django_assert_max_num_queries(10):
        rows = browser.get("/inbox/rows", {"view": f"view:{view.pk}"}).content.decode()
    assert "Lamp 5 · Refund · Support" in rows


def test_many_are_closed_and_taken_back_with_one_request_each(browser, write):
    three = [write() for _ in range(3)]
    ids = browser.get("/inbox/many/ids", {"view": "open"}).json()["ids"]
    assert set(ids) == {each.pk for each in three}
    closed = browser.post("/inbox/many", {"verb": "close", "ids": ",".join(map(str, ids))}, headers=HTMX)
    assert toast(closed)["text"] == "3 conversations changed."
    assert Conversation.objects.closed().count() == 3
    actions.reopen(three[0], by=None)
    undone = browser.post(toast(closed)["undo"], headers=HTMX)
    assert toast(undone)["text"] == "2 conversations are as they were. 1 was changed since, and stays."
    again = browser.post(toast(closed)["undo"], headers=HTMX)
    assert (again.status_code, Conversation.objects.open().count()) == (422, 3)


@pytest.mark.parametrize(
    ("verb", "value", "finds"),
    [
        ("assign", "me", {"assignee__name": "Ada Lindqvist"}), ("tag", "Refund", {"tags__name": "Refund"}),
        ("priority", "4", {"priority": 4}), ("snooze", "in 3 hours", {"status": "snoozed"}),
    ],
)  # fmt: skip
def test_the_bar_does_what_its_menus_offer(browser, write, verb, value, finds):
    conversation = write()
    assert browser.get("/inbox/many/choices").status_code == 200
    browser.post("/inbox/many", {"verb": verb, "value": value, "ids": str(conversation.pk)}, headers=HTMX)
    assert Conversation.objects.filter(**finds).exists()


@pytest.mark.parametrize(("verb", "value"), [("priority", "9"), ("tag", " "), ("snooze", "soon"), ("explode", "")])
def test_the_bar_refuses_nonsense_in_words(browser, write, verb, value):
    answer = browser.post("/inbox/many", {"verb": verb, "value": value, "ids": str(write().pk)}, headers=HTMX)
    assert answer.status_code == 422
    assert answer.content.decode().endswith((".", "."))


def test_a_viewer_cannot_change_many(signed_in, viewer, write):
    write()
    answer = signed_in(viewer).post("/inbox/many", {"verb": "close", "ids": str(write().pk)}, headers=HTMX)
    assert answer.status_code == 422
    assert Conversation.objects.open().count() == 2


def test_what_was_understood_of_a_moment_is_said_before_it_is_used(browser, ada, write):
    ada.time_zone = "Asia/Shanghai"
    ada.save()
    said = browser.get("/inbox/moment", {"words": "明天下午3点半"}).json()
    assert said["at"].endswith("T15:30:00+08:00")
    assert browser.get("/inbox/moment", {"words": "soon"}).json()["at"] is None
    conversation = write()
    browser.post(f"/conversations/{conversation.pk}/snooze", {"until": "in 3 hours"}, headers=HTMX)
    until = Conversation.objects.get(pk=conversation.pk).snoozed_until
    assert abs(until - clock.now() - timedelta(hours=3)) < timedelta(minutes=2)
    refused = browser.post(f"/conversations/{conversation.pk}/snooze", {"until": "soon"}, headers=HTMX)
    assert "Friday 9" in refused.content.decode()


def test_own_fields_are_filled_in_beside_the_thread_and_taken_back(browser, ada, kim, write):
    define(FIELDS, Definition("Order number", "text", is_required=True))
    define(CUSTOMER_FIELDS, Definition("Tier", "choice", choices=("Gold",)))
    conversation = write()
    page = browser.get(f"/inbox/{conversation.number}/").content.decode()
    assert "Order number" in page
    assert "Needed" in page
    saved = browser.post(f"/conversations/{conversation.pk}/fields", {"order_number": "A-17"}, headers=HTMX)
    assert 'value="A-17"' in saved.content.decode()
    changed = browser.post(f"/conversations/{conversation.pk}/fields", {"order_number": "A-18"}, headers=HTMX)
    browser.post(toast(changed)["undo"], headers=HTMX)
    assert FIELDS.plainly(Conversation.objects.get(pk=conversation.pk)) == {"order_number": "A-17"}
    refused = browser.post(f"/conversations/{conversation.pk}/fields", {"order_number": ""}, headers=HTMX)
    assert refused.content.decode() == "Order number is needed."
    browser.post(f"/customers/{kim.pk}/fields", {"tier": "Gold"}, headers=HTMX)
    assert "Gold" in browser.get(f"/customers/{kim.pk}/").content.decode()
    assert browser.post(f"/customers/{kim.pk}/fields", {"tier": "Tin"}, headers=HTMX).status_code == 422


def test_a_viewer_reads_fields_and_changes_none(signed_in, viewer, ada, write):
    define(FIELDS, Definition("Order number", "text"))
    conversation = write()
    actions.fill_in(conversation, {"order_number": "A-17"}, by=ada)
    reading = signed_in(viewer)
    page = reading.get(f"/inbox/{conversation.number}/").content.decode()
    assert "A-17" in page
    assert 'name="order_number"' not in page
    assert reading.post(f"/conversations/{conversation.pk}/fields", {"order_number": "B"}).status_code == 403


def test_two_conversations_are_linked_and_unlinked_beside_the_thread(browser, write):
    one, other = write(), write(subject="The first letter")
    here = f"/conversations/{one.pk}/links"
    linked = browser.post(here, {"number": f"#{other.number}", "kind": "duplicate"}, headers=HTMX)
    assert "The first letter" in linked.content.decode()
    assert "Has the duplicate" in browser.get(f"/inbox/{other.number}/").content.decode()
    browser.post(toast(linked)["undo"], headers=HTMX)
    assert not one.links.exists()
    browser.post(here, {"number": other.number, "kind": "follow_up"}, headers=HTMX)
    there = f"/conversations/{other.pk}/links"
    gone = browser.delete(there, query_params={"number": one.number}, headers=HTMX)
    browser.post(toast(gone)["undo"], headers=HTMX)
    link = one.links.get()
    assert (link.kind, link.other) == ("follow_up", other)
    assert browser.post(here, {"number": "9999"}, headers=HTMX).status_code == 422
    assert browser.post(here, {"number": one.number}, headers=HTMX).status_code == 422


def test_omar_defines_orders_and_retires_fields(leads, browser):
    assert browser.get("/settings/fields/").status_code == 403
    said = {"label": "Product", "kind": "choice", "choices": "Lamp\nBulb", "in_lists": "on", "shown_for": ""}
    assert leads.post("/settings/fields/conversations/new/", said).status_code == 302
    product = FIELDS.present.get()
    more = {"label": "Serial", "kind": "text", "shown_when": product.pk, "shown_for": "Lamp"}
    leads.post("/settings/fields/conversations/new/", more)
    page = leads.get("/settings/fields/").content.decode()
    assert "only when Product says Lamp" in page
    serial = FIELDS.present.get(key="serial")
    leads.post(f"/settings/fields/conversations/{serial.pk}/place", {"by": "-1"})
    assert [each.key for each in FIELDS.present] == ["serial", "product"]
    wrong = leads.post(f"/settings/fields/conversations/{product.pk}/", {**said, "choices": ""})
    assert wrong.status_code == 422
    assert "at least one choice" in wrong.content.decode()
    leads.post(f"/settings/fields/conversations/{product.pk}/retirement")
    assert "Bring back" in leads.get("/settings/fields/").content.decode()
    leads.post(f"/settings/fields/conversations/{product.pk}/retirement?method=DELETE")
    assert FIELDS.present.count() == 2
    assert leads.get("/settings/fields/shoes/new/").status_code == 404


def test_omar_renames_merges_and_deletes_tags_and_views_follow(leads, browser, ada, omar, write):
    assert browser.get("/settings/tags/").status_code == 403
    one, other = write(), write()
    actions.tag(one, name="refnd", by=ada)
    actions.tag(other, name="Refund", by=ada)
    said = {"conditions": [{"field": "tag", "op": "is", "value": ["refnd"]}]}
    view = actions.save_view(None, by=omar, name="Money", filter=said)
    assert "1 conversation" in leads.get("/settings/tags/").content.decode()
    wrong, right = Tag.objects.get(name="refnd"), Tag.objects.get(name="Refund")
    taken = leads.post(f"/settings/tags/{wrong.pk}/", {"name": "refund"})
    assert "Merge the two instead" in taken.content.decode()
    leads.post(f"/settings/tags/{right.pk}/", {"name": "Money back", "colour": "amber", "description": "To pay"})
    leads.post(f"/settings/tags/{wrong.pk}/merge", {"into": right.pk})
    assert Conversation.objects.tagged("Money back").count() == 2
    view.refresh_from_db()
    assert view.filter["conditions"][0]["value"] == ["Money back"]
    assert 'data-colour="amber"' in leads.get(f"/inbox/{one.number}/").content.decode()
    leads.post(f"/settings/tags/{right.pk}/deletion")
    assert not Tag.objects.exists()
