"""The outbox against a real mail server that says yes, no, later, or nothing."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction

from rapport.backbone.jobs import run_pending
from rapport.backbone.models import Event
from rapport.channels import actions
from rapport.channels.actions import sending
from rapport.channels.errors import TooLate
from rapport.channels.kinds.email import servers
from rapport.channels.models import Channel, Dispatch
from rapport.conversations.models import Message
from rapport.kit import clock


@pytest.fixture
def answer(arrive, post, ada):
    """Ada's answer, which may leave at once."""
    conversation = arrive(message_id="one@studio.example").message.conversation
    return actions.reply(conversation, by=ada, text="Hold the button.", undo_seconds=0).dispatch


def test_the_mail_that_leaves_is_complete(answer, post):
    run_pending(strict=True)
    (mail,) = post.received
    assert mail["From"] == "Ada from Lampwright <support@lampwright.example>"
    assert mail["Reply-To"] == "Ada from Lampwright <support@lampwright.example>"
    assert mail["To"] == "Kim Park <kim@studio.example>"
    assert mail["Subject"] == "Re: Flickering lamp"
    assert mail["Message-ID"] == f"<{answer.message.external_id}>"
    assert (mail["In-Reply-To"], mail["References"]) == ("<one@studio.example>", "<one@studio.example>")
    assert mail["Date"]
    assert "Auto-Submitted" not in mail
    assert mail.get_content().strip() == "Hold the button."
    assert (post.senders, post.recipients) == (["support@lampwright.example"], [["kim@studio.example"]])
    answer.refresh_from_db()
    assert (answer.state, answer.attempts, answer.error, answer.in_doubt) == ("sent", 1, "", False)
    assert answer.sent_at is not None
    assert Message.objects.get(pk=answer.message_id).sent_at == answer.sent_at
    assert Event.objects.filter(name="MessageChanged").last().payload["state"] == "sent"


def test_kims_answer_to_it_comes_back_to_the_conversation(answer, post, arrive):
    run_pending(strict=True)
    back = arrive("Thanks!", answers=post.received[0]["Message-ID"].strip("<>"))
    assert back.message.conversation_id == answer.message.conversation_id


def test_it_is_sent_once_however_often_it_is_asked(answer, post):
    for _ in range(3):
        actions.send(answer.pk)
    assert len(post.received) == 1


@pytest.mark.parametrize("refusal", ["421 4.3.2 Come back later", "451 4.7.1 Greylisted"])
def test_later_means_later_and_once(answer, post, refusal):
    post.answers = [refusal, refusal]
    actions.send(answer.pk)
    answer.refresh_from_db()
    assert (answer.state, answer.attempts, answer.in_doubt) == ("queued", 1, False)
    assert refusal in answer.error
    assert timedelta(seconds=3) < answer.due_at - clock.now() < timedelta(seconds=6)
    actions.send(answer.pk)
    answer.refresh_from_db()
    assert answer.attempts == 1, "not before it is due"
    for wait in (10, 60):
        with clock.frozen(clock.now() + timedelta(seconds=wait)):
            actions.send(answer.pk)
    answer.refresh_from_db()
    assert (answer.state, answer.attempts, answer.error) == ("sent", 3, "")
    assert len(post.received) == 1


def test_no_means_no_and_says_why(answer, post):
    post.answers = ["550 5.7.1 We do not like lamps"]
    actions.send(answer.pk)
    answer.refresh_from_db()
    assert answer.state == "failed"
    assert "550 5.7.1 We do not like lamps" in answer.error
    assert Event.objects.filter(name="MessageChanged").last().payload["state"] == "failed"
    actions.try_again(answer, by=answer.message.agent)
    run_pending(strict=True)
    assert len(post.received) == 1


def test_an_unknown_recipient_is_named(answer, post):
    post.refused = {"kim@studio.example": "550 5.1.1 No such user"}
    actions.send(answer.pk)
    answer.refresh_from_db()
    assert (answer.state, answer.error) == ("failed", "Refused: kim@studio.example: 550 5.1.1 No such user")


def test_a_recipient_who_may_come_later_is_waited_for(answer, post):
    post.refused = {"kim@studio.example": "450 4.2.2 Mailbox full"}
    actions.send(answer.pk)
    answer.refresh_from_db()
    assert (answer.state, answer.in_doubt) == ("queued", False)


def test_some_recipients_refused_is_not_kept_quiet(arrive, post, ada):
    conversation = arrive().message.conversation
    message = actions.reply(conversation, by=ada, text="x", cc=["gone@studio.example"], undo_seconds=0)
    post.refused = {"gone@studio.example": "550 5.1.1 No such user"}
    run_pending(strict=True)
    dispatch = Dispatch.objects.get(message=message)
    assert dispatch.state == "failed"
    assert "the other recipients have it: gone@studio.example" in dispatch.error
    assert post.recipients == [["kim@studio.example"]]


def test_a_lost_confirmation_costs_at_most_a_second_copy_with_the_same_id(answer, post):
    post.answers = ["keep and drop"]
    actions.send(answer.pk)
    answer.refresh_from_db()
    assert (answer.state, answer.in_doubt) == ("queued", True)
    with pytest.raises(TooLate, match="may have arrived"):
        actions.cancel(answer, by=answer.message.agent)
    with clock.frozen(clock.now() + timedelta(minutes=1)):
        actions.send(answer.pk)
    assert len(post.received) == 2
    assert len({mail["Message-ID"] for mail in post.received}) == 1


