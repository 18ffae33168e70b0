"""Two conversations about one matter become one, and two again if that was wrong."""

from datetime import timedelta

import pytest
import time_machine

from rapport.conversations import actions
from rapport.conversations.models import Conversation, Draft, Merge
from rapport.conversations.tests.found import messages_found
from rapport.conversations.types import DraftMode, Status, Writing
from rapport.kit import clock


@pytest.fixture
def say(inbox, kim):
    """Kim writes; answers the message."""

    def said(text, *, into=None, **more):
        return actions.receive(
            Writing(text=text, subject=more.pop("subject", text), sent_at=clock.now(), **more),
            customer=kim,
            inbox=inbox,
            channel="email",
            author_name=kim.name,
            author_address=kim.email,
            into=into,
            threaded_by="subject" if into else "new",
        ).message

    return said


@pytest.fixture
def lamp(say):
    return say("The lamp flickers", external_id="lamp@kim").conversation


@pytest.fixture
def again(say, lamp):
    return say("It flickers still", external_id="again@kim").conversation


def now(conversation):
    return Conversation.objects.get(pk=conversation.pk)


def texts(conversation):
    return [message.text for message in now(conversation).messages.order_by("id")]


def test_everything_is_in_one_in_order_of_time(lamp, again, say, ada):
    say("Third", into=lamp)
    actions.merge(again, into=lamp, by=ada)
    assert texts(lamp) == ["The lamp flickers", "It flickers still", "Third"]
    assert texts(again) == []
    assert (now(lamp).message_count, now(again).message_count) == (3, 0)
    assert (now(again).status, now(again).merged_into) == (Status.CLOSED, lamp)
    assert actions.standing(now(again)) == lamp


def test_what_was_found_in_it_is_found_in_the_other(lamp, again, ada):
    actions.merge(again, into=lamp, by=ada)
    [found] = messages_found(ada, "flickers still")
    assert found.conversation == lamp


def test_nobody_is_asked_how_it_went(lamp, again, ada):
    actions.merge(again, into=lamp, by=ada)
    assert not now(again).closures.exists()


def test_a_closed_one_opens_when_something_waits_in_what_it_takes_in(lamp, again, ada):
    actions.close(lamp, by=ada)
    actions.merge(again, into=lamp, by=ada)
    assert now(lamp).status == Status.OPEN


def test_tags_and_unfinished_words_go_along(lamp, again, ada, omar):
    actions.tag(again, name="Flicker", by=ada)
    actions.keep_draft(again, by=ada, mode=DraftMode.REPLY, text="Please try")
    actions.keep_draft(again, by=omar, mode=DraftMode.REPLY, text="I shall")
    actions.keep_draft(lamp, by=omar, mode=DraftMode.REPLY, text="One moment")
    actions.merge(again, into=lamp, by=ada)
    assert [tag.name for tag in now(lamp).tags.all()] == ["Flicker"]
    assert Draft.objects.get(agent=ada).conversation == lamp
    assert Draft.objects.get(agent=omar, conversation=again).text == "I shall"


def test_undoing_gives_back_what_was_there_and_what_was_answered_since(lamp, again, say, ada):
    actions.tag(again, name="Flicker", by=ada)
    merged = actions.merge(again, into=lamp, by=ada)
    say("One more thing of the second", into=lamp, in_reply_to="again@kim", external_id="more@kim")
    say("And of the first", into=lamp, in_reply_to="lamp@kim", external_id="first@kim")
    with time_machine.travel(clock.now() + timedelta(days=29)):
        actions.unmerge(merged, by=ada)
    assert texts(lamp) == ["The lamp flickers", "And of the first"]
    assert texts(again) == ["It flickers still", "One more thing of the second"]
    assert (now(again).status, now(again).merged_into, now(again).closed_at) == (Status.OPEN, None, None)
    assert now(again).waiting_since is not None
    assert not now(lamp).tags.exists()
    assert now(again).messages.first().threaded_by == "new"


def test_after_thirty_days_it_stays(lamp, again, ada):
    merged = actions.merge(again, into=lamp, by=ada)
    with time_machine.travel(clock.now() + timedelta(days=31)), pytest.raises(ValueError, match="30 days"):
        actions.unmerge(merged, by=ada)
    assert texts(again) == []


def test_what_ada_had_read_of_both_she_has_read_when_they_are_two_again(lamp, again, ada):
    for each in (lamp, again):
        actions.mark_read(each, by=ada)
    merged = actions.merge(again, into=lamp, by=ada)
    actions.mark_read(now(lamp), by=ada)
    actions.unmerge(merged, by=ada)
    assert texts(again) == ["It flickers still"]
    assert not Conversation.objects.with_unread(ada).filter(is_unread=True).exists()


def test_it_is_undone_once(lamp, again, ada):
    merged = actions.merge(again, into=lamp, by=ada)
    actions.unmerge(merged, by=ada)
    with pytest.raises(ValueError, match="30 days"):
        actions.unmerge(Merge.objects.get(), by=ada)


def test_neither_into_itself_nor_twice(lamp, again, say, ada):
    with pytest.raises(ValueError, match="already"):
        actions.merge(lamp, into=lamp, by=ada)
    actions.merge(again, into=lamp, by=ada)
    with pytest.raises(ValueError, match="merged already"):
        actions.merge(again, into=say("Another").conversation, by=ada)


def test_a_chain_leads_to_its_end(lamp, again, say, ada):
    third = say("Another").conversation
    first = actions.merge(lamp, into=again, by=ada)
    actions.merge(again, into=third, by=ada)
    assert actions.standing(now(lamp)) == third
    assert texts(third) == ["The lamp flickers", "It flickers still", "Another"]
    with pytest.raises(ValueError, match="Undo that first"):
        actions.unmerge(first, by=ada)


def test_deleting_the_one_deletes_the_signpost_too(lamp, again, ada):
    actions.merge(again, into=lamp, by=ada)
    actions.delete(now(lamp), by=ada)
    assert not Conversation.objects.exists()
