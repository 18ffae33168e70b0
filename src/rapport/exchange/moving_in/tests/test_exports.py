"""Files that Freshdesk and Intercom export, in the shapes that they are found in."""

import io
import json
import zipfile

import pytest

from rapport.backbone.jobs import run_pending
from rapport.conversations.models import Conversation
from rapport.customers.models import Customer
from rapport.exchange.moving_in import starting
from rapport.exchange.moving_in.sources.freshdesk_file import FreshdeskFile
from rapport.exchange.moving_in.types import Kind

pytestmark = pytest.mark.django_db
ADDRESS = {"address": "https://acme.freshdesk.com"}
TICKETS = b"""<?xml version="1.0" encoding="UTF-8"?>
<helpdesk-tickets type="array"><helpdesk-ticket>
  <id type="integer">900001</id><display-id type="integer">42</display-id><subject>The lamp flickers</subject>
  <description>It flickers.</description><description-html>&lt;p&gt;It flickers.&lt;/p&gt;</description-html>
  <requester-id type="integer">7</requester-id><responder-id type="integer">9</responder-id>
  <status type="integer">5</status><priority type="integer">3</priority><source type="integer">1</source>
  <deleted type="boolean">false</deleted><spam type="boolean">false</spam>
  <created-at type="datetime">2025-03-01T09:00:00+01:00</created-at>
  <updated-at type="datetime">2025-03-02T09:00:00+01:00</updated-at>
  <due-by type="datetime" nil="true"/>
  <helpdesk-notes type="array"><helpdesk-note><id type="integer">1</id><body>Try another bulb.</body>
    <user-id type="integer">9</user-id><incoming type="boolean">false</incoming><private type="boolean">false</private>
    <created-at type="datetime">2025-03-01T10:00:00+01:00</created-at></helpdesk-note>
  <helpdesk-note><id type="integer">2</id><body>She was kind.</body>
    <user-id type="integer">9</user-id><incoming type="boolean">false</incoming><private type="boolean">true</private>
    <created-at type="datetime">2025-03-01T11:00:00+01:00</created-at></helpdesk-note></helpdesk-notes>
  <tags type="array"><tag><name>lamp</name></tag></tags>
</helpdesk-ticket><helpdesk-ticket><id type="integer">900002</id><display-id type="integer">43</display-id>
  <requester-id type="integer">7</requester-id><deleted type="boolean">true</deleted></helpdesk-ticket>
</helpdesk-tickets>
"""
USERS = b"""<users type="array"><user><id type="integer">7</id><name>Kim Park</name><email>kim@studio.example</email>
  <customer-id type="integer">5</customer-id><helpdesk-agent type="boolean">false</helpdesk-agent></user>
  <user><id type="integer">9</id><name>Ada</name><email>ada@lampwright.example</email>
  <helpdesk-agent type="boolean">true</helpdesk-agent></user></users>"""
COMPANIES = b"""<companies type="array"><company><id type="integer">5</id><name>Studio</name>
  <domains>studio.example,studio.test</domains></company></companies>"""


def packed(**members):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, data in members.items():
            archive.writestr(name.replace("__", "."), data)
    made.seek(0)
    return made


@pytest.fixture
def brought(noor, inbox):
    """Bring a file, and move in from it."""

    def bring(source, settings, file):
        kinds = [Kind.COMPANIES, Kind.CUSTOMERS, Kind.CONVERSATIONS]
        move = starting.prepare(source, settings, kinds=kinds, inbox=inbox, by=noor, file=file, file_name="export")
        steps = starting.check(move)
        assert all(step.is_fine for step in steps), steps
        starting.begin(move, by=noor)
        run_pending(strict=True)
        move.refresh_from_db()
        assert (move.state, list(move.problems.values_list("problem", flat=True))) == ("done", [])
        return move

    return bring


def told(source, settings, data, noor, inbox):
    kinds = [Kind.CUSTOMERS]
    move = starting.prepare(source, settings, kinds=kinds, inbox=inbox, by=noor, file=io.BytesIO(data), file_name="x")
    return starting.check(move)[0].problem


def test_each_record_of_a_file_is_read_once(noor, inbox):
    rows = b"\n".join(json.dumps({"type": "contact", "id": str(n)}).encode() for n in range(3))
    move = starting.prepare(
        "intercom-file", {"workspace": "a"}, kinds=[Kind.CUSTOMERS], inbox=inbox, by=noor, file=io.BytesIO(rows),
        file_name="x",
    )  # fmt: skip
    assert "Customers: 3" in starting.check(move)[0].said


def is_what_freshdesk_said(ada):
    conversation = Conversation.objects.get()
    assert (conversation.formerly, conversation.status, conversation.assignee) == ("Freshdesk 42", "closed", ada)
    assert [tag.name for tag in conversation.tags.all()] == ["lamp"]
    said = [(each.author_name, each.text.strip()) for each in conversation.messages.order_by("sent_at", "id")]
    assert "It flickers." in said[0][1]
    assert any("Try another bulb." in text for _name, text in said)
    customer = Customer.objects.get(email="kim@studio.example")
    assert (customer.name, customer.company.name, conversation.customer) == ("Kim Park", "Studio", customer)


