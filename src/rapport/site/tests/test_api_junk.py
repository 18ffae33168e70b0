"""Junk and blocked senders, as a script sees them."""

from rapport.channels.models import BlockedSender
from rapport.conversations import actions


def listed(calling, **said):
    return [item["id"] for item in calling.get("/conversations", **said).json()["items"]]


def test_a_script_marks_junk_finds_it_and_restores_it(ada, kim, script, write_in):
    calling = script(ada)
    spam, other = write_in(kim, "Buy now").conversation, write_in(kim, "Hello").conversation
    shown = calling.post(f"/conversations/{spam.pk}/junk", {}).json()
    assert (shown["junk"], shown["status"]) == ("marked", "closed")
    assert set(listed(calling)) == {spam.pk, other.pk}, "a script misses nothing"
    assert listed(calling, junk="false") == [other.pk]
    assert listed(calling, junk="true") == [spam.pk]
    assert listed(calling, junk="true", q="buy") == [spam.pk]
    assert listed(calling, q="is:junk") == [spam.pk]
    assert listed(calling, junk="false", q="buy") == []
    assert calling.delete(f"/conversations/{spam.pk}/junk").json()["junk"] is None
    assert set(listed(calling)) == {spam.pk, other.pk}


def test_a_script_blocks_lists_and_unblocks_senders(noor, script):
    calling = script(noor)
    answer = calling.post("/blocked-senders", {"pattern": "@Spam.example", "note": "Lottery"})
    assert answer.status_code == 201
    blocked = answer.json()
    assert (blocked["pattern"], blocked["by"]["id"], blocked["hits"]) == ("@spam.example", noor.pk, 0)
    assert [each["id"] for each in calling.get("/blocked-senders", q="lottery").json()["items"]] == [blocked["id"]]
    assert calling.get("/blocked-senders", q="nothing").json()["items"] == []
    assert calling.delete(f"/blocked-senders/{blocked['id']}").status_code == 204
    assert calling.delete(f"/blocked-senders/{blocked['id']}").status_code == 404
    assert not BlockedSender.objects.exists()


def test_what_cannot_be_blocked_is_refused_with_the_reason(noor, script):
    answer = script(noor).post("/blocked-senders", {"pattern": "@gmail.com"})
    assert answer.status_code == 422
    assert "cannot be blocked as a whole" in answer.content.decode()


def test_an_agent_manages_no_blocked_senders(ada, script, kim, write_in):
    calling = script(ada)
    assert calling.get("/blocked-senders").status_code == 403
    assert calling.post("/blocked-senders", {"pattern": "@spam.example"}).status_code == 403
    conversation = write_in(kim, "Hello").conversation
    actions.junk(conversation, by=ada)
    assert calling.get(f"/conversations/{conversation.pk}").json()["junk"] == "marked"
