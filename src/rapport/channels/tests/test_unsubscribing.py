"""Kim gets off a mailing with one click, signed in nowhere, and it is kept."""

import re

import pytest
from django.test import Client

from rapport.backbone.jobs import run_pending
from rapport.channels import actions, mailings
from rapport.channels.models import Dispatch, Unsubscription
from rapport.conversations.types import AuthorKind

NEWS = mailings.add("test_news", "News of lamps", purpose="surveys")


@pytest.fixture(autouse=True)
def address(settings):
    settings.BASE_URL = "https://desk.lampwright.example"


@pytest.fixture
def mailed(arrive, post):
    """Something of the mailing went to Kim, in a conversation of hers."""

    def mail():
        message = actions.reply(
            arrive().message.conversation, by=None, author_kind=AuthorKind.RULE, text="New lamps!", undo_seconds=0
        )
        mailings.mark(message, NEWS, language="en")
        run_pending(strict=True)
        return Dispatch.objects.get(message=message)

    return mail


@pytest.fixture
def path(mailed, post):
    """The path of the link in its header."""
    mailed()
    header = post.received[0]["List-Unsubscribe"].strip()
    return re.fullmatch(r"<https://desk\.lampwright\.example(/unsubscribe/[\w-]+/)>", header)[1]


@pytest.fixture
def stranger():
    return Client(enforce_csrf_checks=True)


def test_the_mail_says_how_in_the_way_mail_programs_know(path, post):
    assert post.received[0]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert b"kim@studio.example" not in path.encode()


def test_one_click_does_it_without_a_sign_in_a_cookie_or_a_page(path, stranger):
    answer = stranger.post(path, {"List-Unsubscribe": "One-Click"})
    assert (answer.status_code, answer.content, answer.cookies) == (200, b"", {})
    row = Unsubscription.objects.get()
    assert (row.address, row.mailing, row.by) == ("kim@studio.example", "test_news", "one-click")
    stranger.post(path)
    assert Unsubscription.objects.get().by == "one-click", "the first time is kept"


def test_opening_the_link_only_asks_for_scanners_open_links_too(path, stranger):
    page = stranger.get(path).content.decode()
    assert "Unsubscribe?" in page
    assert "kim@studio.example" in page
    assert "News of lamps" in page
    assert not Unsubscription.objects.exists()
    assert "You are unsubscribed" in stranger.post(path).content.decode()
    assert Unsubscription.objects.get().by == "page"


def test_kim_may_change_her_mind(path, stranger):
    stranger.post(path)
    assert "Unsubscribe?" in stranger.post(path, {"again": "1"}).content.decode()
    assert not Unsubscription.objects.exists()


def test_nothing_of_it_is_sent_to_her_again_but_answers_are(path, stranger, mailed, post, ada):
    stranger.post(path)
    withheld = mailed()
    assert (withheld.state, len(post.received)) == ("cancelled", 1)
    assert withheld.error == "kim@studio.example asked not to be sent this any more."
    actions.reply(withheld.message.conversation, by=ada, text="Your lamp is ready.", undo_seconds=0)
    run_pending(strict=True)
    assert len(post.received) == 2
    assert "List-Unsubscribe" not in post.received[1]


@pytest.mark.parametrize("change", [lambda path: path[:-5] + "AAAA/", lambda _path: "/unsubscribe/kim/"])
def test_eve_unsubscribes_nobody_by_guessing(path, stranger, change):
    assert stranger.post(change(path)).status_code == 404
    assert not Unsubscription.objects.exists()


def test_without_https_one_click_is_not_offered(settings, mailed, post):
    settings.BASE_URL = "http://127.0.0.1:8000"
    mailed()
    assert post.received[0]["List-Unsubscribe"].strip().startswith("<http://127.0.0.1:8000/unsubscribe/")
    assert "List-Unsubscribe-Post" not in post.received[0]


def test_a_letter_to_two_people_is_no_mailing(arrive, mailbox, ada):
    message = actions.reply(arrive().message.conversation, by=ada, text="x", cc=["omar@partner.example"])
    with pytest.raises(ValueError, match="to one person"):
        mailings.mark(message, NEWS, language="en")
