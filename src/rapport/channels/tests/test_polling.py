"""Fetching from a real IMAP server that forgets, renumbers, refuses and hangs up."""

import threading
from datetime import date, timedelta

import pytest
from django.db import connection

from rapport.channels.actions import polling
from rapport.channels.models import Channel, Delivery
from rapport.channels.tests.dovecot import dovecot
from rapport.channels.tests.imap_server import imap_server
from rapport.channels.tests.letters import letter
from rapport.conversations.models import Message
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


def poll(channel):
    """As when its turn has come."""
    Channel.objects.update(next_poll_at=None, held_until=None)
    count = polling.poll(channel.pk)
    channel.refresh_from_db()
    return count


def arrived():
    return sorted(Message.objects.values_list("external_id", flat=True))


def send(server, number, **said):
    return server.deliver(letter(f"Mail {number}.", message_id=f"{number}@studio.example"), **said)


def test_new_mail_comes_in_once(server, channel):
    send(server, 1)
    send(server, 2)
    assert [poll(channel), poll(channel)] == [2, 0]
    assert arrived() == ["1@studio.example", "2@studio.example"]
    assert channel.is_healthy
    assert channel.worked_at is not None
    assert server.flags_of(1) == {"\\Seen"}
    send(server, 3)
    assert poll(channel) == 1
    assert server.fetched == [1, 2, 3]
    delivery = Delivery.objects.latest("id")
    assert (delivery.channel, delivery.source) == (channel, "Support UID 3")


def test_mail_that_somebody_opened_there_comes_in_too(server, channel):
    send(server, 1)
    server.messages[0].flags.add("\\Seen")
    assert poll(channel) == 1


def test_a_mailbox_that_is_only_read_from_stays_as_it_is(server, channel):
    Channel.objects.update(settings={**channel.settings, "mark_seen": False})
    send(server, 1)
    assert poll(channel) == 1
    assert server.flags_of(1) == set()


def test_the_first_time_it_begins_a_day_back(server, channel):
    today = clock.now().date()
    send(server, 1, day=today - timedelta(days=400))
    send(server, 2, day=today - timedelta(days=1))
    send(server, 3, day=today - timedelta(days=30))
    assert poll(channel) == 1
    assert arrived() == ["2@studio.example"]
    send(server, 4)
    assert poll(channel) == 1
    assert arrived() == ["2@studio.example", "4@studio.example"]


def test_an_empty_start_fetches_no_old_mail_later(server, channel):
    send(server, 1, day=date(2020, 1, 1))
    assert [poll(channel), poll(channel)] == [0, 0]
    send(server, 2)
    assert poll(channel) == 1
    assert arrived() == ["2@studio.example"]


@pytest.mark.parametrize(("days", "expected"), [(0, 1), (60, 2)])
def test_noor_says_how_far_back_it_begins(server, channel, days, expected):
    Channel.objects.update(settings={**channel.settings, "history_days": days})
    send(server, 1, day=clock.now().date() - timedelta(days=30))
    send(server, 2)
    assert poll(channel) == expected


def test_a_dropped_connection_loses_and_doubles_nothing(server, channel):
    for number in range(1, 46):
        send(server, number)
    server.drop_at, server.drops_left = {30}, 1
    assert poll(channel) == 0
    assert channel.is_healthy, "one hiccup is nobody's business"
    assert Message.objects.count() == 20
    poll(channel)
    assert Message.objects.count() == 45
    assert Delivery.objects.filter(outcome="duplicate").count() == 0


def test_a_message_at_which_the_connection_always_breaks_is_passed_over_visibly(server, channel):
    for number in range(1, 4):
        send(server, number)
    server.drop_at = {2}
    for _ in range(4):
        poll(channel)
    assert arrived() == ["1@studio.example", "3@studio.example"]
    stuck = Delivery.objects.get(state="quarantined")
    assert "connection broke each time" in stuck.reason
    assert stuck.source == "Support UID 2"


