"""Junk in the inbox: out of the lists, with a way back, and whoever sent it blocked."""

import json

import pytest

from rapport.channels.actions import block
from rapport.channels.models import BlockedSender
from rapport.conversations.actions import junk, receive
from rapport.conversations.models import Conversation
from rapport.conversations.types import Writing
from rapport.customers.actions import meet
from rapport.customers.models import IdentityKind


@pytest.fixture
def conversation(kim, inbox, ada):
    return wrote(kim, inbox)


@pytest.fixture
def inbox_of(client, ada):
    client.force_login(ada)
    return client


def wrote(customer, inbox):
    arrival = receive(
        Writing(text="Buy my lamps", subject="Offer"),
        customer=customer,
        inbox=inbox,
        channel="email",
        author_name=customer.name,
        author_address=customer.email,
    )
    return arrival.message.conversation


def toast(answer):
    return json.loads(answer["HX-Trigger"])["rapport:toast"]


def rows(client, view):
    return client.get("/inbox/rows", {"view": view}).content.decode()


def again(conversation):
    return Conversation.objects.get(pk=conversation.pk)


def test_ada_marks_it_as_junk_finds_it_there_and_takes_that_back(inbox_of, conversation):
    answer = inbox_of.post(f"/conversations/{conversation.pk}/junk", headers={"HX-Request": "true"})
    assert toast(answer)["text"] == "Marked as junk."
    assert "Not junk" in answer.content.decode()
    for view in ("open", "unassigned", "closed", "all"):
        assert f"row-{conversation.pk}" not in rows(inbox_of, view)
    assert f"row-{conversation.pk}" in rows(inbox_of, "junk")
    assert "Marked</span>" in rows(inbox_of, "junk")
    inbox_of.post(toast(answer)["undo"])
    assert f"row-{conversation.pk}" in rows(inbox_of, "open")
    assert f"row-{conversation.pk}" not in rows(inbox_of, "junk")


def test_the_page_says_that_it_is_junk_and_why(inbox_of, conversation, ada):
    junk(conversation, by=ada)
    page = inbox_of.get(f"/inbox/{conversation.number}/").content.decode()
    assert 'title="Marked as junk"' in page
    assert "marked this as junk" in page
    assert 'aria-current="page"' in page.split('href="/inbox/?view=junk"')[1][:30]


def test_ada_blocks_kim_and_thinks_again(inbox_of, conversation, ada):
    answer = inbox_of.post(f"/conversations/{conversation.pk}/block", headers={"HX-Request": "true"})
    assert toast(answer)["text"] == "kim@studio.example is blocked."
    assert again(conversation).junk_at
    assert BlockedSender.objects.get().by == ada
    assert "Not junk, and unblock kim@studio.example" in answer.content.decode()
    inbox_of.post(toast(answer)["undo"])
    assert again(conversation).junk_at is None
    assert not BlockedSender.objects.exists()


def test_what_noor_blocked_as_a_whole_ada_does_not_unblock(inbox_of, conversation, ada, noor):
    block("@studio.example", by=noor)
    block("kim@studio.example", by=noor)
    junk(conversation, by=ada)
    inbox_of.delete(f"/conversations/{conversation.pk}/block")
    assert again(conversation).junk_at is None
    assert [each.pattern for each in BlockedSender.objects.all()] == ["@studio.example"]


def test_undoing_leaves_alone_what_was_blocked_before(inbox_of, conversation, ada):
    block("@studio.example", by=ada)
    answer = inbox_of.post(f"/conversations/{conversation.pk}/block", headers={"HX-Request": "true"})
    inbox_of.post(toast(answer)["undo"])
    assert [each.pattern for each in BlockedSender.objects.all()] == ["@studio.example"]


def test_everyone_at_a_domain_is_blocked(inbox_of, conversation):
    inbox_of.post(f"/conversations/{conversation.pk}/block", {"whom": "domain"})
    assert BlockedSender.objects.get().pattern == "@studio.example"


def test_a_domain_of_everybodys_is_not_offered_and_not_taken(inbox_of, inbox):
    lee = meet(kind=IdentityKind.EMAIL, value="lee@gmail.com", name="Lee")
    conversation = wrote(lee, inbox)
    page = inbox_of.get(f"/inbox/{conversation.number}/").content.decode()
    assert "Block lee@gmail.com" in page
    assert "Block everyone at" not in page
    answer = inbox_of.post(f"/conversations/{conversation.pk}/block", {"whom": "domain"})
    assert answer.status_code == 422
    assert "cannot be blocked as a whole" in answer.content.decode()
    assert again(conversation).junk_at is None


def test_a_viewer_marks_and_blocks_nothing(client, conversation, django_user_model):
    viewer = django_user_model.objects.create_user("vera@lampwright.example", name="Vera", role="viewer")
    client.force_login(viewer)
    assert client.post(f"/conversations/{conversation.pk}/junk").status_code == 403
    assert client.post(f"/conversations/{conversation.pk}/block").status_code == 403


def test_the_settings_list_block_find_and_remove_senders(client, noor, ada):
    client.force_login(ada)
    assert client.get("/settings/blocked-senders/").status_code == 403
    client.force_login(noor)
    said = {"senders": "one@spam.example\n@junk.example, two@spam.example", "note": "Lottery"}
    assert client.post("/settings/blocked-senders/", said).status_code == 302
    page = client.get("/settings/blocked-senders/", {"q": "one@"}).content.decode()
    assert "one@spam.example" in page
    assert "two@spam.example" not in page
    BlockedSender.objects.filter(pattern="@junk.example").update(hits=3)
    found = BlockedSender.objects.get(pattern="@junk.example")
    answer = client.post(f"/settings/blocked-senders/{found.pk}/removal", headers={"HX-Request": "true"})
    assert not BlockedSender.objects.filter(pattern="@junk.example").exists()
    client.post(toast(answer)["undo"])
    back = BlockedSender.objects.get(pattern="@junk.example")
    assert (back.note, back.by, back.at, back.hits) == ("Lottery", noor, found.at, 3)
    assert client.post("/settings/blocked-senders/return", {"was": "made up"}).status_code == 422


def test_what_cannot_be_blocked_is_said_beside_the_field(client, noor):
    client.force_login(noor)
    answer = client.post("/settings/blocked-senders/", {"senders": "one@spam.example\nnonsense"})
    assert answer.status_code == 422
    assert "is no mail address and no domain" in answer.content.decode()
    assert not BlockedSender.objects.exists()


def test_the_limit_for_one_sender_is_changed(client, noor):
    from rapport.channels.actions import noise_limit

    client.force_login(noor)
    client.post("/settings/blocked-senders/noise", {"messages_an_hour": "7"})
    assert noise_limit().messages_an_hour == 7
    client.post("/settings/blocked-senders/noise", {"messages_an_hour": "-1"})
    assert noise_limit().messages_an_hour == 7


def test_a_longer_list_of_blocked_senders_asks_no_more_often(client, noor, django_assert_max_num_queries):
    client.force_login(noor)
    for number in range(60):
        block(f"p{number}@spam.example", by=noor)
    with django_assert_max_num_queries(25):
        page = client.get("/settings/blocked-senders/").content.decode()
    assert page.count("Unblock p") == 50
    assert "before=" in page
