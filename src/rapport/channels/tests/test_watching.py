"""Mailboxes whose servers tell of new mail by themselves: a real Dovecot, and one that misbehaves."""

import threading
import time
from datetime import timedelta

import pytest
from django.db import connection

from rapport.channels import connections, watching
from rapport.channels.actions import polling
from rapport.channels.kinds.email.watching import watch
from rapport.channels.listeners import Rounds
from rapport.channels.models import Channel, Delivery
from rapport.channels.tests.dovecot import dovecot
from rapport.channels.tests.imap_server import imap_server
from rapport.channels.tests.letters import letter
from rapport.channels.watching import Watches
from rapport.conversations.models import Message
from rapport.kit import clock

NAMES = [f"box{number}" for number in range(12)]


@pytest.fixture(scope="module")
def server():
    with dovecot(*NAMES) as running:
        yield running


@pytest.fixture
def misbehaving():
    with imap_server() as running:
        running.offers_idle = True
        yield running


@pytest.fixture
def worker():
    """What a worker process does for mailboxes; a second one is started by calling it again."""
    before = set(threading.enumerate())
    running = []

    def start():
        rounds = Rounds()
        watches = Watches(on_news=rounds.hurry)
        running.extend((watches, rounds))
        return watches

    yield start
    for part in running:
        part.stop()
    left = [thread.name for thread in threading.enumerate() if thread not in before and thread.is_alive()]
    connection.close()
    assert left == [], "threads were left behind"


def connect(inbox, settings, name="Support"):
    return Channel.objects.create(
        kind="email", inbox=inbox, name=name, address=f"{name.lower()}@lampwright.example", settings=settings
    )


def until(what, seconds=10.0):
    """How many seconds it takes until this is so."""
    start = time.monotonic()
    while not what():
        assert time.monotonic() < start + seconds, "it did not happen"
        time.sleep(0.02)
    return time.monotonic() - start


def arrived(number):
    return Message.objects.filter(external_id=f"{number}@studio.example").exists()


def mail(number):
    return letter(f"Mail {number}.", message_id=f"{number}@studio.example")


def seconds_to_arrive(server, round_):
    """One mail into each mailbox at once; a busy machine gets two more rounds."""
    for number, name in enumerate(NAMES):
        server.deliver(name, mail(f"{round_}-{number}"))
    return until(lambda: all(arrived(f"{round_}-{number}") for number in range(12)))


@pytest.mark.django_db(transaction=True)
def test_mail_to_twelve_mailboxes_of_one_inbox_is_there_within_two_seconds(server, inbox, worker):
    for name in NAMES:
        connect(inbox, server.settings(name), name)
    watches = worker()
    until(lambda: len(watches.watched()) == 12)
    until(lambda: polling.due() == [] and not Channel.objects.filter(next_poll_at__lt=clock.now()).exists())
    assert min(seconds_to_arrive(server, round_) for round_ in range(3)) < 2
    assert set(Message.objects.values_list("conversation__inbox", flat=True)) == {inbox.pk}
    # A poll ends a moment after what it brought is there.
    until(lambda: not Channel.objects.filter(next_poll_at__lt=clock.now() + timedelta(minutes=2)).exists())


@pytest.mark.django_db(transaction=True)
def test_two_workers_watch_a_mailbox_once_and_double_no_mail(server, inbox, worker):
    channels = [connect(inbox, server.settings(name), name) for name in NAMES[:3]]
    first, second = worker(), worker()
    until(lambda: len(first.watched() | second.watched()) == 3)
    for number in range(10):
        server.deliver(NAMES[number % 3], mail(f"twice-{number}"))
    until(lambda: all(arrived(f"twice-{number}") for number in range(10)))
    time.sleep(1.2)
    assert not first.watched() & second.watched()
    assert Delivery.objects.filter(outcome="duplicate").count() == 0
    first.stop()
    # Who is asked to stop lets go at once; the other goes on within its next look.
    until(lambda: second.watched() == {channel.pk for channel in channels})


@pytest.mark.django_db(transaction=True)
def test_when_a_worker_is_killed_another_watches_and_fetches_what_came_meanwhile(misbehaving, inbox, worker):
    channel = connect(inbox, misbehaving.settings)
    far = clock.now() + timedelta(minutes=4)
    Channel.objects.update(
        worked_at=clock.now(), watched_by="dead", watched_until=clock.now() + timedelta(seconds=1.5), next_poll_at=far
    )
    misbehaving.deliver(mail(1))
    watches = worker()
    assert until(lambda: arrived(1)) < 5
    until(lambda: watches.watched() == {channel.pk})


