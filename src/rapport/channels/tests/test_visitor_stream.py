"""A visitor's stream: what it tells, where it resumes, and what agents are told meanwhile."""

import asyncio
import json
from datetime import timedelta

import pytest
from django.db import connection

from rapport.backbone.models import Event
from rapport.channels import actions
from rapport.channels.guests import Visitor
from rapport.channels.models import Channel, Dispatch
from rapport.channels.tests.visiting import Page, chat_in
from rapport.channels.visitors import posting, stream
from rapport.channels.visitors.present import AgentsThere, VisitorsHere
from rapport.channels.visitors.stream import VisitorStream
from rapport.conversations import actions as conversations
from rapport.conversations.models import Conversation
from rapport.kit import clock
from rapport.team.presence import look

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def page(inbox):
    page = Page(chat_in(inbox, origins=["https://shop.example"]))
    page.write()
    return page


def scope(page, **headers):
    named = {"authorization": f"Bearer {page.token}", "origin": page.origin, **headers}
    encoded = [(name.replace("_", "-").encode(), value.encode()) for name, value in named.items()]
    return {"type": "http", "method": "GET", "path": stream.PATH, "query_string": b"", "headers": encoded}


class Heard:
    """What came down the line; `until` waits for a word in it."""

    def __init__(self):
        self.status, self.headers, self.body = 0, {}, b""
        self.news = asyncio.Event()

    async def send(self, message):
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], dict(message["headers"])
        self.body += message.get("body", b"")
        self.news.set()

    async def until(self, word):
        async with asyncio.timeout(20):
            while word not in self.body:
                self.news.clear()
                await self.news.wait()

    def events(self, name):
        chunks = [chunk.decode() for chunk in self.body.split(b"\n\n")]
        return [json.loads(each.split("data: ")[1]) for each in chunks if f"event: {name}\n" in each]


def listening(page, during, *, afterwards=None, **headers):
    """Open the stream, do that meanwhile, and answer what was heard."""

    async def run():
        streams, heard, gone = VisitorStream(), Heard(), asyncio.Event()

        async def receive():
            await gone.wait()
            return {"type": "http.disconnect"}

        task = asyncio.create_task(streams(scope(page, **headers), receive, heard.send))
        try:
            await during(heard)
        finally:
            gone.set()
            await asyncio.wait_for(task, 20)
            if afterwards:
                await afterwards()
            streams.close()
        return heard

    return asyncio.run(run())


async def beside(work, *arguments):
    """In a thread that leaves no connection behind."""

    def done():
        try:
            return work(*arguments)
        finally:
            connection.close()

    return await asyncio.to_thread(done)


def is_here():
    return Visitor.objects.get().is_here


def answered(ada, text="Yes."):
    message = actions.reply(Conversation.objects.get(), by=ada, text=text, undo_seconds=0)
    actions.send(Dispatch.objects.get(message=message).pk)
    return message


def test_an_answer_reaches_the_page_with_what_it_says(page, ada):
    async def during(heard):
        await heard.until(b"retry")
        await beside(answered, ada)
        await heard.until(b"event: message")

    heard = listening(page, during)
    assert heard.status == 200
    assert heard.headers[b"access-control-allow-origin"] == b"https://shop.example"
    (said,) = heard.events("message")
    assert (said["text"], said["by"], said["exchange"], said["me"]) == ("Yes.", "Ada", "e1", False)


def test_whoever_comes_back_hears_what_they_missed_once(page, ada):
    before = Event.objects.order_by("id").last().pk
    first = answered(ada, "First.")
    answered(ada, "Second.")

    async def during(heard):
        await heard.until(b"Second.")

    heard = listening(page, during, last_event_id=str(before))
    assert [each["text"] for each in heard.events("message")] == ["First.", "Second."]
    event = Event.objects.get(payload__about=first.external_id)
    again = listening(page, during, last_event_id=str(event.pk))
    assert [each["text"] for each in again.events("message")] == ["Second."]


def test_who_missed_too_much_is_told_to_load_anew(page, ada, monkeypatch):
    monkeypatch.setattr(stream, "_FURTHEST_BACK", 2)
    visitor, conversation = Visitor.objects.get(), Conversation.objects.get()
    for _ in range(3):
        posting.tell(visitor, "state", conversation.pk, word="open")

    async def during(heard):
        await heard.until(b"event: reset")

    listening(page, during, last_event_id="1")


def test_nobody_listens_without_a_token_or_from_another_site(page):
    async def during(heard):
        while not heard.status:
            await asyncio.sleep(0.01)

    assert listening(page, during, authorization="Bearer nonsense").status == 401
    assert listening(page, during, origin="https://evil.example").status == 401
    Channel.objects.update(paused_at=clock.now())
    assert listening(page, during).status == 401


def test_another_visitor_hears_nothing_of_it(page, ada):
    eve = Page(page.channel)
    eve.begin()

    async def during(heard):
        await heard.until(b"retry")
        await beside(answered, ada)
        await asyncio.sleep(0.5)

    assert not listening(eve, during).events("message")


def test_who_listens_is_here_and_who_hangs_up_has_left(page, monkeypatch):
    monkeypatch.setattr(stream, "_LOOK_AROUND", 0.02)

    async def here(_heard=None):
        async with asyncio.timeout(20):
            while not await beside(is_here):
                await asyncio.sleep(0.02)

    async def gone():
        async with asyncio.timeout(20):
            while await beside(is_here):
                await asyncio.sleep(0.02)

    listening(page, here, afterwards=gone)
    assert not Visitor.objects.get().is_here


def test_ada_sees_where_they_are_and_what_they_type_until_they_stop(page):
    here = VisitorsHere()
    Visitor.objects.update(here_until=clock.now() + timedelta(minutes=1))
    page.ask("here", {"url": "https://shop.example/pricing", "title": "Prices", "exchange": "e1", "typing": "Can I"})
    (item,) = here.read()
    said = json.loads(item.chunk.split(b"data: ")[1])
    assert (said["is_here"], said["title"], said["typing"]) == (True, "Prices", "Can I")
    assert item.words == ("shared",)
    assert here.read() == []
    with clock.frozen(clock.now() + timedelta(seconds=7)):
        (item,) = here.read()
        assert json.loads(item.chunk.split(b"data: ")[1])["typing"] == ""
    with clock.frozen(clock.now() + timedelta(minutes=2)):
        (item,) = here.read()
        assert item.is_over
        assert here.read() == []


def test_nothing_is_told_of_a_conversation_that_was_closed(page, ada):
    here = VisitorsHere()
    Visitor.objects.update(here_until=clock.now() + timedelta(minutes=1), changed_at=clock.now())
    assert len(here.read()) == 1
    conversations.close(Conversation.objects.get(), by=ada)
    with clock.frozen(clock.now() + timedelta(minutes=2)):
        assert [item.is_over for item in here.read()] == [True]
        assert here.read() == []


def test_the_visitor_sees_that_ada_reads_that_she_types_and_that_she_left(page, ada):
    there = AgentsThere()
    place = f"conversation:{Conversation.objects.get().pk}"

    def told():
        (item,) = there.read()
        assert item.words == (posting.word_of(Visitor.objects.get().pk),)
        said = json.loads(item.chunk.split(b"data: ")[1])
        return said["is_there"], said["by"], item.is_over

    look(ada, place=place, tab="t", audience=["shared"])
    assert told() == (True, "", False)
    look(ada, place=place, tab="t", audience=["shared"], is_writing=True)
    assert told() == (True, "Ada", False)
    assert there.read() == []
    with clock.frozen(clock.now() + timedelta(minutes=1)):
        assert told() == (False, "", True)
