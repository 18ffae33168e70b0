"""No mailing leaves without the consent of whom it goes to, whichever it is and whoever wrote it."""

import ast

import pytest
from django.test import Client

from rapport.backbone.jobs import run_pending
from rapport.channels import actions, mailings
from rapport.channels.models import Dispatch
from rapport.conversations.types import AuthorKind
from rapport.customers.consent import links, recording
from rapport.customers.consent.models import ConsentRecord
from rapport.customers.consent.queries import may_send, purpose_called
from rapport.customers.models import Customer
from tests import house

# Where the header is written, and where the one click of RFC 8058 arrives.
ITS_PLACES = {"rapport/channels/mailings.py", "rapport/channels/views/unsubscribing.py"}


@pytest.fixture
def said(arrive, post):
    """A letter of this mailing to Kim, written by a machine or by a person, and what became of it."""
    conversation = arrive().message.conversation

    def send(mailing, by=None):
        kind = AuthorKind.AGENT if by else AuthorKind.RULE
        message = actions.reply(conversation, by=by, author_kind=kind, text="News of lamps!", undo_seconds=0)
        mailings.mark(message, mailing, language="en")
        run_pending(strict=True)
        return Dispatch.objects.get(message=message)

    return send


@pytest.fixture
def newsletter():
    yield mailings.add("test_letter", "The newsletter", purpose="newsletter")
    del mailings._known["test_letter"]


def test_every_mailing_says_which_purpose_it_has_and_none_is_a_service(db):
    for mailing in mailings.mailings():
        purpose = purpose_called(mailing.purpose)
        assert purpose is not None, f"{mailing.name} has the purpose {mailing.purpose}, which nobody knows"
        assert not purpose.is_service, f"{mailing.name} would reach people who do not want it"


def test_only_one_place_makes_a_message_one_of_a_mailing():
    found = set()
    for path in house.ours(".py", tests=False):
        for node in ast.walk(ast.parse(path.read_text())):
            if (
                isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and node.value.startswith("List-Unsubscribe")
            ):
                found.add(house.name(path).removeprefix("src/"))
    assert {name.partition("rapport/")[2] for name in found} == {name.partition("rapport/")[2] for name in ITS_PLACES}


def test_what_kim_did_not_agree_to_is_not_sent_to_her(said, newsletter, post, ada):
    for by in (None, ada):
        withheld = said(newsletter, by)
        assert (withheld.state, withheld.error) == ("cancelled", "kim@studio.example did not agree to get this.")
    assert post.received == []


def test_every_mailing_asks_and_stops_when_kim_says_so(said, newsletter, post):
    kim = Customer.objects.get(identities__value="kim@studio.example")
    for mailing in [each for each in mailings.mailings() if not each.name.startswith("test_") or each is newsletter]:
        purpose = purpose_called(mailing.purpose)
        recording.record(kim, purpose=purpose, channel="email", state="given", how="form")
        assert mailings.may_get(kim, mailing)
        recording.record(kim, purpose=purpose, channel="any", state="withdrawn", how="page")
        assert said(mailing).state == "cancelled", mailing.name
    assert post.received == []


def test_what_waits_is_withheld_when_kim_changes_her_mind_meanwhile(arrive, newsletter, post):
    conversation = arrive().message.conversation
    kim = conversation.customer
    recording.record(kim, purpose=purpose_called("newsletter"), channel="email", state="given", how="form")
    message = actions.reply(conversation, by=None, author_kind=AuthorKind.RULE, text="News!", undo_seconds=0)
    mailings.mark(message, newsletter, language="en")
    recording.withdraw_everything(kim, how="page")
    run_pending(strict=True)
    assert Dispatch.objects.get(message=message).state == "cancelled"
    assert post.received == []


def test_one_click_in_the_mail_program_is_written_down_as_consent_withdrawn(said, newsletter, post):
    kim = Customer.objects.get(identities__value="kim@studio.example")
    recording.record(kim, purpose=purpose_called("newsletter"), channel="email", state="given", how="form")
    said(newsletter)
    assert len(post.received) == 1
    path = "/unsubscribe/" + post.received[0]["List-Unsubscribe"].strip("<> ").partition("/unsubscribe/")[2]
    stranger = Client(enforce_csrf_checks=True)
    assert stranger.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
    stranger.post(path, {"List-Unsubscribe": "One-Click"})
    withdrawn = ConsentRecord.objects.get(state="withdrawn")
    assert (withdrawn.how, withdrawn.address, withdrawn.text) == ("link", "kim@studio.example", "The newsletter")
    assert not may_send(kim, "newsletter", "email")
    stranger.post(path, {"again": "1"})
    assert may_send(kim, "newsletter", "email")


def test_what_kim_says_on_her_page_counts_for_surveys_in_a_chat_too(arrive):
    kim = arrive().message.conversation.customer
    token = links.preferences_url(kim).rstrip("/").rpartition("/")[2]
    Client().post(f"/preferences/{token}/", {"everything": "1"})
    assert not may_send(kim, "surveys", "any")
