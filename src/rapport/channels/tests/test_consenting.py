"""Mailboxes that let Rapport in by their provider's own sign-in: a token server and mail servers on this machine."""

import threading
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from django.db import connection

from rapport.channels import connections
from rapport.channels.actions import consenting, polling
from rapport.channels.errors import CannotConnect, CannotDeliver
from rapport.channels.kinds.email.checking import check
from rapport.channels.kinds.email.consents import sign_in
from rapport.channels.kinds.email.forms import EmailForm
from rapport.channels.kinds.email.pooling import POOL
from rapport.channels.models import Channel, Consent
from rapport.channels.seam import kind_of
from rapport.channels.tests.dovecot import dovecot
from rapport.channels.tests.imap_server import imap_server
from rapport.channels.tests.letters import letter
from rapport.channels.tests.post_office import post_office
from rapport.channels.tests.token_server import token_server
from rapport.channels.types import Address, Outgoing
from rapport.conversations.models import Message
from rapport.kit import clock


@pytest.fixture
def provider(settings):
    settings.PRIVATE_HOSTS_ALLOWED = ["127.0.0.1"]
    with token_server() as running:
        yield running


@pytest.fixture
def server():
    with imap_server() as running:
        yield running


@pytest.fixture
def channel(mailbox, provider, server):
    mailbox.settings = {**mailbox.settings, **server.settings, "imap_password": "", **provider.settings}
    mailbox.save()
    return mailbox


@pytest.fixture
def signed_in(channel, provider, server):
    """As if somebody had signed in an hour ago."""
    tokens = provider.tokens()
    server.token = tokens["access_token"]
    Consent.objects.create(channel=channel, tokens=tokens, expires_at=clock.now() + timedelta(hours=1))
    return channel


def consent(client, channel):
    """Noor presses the button, says yes at the provider, and is sent back."""
    there = client.get(f"/settings/channels/{channel.pk}/sign-in")
    assert there.status_code == 302
    page = httpx.get(there["Location"]).text
    back = page.partition('href="')[2].partition('"')[0].replace("&amp;", "&")
    return client.get(back.partition("127.0.0.1:8000")[2], follow=True)


def poll(channel):
    Channel.objects.update(next_poll_at=None, held_until=None)
    count = polling.poll(channel.pk)
    channel.refresh_from_db()
    return count


def said(response):
    return " ".join(str(message) for message in response.context["messages"])


def test_noor_signs_in_once_and_mail_comes_in(client, noor, channel, provider, server):
    client.force_login(noor)
    answer = consent(client, channel)
    assert "Signed in. Mail is fetched from now on." in said(answer)
    asked = provider.authorizations[0]
    assert asked["code_challenge_method"] == "S256"
    assert asked["redirect_uri"] == "http://127.0.0.1:8000/settings/channels/consent/"
    assert asked["login_hint"] == "support"
    kept = Consent.objects.get()
    assert (kept.given_by, kept.withdrawn_at) == (noor, None)
    server.token = kept.tokens["access_token"]
    server.deliver(letter("By consent.", message_id="1@studio.example"))
    assert poll(channel) == 1
    assert channel.is_healthy
    assert server.signed_in_with == [kept.tokens["access_token"]]


def test_tokens_are_encrypted_in_the_database(signed_in):
    with connection.cursor() as cursor:
        cursor.execute("SELECT tokens FROM channels_consent")
        raw = cursor.fetchone()[0]
    assert signed_in.consent.tokens["refresh_token"] not in raw


def test_a_return_that_nobody_began_here_changes_nothing(client, noor, channel, provider):
    client.force_login(noor)
    there = client.get(f"/settings/channels/{channel.pk}/sign-in")["Location"]
    state = parse_qs(urlsplit(there).query)["state"][0]
    for forged in ("", "state=", "code=stolen", f"code=stolen&state={state}x"):
        answer = client.get(f"/settings/channels/consent/?{forged}", follow=True)
        assert "not begun here" in said(answer)
    # The first wrong one used it up: the right one comes too late.
    assert "not begun here" in said(client.get(f"/settings/channels/consent/?code=x&state={state}", follow=True))
    assert provider.asked == []
    assert not Consent.objects.exists()


