"""The page on which Noor sees how a channel is, and what to do about it."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from rapport.channels.actions import polling
from rapport.channels.actions.certifying import look_at_certificates, look_at_due_certificates
from rapport.channels.models import Channel, Consent, Delivery, Dispatch, Trouble
from rapport.channels.tests.dovecot import dovecot
from rapport.channels.tests.imap_server import imap_server
from rapport.channels.tests.letters import letter
from rapport.channels.tests.token_server import token_server
from rapport.kit import clock


@pytest.fixture
def server():
    with imap_server() as running:
        yield running


@pytest.fixture
def channel(mailbox, server):
    mailbox.settings = {**mailbox.settings, **server.settings}
    mailbox.save()
    return mailbox


@pytest.fixture
def page_of(client, noor):
    client.force_login(noor)
    return lambda channel: client.get(f"/settings/channels/{channel.pk}/health/").content.decode()


def poll():
    channel = Channel.objects.get()
    Channel.objects.update(next_poll_at=None, held_until=None)
    polling.poll(channel.pk)


def test_it_counts_what_is_stuck_in_this_channel_alone(page_of, channel, server, inbox):
    other = Channel.objects.create(kind="email", inbox=inbox, name="Sales", settings={"incoming": "none"})
    for state, place in (("quarantined", channel), ("quarantined", channel), ("quarantined", other)):
        Delivery.objects.create(channel=place, kind="email", state=state, sha256="0" * 64)
    server.deliver(letter(message_id="1@studio.example"))
    Channel.objects.filter(pk=channel.pk).update(next_poll_at=None)
    polling.poll(channel.pk)
    page = page_of(channel)
    assert f'?state=quarantined&amp;channel={channel.pk}">2</a>' in page
    assert "just now" in page
    assert "Looked for every 15 seconds" in page
    assert Dispatch.objects.count() == 0


def test_it_says_whether_new_mail_is_told_at_once(page_of, channel):
    Channel.objects.update(watched_by="a worker", watched_until=clock.now() + timedelta(seconds=9))
    assert "Told at once" in page_of(channel)
    Channel.objects.update(watched_until=clock.now() - timedelta(seconds=1), watch_problem="imap.example hung up")
    page = page_of(channel)
    assert "Told at once" not in page
    assert "imap.example hung up" in page


def test_a_trouble_is_told_once_with_its_length_and_ends(page_of, channel, server):
    server.password = "changed"
    for _ in range(3):
        poll()
    trouble = Trouble.objects.get()
    assert (trouble.count, trouble.ended_at) == (3, None)
    assert "does not know this user name or password" in trouble.reason
    page = page_of(channel)
    assert "still so" in page
    assert "3 tries" in page
    server.password = channel.settings["imap_password"]
    poll()
    trouble.refresh_from_db()
    assert trouble.ended_at is not None
    assert "still so" not in page_of(channel)
    with clock.frozen(clock.now() + timedelta(days=31)):
        polling.forget_old_troubles()
    assert not Trouble.objects.exists()


def test_the_page_takes_as_many_queries_with_much_as_with_little(
    page_of, channel, django_assert_max_num_queries, client
):
    page_of(channel)
    for number in range(30):
        Trouble.objects.create(channel=channel, reason=f"{number}")
        Delivery.objects.create(channel=channel, kind="email", state="quarantined", sha256="0" * 64)
    with django_assert_max_num_queries(27):
        page = page_of(channel)
    assert page.count("still so") == 20


def test_the_test_says_each_step_and_the_channel_is_asked_next(client, noor, channel):
    client.force_login(noor)
    Channel.objects.update(next_poll_at=clock.now() + timedelta(minutes=5))
    page = client.post(f"/settings/channels/{channel.pk}/trial").content.decode()
    assert "Sign in for incoming mail" in page
    assert "Everything works." in page
    assert polling.due() == [channel.pk]
    steps = client.post(f"/settings/channels/{channel.pk}/trial", headers={"X-Only-Checks": "1"})
    lines = b"".join(steps.streaming_content).decode().splitlines()
    assert all(line.startswith("<li data-ok=") for line in lines)
    assert len(lines) == 5


@pytest.mark.parametrize("path", ["health/", "sign-in"])
def test_ada_does_not_see_it(client, ada, channel, path):
    client.force_login(ada)
    assert client.get(f"/settings/channels/{channel.pk}/{path}").status_code == 403
    assert client.post(f"/settings/channels/{channel.pk}/trial").status_code == 403


def test_pausing_there_stays_there(client, noor, channel):
    client.force_login(noor)
    answer = client.post(f"/settings/channels/{channel.pk}/pause", {"health": "1"}, follow=True)
    assert answer.redirect_chain == [(f"/settings/channels/{channel.pk}/health/", 302)]
    assert "Not fetched while it is paused" in answer.content.decode()
    client.post(f"/settings/channels/{channel.pk}/resumption", {"health": "1"})
    channel.refresh_from_db()
    assert channel.paused_at is None


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_a_certificate_that_ends_soon_is_said_before_it_does(page_of, mailbox, security):
    with dovecot("support", days=5) as server:
        port = server.tls_port if security == "tls" else server.port
        mailbox.settings = {
            **mailbox.settings, **server.settings("support"), "imap_port": port, "imap_security": security,
        }  # fmt: skip
        mailbox.save()
        look_at_due_certificates()
    mailbox.refresh_from_db()
    assert "The certificate of 127.0.0.1 ends in 4 days" in page_of(mailbox)
    seen_at = mailbox.certificates_at
    look_at_due_certificates()
    mailbox.refresh_from_db()
    assert mailbox.certificates_at == seen_at, "once a day is enough"
    look_at_certificates(mailbox)
    assert list(mailbox.certificates) == ["127.0.0.1"], "a server that is gone keeps what was known"
    with clock.frozen(clock.now() + timedelta(days=6)):
        assert "has ended" in page_of(mailbox)


def connect_by_consent(settings):
    """Run inside an installation."""
    from rapport.channels.models import Channel
    from rapport.conversations.models import Inbox

    inbox = Inbox.objects.create(name="Support")
    made = Channel.objects.create(
        kind="email", inbox=inbox, name="Support", address="support@lampwright.example", settings=settings
    )
    return made.pk


def test_noor_signs_in_at_the_provider_in_a_browser_and_the_channel_works(fresh_rapport, page, sign_in, server):
    from tests.browser import seeding

    with token_server() as provider:
        fresh_rapport.stop()
        fresh_rapport.environ["RAPPORT_ALLOWED_HOSTS"] = "127.0.0.1"
        fresh_rapport.call(seeding.cast)
        settings = {**server.settings, "address": "support@lampwright.example", "outgoing": "installation"}
        channel = fresh_rapport.call(connect_by_consent, settings={**settings, **provider.settings})
        fresh_rapport.start()
        server.token = "what the provider gives"
        provider.tokens = lambda: {
            **{"access_token": server.token, "refresh_token": "r", "expires_in": 3600, "token_type": "Bearer"}
        }
        sign_in(page, "noor", rapport=fresh_rapport)
        page.goto(f"{fresh_rapport.address}/settings/channels/{channel}/health/")
        expect(page.get_by_text("One step is left")).to_be_visible()
        page.get_by_role("link", name="Sign in with 127.0.0.1").click()
        page.get_by_role("link", name="Allow").click()
        expect(page.get_by_text("Signed in. Mail is fetched from now on.")).to_be_visible()
        page.get_by_role("button", name="Test now").click()
        expect(page.locator(".check-verdict")).to_have_text("Everything works.")
        # The facts renew themselves: nobody reloads the page.
        expect(page.get_by_text("Working", exact=True)).to_be_visible()


def test_a_consent_lapses_with_its_channel(channel):
    Consent.objects.create(channel=channel, tokens={}, expires_at=clock.now())
    channel.delete()
    assert not Consent.objects.exists()
