"""Messages that a script puts where they belong."""

import pytest

from rapport.conversations.models import Conversation, Inbox
from rapport.team.models import Agent, Team

pytestmark = pytest.mark.django_db


@pytest.fixture
def astray(kim, write_in):
    lamp = write_in(kim, "It flickers").conversation
    return write_in(kim, "Where is my invoice?", subject="Invoice", into=lamp)


def test_a_message_is_moved_out_and_put_back(ada, script, astray):
    calling, lamp = script(ada), astray.conversation_id
    moved = calling.post(f"/messages/{astray.pk}/move", {})
    assert moved.status_code == 200, moved.content
    assert moved.json()["subject"] == "Invoice"
    assert moved.json()["message_count"] == 1
    read = calling.get(f"/messages/{astray.pk}").json()
    assert (read["conversation"], read["threaded_by"]) == (moved.json()["id"], "moved")
    back = calling.delete(f"/messages/{astray.pk}/move")
    assert (back.json()["id"], back.json()["message_count"]) == (lamp, 2)
    assert calling.get(f"/conversations/{moved.json()['id']}").status_code == 404
    assert calling.delete(f"/messages/{astray.pk}/move").status_code == 422


def test_it_may_go_into_another_conversation_with_what_follows(ada, kim, script, astray, write_in):
    write_in(kim, "Hello?", into=astray.conversation)
    there = write_in(kim, "My last invoice").conversation
    answer = script(ada).post(f"/messages/{astray.pk}/move", {"conversation": there.pk, "with_later": True})
    assert (answer.json()["id"], answer.json()["message_count"]) == (there.pk, 3)


def test_what_makes_no_sense_is_refused_in_words(ada, script, astray):
    first = Conversation.objects.get().messages.first()
    answer = script(ada).post(f"/messages/{first.pk}/move", {"with_later": True})
    assert answer.status_code == 422
    assert "Nothing would stay" in answer.content.decode()


def test_neither_a_viewer_nor_a_stranger_to_either_conversation_moves_anything(
    ada, omar, kim, script, astray, write_in
):
    viewer = Agent.objects.create_user("vera@lampwright.example", "correct horse battery", name="Vera", role="viewer")
    trade = Team.objects.create(name="Trade")
    trade.members.add(omar)
    hidden = write_in(kim, "A quote", where=Inbox.objects.create(name="Trade", team=trade))
    write_in(kim, "And another", into=hidden.conversation)
    assert script(viewer).post(f"/messages/{astray.pk}/move", {}).status_code == 403
    assert script(ada, "read").post(f"/messages/{astray.pk}/move", {}).status_code == 403
    assert script(ada).post(f"/messages/{hidden.pk}/move", {}).status_code == 404
    into_hidden = {"conversation": hidden.conversation_id}
    assert script(ada).post(f"/messages/{astray.pk}/move", into_hidden).status_code == 404
    assert script(ada).delete(f"/messages/{hidden.pk}/move").status_code == 404
    assert Conversation.objects.count() == 2
