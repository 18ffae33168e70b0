"""Conversations that a script makes one, and two again."""

import pytest

from rapport.conversations.models import Conversation
from rapport.team.models import Team

pytestmark = pytest.mark.django_db


def test_two_become_one_and_two_again(ada, script, kim, write_in):
    calling = script(ada)
    lamp, again = (write_in(kim, text).conversation_id for text in ("It flickers", "It flickers still"))
    merged = calling.post(f"/conversations/{again}/merge", {"into": lamp})
    assert (merged.json()["id"], merged.json()["message_count"]) == (lamp, 2)
    assert calling.get(f"/conversations/{again}").json()["merged_into"] == lamp
    apart = calling.delete(f"/conversations/{again}/merge")
    assert (apart.json()["id"], apart.json()["message_count"], apart.json()["merged_into"]) == (again, 1, None)
    assert calling.delete(f"/conversations/{again}/merge").status_code == 404


def test_not_with_itself_nor_with_what_ada_cannot_see(ada, script, kim, write_in):
    lamp, theirs = (write_in(kim, text).conversation_id for text in ("It flickers", "My invoice"))
    Conversation.objects.filter(pk=theirs).update(team=Team.objects.create(name="Billing"))
    assert script(ada).post(f"/conversations/{lamp}/merge", {"into": lamp}).status_code == 422
    assert script(ada).post(f"/conversations/{lamp}/merge", {"into": theirs}).status_code == 404
    assert script(ada).post(f"/conversations/{theirs}/merge", {"into": lamp}).status_code == 404
