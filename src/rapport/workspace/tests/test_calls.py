"""Calls that go on, above the list; and Ada who rings a customer up."""

import json

import pytest

from rapport.channels.callers import Call
from rapport.channels.kinds.voice.kind import Voice
from rapport.channels.kinds.voice.simulator import AGENT, NUMBER, PERSON
from rapport.channels.models import Channel
from rapport.channels.simulating import Stage
from rapport.conversations.actions import receive
from rapport.conversations.models import Inbox
from rapport.conversations.types import Writing
from rapport.customers.actions import meet
from rapport.team.actions import create_token
from rapport.team.models import Team
from rapport.team.types import TokenScope


@pytest.fixture
def phone(inbox, settings):
    settings.PRIVATE_HOSTS_ALLOWED = ["127.0.0.1"]
    with Stage(Voice().simulator()) as stage:
        stage.simulator.agent_does = "no-answer"
        stage._follow = lambda pushes: None
        made = dict(stage.simulator.settings(stage.api))
        channel = Channel.objects.create(kind="voice", inbox=inbox, name="Phone", address=NUMBER, settings=made)
        channel.stage = stage
        yield channel


@pytest.fixture
def conversation(inbox, db):
    customer = meet(kind="phone", value=PERSON, name="Kim Park")
    arrival = receive(
        Writing(text="Missed call."), customer=customer, inbox=inbox, channel="voice", author_name="Kim Park",
        author_address=PERSON,
    )  # fmt: skip
    return arrival.message.conversation


def test_the_box_says_who_rings_and_where_that_leads(phone, conversation, ada, client):
    client.force_login(ada)
    assert b'id="calls-going-on"' in client.get("/inbox/").content
    assert b"<li" not in client.get("/inbox/calls").content
    Call.objects.create(channel=phone, key="CA1", number="+15559990000")
    Call.objects.create(
        channel=phone, key="CA2", number=PERSON, customer=conversation.customer, conversation=conversation,
        state="talking",
    )  # fmt: skip
    shown = client.get("/inbox/calls").content.decode()
    assert "+15559990000" in shown
    assert f'href="/inbox/{conversation.number}/">Kim Park' in shown
    assert shown.index("+15559990000") < shown.index("Kim Park")
    Call.objects.update(state="ended")
    assert b"<li" not in client.get("/inbox/calls").content


def test_calls_are_seen_by_those_who_see_the_inbox(phone, ada, omar, client, django_assert_num_queries):
    team = Team.objects.create(name="Repairs")
    team.members.add(omar)
    Inbox.objects.filter(pk=phone.inbox_id).update(team=team)
    Call.objects.create(channel=phone, key="CA1", number="+15559990000")
    client.force_login(ada)
    assert b"+15559990000" not in client.get("/inbox/calls").content
    client.force_login(omar)
    assert b"+15559990000" in client.get("/inbox/calls").content


def test_ada_rings_kim_with_one_click(phone, conversation, ada, client):
    client.force_login(ada)
    url = f"/conversations/{conversation.pk}/calls"
    page = client.get(f"/inbox/{conversation.number}/").content.decode()
    assert "Set up your phone to ring them" in page
    assert url not in page
    refused = client.post(url, headers={"HX-Request": "true"})
    assert (refused.status_code, "your own phone" in refused.content.decode()) == (422, True)
    client.post("/settings/profile/", {"name": "Ada", "undo_seconds": "10", "phone": "+1 500 555 0006"})
    ada.refresh_from_db()
    assert ada.phone == AGENT
    assert f'hx-post="{url}"' in client.get(f"/inbox/{conversation.number}/").content.decode()
    rung = client.post(url, headers={"HX-Request": "true"})
    assert rung.status_code == 204
    assert PERSON in json.loads(rung["HX-Trigger"])["rapport:toast"]["text"]
    assert f"[{AGENT} rings, then {PERSON}]" == phone.stage.simulator.heard.get(timeout=5).text
    call = Call.objects.get()
    assert (call.is_outgoing, call.agent, call.conversation) == (True, ada, conversation)
    assert b"Kim Park" in client.get("/inbox/calls").content


def test_a_number_without_its_country_is_refused_with_a_word(ada, client):
    client.force_login(ada)
    wrong = client.post("/settings/profile/", {"name": "Ada", "undo_seconds": "10", "phone": "0170 1234567"})
    assert "country code" in wrong.content.decode()


def test_without_a_phone_channel_or_number_there_is_no_button(conversation, ada, client):
    client.force_login(ada)
    assert "ring-button" not in client.get(f"/inbox/{conversation.number}/").content.decode()
    assert "to ring them" not in client.get(f"/inbox/{conversation.number}/").content.decode()
    ada.phone = AGENT
    ada.save()
    refused = client.post(f"/conversations/{conversation.pk}/calls", headers={"HX-Request": "true"})
    assert "No phone channel" in refused.content.decode()


def test_whoever_only_reads_rings_nobody(phone, conversation, viewer, client):
    client.force_login(viewer)
    assert client.post(f"/conversations/{conversation.pk}/calls").status_code == 403


@pytest.fixture
def script(ada):
    secret = create_token(ada, scope=TokenScope.WRITE)
    return {"headers": {"Authorization": f"Bearer {secret}"}, "content_type": "application/json"}


def test_a_script_rings_and_reads_what_became_of_it(phone, conversation, ada, client, script):
    url = f"/api/v1/conversations/{conversation.pk}/calls"
    assert client.post(url, {}, **script).status_code == 422
    ada.phone = AGENT
    ada.save()
    phone.stage.fail_next("permanent")
    refused = client.post(url, {}, **script)
    assert (refused.status_code, "Geo permissions" in refused.content.decode()) == (409, True)
    rung = client.post(url, {}, **script)
    assert rung.status_code == 201
    assert {name: rung.json()[name] for name in ("direction", "number", "state", "conversation")} == {
        "direction": "out", "number": PERSON, "state": "ringing", "conversation": conversation.pk
    }  # fmt: skip
    listed = client.get("/api/v1/calls?state=ringing", headers=script["headers"]).json()
    assert [call["id"] for call in listed["items"]] == [rung.json()["id"]]
    assert client.get("/api/v1/calls?state=ended", headers=script["headers"]).json()["items"] == []
