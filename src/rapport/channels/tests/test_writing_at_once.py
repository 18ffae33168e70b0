"""Many visitors write at the same moment: they share the work, and nothing else."""

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from rapport.backbone.jobs import run_pending
from rapport.channels.models import Delivery
from rapport.channels.tests.visiting import Page, chat_in
from rapport.channels.visitors import posting, taking
from rapport.conversations.models import Conversation, Message

pytestmark = pytest.mark.django_db(transaction=True)

VISITORS = 6


@pytest.fixture
def pages(inbox):
    """Visitors of two chats, who have said who they are and nothing else."""
    chats = [chat_in(inbox), chat_in(inbox)]
    pages = [Page(chats[number % 2]) for number in range(VISITORS)]
    for page in pages:
        page.begin()
    return pages


@pytest.fixture
def groups(monkeypatch):
    """How many were taken in together, each time; the first waits until all the others have come."""
    sizes, work = [], taking._together._work

    def counted(said):
        while not sizes and len(taking._together._waiting) < VISITORS - 1:
            time.sleep(0.001)
        sizes.append(len(said))
        return work(said)

    monkeypatch.setattr(taking._together, "_work", counted)
    return sizes


def all_write(pages):
    together = Barrier(len(pages))

    def write(page):
        together.wait(10)
        try:
            return page.write(f"It is me, {page.visitor}.").json()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(pages)) as people:
        return list(people.map(write, pages))


def test_each_begins_a_conversation_of_their_own_and_all_but_the_first_share_the_commits(pages, groups):
    answers = all_write(pages)
    assert groups == [1, VISITORS - 1]
    assert all(answer["kept"] == 1 and answer["exchange"] == "e1" for answer in answers)
    assert sorted(answer["place"] for answer in answers)[-1] == VISITORS
    for page in pages:
        message = Message.objects.get(text=f"It is me, {page.visitor}.")
        assert message.author_address == page.visitor
        assert message.conversation.message_count == 1
        assert [said["text"] for said in page.history()["messages"]] == [message.text]
        assert Delivery.objects.get(message=message).channel == page.channel
    assert [what for what, _about in pages[0].told] == ["message"] * VISITORS


def test_what_cannot_be_read_for_the_moment_is_stored_and_read_afterwards(pages, groups, monkeypatch):
    tell = posting.tell
    monkeypatch.setattr(posting, "tell", lambda *said, **more: 1 / 0)
    answers = all_write(pages)
    assert answers == [{"kept": 1}] * VISITORS
    assert (Delivery.objects.filter(state="stored").count(), Conversation.objects.count()) == (VISITORS, 0)
    monkeypatch.setattr(posting, "tell", tell)
    run_pending(strict=True)
    assert Conversation.objects.count() == VISITORS
