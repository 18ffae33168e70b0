"""Kim is asked how it went: once, in her language, and only when it makes sense."""

import re
import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from rapport.backbone.jobs import run_pending
from rapport.backbone.search import find
from rapport.channels import actions as channels
from rapport.channels.models import Dispatch
from rapport.channels.types import DispatchState
from rapport.conversations import actions as conversations
from rapport.conversations.announcements import MessageChanged
from rapport.conversations.models import Conversation, Message
from rapport.conversations.types import Writing
from rapport.customers.models import Customer
from rapport.customers.segments import actions as segments
from rapport.customers.segments.errors import CannotSegment
from rapport.kit import clock, ids
from rapport.surveys import actions, queries
from rapport.surveys.models import Invitation
from rapport.surveys.subscribers import SECOND_THOUGHTS, forget_the_link_once_it_left
from rapport.surveys.types import Reason

NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)
LINK = re.compile(r"/rate/([\w-]+)/")
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def support(db, inbox):
    from rapport.channels.models import Channel

    return Channel.objects.create(kind="email", inbox=inbox, name="Support", address="support@lampwright.example")


@pytest.fixture
def wrote(kim, inbox):
    """Kim writes, and a conversation begins."""

    def write(text="My lamp flickers.", *, subject="Lamp flickers", customer=kim, **how) -> Conversation:
        return conversations.receive(
            Writing(text=text, subject=subject, sent_at=clock.now(), **how),
            customer=customer,
            inbox=inbox,
            channel="email",
            author_name=customer.name,
            author_address=customer.email,
        ).message.conversation

    return write


@pytest.fixture
def solved(wrote, ada):
    """Kim wrote, Ada answered and closed."""

    def solve(**kwargs) -> Conversation:
        conversation = wrote(**kwargs)
        channels.reply(conversation, by=ada, text="Please turn it off and on.", undo_seconds=0)
        conversations.close(conversation, by=ada)
        conversation.refresh_from_db()
        return conversation

    return solve


def test_closing_asks_kim_after_a_moment_for_second_thoughts(solved):
    with clock.frozen(NOON):
        conversation = solved()
        run_pending(strict=True)
        assert not Invitation.objects.exists()
    with clock.frozen(NOON + SECOND_THOUGHTS):
        run_pending(strict=True)
    invitation = Invitation.objects.get()
    assert (invitation.conversation, invitation.customer) == (conversation, conversation.customer)


def test_reopened_in_time_she_is_not_asked(solved, ada):
    with clock.frozen(NOON):
        conversation = solved()
        run_pending(strict=True)
        conversations.reopen(conversation, by=ada)
    with clock.frozen(NOON + timedelta(hours=1)):
        run_pending(strict=True)
    assert not Invitation.objects.exists()


def test_kim_is_asked_once_a_month(solved):
    with clock.frozen(NOON):
        assert actions.invite(solved())
        assert actions.invite(solved()) is None
    with clock.frozen(NOON + timedelta(days=29)):
        assert actions.invite(solved()) is None
    with clock.frozen(NOON + timedelta(days=31)):
        assert actions.invite(solved())
    assert Invitation.objects.count() == 2


def test_the_same_job_twice_asks_once(solved):
    conversation = solved()
    closure = conversation.closures.get()
    actions.ask(closure.pk)
    actions.ask(closure.pk)
    assert Invitation.objects.count() == 1


def test_noor_decides_how_often_and_whether(solved):
    with clock.frozen(NOON):
        actions.set_policy(is_on=True, every_days=7, question="")
        assert actions.invite(solved())
    with clock.frozen(NOON + timedelta(days=8)):
        assert actions.invite(solved())
    with clock.frozen(NOON + timedelta(days=80)):
        actions.set_policy(is_on=False, every_days=7, question="")
        assert actions.invite(solved()) is None


def test_nobody_is_asked_about_what_we_never_answered(wrote, ada):
    conversation = wrote()
    conversations.write_note(conversation, text="Spam?", by=ada)
    conversations.close(conversation, by=ada)
    conversation.refresh_from_db()
    assert queries.reason_not_to_ask(conversation) == Reason.UNANSWERED
    assert actions.invite(conversation) is None


def test_a_machine_that_wrote_is_not_asked(solved):
    assert queries.reason_not_to_ask(solved(is_automatic=True)) == Reason.AUTOMATIC


def test_somebody_without_an_address_is_not_asked(solved, kim):
    conversation = solved()
    Customer.objects.filter(pk=kim.pk).update(email="")
    assert actions.invite(conversation) is None


def test_somebody_whose_mail_bounces_is_not_asked(solved):
    conversation = solved()
    Dispatch.objects.update(state=DispatchState.FAILED)
    assert queries.reason_not_to_ask(conversation) == Reason.UNREACHABLE


def test_an_answer_that_was_taken_back_is_no_answer(wrote, ada):
    conversation = wrote()
    message = channels.reply(conversation, by=ada, text="Oops", undo_seconds=10)
    Dispatch.objects.filter(message=message).update(state=DispatchState.CANCELLED)
    conversations.close(conversation, by=ada)
    conversation.refresh_from_db()
    assert queries.reason_not_to_ask(conversation) == Reason.UNANSWERED


