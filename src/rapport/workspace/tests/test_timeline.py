"""Everything that happened with Kim, from every room, as each of us may see it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from rapport.channels.callers import Call
from rapport.channels.guests import Visit, Visitor
from rapport.channels.models import Channel
from rapport.conversations import actions
from rapport.customers import merging, timeline
from rapport.customers.actions import meet
from rapport.customers.events.recording import Happening, record
from rapport.customers.events.whose import Who
from rapport.customers.models import CustomerEvent, Identity, IdentityKind
from rapport.customers.profiles import notes
from rapport.kit import clock
from rapport.team.models import Team
from rapport.workspace.tests.test_customers import rated

pytestmark = pytest.mark.django_db


@pytest.fixture
def eventful(kim, ada, write, inbox):
    """One of everything, an hour apart."""
    conversation = write("It flickers", subject="Flickers")
    rated(conversation, 2, "Slow")
    notes.write(kim, text="Prefers mornings", by=ada)
    merging.merge(meet(kind=IdentityKind.EMAIL, value="kim@home.example", name="Kim P."), into=kim, by=ada)
    record([Happening("signed in", Who(customer=kim.pk), clock.now() - timedelta(hours=1))], by=None)
    channel = Channel.objects.create(kind="chat", inbox=inbox, name="Chat")
    visitor = Visitor.objects.create(channel=channel)
    Identity.objects.create(customer=kim, kind=IdentityKind.HANDLE, value=f"chat:{visitor.handle}")
    Visit.objects.create(visitor=visitor, url="https://lamps.example/pricing", title="Pricing")
    now = clock.now()
    Call.objects.create(
        channel=channel, key="c1", customer=kim, conversation=conversation, number="+49301", began_at=now,
        answered_at=now, ended_at=now + timedelta(minutes=5),
    )  # fmt: skip
    return kim


def kinds(customer, viewer, **said):
    return [entry.kind for entry in timeline.read(customer, viewer=viewer, **said).entries]


def test_everything_stands_on_one_timeline(eventful, ada):
    everything = ["calls", "conversations", "events", "merges", "notes", "ratings", "visits"]
    assert sorted(kinds(eventful, ada)) == everything
    hers = timeline.Whose(eventful)
    counted = {source.kind: source.count(hers, viewer=ada) for source in timeline.sources()}
    assert {kind: counted[kind] for kind in everything} == dict.fromkeys(everything, 1)
    assert kinds(eventful, ada, kinds=["notes", "ratings"]) == ["notes", "ratings"]
    titles = {entry.kind: (entry.title, entry.detail) for entry in timeline.read(eventful, viewer=ada).entries}
    assert titles["calls"] == ("They called", "5 min on the phone")
    assert titles["visits"] == ("Looked at Pricing", "")
    assert titles["merges"][0] == "Kim P. became part of this customer"
    assert titles["ratings"] == ("Rated a conversation 2 of 5", "“Slow”")


def test_what_is_hidden_from_ada_is_not_on_her_timeline(eventful, ada, omar):
    conversation = eventful.conversations.get()
    actions.assign(conversation, to=None, team=Team.objects.create(name="Legal"), by=omar)
    for kind in ("conversations", "ratings", "calls"):
        assert kind not in kinds(eventful, ada)
        assert kind in kinds(eventful, omar)


def test_pages_neither_skip_nor_repeat_when_much_happened_at_once(kim, ada):
    at = clock.now() - timedelta(days=1)
    CustomerEvent.objects.bulk_create(CustomerEvent(customer=kim, name=f"e{n}", at=at) for n in range(7))
    for number in range(4):
        note = notes.write(kim, text=f"n{number}", by=ada)
        note.at = at
        note.save()
    seen, cursor = [], ""
    while True:
        page = timeline.read(kim, viewer=ada, cursor=cursor, limit=3)
        seen += [(entry.kind, entry.id) for entry in page.entries]
        cursor = page.next
        if not cursor:
            break
    assert len(seen) == len(set(seen)) == 11
    assert [kind for kind, _id in seen] == ["notes"] * 4 + ["events"] * 7


def test_a_day_bounds_it(kim, ada):
    now = clock.now()
    days = [now - timedelta(days=days) for days in range(5)]
    CustomerEvent.objects.bulk_create(CustomerEvent(customer=kim, name="ping", at=at) for at in days)
    page = timeline.read(kim, viewer=ada, since=days[3], until=days[1])
    assert [entry.at for entry in page.entries] == [days[2], days[3]]
    assert page.next == ""
    first = timeline.read(kim, viewer=ada, since=days[3], limit=2)
    assert len(timeline.read(kim, viewer=ada, since=days[3], limit=9, cursor=first.next).entries) == 2


def test_a_strangers_cursor_is_refused(kim, ada):
    with pytest.raises(timeline.BadCursor):
        timeline.read(kim, viewer=ada, cursor="made up")


def test_a_page_costs_the_same_however_much_there_is(kim, ada):
    counted = []
    for _times in range(2):
        with CaptureQueriesContext(connection) as captured:
            timeline.read(kim, viewer=ada)
        counted.append(len(captured))
        CustomerEvent.objects.bulk_create(CustomerEvent(customer=kim, name="ping") for _ in range(100))
        for number in range(40):
            notes.write(kim, text=str(number), by=ada)
    assert counted[0] == counted[1]