def test_a_no_at_the_provider_is_said(client, noor, channel):
    client.force_login(noor)
    there = client.get(f"/settings/channels/{channel.pk}/sign-in")["Location"]
    state = parse_qs(urlsplit(there).query)["state"][0]
    answer = client.get(f"/settings/channels/consent/?error=access_denied&state={state}", follow=True)
    assert "did not let Rapport in: access_denied" in said(answer)


def test_ada_can_neither_begin_nor_end_a_sign_in(client, ada, channel):
    client.force_login(ada)
    assert client.get(f"/settings/channels/{channel.pk}/sign-in").status_code == 403
    assert client.get("/settings/channels/consent/?code=1&state=2").status_code == 403


def test_a_token_is_replaced_before_it_runs_out(signed_in, provider, server):
    Consent.objects.update(expires_at=clock.now() + timedelta(minutes=4))
    before = Consent.objects.get().tokens
    fresh = consenting.usable_settings(signed_in)["access_token"]
    kept = Consent.objects.get()
    assert fresh == kept.tokens["access_token"] != before["access_token"]
    assert kept.tokens["refresh_token"] != before["refresh_token"], "it rotates there"
    assert kept.expires_at > clock.now() + timedelta(minutes=50)
    assert consenting.usable_settings(signed_in)["access_token"] == fresh
    assert len(provider.asked) == 1


def test_a_provider_that_keeps_its_refresh_token_is_fine_too(signed_in, provider):
    provider.rotates = False
    for _ in range(2):
        Consent.objects.update(expires_at=clock.now())
        consenting.usable_settings(signed_in)
    assert len(provider.asked) == 2


@pytest.mark.django_db(transaction=True)
def test_two_processes_spend_one_refresh_token_once(signed_in, provider):
    provider.seconds = 0.4
    Consent.objects.update(expires_at=clock.now())
    found, start = [], threading.Barrier(4)

    def work():
        try:
            start.wait()
            found.append(consenting.usable_settings(Channel.objects.get())["access_token"])
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(provider.asked) == 1
    assert len(found) == 4
    assert len(set(found)) == 1


def test_a_worker_that_died_while_renewing_holds_nobody_up_for_long(signed_in):
    Consent.objects.update(expires_at=clock.now(), renewing_until=clock.now() - timedelta(seconds=1))
    assert consenting.usable_settings(signed_in)["access_token"]


def test_a_consent_that_was_taken_back_shows_with_one_button(client, noor, signed_in, provider, server):
    provider.withdraw()
    server.token = "another"
    assert poll(signed_in) == 0
    assert "Sign in again" in signed_in.error
    assert poll(signed_in) == 0
    assert "no longer lets Rapport into support" in signed_in.error
    assert Consent.objects.get().withdrawn_at is not None
    asked = len(provider.asked)
    poll(signed_in)
    assert len(provider.asked) == asked, "a provider that said no is not asked again"
    client.force_login(noor)
    page = client.get(f"/settings/channels/{signed_in.pk}/health/").content.decode()
    assert f'href="/settings/channels/{signed_in.pk}/sign-in">Sign in again</a>' in page
    consent(client, signed_in)
    server.token = Consent.objects.get().tokens["access_token"]
    poll(signed_in)
    assert signed_in.is_healthy


def test_an_access_token_that_stopped_working_early_is_replaced_at_the_next_try(signed_in, provider, server):
    server.token = "another"
    poll(signed_in)
    assert not signed_in.is_healthy
    assert "does not accept the sign-in" in signed_in.error
    Channel.objects.update(next_poll_at=None)
    fresh = consenting.usable_settings(signed_in)["access_token"]
    server.token = fresh
    poll(signed_in)
    assert signed_in.is_healthy


@pytest.mark.parametrize(
    ("problem", "status", "words", "at_once"),
    [
        ("invalid_client", 401, "Enter those that it shows now", True),
        ("server_error", 503, "It is tried again", False),
        ("slow_down", 429, "It is tried again", False),
        ("invalid_scope", 400, "did not let Rapport in: As the test wants it.", True),
    ],
)
def test_what_the_provider_says_becomes_a_remedy(signed_in, provider, problem, status, words, at_once):
    Consent.objects.update(expires_at=clock.now())
    provider.problem, provider.status = problem, status
    with pytest.raises(CannotConnect, match=words) as raised:
        consenting.usable_settings(signed_in)
    assert raised.value.at_once == at_once
    kept = Consent.objects.get()
    assert (kept.withdrawn_at, kept.renewing_until) == (None, None)