def test_an_open_conversation_is_not_asked_about(wrote):
    assert queries.reason_not_to_ask(wrote()) == Reason.REOPENED


def test_the_mail_has_five_faces_one_link_in_plain_text_and_only_the_hash_stays(solved):
    invitation = actions.invite(solved())
    mail = invitation.message
    tokens = set(LINK.findall(mail.html)) | set(LINK.findall(mail.text))
    assert len(tokens) == 1
    token = tokens.pop()
    assert invitation.token_hash == ids.hashed(token)
    assert [score for score in "12345" if f"/rate/{token}/{score}/" in mail.html] == list("12345")
    assert len(LINK.findall(mail.text)) == 1
    assert f"http://127.0.0.1:8000/rate/{token}/" in mail.text
    assert "How was our help with “Lamp flickers”?" in mail.text
    assert "Hello Kim Park," in mail.text


def test_it_goes_out_at_once_as_an_automatic_mail_and_changes_nothing_else(solved):
    conversation = solved()
    before = (conversation.status, conversation.preview, conversation.last_at, conversation.waiting_since)
    invitation = actions.invite(conversation)
    dispatch = invitation.message.dispatch
    assert dispatch.state == DispatchState.QUEUED
    assert dispatch.due_at <= clock.now()
    assert invitation.message.author_kind == "rule"
    conversation.refresh_from_db()
    assert (conversation.status, conversation.preview, conversation.last_at, conversation.waiting_since) == before


def test_once_the_mail_has_left_our_copy_has_no_link_that_works(solved):
    invitation = actions.invite(solved())
    token = LINK.search(invitation.message.text)[1]
    changed = MessageChanged(invitation.conversation_id, invitation.message_id, DispatchState.QUEUED)
    forget_the_link_once_it_left(changed)
    assert token in Message.objects.get(pk=invitation.message_id).text
    for _ in range(2):
        forget_the_link_once_it_left(
            MessageChanged(invitation.conversation_id, invitation.message_id, DispatchState.SENT)
        )
    mail = Message.objects.get(pk=invitation.message_id)
    assert token not in mail.text + mail.html + mail.visible_text
    assert "/rate/…" in mail.text
    assert find(f'"{token}"', scopes=None) == []


def test_what_a_subject_says_stays_text_in_the_mail(solved):
    invitation = actions.invite(solved(subject="<img src=x onerror=alert(1)> & more"))
    assert "<img" not in invitation.message.html
    assert "<img src=x onerror=alert(1)> & more" in invitation.message.text


@pytest.mark.parametrize(
    ("said", "wrote_text", "language"),
    [
        ("", "My lamp flickers since Monday.", "en"),
        ("", "灯一直闪，请帮我看看。", "zh-hans"),
        ("zh", "My lamp flickers.", "zh-hans"),
        ("zh-TW", "My lamp flickers.", "zh-hans"),
        ("en-GB", "灯一直闪", "en"),
        ("de", "Die Lampe flackert.", "en"),
    ],
)
def test_kim_is_asked_in_her_language(solved, kim, said, wrote_text, language):
    kim.language = said
    kim.save()
    assert actions.invite(solved(text=wrote_text, subject="")).language == language


@pytest.mark.django_db(transaction=True)
def test_two_closings_at_once_ask_once(solved):
    closed = [solved(), solved()]
    gate = threading.Barrier(2)

    def ask(conversation):
        gate.wait()
        actions.invite(conversation)
        connection.close()

    threads = [threading.Thread(target=ask, args=[conversation]) for conversation in closed]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Invitation.objects.count() == 1


def test_a_customer_who_unsubscribed_is_not_asked_again(talk, kim):
    from rapport.channels import mailings
    from rapport.surveys.queries import RATINGS, reason_not_to_ask
    from rapport.surveys.types import Reason

    url = mailings.unsubscribe_url("kim@studio.example", RATINGS, language="en")
    mailings.unsubscribe(mailings.subscriber_in(url.rstrip("/").rpartition("/")[2]), by="page")
    assert reason_not_to_ask(talk(status="closed")) is Reason.UNSUBSCRIBED


def test_only_customers_of_the_segment_that_noor_chose_are_asked(client, noor, solved, kim):
    called_zoe = {"conditions": [{"field": "name", "op": "is", "value": "Zoe"}]}
    others = segments.save(None, by=noor, name="Others", filter=called_zoe)
    client.force_login(noor)
    client.post("/settings/ratings/", {"is_on": "on", "every_days": "30", "question": "", "segment": others.pk})
    conversation = solved()
    assert queries.reason_not_to_ask(conversation) == Reason.NOT_IN_SEGMENT
    Customer.objects.filter(pk=kim.pk).update(name="Zoe")
    assert queries.reason_not_to_ask(conversation) is None
    with pytest.raises(CannotSegment, match="Ratings"):
        segments.remove(others, by=noor)