@pytest.mark.django_db(transaction=True)
def test_a_dropped_line_comes_back_and_loses_nothing(misbehaving, inbox, worker, monkeypatch):
    monkeypatch.setattr(watching, "FIRST_PAUSE", 0.2)
    channel = connect(inbox, misbehaving.settings)
    watches = worker()
    until(lambda: misbehaving.idling)
    misbehaving.hang_up()
    misbehaving.deliver(mail(1))
    assert until(lambda: arrived(1)) < 2
    channel.refresh_from_db()
    assert channel.is_healthy
    until(lambda: misbehaving.idling and watches.watched())
    misbehaving.deliver(mail(2))
    assert until(lambda: arrived(2)) < 2


@pytest.mark.django_db(transaction=True)
def test_a_server_that_hangs_up_each_time_is_asked_in_turn_and_not_hammered(misbehaving, inbox, worker, monkeypatch):
    monkeypatch.setattr(watching, "FIRST_PAUSE", 0.3)
    monkeypatch.setattr(misbehaving, "hang_up_in_idle", True)
    channel = connect(inbox, misbehaving.settings)
    worker()
    until(lambda: misbehaving.idles >= 2)
    tries, start = misbehaving.idles, time.monotonic()
    time.sleep(2)
    # 0.3, 0.6, 1.2 s ... and never more often.
    assert misbehaving.idles - tries <= 3, time.monotonic() - start
    # Between two tries it says why; while it tries again it does not.
    until(lambda: "closed the connection" in Channel.objects.get(pk=channel.pk).watch_problem)
    channel.refresh_from_db()
    assert channel.is_healthy
    assert polling.due() == [] or channel.next_poll_at <= clock.now() + polling.EVERY


@pytest.mark.django_db(transaction=True)
def test_the_line_is_renewed_in_time_and_hears_what_came_meanwhile(misbehaving, inbox, worker, monkeypatch):
    assert watching.RENEW_SECONDS < 29 * 60
    monkeypatch.setattr(watching, "RENEW_SECONDS", 0.5)
    connect(inbox, misbehaving.settings)
    worker()
    until(lambda: misbehaving.idles >= 3)
    misbehaving.deliver(mail(1))
    assert until(lambda: arrived(1)) < 2
    assert "DONE" not in misbehaving.commands, "it is the end of IDLE, not a command"


@pytest.mark.django_db(transaction=True)
def test_where_the_server_does_not_offer_it_mail_is_asked_for(misbehaving, inbox, worker):
    misbehaving.offers_idle = False
    connect(inbox, misbehaving.settings)
    watches = worker()
    misbehaving.deliver(mail(1))
    until(lambda: arrived(1))
    until(lambda: any(command.startswith("CAPABILITY") for command in misbehaving.commands))
    channel = Channel.objects.get()
    assert watches.watched() == set()
    assert channel.next_poll_at <= clock.now() + polling.EVERY
    assert channel.watch_problem == ""


@pytest.mark.django_db(transaction=True)
def test_a_changed_or_paused_mailbox_is_let_go(misbehaving, inbox, worker):
    channel = connect(inbox, misbehaving.settings)
    watches = worker()
    until(lambda: misbehaving.idling)
    connections.pause(channel)
    until(lambda: not misbehaving.idling and not watches.watched())
    connections.resume(channel)
    until(lambda: misbehaving.idling)
    before = misbehaving.idles
    channel.refresh_from_db()
    connections.change(channel, settings=channel.settings, name="Help", inbox=inbox)
    until(lambda: misbehaving.idles > before and watches.watched())


@pytest.mark.django_db(transaction=True)
def test_a_mailbox_that_does_not_let_us_in_is_not_tried_by_two_ways(misbehaving, inbox, worker):
    connect(inbox, {**misbehaving.settings, "imap_password": "wrong"})
    worker()
    until(lambda: Channel.objects.exclude(error="").exists())
    time.sleep(1.5)
    # Providers lock an account after some wrong passwords.
    assert sum(command.startswith("LOGIN") for command in misbehaving.commands) == 1


@pytest.mark.django_db(transaction=True)
def test_news_in_the_middle_of_a_poll_are_fetched_right_after_it(misbehaving, inbox):
    from rapport.channels.actions import watching as holding

    channel = connect(inbox, misbehaving.settings)
    Channel.objects.update(watched_until=clock.now() + timedelta(minutes=1))
    claimed = polling._claim(channel.pk)
    holding.hear(channel.pk)
    assert polling.due() == [], "somebody is at it"
    polling._note_success(claimed)
    assert polling.due() == [channel.pk]
    polling.poll(channel.pk)
    assert polling.due() == []


def test_over_tls_news_are_heard_too(server, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(server.certificate))
    line = watch({**server.settings("box0"), "imap_port": server.tls_port, "imap_security": "tls"})
    try:
        server.deliver("box0", mail("tls"))
        assert until(lambda: line.news()) < 2
        assert line.renew() is False
        server.deliver("box0", mail("tls-2"))
        assert until(lambda: line.news()) < 2
    finally:
        line.close()
        line.close()