def test_a_message_that_the_server_keeps_to_itself_holds_up_no_other(server, channel):
    for number in range(1, 4):
        send(server, number)
    server.refuse = {2}
    assert poll(channel) == 3
    assert arrived() == ["1@studio.example", "3@studio.example"]
    assert "would not hand over message 2" in Delivery.objects.get(state="quarantined").reason


def test_an_unreadable_mail_holds_up_no_other(server, channel):
    server.deliver(b"\x00\xff rubbish")
    send(server, 2)
    assert poll(channel) == 2
    assert arrived() == ["2@studio.example"]


def test_after_renumbering_nothing_is_lost_or_doubled(server, channel):
    send(server, 1)
    send(server, 2)
    poll(channel)
    send(server, 3)
    server.renumber()
    poll(channel)
    assert arrived() == ["1@studio.example", "2@studio.example", "3@studio.example"]
    assert poll(channel) == 0
    send(server, 4)
    assert poll(channel) == 1


def test_the_same_mail_in_two_mailboxes_is_one_message(server, channel):
    with imap_server() as other:
        second = Channel.objects.create(
            kind="email", inbox=channel.inbox, name="Sales", address="sales@lampwright.example", settings=other.settings
        )
        raw = letter(message_id="1@studio.example")
        server.deliver(raw)
        other.deliver(b"Received: by another way\r\n" + raw)
        assert [poll(channel), poll(second)] == [1, 1]
    assert arrived() == ["1@studio.example"]


def test_mail_flagged_before_a_crash_is_not_lost_and_before_the_flag_not_doubled(server, channel, monkeypatch):
    from rapport.channels.kinds.email.mailbox import Mailbox

    send(server, 1)

    def die(*_):
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(Mailbox, "done", die)
        with pytest.raises(SystemExit):
            poll(channel)
    assert Delivery.objects.get().state == "stored"
    poll(channel)
    from rapport.channels.actions import process_all

    process_all(Delivery.objects.filter(state="stored"))
    assert arrived() == ["1@studio.example"]
    assert Delivery.objects.count() == 2


def test_a_wrong_password_shows_at_once_and_what_to_do(server, channel):
    server.password = "changed"
    poll(channel)
    assert not channel.is_healthy
    assert "does not know this user name or password" in channel.error
    server.password = channel.settings["imap_password"]
    poll(channel)
    assert channel.is_healthy
    assert channel.failures == 0


def test_a_server_that_is_gone_shows_within_two_polls(server, channel):
    Channel.objects.update(settings={**channel.settings, "imap_port": 1})
    poll(channel)
    assert channel.is_healthy
    poll(channel)
    assert "does not answer on port 1" in channel.error
    assert channel.failed_at is not None
    assert channel.next_poll_at > clock.now() + timedelta(seconds=20)


def test_a_missing_folder_is_named(server, channel):
    Channel.objects.update(settings={**channel.settings, "imap_folder": "Support"})
    poll(channel)
    poll(channel)
    assert "has no such folder" in channel.error


def test_a_password_in_any_script_signs_in(server, channel):
    server.password = "öffne dich, 芝麻"
    Channel.objects.update(settings={**channel.settings, "imap_password": server.password})
    send(server, 1)
    assert poll(channel) == 1


def test_a_large_mail_is_fetched_in_pieces(server, channel):
    body = bytes(range(256)) * 40_000
    server.deliver(letter("Large.", message_id="1@studio.example", files=[("film.bin", body)]))
    assert poll(channel) == 1
    assert len(server.fetched) > 3
    from rapport.backbone import files
    from rapport.conversations.models import Attachment

    assert files.read(Attachment.objects.get().file) == body


def test_another_folder_starts_afresh(server, channel):
    send(server, 1)
    poll(channel)
    server.folder = "Support"
    Channel.objects.update(settings={**channel.settings, "imap_folder": "Support"})
    assert poll(channel) == 1
    assert arrived() == ["1@studio.example"]