def test_freshdesk_in_xml(ada, brought):
    brought("freshdesk-file", ADDRESS, packed(Tickets0__xml=TICKETS, Users0__xml=USERS, Companies__xml=COMPANIES))
    is_what_freshdesk_said(ada)


def test_freshdesk_in_json(ada, brought):
    note = {"id": 1, "body": "Try another bulb.", "user_id": 9, "incoming": False, "private": False}
    ticket = {
        "id": 900001, "display_id": 42, "subject": "The lamp flickers", "description_html": "<p>It flickers.</p>",
        "requester_id": 7, "responder_id": 9, "status": 5, "priority": 3, "source": 1, "deleted": False,
        "created_at": "2025-03-01T09:00:00Z", "updated_at": "2025-03-02T09:00:00Z", "tags": ["lamp"],
        "notes": [{"helpdesk_note": {**note, "created_at": "2025-03-01T10:00:00Z"}}],
    }  # fmt: skip
    users = [
        {"user": {"id": 7, "name": "Kim Park", "email": "kim@studio.example", "customer_id": 5}},
        {"user": {"id": 9, "name": "Ada", "email": "ada@lampwright.example", "helpdesk_agent": True}},
    ]
    companies = {"companies": [{"id": 5, "name": "Studio", "domains": "studio.example"}]}
    tickets = json.dumps([{"helpdesk_ticket": ticket}], indent=1)
    brought(
        "freshdesk-file",
        ADDRESS,
        packed(Tickets0__json=tickets, Users0__json=json.dumps(users), Companies__json=json.dumps(companies)),
    )
    is_what_freshdesk_said(ada)
    assert FreshdeskFile(ADDRESS).account == "acme.freshdesk.com"


PARTS = [
    {"id": "p1", "part_type": "comment", "body": "<p>Try another bulb.</p>", "created_at": 1740823200,
     "author": {"type": "admin", "id": "9", "name": "Ada", "email": "ada@lampwright.example"}},
]  # fmt: skip
AUTHOR = {"type": "user", "id": "7", "name": "Kim Park", "email": "kim@studio.example"}
NOW = {
    "type": "conversation", "id": "42", "created_at": 1740819600, "updated_at": 1740823200, "state": "closed",
    "source": {"type": "email", "id": "s1", "subject": "The lamp", "body": "<p>It flickers.</p>", "author": AUTHOR},
    "contacts": {"contacts": [{"type": "contact", "id": "7"}]}, "admin_assignee_id": 9,
    "conversation_parts": {"conversation_parts": PARTS}, "tags": {"tags": [{"name": "lamp"}]},
}  # fmt: skip
BEFORE = {
    "id": "42", "created_at": "2025-03-01T09:00:00Z", "updated_at": "2025-03-01T10:00:00Z", "open": False,
    "conversation_message": {"id": "s1", "subject": "The lamp", "body": "<p>It flickers.</p>", "author": AUTHOR},
    "user": AUTHOR, "assignee": PARTS[0]["author"], "conversation_parts": PARTS, "tags": [{"name": "lamp"}],
}  # fmt: skip


@pytest.mark.parametrize("conversation", [NOW, BEFORE])
def test_intercom_one_record_a_line(ada, brought, conversation):
    person = {"type": "contact", "role": "user", "id": "7", "name": "Kim Park", "email": "kim@studio.example"}
    lines = "\n".join(json.dumps(each) for each in (person, conversation)).encode()
    brought("intercom-file", {"workspace": "AB12"}, io.BytesIO(lines))
    found = Conversation.objects.get()
    assert (found.formerly, found.status, found.assignee) == ("Intercom 42", "closed", ada)
    assert found.customer == Customer.objects.get(email="kim@studio.example")
    assert found.message_count == 2
    assert [tag.name for tag in found.tags.all()] == ["lamp"]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"Ticket ID,Subject\n1,Hello\n", "neither JSON nor XML"),
        (b"", "no conversations, people or companies of Freshdesk"),
        (b'[{"colour": "blue"}]', "no conversations, people or companies of Freshdesk"),
        (b'[{"id": 1,\n', "broken off"),
        (b"<tickets><ticket>", "broken off"),
        (b'<!DOCTYPE x [<!ENTITY a "a">]><tickets/>', "words of its own"),
        (b"PK\x03\x04 nothing", "archive is broken"),
        (b'{"id": 1}\nnot json\n', "Line 2 of the file is no JSON"),
    ],
)
def test_a_file_that_is_none_is_told_in_a_sentence(noor, inbox, data, words):
    assert words in told("freshdesk-file", ADDRESS, data, noor, inbox)


def test_noor_finds_both_on_the_page(noor, signed_in):
    page = signed_in(noor).get("/settings/move-in/").content.decode()
    assert "/settings/move-in/from/freshdesk-file/" in page
    assert "Workspace ID" in signed_in(noor).get("/settings/move-in/from/intercom-file/").content.decode()
