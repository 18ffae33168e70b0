"""Conversations, messages and files as scripts see them."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from rapport.backbone import files
from rapport.channels.models import Delivery, Dispatch
from rapport.conversations import actions
from rapport.conversations.models import Attachment, Conversation, Inbox
from rapport.customers.actions import meet
from rapport.customers.models import IdentityKind
from rapport.kit import clock
from rapport.team.models import Team

pytestmark = pytest.mark.django_db


@pytest.fixture
def trade(omar):
    team = Team.objects.create(name="Trade")
    team.members.add(omar)
    return team


def numbers(response):
    assert response.status_code == 200, response.content
    return [item["number"] for item in response.json()["items"]]


def test_a_conversation_looks_as_promised(ada, kim, script, write_in):
    conversation = write_in(kim, "It flickers").conversation
    actions.tag(conversation, name="Firmware 2.4", by=ada)
    actions.assign(conversation, to=ada, by=ada)
    body = script(ada).get(f"/conversations/{conversation.pk}").json()
    assert body["status"] == "open"
    assert body["customer"] == {"id": kim.pk, "name": "Kim Park", "email": "kim@studio.example", "phone": ""}
    assert body["assignee"] == {"id": ada.pk, "name": ada.name, "email": ada.email}
    assert body["inbox"]["name"] == "Support"
    assert body["tags"] == ["Firmware 2.4"]
    assert body["priority"] == "normal"
    assert body["message_count"] == 1
    assert body["closed_at"] is body["satisfaction"] is body["team"] is None
    assert body["created_at"].endswith("Z")


def test_ada_cannot_see_another_teams_conversation(ada, omar, kim, trade, script, write_in):
    message = write_in(kim, "A quote, please", where=Inbox.objects.create(name="Trade", team=trade))
    for path in (
        f"/conversations/{message.conversation_id}",
        f"/conversations/{message.conversation_id}/messages",
        f"/messages/{message.pk}",
        f"/messages/{message.pk}/raw",
    ):
        assert script(ada).get(path).status_code == 404
    calling = script(ada)
    assert calling.post(f"/conversations/{message.conversation_id}/notes", {"text": "x"}).status_code == 404
    assert calling.post(f"/conversations/{message.conversation_id}/closure").status_code == 404
    assert numbers(calling.get("/conversations")) == []
    assert calling.get(f"/customers/{kim.pk}/timeline").json()["items"] == []
    assert len(numbers(script(omar).get("/conversations"))) == 1


def test_lists_are_narrowed_by_every_filter(ada, omar, kim, trade, script, write_in):
    lee = meet(kind=IdentityKind.EMAIL, value="lee@mail.example", name="Lee")
    flicker = write_in(kim, "The desk lamp flickers").conversation
    refund = write_in(lee, "Where is my refund?", "Refund").conversation
    actions.assign(flicker, to=ada, by=omar)
    actions.assign(refund, to=None, team=trade, by=omar)
    actions.tag(refund, name="Refund", by=omar)
    actions.close(refund, by=omar)
    calling = script(omar)
    expected = {
        ("status", "open"): flicker,
        ("status", "closed"): refund,
        ("assignee", "none"): refund,
        ("assignee", ada.pk): flicker,
        ("team", "none"): flicker,
        ("team", trade.pk): refund,
        ("team", "me"): refund,
        ("tag", "Refund"): refund,
        ("customer", lee.pk): refund,
        ("q", "flickers"): flicker,
    }
    for (name, value), conversation in expected.items():
        assert numbers(calling.get("/conversations", **{name: value})) == [conversation.number], name
    both = [refund.number, flicker.number]
    assert sorted(numbers(calling.get("/conversations", inbox=flicker.inbox_id, channel="email"))) == sorted(both)
    assert numbers(calling.get("/conversations", assignee="me")) == []
    assert numbers(script(ada).get("/conversations", assignee="me", status="open")) == [flicker.number]


def test_paging_is_stable_while_new_conversations_arrive(ada, kim, script, write_in):
    for number in range(7):
        write_in(kim, f"Mail {number}")
    there = set(Conversation.objects.values_list("number", flat=True))
    calling, seen, cursor = script(ada), [], None
    while True:
        page = calling.get("/conversations", limit=2, **({"cursor": cursor} if cursor else {})).json()
        seen += [item["number"] for item in page["items"]]
        write_in(kim, "Another one meanwhile")
        cursor = page["next"]
        if cursor is None:
            break
    assert len(seen) == len(set(seen)), "nothing twice"
    assert set(seen) == there, "nothing missed, nothing new in between"


def test_who_follows_changes_misses_none(ada, kim, script, write_in):
    early = datetime(2026, 3, 1, 9, tzinfo=UTC)
    for hour in range(3):
        with clock.frozen(early + timedelta(hours=hour)):
            write_in(kim, "Hello")
    oldest = Conversation.objects.order_by("id").first()
    calling = script(ada)
    page = calling.get("/conversations", updated_since="2026-03-01T09:00:00Z", limit=2).json()
    assert [item["number"] for item in page["items"]] == [1, 2]
    with clock.frozen(early + timedelta(hours=5)):
        actions.close(oldest, by=ada)
    rest = calling.get("/conversations", updated_since="2026-03-01T09:00:00Z", cursor=page["next"]).json()
    assert [item["number"] for item in rest["items"]] == [3, 1], "what changed meanwhile comes again, at the end"
    assert numbers(calling.get("/conversations", updated_since="2026-03-01T10:30:00+00:00")) == [3, 1]


@pytest.mark.parametrize("moment", ["yesterday", "2026-03-01T09:00:00", "0001-01-01T00:00:00+23:00", "5"])
def test_a_moment_without_a_place_in_time_is_refused(ada, script, moment):
    assert script(ada).get("/conversations", updated_since=moment).status_code == 422


def test_a_cursor_of_another_list_is_refused(ada, kim, script, write_in):
    for _ in range(2):
        write_in(kim, "Hello")
    calling = script(ada)
    cursor = calling.get("/conversations", limit=1).json()["next"]
    assert calling.get("/customers", cursor=cursor).status_code == 422
    assert calling.get("/conversations", cursor=cursor[:-3] + "abc").status_code == 422
    assert calling.get("/conversations", cursor="nonsense").status_code == 422


@pytest.mark.parametrize("path", ["/conversations", "/conversations/{}/messages", "/customers", "/deliveries"])
def test_a_longer_list_asks_the_database_no_more_often(noor, script, write_in, path, inbox):
    def arrive(count):
        for number in range(count):
            person = meet(kind=IdentityKind.EMAIL, value=f"p{count}{number}@mail.example", name="P")
            message = write_in(person, "Hello")
            actions.tag(message.conversation, name=f"Tag {number}", by=noor)
            write_in(person, "Hello again", into=first)
            Delivery.objects.create(kind="email", sha256="0", message=message)

    first = write_in(meet(kind=IdentityKind.EMAIL, value="first@mail.example"), "First").conversation
    calling, path = script(noor), path.format(first.pk)
    calling.get(path)
    counts = []
    for more in (3, 20):
        arrive(more)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert calling.get(path).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_ada_changes_what_it_is_about(ada, kim, trade, script, write_in):
    conversation = write_in(kim, "Hello").conversation
    actions.tag(conversation, name="Old", by=ada)
    body = script(ada).patch(
        f"/conversations/{conversation.pk}",
        {"subject": "Lamps  flicker", "priority": "high", "tags": ["Firmware 2.4", "old", "firmware 2.4"]},
    )
    assert body.status_code == 200, body.content
    assert body.json()["subject"] == "Lamps flicker"
    assert body.json()["priority"] == "high"
    assert sorted(body.json()["tags"]) in (["Firmware 2.4", "Old"], ["Old", "firmware 2.4"])


def test_moving_it_to_another_team_takes_it_out_of_sight(ada, kim, trade, script, write_in):
    conversation = write_in(kim, "Hello").conversation
    calling = script(ada)
    moved = calling.patch(f"/conversations/{conversation.pk}", {"team": trade.pk})
    assert moved.json()["team"] == {"id": trade.pk, "name": "Trade"}
    assert calling.get(f"/conversations/{conversation.pk}").status_code == 404


def test_snoozing_needs_a_moment_in_the_future(ada, kim, script, write_in):
    conversation = write_in(kim, "Hello").conversation
    calling, path = script(ada), f"/conversations/{conversation.pk}"
    assert calling.patch(path, {"status": "snoozed"}).status_code == 422
    assert calling.patch(path, {"status": "snoozed", "snoozed_until": "2020-01-01T00:00:00Z"}).status_code == 422
    later = (clock.now() + timedelta(days=1)).isoformat()
    snoozed = calling.patch(path, {"status": "snoozed", "snoozed_until": later}).json()
    assert snoozed["status"] == "snoozed"
    assert snoozed["snoozed_until"].endswith("Z")
    assert calling.patch(path, {"status": "open"}).json()["status"] == "open"
    assert calling.patch(path, {"status": "closed"}).json()["status"] == "closed"
    assert calling.patch(path, {"status": "snoozed", "snoozed_until": later}).status_code == 409


def test_half_a_change_is_no_change(ada, kim, script, write_in):
    conversation = write_in(kim, "Hello").conversation
    response = script(ada).patch(f"/conversations/{conversation.pk}", {"subject": "New", "status": "snoozed"})
    assert response.status_code == 422
    conversation.refresh_from_db()
    assert conversation.subject == "Flicker"


def test_closing_and_reopening(ada, kim, script, write_in):
    conversation = write_in(kim, "Hello").conversation
    calling, path = script(ada), f"/conversations/{conversation.pk}/closure"
    assert calling.post(path).json()["closed_at"] is not None
    assert calling.post(path).json()["status"] == "closed"
    assert calling.delete(path).json()["status"] == "open"
    assert calling.delete(path).json()["closed_at"] is None
    assert conversation.closures.count() == 1


def test_assigning_to_somebody_to_nobody_and_to_a_stranger(ada, omar, kim, trade, script, write_in):
    conversation = write_in(kim, "Hello").conversation
    calling, path = script(ada), f"/conversations/{conversation.pk}/assignment"
    given = calling.put(path, {"assignee": ada.pk, "team": trade.pk}).json()
    assert (given["assignee"]["name"], given["team"]["name"]) == (ada.name, "Trade")
    assert calling.put(path, {"assignee": ada.pk, "team": None}).json()["team"] is None
    assert calling.put(path, {"assignee": None}).json()["assignee"] is None
    assert calling.put(path, {"assignee": 999999}).status_code == 422
    assert calling.put(path, {"assignee": None, "team": 999999}).status_code == 422
    assert calling.put(path, {}).status_code == 422


def test_a_note_is_for_the_team(ada, kim, script, write_in):
    conversation = write_in(kim, "Hello").conversation
    calling = script(ada)
    note = calling.post(f"/conversations/{conversation.pk}/notes", {"text": "She is a regular"})
    assert note.status_code == 201
    assert (note.json()["direction"], note.json()["author"]["kind"]) == ("note", "agent")
    assert calling.post(f"/conversations/{conversation.pk}/notes", {"text": " \x1c "}).status_code == 422


def test_a_reply_is_queued_with_its_files(ada, kim, mailbox, script, write_in):
    conversation = write_in(kim, "Hello").conversation
    calling = script(ada)
    body = {
        "text": "Version 2.4.1 helps.",
        "attachments": [
            {"name": "notes.txt", "content_type": "text/plain", "content": base64.b64encode(b"2.4.1").decode()}
        ],
    }
    reply = calling.post(f"/conversations/{conversation.pk}/messages", body)
    assert reply.status_code == 201, reply.content
    message = reply.json()
    assert (message["direction"], message["to"]) == ("out", ["kim@studio.example"])
    assert message["dispatch"]["state"] == "queued"
    assert message["subject"] == "Re: Flicker"
    (attachment,) = message["attachments"]
    assert (attachment["name"], attachment["size"]) == ("notes.txt", 5)
    assert calling.get(f"/attachments/{attachment['id']}").content == b"2.4.1"
    assert Dispatch.objects.get().due_at <= clock.now()
    listed = calling.get(f"/conversations/{conversation.pk}/messages").json()["items"]
    assert [item["direction"] for item in listed] == ["in", "out"]
    assert calling.get(f"/messages/{message['id']}").json() == message


@pytest.mark.parametrize(
    "body",
    [
        {"text": ""},
        {"text": "  \n "},
        {"text": "Hi", "to": ["not an address"]},
        {"text": "Hi", "attachments": [{"name": "a.txt", "content": "not base64!"}]},
        {"text": "Hi", "attachments": [{"name": "a.txt", "content": "abc"}]},
        {"text": "Hi", "attachments": [{"name": "../a.txt", "content": ""}]},
        {"text": "Hi\u0000"},
        {"text": "Hi", "colour": "blue"},
    ],
)
def test_a_reply_that_makes_no_sense_is_refused(ada, kim, mailbox, script, write_in, body):
    conversation = write_in(kim, "Hello").conversation
    assert script(ada).post(f"/conversations/{conversation.pk}/messages", body).status_code == 422
    assert conversation.messages.count() == 1


def test_ada_begins_a_conversation(ada, mailbox, script):
    body = {"customer": {"email": "New@Person.example", "name": "Newt"}, "subject": "Your lamp", "text": "It is ready."}
    begun = script(ada).post("/conversations", body)
    assert begun.status_code == 201, begun.content
    assert begun.json()["customer"]["email"] == "new@person.example"
    assert begun.json()["assignee"]["id"] == ada.pk
    message = Conversation.objects.get().messages.get()
    assert (message.direction, message.to) == ("out", ["new@person.example"])


def test_a_form_records_what_a_customer_wrote(ada, kim, inbox, script):
    body = {"customer": kim.pk, "subject": "From the form", "text": "Do you repair lamps?", "direction": "in"}
    begun = script(ada).post("/conversations", body).json()
    assert begun["waiting_since"] is not None
    assert Conversation.objects.get().messages.get().direction == "in"


def test_beginning_needs_an_inbox_and_somebody(ada, kim, script):
    body = {"customer": kim.pk, "text": "Hi"}
    assert script(ada).post("/conversations", body).status_code == 409
    Inbox.objects.create(name="Support")
    assert script(ada).post("/conversations", {**body, "inbox": 99999999}).status_code == 422
    assert script(ada).post("/conversations", {**body, "customer": 99999999}).status_code == 422
    assert not Conversation.objects.exists()


def test_the_original_bytes_come_back_as_they_were(ada, noor, kim, script, write_in):
    raw = b"From: kim@studio.example\r\nSubject: \xff\x00\r\n\r\nHi"
    message, large = write_in(kim, "Hi"), write_in(kim, "Large")
    Delivery.objects.create(kind="email", body=raw, size=len(raw), sha256="0", message=message, state="done")
    stored = files.keep(raw * 3)
    Delivery.objects.create(kind="email", file=stored, sha256="1", message=large, state="done")
    response = script(ada).get(f"/messages/{message.pk}/raw")
    assert (response.content, response["Content-Type"]) == (raw, "message/rfc822")
    assert script(ada).get(f"/messages/{large.pk}/raw").content == raw * 3
    note = actions.write_note(message.conversation, text="x", by=ada)
    assert script(ada).get(f"/messages/{note.pk}/raw").status_code == 404
    delivery = Delivery.objects.order_by("id").first()
    assert script(noor).get(f"/deliveries/{delivery.pk}/raw").content == raw
    assert script(ada).get(f"/deliveries/{delivery.pk}/raw").status_code == 403
    assert script(noor).get("/deliveries/999999/raw").status_code == 404


def test_a_file_from_a_stranger_is_saved_and_never_run(ada, kim, script, write_in):
    message = write_in(kim, "Look")
    stored = files.keep(b"<script>alert(1)</script>")
    attachment = Attachment.objects.create(
        message=message,
        file=stored,
        name='a"b\r\n.html',
        content_type="text/html\r\nX: y",
        size=25,
        sha256=stored.sha256,
    )
    response = script(ada).get(f"/attachments/{attachment.pk}")
    assert response["Content-Disposition"].startswith("attachment")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]
    assert response["Content-Type"] == "application/octet-stream"
    assert script(ada).get("/attachments/999999").status_code == 404


def test_only_administrators_look_into_transport(ada, noor, kim, mailbox, script, write_in):
    message = write_in(kim, "Hi")
    Delivery.objects.create(kind="email", sha256="0", state="quarantined", outcome="quarantined", reason="No sender")
    Delivery.objects.create(kind="email", sha256="1", state="done", outcome="created", message=message)
    script(ada).post(f"/conversations/{message.conversation_id}/messages", {"text": "Hello Kim"})
    for path in ("/deliveries", "/dispatches"):
        assert script(ada).get(path).status_code == 403
        assert script(ada, "admin").get(path).status_code == 403, "a token reaches no further than its owner"
    held = script(noor, "read").get("/deliveries", state="quarantined").json()["items"]
    assert [(item["reason"], item["message"], item["conversation"]) for item in held] == [("No sender", None, None)]
    (sent,) = script(noor).get("/dispatches", state="queued").json()["items"]
    assert sent["conversation"] == message.conversation_id
    assert len(script(noor).get("/deliveries").json()["items"]) == 2


def test_the_timeline_tells_what_happened_newest_first(ada, kim, script, write_in):
    conversation = write_in(kim, "Hello", subject="Lamp").conversation
    calling = script(ada)
    noted = calling.post(f"/customers/{kim.pk}/notes", {"text": "Prefers mornings"}).json()
    items = calling.get(f"/customers/{kim.pk}/timeline").json()["items"]
    assert [(item["kind"], item["id"]) for item in items] == [
        ("notes", noted["id"]),
        ("conversations", conversation.pk),
    ]
    assert items[0]["detail"] == "Prefers mornings"
    assert items[1]["url"] == f"/inbox/{conversation.number}/"
    assert calling.get("/customers/999999/timeline").status_code == 404