def test_a_paused_mailbox_is_left_alone(server, channel):
    send(server, 1)
    Channel.objects.update(paused_at=clock.now())
    assert poll(channel) == 0
    assert polling.due() == []


def test_a_clock_set_back_does_not_stop_the_rounds(server, channel):
    send(server, 1)
    Channel.objects.update(next_poll_at=clock.now() + timedelta(hours=2))
    assert polling.due() == [channel.pk]
    assert polling.poll(channel.pk) == 1


def test_its_turn_comes_only_after_a_while(server, channel):
    assert poll(channel) == 0
    send(server, 1)
    assert polling.due() == []
    assert polling.poll(channel.pk) == 0
    with clock.frozen(clock.now() + polling.EVERY):
        assert polling.poll(channel.pk) == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_on_one_mailbox_double_nothing(server, channel):
    for number in range(60):
        send(server, number)
    start = threading.Barrier(2)
    counts = []

    def work():
        try:
            start.wait()
            counts.append(polling.poll(channel.pk))
        finally:
            connection.close()

    Channel.objects.update(next_poll_at=None)
    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(counts) == [0, 60]
    assert Message.objects.count() == 60


@pytest.mark.django_db(transaction=True)
def test_the_rounds_fetch_by_themselves_and_stop(server, channel):
    from rapport.channels.listeners import Rounds

    send(server, 1)
    rounds = Rounds()
    try:
        for _ in range(100):
            if Message.objects.exists():
                break
            threading.Event().wait(0.1)
    finally:
        rounds.stop()
    assert arrived() == ["1@studio.example"]


def test_a_mail_that_somebody_deletes_while_it_is_fetched_holds_up_no_other(server, channel, monkeypatch):
    from rapport.channels.kinds.email.mailbox import Mailbox

    for number in range(1, 4):
        send(server, number)
    sizes = Mailbox._sizes

    def deleted_meanwhile(self, uids):
        found = sizes(self, uids)
        server.expunge(2)
        return found

    monkeypatch.setattr(Mailbox, "_sizes", deleted_meanwhile)
    assert poll(channel) == 2
    assert arrived() == ["1@studio.example", "3@studio.example"]
    assert not Delivery.objects.filter(state="quarantined").exists()
    send(server, 4)
    assert poll(channel) == 1


def test_a_real_server_moves_deletes_and_renumbers_under_our_hands(channel):
    with dovecot("support") as server:
        Channel.objects.update(settings={**channel.settings, **server.settings("support"), "imap_folder": "Kunden.新"})
        with server.mailbox("support") as box:
            box.create('"Kunden"')
            box.create('"Kunden.&ZbA-"')
        for number in range(1, 4):
            server.deliver("support", letter(message_id=f"{number}@studio.example"), folder='"Kunden.&ZbA-"')
        server.deliver("support", letter(message_id="elsewhere@studio.example"))
        assert poll(channel) == 3, channel.error
        with server.mailbox("support") as box:
            box.select('"Kunden.&ZbA-"')
            assert box.uid("SEARCH", "SEEN")[1] == [b"1 2 3"]
            # Moved away and back: it has a new number, and is recognised.
            box.uid("COPY", "2", "INBOX")
            box.uid("STORE", "2", "+FLAGS", r"(\Deleted)")
            box.expunge()
            box.select("INBOX")
            box.uid("COPY", "1:*", '"Kunden.&ZbA-"')
        poll(channel)
        assert arrived() == [*("1@studio.example", "2@studio.example", "3@studio.example", "elsewhere@studio.example")]
        assert Delivery.objects.filter(outcome="duplicate").count() == 1
        with server.mailbox("support") as box:
            box.delete('"Kunden.&ZbA-"')
            box.create('"Kunden.&ZbA-"')
        server.deliver("support", letter(message_id="5@studio.example"), folder='"Kunden.&ZbA-"')
        assert poll(channel) == 1, "under a new UIDVALIDITY its first number is new"
        assert channel.is_healthy
