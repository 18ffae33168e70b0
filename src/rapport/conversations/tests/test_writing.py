from datetime import UTC, datetime, timedelta

import pytest

from rapport.conversations import actions
from rapport.conversations.models import Draft, Message, Seen
from rapport.conversations.tests.found import messages_found
from rapport.conversations.types import Direction, Writing
from rapport.kit import clock

NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)


def test_an_answer_ends_the_waiting_and_is_the_last_word(write, ada):
    conversation = write()
    with clock.frozen(NINE + timedelta(days=3000)):
        actions.write(conversation, writing=Writing(text="A new driver is on its way."), by=ada)
    conversation.refresh_from_db()
    assert conversation.waiting_since is None
    assert conversation.preview == "A new driver is on its way."
    assert conversation.preview_direction == Direction.OUT
    assert conversation.last_at == NINE + timedelta(days=3000)
    assert conversation.message_count == 2


def test_taking_an_answer_back_makes_everything_as_before(write, ada):
    with clock.frozen(NINE):
        conversation = write()
    message = actions.write(conversation, writing=Writing(text="Nonsense."), by=ada)
    assert actions.unwrite(message) == "Nonsense."
    conversation.refresh_from_db()
    assert conversation.preview == "The lamp flickers."
    assert conversation.preview_direction == Direction.IN
    assert conversation.waiting_since == conversation.last_at == NINE
    assert conversation.message_count == 1
    assert messages_found(ada, "nonsense") == []


def test_after_taking_back_kim_waits_since_the_first_unanswered_message(write, ada):
    with clock.frozen(NINE):
        conversation = write()
    with clock.frozen(NINE + timedelta(hours=1)):
        write("Hello?", into=conversation)
    actions.unwrite(actions.write(conversation, writing=Writing(text="Oops."), by=ada))
    conversation.refresh_from_db()
    assert conversation.waiting_since == NINE


def test_taking_back_an_answer_to_a_closed_conversation_lets_nobody_wait(write, ada):
    conversation = write()
    message = actions.write(conversation, writing=Writing(text="Bye."), by=ada)
    actions.close(conversation, by=ada)
    actions.unwrite(message)
    conversation.refresh_from_db()
    assert conversation.waiting_since is None


def test_a_note_stays_among_us(write, ada):
    conversation = write()
    actions.write_note(conversation, text="She is a trade customer.", by=ada)
    conversation.refresh_from_db()
    assert conversation.preview == "The lamp flickers."
    assert conversation.waiting_since is not None
    assert conversation.messages.last().direction == Direction.NOTE


def test_an_empty_note_is_none(write, ada):
    with pytest.raises(ValueError, match="some text"):
        actions.write_note(write(), text=" \n", by=ada)
    assert Message.objects.filter(direction=Direction.NOTE).count() == 0


def test_a_draft_becomes_the_message(write, ada):
    conversation = write()
    actions.keep_draft(conversation, by=ada, text="Dear Ki")
    actions.write(conversation, writing=Writing(text="Dear Kim"), by=ada)
    assert not Draft.objects.exists()


def test_an_emptied_draft_is_forgotten(write, ada):
    conversation = write()
    actions.keep_draft(conversation, by=ada, text="Dear Ki")
    actions.keep_draft(conversation, by=ada, text="Dear Kim", mode="note")
    assert Draft.objects.get().mode == "note"
    actions.keep_draft(conversation, by=ada, text="  ")
    assert not Draft.objects.exists()


def test_what_ada_opened_is_read_until_kim_writes_again(write, ada, omar):
    conversation = write()
    unread = type(conversation).objects.with_unread
    assert unread(ada).get().is_unread
    actions.mark_read(conversation, by=ada)
    assert not unread(ada).get().is_unread
    assert unread(omar).get().is_unread
    write("Still there?", into=conversation)
    assert unread(ada).get().is_unread


def test_our_own_messages_are_never_unread(write, ada, omar):
    conversation = write()
    actions.mark_read(conversation, by=omar)
    actions.write(conversation, writing=Writing(text="On it."), by=ada)
    assert not type(conversation).objects.with_unread(omar).get().is_unread


def test_reading_again_writes_nothing(write, ada, django_assert_num_queries):
    conversation = write()
    actions.mark_read(conversation, by=ada)
    with django_assert_num_queries(2):
        actions.mark_read(conversation, by=ada)
    assert Seen.objects.count() == 1


def test_marked_unread_is_unread(write, ada):
    conversation = write()
    actions.mark_read(conversation, by=ada)
    actions.mark_unread(conversation, by=ada)
    assert type(conversation).objects.with_unread(ada).get().is_unread
