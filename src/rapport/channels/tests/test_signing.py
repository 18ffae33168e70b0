"""Noor lets the company's mail be signed: a key, a record, a look whether it is there, and then every mail."""

import dkim
import pytest

from rapport.backbone.jobs import run_pending
from rapport.channels import actions, mailings
from rapport.channels.kinds.email.signing import look_up, new_signing, record, signed
from rapport.channels.models import Channel
from rapport.channels.tests.name_server import name_server
from rapport.conversations.types import AuthorKind


@pytest.fixture
def page(client, noor, mailbox, post):
    """Noor at the page of the mailbox's signature; answers what it says after she did something."""
    client.force_login(noor)
    path = f"/settings/channels/{mailbox.pk}/signature/"

    def opened(step=""):
        answer = client.post(path + step, follow=True) if step else client.get(path)
        assert answer.status_code == 200
        return answer.content.decode()

    return opened


@pytest.fixture
def published(page, post):
    """The key is made, published and found."""
    page("key")
    key = Channel.objects.get().signing
    wanted = record(key)
    with name_server({(wanted.name, "TXT"): [wanted.value]}):
        page("check")
    return wanted


def is_good(raw, wanted):
    def answer(name, timeout=5):
        return wanted.value.encode() if name.decode().rstrip(".") == wanted.name else None

    return dkim.verify(raw, dnsfunc=answer)


def test_noor_makes_a_key_publishes_it_and_mail_is_signed(page, mailbox, published, arrive, post, ada):
    assert "Mail that leaves by SMTP is signed." in page()
    actions.reply(
        arrive().message.conversation, by=ada, text="Hold the button. 按住按钮。", html="<p>Hold</p>", undo_seconds=0
    )
    run_pending(strict=True)
    (raw,) = post.raw
    assert raw.startswith(b"DKIM-Signature:")
    assert b"d=lampwright.example" in raw.replace(b"\r\n ", b"")
    assert is_good(raw, published)
    assert not is_good(raw.replace(b"Subject: Re:", b"Subject: Fw:"), published)


def test_the_way_off_a_mailing_is_signed_too(published, arrive, post, settings):
    settings.BASE_URL = "https://desk.lampwright.example"
    news = mailings.add("test_news", "News of lamps", purpose="surveys")
    message = actions.reply(
        arrive().message.conversation, by=None, author_kind=AuthorKind.RULE, text="New lamps!", undo_seconds=0
    )
    mailings.mark(message, news, language="en")
    run_pending(strict=True)
    head = post.raw[0].partition(b"bh=")[0].lower().replace(b"\r\n ", b"").replace(b" ", b"")
    assert b"list-unsubscribe:list-unsubscribe-post" in head
    assert is_good(post.raw[0], published)


def test_nothing_is_signed_before_the_record_is_found(page, mailbox, arrive, post, ada):
    text = page("key")
    assert "Publish this record" in text
    wanted = record(Channel.objects.get().signing)
    assert wanted.name in text
    assert wanted.value in text
    assert "PRIVATE KEY" not in text
    with name_server({}):
        assert "There is no such record yet." in page("check")
    with name_server({(wanted.name, "TXT"): ["v=DKIM1; k=rsa; p=AAAA"]}):
        assert "another key" in page("check")
    actions.reply(arrive().message.conversation, by=ada, text="x", undo_seconds=0)
    run_pending(strict=True)
    assert not post.raw[0].startswith(b"DKIM-Signature:")


def test_name_servers_that_say_nothing_are_not_waited_for_long(page, mailbox, monkeypatch):
    monkeypatch.setattr("rapport.channels.kinds.email.signing.TIMEOUT", 0.5)
    page("key")
    with name_server(is_silent=True):
        assert "name servers do not answer" in page("check")


def test_a_new_key_takes_over_only_once_it_is_published(page, published, arrive, post, ada):
    assert "Publish the new key" in page("key")
    actions.reply(arrive().message.conversation, by=ada, text="x", undo_seconds=0)
    run_pending(strict=True)
    assert is_good(post.raw[0], published), "the old one goes on"
    wanted = record(Channel.objects.get().signing["next"])
    assert wanted.name != published.name
    with name_server({(wanted.name, "TXT"): [wanted.value]}):
        page("check")
    actions.reply(arrive().message.conversation, by=ada, text="y", undo_seconds=0)
    run_pending(strict=True)
    assert is_good(post.raw[1], wanted)


def test_noor_stops_it(page, published, arrive, post, ada):
    assert "Make a key" in page("removal")
    actions.reply(arrive().message.conversation, by=ada, text="x", undo_seconds=0)
    run_pending(strict=True)
    assert not post.raw[0].startswith(b"DKIM-Signature:")


@pytest.mark.parametrize("step", ["", "key", "check", "removal"])
def test_only_who_looks_after_channels_may(client, ada, mailbox, step):
    client.force_login(ada)
    path = f"/settings/channels/{mailbox.pk}/signature/{step}"
    assert (client.post(path) if step else client.get(path)).status_code == 403


def test_a_record_in_pieces_and_with_spaces_is_understood():
    key = new_signing("support@lampwright.example")
    value = record(key).value
    assert look_up(key, lambda name: [value.replace("; ", " ;  ")]).ok
    assert not look_up(key, lambda name: ["v=spf1 -all"]).ok


def test_a_signature_stands_in_a_mail_with_long_and_folded_headers():
    key = {**new_signing("support@lampwright.example"), "is_on": True}
    mail = b"From: a@lampwright.example\r\nSubject: one\r\n two\r\nX-Other: y\r\n\r\n.dots\r\n\r\n\r\n"
    assert is_good(signed(mail, key), record(key))
