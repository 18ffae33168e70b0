"""What a provider allows is kept to, by every worker together; what is too much waits and says so."""

import threading
from datetime import timedelta

import pytest
from django.db import connection

from rapport.backbone.jobs import run_pending
from rapport.channels import actions
from rapport.channels.kinds.email.limits import is_too_many, limits
from rapport.channels.models import Channel, Dispatch
from rapport.channels.types import Limit
from rapport.kit import clock
from rapport.team.actions import create_token


@pytest.fixture
def write(arrive, post, ada):
    """Ada writes to so many customers; the dispatches, oldest first."""

    def written(count):
        for _ in range(count):
            actions.reply(arrive().message.conversation, by=ada, text="Hold the button.", undo_seconds=0)
        return list(Dispatch.objects.order_by("pk"))

    return written


def allow(**limits):
    channel = Channel.objects.get()
    channel.settings = {**channel.settings, **limits}
    channel.save()


def states():
    return list(Dispatch.objects.order_by("pk").values_list("state", "attempts"))


def test_what_is_over_the_limit_waits_with_its_reason_and_time_and_no_try_counted(write, post):
    allow(per_minute=2)
    dispatches = write(5)
    now = clock.now()
    with clock.frozen(now):
        for dispatch in dispatches:
            actions.send(dispatch.pk)
    assert states() == [("sent", 1), ("sent", 1), ("queued", 0), ("queued", 0), ("queued", 0)]
    waiting = Dispatch.objects.filter(is_held=True).order_by("pk")
    assert {dispatch.error for dispatch in waiting} == {"This mailbox may send 2 mails a minute."}
    assert [round((dispatch.due_at - now).total_seconds()) for dispatch in waiting] == [60, 60, 120]
    with clock.frozen(now + timedelta(seconds=61)):
        for dispatch in dispatches:
            actions.send(dispatch.pk)
        assert [state for state, _attempts in states()] == ["sent"] * 4 + ["queued"]
    with clock.frozen(now + timedelta(seconds=122)):
        actions.send(dispatches[-1].pk)
    assert (states()[-1], len(post.received)) == (("sent", 1), 5)


def test_a_script_sees_what_waits_for_room(write, client, noor):
    allow(per_day=1)
    for dispatch in write(2):
        actions.send(dispatch.pk)
    token = {"Authorization": f"Bearer {create_token(noor)}"}
    held, sent = client.get("/api/v1/dispatches", headers=token).json()["items"]
    assert (held["state"], held["is_held"], held["error"]) == ("queued", True, "This mailbox may send 1 mail a day.")
    assert (sent["state"], sent["is_held"], sent["undelivered"], sent["bounced_at"]) == ("sent", False, [], None)


def test_the_strictest_limit_counts(write, post):
    allow(per_minute=3, per_day=1)
    dispatches = write(2)
    for dispatch in dispatches:
        actions.send(dispatch.pk)
    waiting = Dispatch.objects.get(state="queued")
    assert waiting.error == "This mailbox may send 1 mail a day."
    assert waiting.due_at - clock.now() > timedelta(hours=23)


def test_a_waiting_mail_can_be_taken_back(write, post, ada):
    allow(per_day=1)
    for dispatch in write(2):
        actions.send(dispatch.pk)
    assert actions.cancel(Dispatch.objects.get(is_held=True), by=ada) == "Hold the button."


@pytest.mark.django_db(transaction=True)
def test_four_workers_together_keep_to_it(write, post):
    allow(per_hour=5)
    dispatches = write(12)
    start = threading.Barrier(4)

    def work(mine):
        try:
            start.wait()
            for dispatch in mine:
                actions.send(dispatch.pk)
        finally:
            connection.close()

    workers = [threading.Thread(target=work, args=(dispatches[first::4],)) for first in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(post.received) == 5
    assert Dispatch.objects.filter(state="queued", is_held=True).count() == 7


def test_too_many_slows_the_whole_channel_down_and_fails_nothing(write, post):
    post.answers = ["421 4.7.28 Too many messages, slow down"]
    first, second = write(2)
    now = clock.now()
    with clock.frozen(now):
        actions.send(first.pk)
        actions.send(second.pk)
    assert states() == [("queued", 0), ("queued", 0)], "the second was not even tried"
    second.refresh_from_db()
    assert second.is_held
    assert "421 4.7.28 Too many messages" in second.error
    assert timedelta(seconds=59) < second.due_at - now < timedelta(seconds=62)
    with clock.frozen(now + timedelta(seconds=62)):
        actions.send(first.pk)
        actions.send(second.pk)
    assert [state for state, _attempts in states()] == ["sent", "sent"]
    assert Channel.objects.get().slowed_times == 0


def test_each_time_in_a_row_it_rests_twice_as_long_and_never_gives_up(write, post):
    (dispatch,) = write(1)
    Dispatch.objects.update(attempts=200)
    moment = clock.now()
    for minutes in (1, 2, 4, 8):
        post.answers = ["451 4.7.0 Rate limit exceeded"]
        with clock.frozen(moment):
            actions.send(dispatch.pk)
            channel = Channel.objects.get()
            assert channel.slowed_until - moment == timedelta(minutes=minutes)
        moment = channel.slowed_until + timedelta(seconds=1)
    with clock.frozen(moment):
        actions.send(dispatch.pk)
    assert states() == [("sent", 201)]


def test_what_waits_in_the_outbox_goes_by_one_connection(write, post):
    write(12)
    run_pending(strict=True)
    assert (len(post.received), post.connections) == (12, 1)


@pytest.mark.parametrize(
    ("host", "said", "expected"),
    [
        ("smtp.gmail.com", {}, [Limit(500, 86_400)]),
        ("smtp.office365.com", {}, [Limit(30, 60), Limit(10_000, 86_400)]),
        ("SMTP.Office365.com.", {"per_minute": 10}, [Limit(10, 60), Limit(10_000, 86_400)]),
        ("smtp.gmail.com", {"per_day": 2000}, [Limit(2000, 86_400)]),
        ("smtp.gmail.com", {"per_day": 0}, []),
        ("mail.lampwright.example", {"per_hour": None}, []),
        ("notgmail.com", {}, []),
    ],
)
def test_the_usual_limits_are_known_and_an_administrator_knows_better(host, said, expected):
    assert limits({"outgoing": "smtp", "smtp_host": host, **said}) == expected


@pytest.mark.parametrize(
    ("code", "said", "expected"),
    [
        (421, "4.7.28 Gmail has detected an unusual rate of email", True),
        (450, "4.2.1 The user you are trying to contact is receiving mail at a rate that exceeds", False),
        (451, "4.7.1 Greylisted, try again in five minutes", False),
        (452, "4.2.2 Mailbox full, quota exceeded", False),
        (432, "4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded", True),
        (451, "4.5.3 Too many recipients", True),
        (550, "5.7.1 Daily sending quota exceeded", False),
        (429, "", True),
        (451, "4.7.1 发送频率过高", True),
    ],
)
def test_only_what_is_about_all_mail_slows_all_mail(code, said, expected):
    assert is_too_many(code, said) is expected
