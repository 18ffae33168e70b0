"""Ada sees in the conversation whom her answer did not reach, and mends it there."""

import pytest

from rapport.backbone.jobs import run_pending
from rapport.channels import actions
from rapport.channels.models import Dispatch, UnreachableAddress


@pytest.fixture
def failed(arrive, post, ada):
    """Ada's answer to an address that is spelt wrong."""
    conversation = arrive(sender="Samir <samir@haidari.exmaple>").message.conversation
    actions.reply(conversation, by=ada, text="You need an E14.", undo_seconds=0)
    post.refused = {"samir@haidari.exmaple": "550 5.1.2 Host <b>unknown</b>"}
    run_pending(strict=True)
    return Dispatch.objects.select_related("message__conversation").get()


@pytest.fixture
def page(client, ada, failed):
    client.force_login(ada)
    return lambda: client.get(f"/inbox/{failed.message.conversation.number}/").content.decode()


def test_ada_reads_whom_it_did_not_reach_and_why_in_plain_words(page):
    text = page()
    assert "Could not be delivered to samir@haidari.exmaple." in text
    assert "There is no mail server for haidari.exmaple. Check the spelling." in text
    assert "Host &lt;b&gt;unknown&lt;/b&gt;" in text
    assert "Mail to samir@haidari.exmaple comes back." in text, "a warning before she writes the next one"


def test_she_corrects_it_and_it_is_sent(client, page, failed, post):
    path = f"/messages/{failed.message_id}/address"
    refused = client.post(path, {"old": "samir@haidari.exmaple", "new": "samir"})
    assert (refused.status_code, refused["Content-Type"]) == (409, "text/plain; charset=utf-8")
    client.post(path, {"old": "samir@haidari.exmaple", "new": "samir@haidari.example"})
    run_pending(strict=True)
    assert post.recipients == [["samir@haidari.example"]]
    assert "Could not be delivered" not in page()


def test_she_says_that_it_works_again(client, page, failed):
    client.post("/addresses/reachable", {"address": "samir@haidari.exmaple"})
    assert not UnreachableAddress.objects.exists()
    assert "comes back." not in page()


def test_it_warns_on_the_customers_page_too(client, page, failed):
    customer = failed.message.conversation.customer_id
    assert "Mail to samir@haidari.exmaple comes back." in client.get(f"/customers/{customer}/").content.decode()


def test_a_mailbox_that_was_full_once_is_no_warning(page):
    UnreachableAddress.objects.update(is_permanent=False, count=1)
    assert "comes back." not in page()
    UnreachableAddress.objects.update(count=3)
    assert "comes back." in page()


def test_nobody_sends_what_they_do_not_see(client, failed, omar, noor):
    from rapport.conversations.models import Conversation
    from rapport.team.models import Agent, Team

    eve = Agent.objects.create_user("eve@lampwright.example", "correct horse battery", name="Eve", role="agent")
    Conversation.objects.update(team=Team.objects.create(name="Secret"), assignee=None)
    client.force_login(eve)
    path = f"/messages/{failed.message_id}/address"
    assert client.post(path, {"old": "samir@haidari.exmaple", "new": "eve@evil.example"}).status_code == 404
    client.logout()
    assert client.post(path).status_code in (302, 403)
