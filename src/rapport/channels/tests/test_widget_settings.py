"""Noor puts the chat on the company's site."""

import pytest

from rapport.channels.models import Channel, ProactiveMessage
from rapport.channels.tests.visiting import SECRET, chat_in

pytestmark = pytest.mark.django_db
SAID = {
    "text": "Need ten?",
    "pages": "/pricing*",
    "wanted": "plan = trade",
    "after_seconds": 20,
    "every_days": 7,
    "most": 3,
}


@pytest.fixture
def channel(inbox):
    return chat_in(inbox)


@pytest.fixture
def browser_of_noor(signed_in, noor):
    return signed_in(noor)


def test_she_copies_the_script_and_never_sees_the_secret_that_is(browser_of_noor, channel):
    page = browser_of_noor.get(f"/settings/channels/{channel.pk}/widget/").content.decode()
    assert f"widget.js&quot; data-key=&quot;{channel.key}" in page
    assert SECRET not in page


def test_a_new_secret_is_shown_once(browser_of_noor, channel):
    page = browser_of_noor.post(f"/settings/channels/{channel.pk}/widget/secret").content.decode()
    channel.refresh_from_db()
    made = channel.settings["identity_secret"]
    assert made != SECRET
    assert made in page
    assert made not in browser_of_noor.get(f"/settings/channels/{channel.pk}/widget/").content.decode()
    assert made not in browser_of_noor.get(f"/settings/channels/{channel.pk}/").content.decode()


def test_connecting_leads_to_the_script(browser_of_noor, inbox):
    form = {
        "colour": "#2d5bd0", "position": "right", "ask_name": "no", "ask_email": "no", "language": "auto",
        "mail_after": 5, "place-name": "Chat", "place-inbox": inbox.pk,
    }  # fmt: skip
    answer = browser_of_noor.post("/settings/channels/new/chat/", form)
    made = Channel.objects.get(kind="chat")
    assert answer.headers["Location"] == f"/settings/channels/{made.pk}/widget/"
    assert len(made.settings["identity_secret"]) == 64
    browser_of_noor.post(f"/settings/channels/{made.pk}/", {**form, "greeting": "Hello"})
    changed = Channel.objects.get(pk=made.pk).settings
    assert (changed["greeting"], changed["identity_secret"]) == ("Hello", made.settings["identity_secret"])


def test_the_preview_may_be_framed_here_and_nowhere_else(browser_of_noor, channel):
    page = browser_of_noor.get(f"/settings/channels/{channel.pk}/widget/preview")
    assert page.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in page.headers["Content-Security-Policy"]


def test_she_says_something_unasked_changes_it_and_takes_it_away(browser_of_noor, channel):
    base = f"/settings/channels/{channel.pk}/widget/messages/"
    assert browser_of_noor.get(base).status_code == 200
    browser_of_noor.post(base, {**SAID, "is_on": "on"})
    made = ProactiveMessage.objects.get()
    assert (made.channel, made.attributes) == (channel, {"plan": "trade"})
    page = browser_of_noor.get(f"{base}{made.pk}/").content.decode()
    assert "plan = trade" in page
    browser_of_noor.post(f"{base}{made.pk}/", {**SAID, "text": "Need twelve?"})
    made.refresh_from_db()
    assert (made.text, made.is_on) == ("Need twelve?", False)
    assert "Need twelve?" in browser_of_noor.get(f"/settings/channels/{channel.pk}/widget/").content.decode()
    browser_of_noor.post(f"{base}{made.pk}/removal")
    assert not ProactiveMessage.objects.exists()


def test_a_line_without_a_value_is_refused(browser_of_noor, channel):
    answer = browser_of_noor.post(f"/settings/channels/{channel.pk}/widget/messages/", {**SAID, "wanted": "trade"})
    assert answer.status_code == 422
    assert not ProactiveMessage.objects.exists()


def test_a_mailbox_has_no_such_page_and_ada_none_at_all(browser_of_noor, signed_in, ada, mailbox, channel):
    assert browser_of_noor.get(f"/settings/channels/{mailbox.pk}/widget/").status_code == 404
    assert signed_in(ada).get(f"/settings/channels/{channel.pk}/widget/").status_code == 403
