"""What nobody wants to read is out of everybody's way, and comes back when it should not have gone."""

import pytest

from rapport.backbone.models import Event
from rapport.conversations.actions import (
    change_many,
    close,
    junk,
    receive,
    reopen,
    restore,
    snooze,
    undo_many,
    write_note,
)
from rapport.conversations.actions import write as answer
from rapport.conversations.actions.many import Wanted
from rapport.conversations.models import Closure, Conversation
from rapport.conversations.queries import visible_to
from rapport.conversations.types import JunkReason, Writing
from rapport.kit import clock
from rapport.team.models import Notification


def names():
    return list(Event.objects.order_by("id").values_list("name", flat=True))


def again(conversation):
    return Conversation.objects.get(pk=conversation.pk)


def test_ada_marks_a_conversation_as_junk_and_it_is_in_no_list_but_junk(write, ada):
    conversation, other = write(), write()
    junk(conversation, by=ada)
    found = again(conversation)
    assert (found.status, found.junk_reason, found.waiting_since) == ("closed", "marked", None)
    assert found.junk_at is not None
    seen = visible_to(ada)
    assert list(seen.standing()) == [other]
    assert list(seen.closed().standing()) == []
    assert list(seen.open()) == [other]
    assert list(seen.junk()) == [found]


def test_junk_is_no_closing_so_that_nobody_is_asked_how_it_went(write, ada):
    conversation = write()
    junk(conversation, by=ada)
    junk(conversation, by=ada)
    assert names().count("ConversationJunked") == 1
    assert "ConversationClosed" not in names()
    assert not Closure.objects.exists()
    assert Event.objects.get(name="ConversationJunked").payload["by"] == ada.pk


def test_what_is_restored_is_open_and_waits_since_kim_wrote(write, ada):
    conversation = write()
    wrote = again(conversation).waiting_since
    junk(conversation, by=ada)
    restore(conversation, by=ada)
    restore(conversation, by=ada)
    found = again(conversation)
    assert (found.status, found.junk_at, found.junk_reason, found.closed_at) == ("open", None, "", None)
    assert found.waiting_since == wrote
    assert names().count("ConversationRestored") == 1


def test_what_was_closed_before_it_was_junk_is_closed_after(write, ada):
    conversation = write()
    close(conversation, by=ada)
    closed = again(conversation).closed_at
    junk(conversation, by=ada)
    restore(conversation, by=ada)
    assert (again(conversation).status, again(conversation).closed_at) == ("closed", closed)


def test_reopening_junk_says_that_it_is_none(write, ada):
    conversation = write()
    close(conversation, by=ada)
    junk(conversation, by=ada)
    reopen(conversation, by=ada)
    assert (again(conversation).status, again(conversation).junk_at) == ("open", None)


def test_who_writes_to_the_customer_does_not_take_them_for_junk(write, ada):
    conversation = write()
    junk(conversation, by=ada)
    write_note(conversation, text="What is this?", by=ada)
    assert again(conversation).junk_at, "a note is no answer"
    answer(again(conversation), writing=Writing(text="Hello Kim"), by=ada)
    found = again(conversation)
    assert (found.status, found.junk_at, found.waiting_since) == ("open", None, None)


def test_what_comes_into_junk_stays_there_quietly(write, ada):
    conversation = write()
    junk(conversation, by=ada)
    told = names()
    Notification.objects.all().delete()
    write("Buy now!", into=again(conversation))
    found = again(conversation)
    assert (found.status, found.message_count, found.waiting_since) == ("closed", 2, None)
    assert found.preview == "Buy now!"
    assert names() == told
    assert not Notification.objects.exists()


def test_what_begins_as_junk_is_kept_and_told_to_nobody(kim, inbox, ada):
    arrival = receive(
        Writing(text="Buy now!", subject="Offer"),
        customer=kim,
        inbox=inbox,
        channel="email",
        author_name=kim.name,
        author_address=kim.email,
        junk=JunkReason.BLOCKED,
    )
    found = Conversation.objects.get(pk=arrival.message.conversation_id)
    assert (found.status, found.junk_reason, found.message_count) == ("closed", "blocked", 1)
    assert names() == ["ConversationJunked"]
    assert not Notification.objects.exists()
    restore(found, by=ada)
    assert again(found).status == "open"
    assert again(found).waiting_since == found.created_at


def test_many_are_junk_at_once_and_undoing_puts_each_where_it_was(write, ada):
    opened, snoozed, junked = write(), write(), write()
    snooze(snoozed, until=_tomorrow(), by=ada)
    until = again(snoozed).snoozed_until
    junk(junked, by=ada)
    change = change_many([opened.pk, snoozed.pk, junked.pk], Wanted("junk"), by=ada)
    assert [entry["id"] for entry in change.before] == [opened.pk, snoozed.pk]
    assert visible_to(ada).junk().count() == 3
    assert undo_many(change, by=ada).restored == 2
    assert [again(each).status for each in (opened, snoozed, junked)] == ["open", "snoozed", "closed"]
    assert again(snoozed).snoozed_until == until
    assert list(visible_to(ada).junk()) == [again(junked)]


def test_many_come_back_from_junk_and_undoing_makes_them_junk_again(write, ada):
    conversation = write()
    junk(conversation, by=None, reason=JunkReason.NOISY)
    change = change_many([conversation.pk], Wanted("restore"), by=ada)
    assert again(conversation).junk_at is None
    undo_many(change, by=ada)
    assert again(conversation).junk_reason == "noisy"


@pytest.mark.parametrize("list_of", [lambda all_: all_.closed().standing(), lambda all_: all_.standing()])
def test_the_long_lists_still_walk_in_their_own_order(write, ada, list_of):
    for _ in range(3):
        junk(write(), by=ada)
    plan = list_of(visible_to(ada)).order_by("-last_at", "-id")[:50].explain()
    assert "TEMP B-TREE" not in plan
    assert "conv_junk" not in plan


def _tomorrow():
    from datetime import timedelta

    return clock.now() + timedelta(days=1)
