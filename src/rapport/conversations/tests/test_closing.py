from datetime import UTC, datetime, timedelta

import pytest

from rapport.backbone.models import Event
from rapport.conversations import actions
from rapport.conversations.types import AuthorKind, Status, Writing
from rapport.kit import clock

NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)


def test_ada_closes_and_nothing_waits_any_more(write, ada):
    conversation = write()
    actions.close(conversation, by=ada)
    conversation.refresh_from_db()
    assert conversation.status == Status.CLOSED
    assert conversation.waiting_since is None
    assert conversation.closures.get().by == ada


def test_closing_twice_is_once(write, ada, omar):
    conversation = write()
    actions.close(conversation, by=ada)
    actions.close(conversation, by=omar)
    assert conversation.closures.count() == 1
    assert Event.objects.filter(name="ConversationClosed").count() == 1


def test_taking_a_closing_back_brings_the_waiting_back(write, ada):
    with clock.frozen(NINE):
        conversation = write()
    actions.close(conversation, by=ada)
    actions.reopen(conversation, by=ada)
    conversation.refresh_from_db()
    assert conversation.status == Status.OPEN
    assert conversation.waiting_since == NINE


def test_reopening_an_answered_conversation_lets_nobody_wait(write, ada):
    conversation = write()
    actions.write(conversation, writing=Writing(text="Done."), by=ada)
    actions.close(conversation, by=ada)
    actions.reopen(conversation, by=ada)
    conversation.refresh_from_db()
    assert conversation.waiting_since is None


def test_kim_writes_again_and_waits_from_then_on(write, ada):
    with clock.frozen(NINE):
        conversation = write()
    actions.close(conversation, by=ada)
    with clock.frozen(NINE + timedelta(days=1)):
        write("It is back.", into=conversation)
    conversation.refresh_from_db()
    assert conversation.status == Status.OPEN
    assert conversation.waiting_since == NINE + timedelta(days=1)
    assert conversation.closures.get().reopened_by is None


def test_an_answering_machine_reopens_nothing(write, ada):
    conversation = write()
    actions.close(conversation, by=ada)
    write("I am away.", into=conversation, is_automatic=True)
    conversation.refresh_from_db()
    assert conversation.status == Status.CLOSED
    assert conversation.preview == "The lamp flickers."


def test_closing_wakes_what_was_snoozed(write, ada):
    conversation = write()
    actions.snooze(conversation, until=clock.now() + timedelta(days=1), by=ada)
    actions.close(conversation, by=ada)
    conversation.refresh_from_db()
    assert conversation.snoozed_until is None
    assert conversation.snoozes.filter(woken_at=None).count() == 0


def test_a_rule_writes_without_taking_the_last_word(write, ada):
    conversation = write()
    actions.write(conversation, writing=Writing(text="How did we do?"), by=None, kind=AuthorKind.RULE)
    conversation.refresh_from_db()
    assert conversation.preview == "The lamp flickers."
    assert conversation.waiting_since is not None
    assert conversation.message_count == 2


@pytest.mark.parametrize("score", [1, 5])
def test_a_rating_shows_on_the_conversation(write, score):
    conversation = write()
    actions.rate(conversation, score=score)
    conversation.refresh_from_db()
    assert conversation.satisfaction == score
    assert Event.objects.get(name="ConversationRated").payload == {"conversation": conversation.pk, "score": score}
