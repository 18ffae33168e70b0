from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from rapport.backbone.models import Event
from rapport.conversations import actions
from rapport.conversations.models import Conversation, Tag
from rapport.conversations.types import Status
from rapport.kit import clock


def test_tags_differ_by_more_than_capitals(write, ada):
    one, other = write(), write("Another")
    actions.tag(one, name="  Firmware   2.4 ", by=ada)
    actions.tag(other, name="firmware 2.4", by=ada)
    assert Tag.objects.get().name == "Firmware 2.4"
    assert Conversation.objects.tagged("Firmware 2.4").count() == 2


def test_a_tag_is_put_on_once_and_taken_off_once(write, ada):
    conversation = write()
    for _ in range(2):
        actions.tag(conversation, name="Refund", by=ada)
    for _ in range(2):
        actions.untag(conversation, name="Refund", by=ada)
    assert list(conversation.tags.all()) == []
    assert Event.objects.filter(name="ConversationTagged").count() == 1
    assert Event.objects.filter(name="ConversationUntagged").count() == 1


def test_a_tag_has_a_name(write, ada):
    with pytest.raises(ValueError, match="needs a name"):
        actions.tag(write(), name="   ", by=ada)


def test_a_subject_is_one_line(write, ada):
    conversation = write()
    actions.rename(conversation, subject="Lamp\nin the\tstudio", by=ada)
    actions.rename(conversation, subject="Lamp in the studio", by=ada)
    conversation.refresh_from_db()
    assert conversation.subject == "Lamp in the studio"
    assert Event.objects.filter(name="SubjectChanged").count() == 1


def test_a_snoozed_conversation_comes_back(write, ada):
    conversation = write()
    actions.snooze(conversation, until=clock.now() + timedelta(hours=3), by=ada)
    conversation.refresh_from_db()
    assert conversation.status == Status.SNOOZED
    actions.wake(conversation)
    conversation.refresh_from_db()
    assert conversation.status == Status.OPEN
    assert conversation.waiting_since is not None


def test_kim_wakes_what_was_snoozed(write, ada):
    conversation = write()
    actions.snooze(conversation, until=clock.now() + timedelta(hours=3), by=ada)
    write("And?", into=conversation)
    conversation.refresh_from_db()
    assert conversation.status == Status.OPEN
    assert conversation.snoozed_until is None


def test_only_the_open_can_be_snoozed_and_only_until_later(write, ada):
    conversation = write()
    with pytest.raises(ValueError, match="future"):
        actions.snooze(conversation, until=clock.now() - timedelta(hours=1), by=ada)
    actions.close(conversation, by=ada)
    with pytest.raises(ValueError, match="Reopen it first"):
        actions.snooze(conversation, until=clock.now() + timedelta(hours=1), by=ada)


def test_numbers_follow_one_another(write):
    assert [write().number, write().number, write().number] == [1, 2, 3]


def test_a_snoozed_conversation_comes_back_by_itself_when_its_time_has_come(write, ada):
    conversation, other = write(), write()
    until = clock.now() + timedelta(hours=3)
    actions.snooze(conversation, until=until, by=ada)
    actions.snooze(other, until=until + timedelta(hours=1), by=ada)
    with clock.frozen(until - timedelta(seconds=1)):
        assert actions.wake_due() == 0
    with clock.frozen(until):
        assert [actions.wake_due(), actions.wake_due()] == [1, 0]
    conversation.refresh_from_db()
    other.refresh_from_db()
    assert (conversation.status, other.status) == (Status.OPEN, Status.SNOOZED)
    assert Event.objects.filter(name="ConversationWoke").count() == 1


def test_after_the_clock_was_set_back_what_is_written_still_comes_after_what_was(write):
    with time_machine.travel(datetime(2026, 11, 3, 12, tzinfo=UTC)) as machine:
        first, second = write(), write()
        machine.shift(timedelta(hours=-2))
        write("And?", into=first)
        third = write()
        in_order = list(Conversation.objects.order_by("-last_at", "-id").values_list("pk", flat=True))
        assert in_order == [third.pk, first.pk, second.pk]
        machine.shift(timedelta(hours=3))
        assert write().created_at == Conversation.objects.latest("id").last_at
        assert Conversation.objects.latest("id").last_at > datetime(2026, 11, 3, 13, tzinfo=UTC)
        # A moment that lies days ahead was wrong itself: nothing follows it there.
        Conversation.objects.filter(pk=second.pk).update(updated_at=datetime(2030, 1, 1, tzinfo=UTC))
        machine.shift(timedelta(hours=-1))
        assert write().created_at < datetime(2026, 11, 4, tzinfo=UTC)
