"""A message that went astray goes where it belongs, and comes back if that was wrong too."""

import pytest

from rapport.backbone import files
from rapport.backbone.models import Event
from rapport.conversations import actions, queries
from rapport.conversations.models import Conversation, Move, Seen
from rapport.conversations.tests.found import messages_found
from rapport.conversations.types import IncomingFile, Status, Writing
from rapport.customers.actions import meet
from rapport.customers.models import IdentityKind
from rapport.kit import clock
from rapport.team.models import Team


@pytest.fixture
def eve(db):
    return meet(kind=IdentityKind.EMAIL, value="eve@elsewhere.example", name="Eve Elsewhere")


@pytest.fixture
def say(inbox, kim):
    """Somebody writes; answers the message."""

    def said(text, *, who=None, into=None, **more):
        person = who or kim
        return actions.receive(
            Writing(text=text, subject=more.pop("subject", text), sent_at=clock.now(), **more),
            customer=person,
            inbox=inbox,
            channel="email",
            author_name=person.name,
            author_address=person.email,
            into=into,
            threaded_by="subject" if into else "new",
        ).message

    return said


@pytest.fixture
def astray(say, eve):
    """Eve's letter lies in Kim's conversation, answered by nobody."""
    lamp = say("The lamp flickers").conversation
    return say("Where is my invoice?", who=eve, into=lamp)


def now(conversation):
    return Conversation.objects.get(pk=conversation.pk)


def test_a_message_begins_a_conversation_of_whoever_wrote_it(astray, eve, ada):
    lamp = astray.conversation
    moved = actions.move(astray, by=ada)
    assert (moved.customer, moved.subject, moved.status) == (eve, "Where is my invoice?", Status.OPEN)
    assert [message.pk for message in moved.messages.all()] == [astray.pk]
    assert [message.text for message in lamp.messages.all()] == ["The lamp flickers"]
    assert moved.number == lamp.number + 1
    [row] = Move.objects.all()
    assert (row.message, row.origin, row.destination, row.by, row.threaded_by) == (astray, lamp, moved, ada, "subject")
    assert moved.messages.get().threaded_by == "moved"


def test_both_conversations_count_and_wait_for_what_they_hold(astray, say, ada):
    lamp = astray.conversation
    actions.write(lamp, writing=Writing(text="Which lamp?"), by=ada)
    late = say("And my refund?", who=astray.customer, into=lamp)
    assert now(lamp).waiting_since == late.created_at
    moved = actions.move(late, by=ada)
    before = now(lamp)
    assert (before.message_count, before.preview, before.waiting_since) == (3, "Which lamp?", None)
    assert before.last_at == lamp.messages.get(text="Which lamp?").created_at
    assert (moved.message_count, moved.preview) == (1, "And my refund?")
    assert moved.waiting_since == moved.last_at == moved.created_at == late.created_at


def test_those_after_it_go_along_when_asked(astray, say, ada):
    lamp = astray.conversation
    actions.write_note(lamp, text="This is about an invoice.", by=ada)
    say("Hello?", who=astray.customer, into=lamp)
    moved = actions.move(astray, by=ada, with_later=True)
    assert [message.text for message in moved.messages.all()] == [
        "Where is my invoice?", "This is about an invoice.", "Hello?",
    ]  # fmt: skip
    assert now(lamp).message_count == 1
    back = actions.put_back(astray, by=ada)
    assert back.message_count == 4


def test_files_and_words_go_along_and_stay_within_their_team(say, eve, ada, omar):
    mine, theirs = Team.objects.create(name="Lamps"), Team.objects.create(name="Invoices")
    ada.teams.add(mine)
    lamp = say("The lamp flickers").conversation
    actions.assign(lamp, to=None, team=mine, by=omar)
    there = say("An older invoice", who=eve).conversation
    actions.assign(there, to=None, team=theirs, by=omar)
    stored = files.keep(b"%PDF-1")
    file = IncomingFile(stored.pk, "invoice.pdf", "application/pdf", 6, stored.sha256)
    letter = say("Zirconium invoice", who=eve, into=lamp, files=(file,))
    assert [found.pk for found in messages_found(ada, "zirconium")] == [letter.pk]
    actions.move(letter, by=omar, into=there)
    assert messages_found(ada, "zirconium") == []
    assert not queries.attachments_visible_to(ada).filter(message=letter).exists()
    theirs.members.add(ada)
    assert [found.pk for found in messages_found(ada, "zirconium")] == [letter.pk]
    attached = queries.attachments_visible_to(ada).get(message__conversation=there)
    assert files.read(attached.file) == b"%PDF-1"