def test_while_the_old_token_works_a_provider_that_is_down_does_not_matter(signed_in, provider):
    Consent.objects.update(expires_at=clock.now() + timedelta(minutes=3))
    provider.problem, provider.status = "server_error", 500
    assert consenting.usable_settings(signed_in)["access_token"]


def test_before_anybody_signed_in_the_channel_says_what_is_missing(channel, server):
    poll(channel)
    assert "Nobody has signed in with 127.0.0.1" in channel.error
    assert server.commands == []
    steps = list(check(channel.settings))
    assert "Save this first" in next(step.remedy for step in steps if not step.ok)


def test_other_settings_keep_the_consent_and_another_account_does_not(signed_in):
    same = {**signed_in.settings, "history_days": 3, "client_secret": "renewed"}
    connections.change(signed_in, settings=same, name="Support", inbox=signed_in.inbox)
    assert Consent.objects.count() == 1
    connections.change(signed_in, settings={**same, "imap_user": "sales"}, name="Support", inbox=signed_in.inbox)
    assert not Consent.objects.exists()


def test_dovecot_lets_in_whom_the_provider_vouches_for(mailbox, provider):
    with dovecot("support", introspection_url=f"{provider.address}/introspect") as server:
        tokens = provider.tokens()
        mailbox.settings = {**mailbox.settings, **server.settings("support"), **provider.settings}
        mailbox.save()
        Consent.objects.create(channel=mailbox, tokens=tokens, expires_at=clock.now() + timedelta(hours=1))
        server.deliver("support", letter("Really.", message_id="1@studio.example"))
        assert poll(mailbox) == 1, (mailbox.error, server.said())
        assert Message.objects.get().text.strip() == "Really."
        line = kind_of("email").watch(consenting.usable_settings(mailbox))
        line.close()
        provider.access_tokens.clear()
        poll(mailbox)
        assert "does not accept the sign-in" in mailbox.error


def test_replies_leave_by_the_same_consent(provider):
    with post_office(token="good") as office:
        way_out = {
            **{"incoming": "none", "outgoing": "smtp", "smtp_host": "127.0.0.1", "smtp_port": office.port},
            **{"smtp_security": "plain", "smtp_user": "support", "access_token": "good"},
            **provider.settings,
        }
        assert all(step.ok for step in check(way_out))
        message = Outgoing(
            external_id="1@lampwright.example",
            sender=Address("", "support@lampwright.example"),
            to=[Address("", "kim@studio.example")],
            subject="Lamp",
            text="Done.",
        )
        kind_of("email").send(message, way_out)
        assert office.senders == ["support@lampwright.example"]
        POOL.close()
        with pytest.raises(CannotDeliver, match="does not accept the sign-in") as raised:
            kind_of("email").send(message, {**way_out, "access_token": "stale"})
        assert not raised.value.permanent


def test_the_servers_of_google_and_microsoft_are_known():
    common = {"address": "support@lampwright.example", "incoming": "imap", "outgoing": "smtp", "client_id": "1"}
    form = EmailForm({**common, "sign_in": "microsoft", "tenant": "lampwright.onmicrosoft.com"})
    assert form.is_valid(), form.errors
    data = form.cleaned_data
    assert (data["imap_host"], data["smtp_host"]) == ("outlook.office365.com", "smtp.office365.com")
    assert (data["smtp_port"], data["smtp_security"]) == (587, "starttls")
    assert data["imap_user"] == data["smtp_user"] == "support@lampwright.example"
    found = sign_in(data)
    assert found.token_url == "https://login.microsoftonline.com/lampwright.onmicrosoft.com/oauth2/v2.0/token"
    assert "offline_access" in found.scope
    form = EmailForm({**common, "sign_in": "google"})
    assert form.is_valid(), form.errors
    assert ("access_type", "offline") in sign_in(form.cleaned_data).extra


@pytest.mark.parametrize("address", ["http://login.example/token", "ftp://login.example", "login.example"])
def test_keys_go_only_to_encrypted_addresses(address):
    form = EmailForm(
        {
            **{"address": "support@lampwright.example", "incoming": "imap", "outgoing": "installation"},
            **{"sign_in": "other", "client_id": "1", "imap_host": "imap.example", "imap_port": 993},
            **{"authorize_url": "https://login.example/", "token_url": address},
        }
    )
    assert not form.is_valid()
    assert "https://" in str(form.errors["token_url"])
