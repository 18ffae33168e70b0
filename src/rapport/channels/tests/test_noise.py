"""One machine that writes all night fills Junk, not the inbox."""

from datetime import timedelta
from email.utils import format_datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from rapport.channels import actions
from rapport.channels.actions import set_noise_limit
from rapport.channels.actions.sifting import noise_limit
from rapport.channels.models import Delivery
from rapport.channels.tests.letters import letter
from rapport.channels.types import Incoming
from rapport.conversations.actions import write
from rapport.conversations.models import Conversation, Message
from rapport.conversations.types import Writing
from rapport.kit import clock
from rapport.team.models import Notification

ROBOT = "Robot <robot@plant.example>"


@pytest.fixture
def arrive_together(mailbox):
    """A batch of letters, as polling and `mail ingest` bring them in."""

    def arrived(count, sender=ROBOT, **headers):
        letters = [letter(f"Alarm {n}", sender=sender, subject=f"Alarm {n}", **headers) for n in range(count)]
        stored = actions.accept_all([Incoming(each, "test", ()) for each in letters], kind="email")
        actions.process_all(Delivery.objects.filter(pk__in=[each.pk for each in stored]).order_by("pk"))

    return arrived


def reasons():
    return list(Conversation.objects.order_by("id").values_list("junk_reason", flat=True))


def test_what_goes_beyond_the_limit_is_junk_and_the_administrator_hears_of_it_once(arrive_together, ada, noor):
    set_noise_limit(5)
    arrive_together(7)
    assert reasons() == [""] * 5 + ["noisy"] * 2
    arrive_together(2)
    assert reasons() == [""] * 5 + ["noisy"] * 4
    noisy = Conversation.objects.filter(junk_reason="noisy").first()
    (told,) = Notification.objects.filter(kind="noisy")
    assert (told.agent, told.place) == (noor, f"conversation:{Conversation.objects.get(number=6).pk}")
    assert noisy.status == "closed"


def test_letters_that_come_one_by_one_are_counted_just_so(arrive, mailbox, noor):
    set_noise_limit(2)
    for sender in (ROBOT, "robot@PLANT.example", "ROBOT@plant.example", "other@plant.example"):
        arrive(sender=sender)
    assert reasons() == ["", "", "noisy", ""]


def test_after_an_hour_the_sender_is_heard_again_and_a_day_later_people_are_told_again(arrive_together, noor):
    set_noise_limit(2)
    arrive_together(3)
    with clock.frozen(clock.now() + timedelta(minutes=61)):
        arrive_together(1)
        assert reasons() == ["", "", "noisy", ""]
    with clock.frozen(clock.now() + timedelta(hours=25)):
        arrive_together(3)
    assert reasons()[4:] == ["", "", "noisy"]
    assert Notification.objects.filter(kind="noisy").count() == 2


def test_no_limit_and_no_junk(arrive_together):
    set_noise_limit(0)
    arrive_together(70)
    assert set(reasons()) == {""}


def test_the_usual_limit_is_a_thousand_an_hour(arrive_together):
    arrive_together(62)
    assert reasons().count("noisy") == 0
    assert noise_limit().messages_an_hour == 1000


def test_a_colleague_and_whom_we_answered_lately_may_write_as_much_as_they_like(arrive_together, ada):
    set_noise_limit(2)
    arrive_together(4, sender="Ada <ada@lampwright.example>")
    arrive_together(1)
    write(Conversation.objects.order_by("id").last(), writing=Writing(text="What is the matter?"), by=ada)
    arrive_together(4)
    assert set(reasons()) == {""}


def test_an_archive_is_no_noise(arrive_together, arrive, kim):
    set_noise_limit(3)
    for_years = format_datetime(clock.now() - timedelta(days=400))
    old = [letter("Old", sender="kim@studio.example", subject=f"Old {n}") for n in range(6)]
    for each in old:
        lines = [b"Date: " + for_years.encode() if line.startswith(b"Date:") else line for line in each.splitlines()]
        arrive(b"\n".join(lines))
    arrive(sender="kim@studio.example")
    assert set(reasons()) == {""}


def test_an_answer_in_a_conversation_of_ours_is_not_lost_in_junk_with_it(arrive, arrive_together, mailbox):
    set_noise_limit(2)
    first = arrive(sender=ROBOT, message_id="one@plant.example").message.conversation
    arrive(sender=ROBOT)
    third = arrive(sender=ROBOT, answers="one@plant.example").message
    assert third.conversation.junk_reason == "noisy"
    first.refresh_from_db()
    assert (first.status, first.message_count) == ("open", 1)
    assert Message.objects.count() == 3


def test_a_larger_batch_of_known_senders_asks_no_more_often(arrive_together, mailbox):
    arrive_together(1, sender="kim@studio.example")
    arrive_together(1, sender="lee@studio.example")
    counts = []
    for senders in (1, 2):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            for sender in ("kim@studio.example", "lee@studio.example")[:senders]:
                arrive_together(1, sender=sender)
        counts.append(sum("newest" in each["sql"] for each in asked.captured_queries))
    assert counts == [1, 2], "once a batch"
    with CaptureQueriesContext(connection) as asked:
        arrive_together(20, sender="kim@studio.example")
    assert sum("newest" in each["sql"] for each in asked.captured_queries) == 1