def test_a_server_that_says_nothing_is_left_after_a_while(answer, post, monkeypatch):
    monkeypatch.setattr(servers, "TIMEOUT", 0.5)
    post.answers = ["hang"]
    actions.send(answer.pk)
    answer.refresh_from_db()
    assert (answer.state, answer.in_doubt) == ("queued", True)
    assert "did not answer" in answer.error


def test_a_server_that_is_not_there_is_waited_for(answer, mailbox):
    Channel.objects.update(settings={**mailbox.settings, "smtp_port": 1})
    actions.send(answer.pk)
    answer.refresh_from_db()
    assert (answer.state, answer.in_doubt) == ("queued", False)
    assert "does not answer on port 1" in answer.error


def test_a_wrong_password_keeps_mail_waiting_until_it_is_mended(arrive, mailbox, ada):
    from rapport.channels.tests.post_office import post_office

    with post_office(password="right") as office:
        way = {"outgoing": "smtp", "smtp_host": "127.0.0.1", "smtp_port": office.port, "smtp_security": "plain"}
        signed = {**mailbox.settings, **way, "smtp_user": "support", "smtp_password": "wrong"}
        Channel.objects.update(settings=signed)
        dispatch = actions.reply(arrive().message.conversation, by=ada, text="x", undo_seconds=0).dispatch
        actions.send(dispatch.pk)
        dispatch.refresh_from_db()
        assert dispatch.state == "queued"
        assert "does not know this user name or password" in dispatch.error
        Channel.objects.update(settings={**signed, "smtp_password": "right"})
        with clock.frozen(clock.now() + timedelta(minutes=1)):
            actions.send(dispatch.pk)
        assert len(office.received) == 1


def test_after_two_days_it_fails_visibly(answer, post):
    Dispatch.objects.update(attempts=sending.MAX_ATTEMPTS - 1)
    post.answers = ["451 4.7.1 Later"]
    actions.send(answer.pk)
    answer.refresh_from_db()
    assert answer.state == "failed"


def test_the_tries_span_two_days():
    waits = [min(3600, 5 * 2**tried) for tried in range(sending.MAX_ATTEMPTS - 1)]
    assert timedelta(hours=44) < timedelta(seconds=sum(waits)) < timedelta(hours=50)
    assert all(0.9 * wait <= sending.wait_after(tried + 1) <= 1.1 * wait for tried, wait in enumerate(waits))


def test_without_a_mailbox_it_fails_with_whose_turn_it_is(arrive, ada, db):
    dispatch = actions.reply(arrive().message.conversation, by=ada, text="x", undo_seconds=0).dispatch
    run_pending(strict=True)
    dispatch.refresh_from_db()
    assert dispatch.state == "failed"
    assert "An administrator connects one" in dispatch.error


def test_what_a_lost_job_left_is_picked_up(answer, post):
    from django_tasks_db.models import DBTaskResult

    DBTaskResult.objects.all().delete()
    assert sending.sweep() == 0
    Dispatch.objects.update(due_at=clock.now() - timedelta(minutes=1))
    assert sending.sweep() == 1
    run_pending(strict=True)
    assert len(post.received) == 1


def test_what_a_dead_worker_held_is_sent_by_another(answer, post):
    Dispatch.objects.update(
        due_at=clock.now() - timedelta(minutes=20), claimed_until=clock.now() + timedelta(minutes=5), in_doubt=True
    )
    actions.send(answer.pk)
    assert (sending.sweep(), post.received) == (0, [])
    Dispatch.objects.update(claimed_until=clock.now() - timedelta(seconds=1))
    assert sending.sweep() == 1
    run_pending(strict=True)
    assert len(post.received) == 1


@pytest.mark.django_db(transaction=True)
def test_undo_and_send_at_the_same_moment_never_both_win(arrive, post, ada):
    outcomes = {
        _race(actions.reply(arrive().message.conversation, by=ada, text="x", undo_seconds=0), post, ada)
        for _ in range(6)
    }
    assert outcomes <= {(1, 0), (0, 1)}


def _race(message, post, ada):
    """How many mails left, and how often it was taken back."""
    dispatch, before, cancelled = message.dispatch, len(post.received), []
    start = threading.Barrier(2)
    racers = [
        threading.Thread(target=_apart, args=(start, lambda: actions.send(dispatch.pk))),
        threading.Thread(target=_apart, args=(start, lambda: cancelled.append(actions.cancel(dispatch, by=ada)))),
    ]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()
    assert Dispatch.objects.filter(pk=dispatch.pk).exists() == (not cancelled)
    return len(post.received) - before, len(cancelled)


@pytest.mark.django_db(transaction=True)
def test_two_workers_send_a_message_once(arrive, post, ada):
    dispatch = actions.reply(arrive().message.conversation, by=ada, text="x", undo_seconds=0).dispatch
    start = threading.Barrier(4)
    workers = [threading.Thread(target=_apart, args=(start, lambda: actions.send(dispatch.pk))) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(post.received) == 1


def test_a_rolled_back_answer_never_leaves(arrive, post, ada):
    conversation = arrive().message.conversation
    with transaction.atomic():
        actions.reply(conversation, by=ada, text="x", undo_seconds=0)
        transaction.set_rollback(True)
    run_pending(strict=True)
    assert post.received == []


def _apart(start, step):
    """In another thread, with a database connection of its own."""
    try:
        start.wait()
        step()
    except TooLate:
        pass
    finally:
        connection.close()