def test_it_is_read_for_whoever_has_read_it_and_new_for_the_others(say, astray, eve, ada, omar):
    lamp = astray.conversation
    there = say("An older invoice", who=eve).conversation
    newest = say("A newer invoice", who=eve, into=there)
    actions.mark_read(lamp, by=ada)
    for reader in (ada, omar):
        actions.mark_read(there, by=reader)
    actions.move(astray, by=ada, into=there)
    unread = lambda agent: Conversation.objects.with_unread(agent).get(pk=there.pk).is_unread  # noqa: E731
    assert unread(omar)
    assert not unread(ada)
    assert Seen.objects.get(agent=ada, conversation=there).message_id == newest.pk


def test_a_new_conversation_is_read_by_whoever_had_read_the_message(astray, ada, omar):
    actions.mark_read(astray.conversation, by=ada)
    moved = actions.move(astray, by=ada)
    unread = lambda agent: Conversation.objects.with_unread(agent).get(pk=moved.pk).is_unread  # noqa: E731
    assert not unread(ada)
    assert unread(omar)


def test_undoing_leaves_everything_as_it_was(astray, ada):
    lamp = astray.conversation
    actions.mark_read(lamp, by=ada)
    fields = ("message_count", "preview", "waiting_since", "last_at", "status")
    before = Conversation.objects.values(*fields).get(pk=lamp.pk)
    moved = actions.move(astray, by=ada)
    actions.put_back(astray, by=ada)
    assert Conversation.objects.values(*fields).get(pk=lamp.pk) == before
    assert lamp.messages.get(pk=astray.pk).threaded_by == "subject"
    assert not Conversation.objects.filter(pk=moved.pk).exists()
    assert not Conversation.objects.with_unread(ada).get(pk=lamp.pk).is_unread
    [row] = Move.objects.all()
    assert row.undone_at is not None
    with pytest.raises(ValueError, match="was not moved"):
        actions.put_back(astray, by=ada)


def test_undoing_keeps_what_was_written_in_the_new_conversation(astray, ada):
    moved = actions.move(astray, by=ada)
    actions.write_note(moved, text="Asked accounting.", by=ada)
    actions.put_back(astray, by=ada)
    assert [message.text for message in moved.messages.all()] == ["Asked accounting."]
    assert (now(moved).message_count, now(moved).waiting_since) == (1, None)


def test_something_stays_behind(astray, ada):
    lamp = astray.conversation
    with pytest.raises(ValueError, match="Nothing would stay"):
        actions.move(lamp.messages.first(), by=ada, with_later=True)
    with pytest.raises(ValueError, match="in this conversation already"):
        actions.move(astray, by=ada, into=lamp)
    assert Move.objects.count() == 0
    assert now(lamp).message_count == 2


def test_a_closed_conversation_that_gets_a_question_is_open_again(astray, say, eve, ada):
    there = say("An older invoice", who=eve).conversation
    actions.close(there, by=ada)
    moved = actions.move(astray, by=ada, into=there)
    assert moved.status == Status.OPEN
    assert moved.waiting_since is not None


def test_both_conversations_hear_of_it(astray, ada):
    lamp = astray.conversation
    moved = actions.move(astray, by=ada)
    told = Event.objects.filter(name="MessageMoved").order_by("id")
    assert [event.subject for event in told] == [f"conversation:{lamp.pk}", f"conversation:{moved.pk}"]
    assert {event.payload["destination"] for event in told} == {moved.pk}
    assert told[0].payload["messages"] == [astray.pk]
    assert not Event.objects.filter(name="MessageArrived", payload__conversation=moved.pk).exists()


def test_a_message_moved_twice_is_put_back_one_step_at_a_time(astray, say, eve, ada):
    lamp, there = astray.conversation, say("An older invoice", who=eve).conversation
    first = actions.move(astray, by=ada)
    actions.write_note(first, text="Stays", by=ada)
    astray.refresh_from_db()
    actions.move(astray, by=ada, into=there)
    assert actions.put_back(astray, by=ada) == first
    assert actions.put_back(astray, by=ada) == lamp
