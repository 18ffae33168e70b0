import pytest

from rapport.backbone import search
from rapport.backbone.models import Event
from rapport.conversations import actions
from rapport.conversations.queries import visible_to
from rapport.conversations.tests.found import messages_found
from rapport.conversations.types import Writing
from rapport.kit import clock


def test_omar_gives_it_to_ada(write, omar, ada):
    conversation = write()
    actions.assign(conversation, to=ada, by=omar)
    conversation.refresh_from_db()
    assert conversation.assignee == ada
    assert conversation.assignments.get().by == omar


def test_giving_it_to_who_has_it_changes_nothing(write, omar, ada):
    conversation = write()
    actions.assign(conversation, to=ada, by=omar)
    actions.assign(conversation, to=ada, by=omar)
    assert conversation.assignments.count() == 1


def test_nobody_who_left_is_given_work(write, omar, ada):
    ada.deactivated_at = clock.now()
    ada.save()
    conversation = write()
    with pytest.raises(ValueError, match="no longer works here"):
        actions.assign(conversation, to=ada, by=omar)
    conversation.refresh_from_db()
    assert conversation.assignee is None


def test_a_team_keeps_its_conversations_to_itself(write, omar, ada, engineers):
    conversation = write()
    actions.assign(conversation, to=None, team=engineers, by=omar)
    assert not visible_to(ada).filter(pk=conversation.pk).exists()
    engineers.members.add(ada)
    assert visible_to(ada).filter(pk=conversation.pk).exists()


def test_those_who_lose_sight_of_it_hear_that_it_went(write, omar, engineers):
    conversation = write()
    actions.assign(conversation, to=None, team=engineers, by=omar)
    heard = Event.objects.filter(name="ConversationAssigned").get().audience.split()
    assert set(heard) == {"shared", "see_everything", f"team:{engineers.pk}"}


def test_it_can_be_given_back_to_everyone(write, omar, ada, engineers):
    conversation = write()
    actions.assign(conversation, to=None, team=engineers, by=omar)
    actions.assign(conversation, to=None, by=omar, to_everyone=True)
    conversation.refresh_from_db()
    assert conversation.team is None
    assert visible_to(ada).filter(pk=conversation.pk).exists()


def test_what_moved_to_another_team_is_found_there_and_no_longer_here(write, omar, ada, engineers):
    conversation = write("The zeppelin lamp hums.")
    assert [message.text for message in messages_found(ada, "zeppelin")] == ["The zeppelin lamp hums."]
    actions.assign(conversation, to=None, team=engineers, by=omar)
    assert messages_found(ada, "zeppelin") == []
    engineers.members.add(ada)
    assert len(messages_found(ada, "zeppelin")) == 1


def test_permission_is_asked_again_after_the_index(write, omar, ada, engineers):
    conversation = write("The zeppelin lamp hums.")
    actions.assign(conversation, to=None, team=engineers, by=omar)
    search.rescope([conversation.messages.get().pk], "shared")  # an index that lags behind
    assert messages_found(ada, "zeppelin") == []
    assert len(messages_found(omar, "zeppelin")) == 1


def test_who_answers_first_takes_it(write, ada):
    conversation = write()
    actions.write(conversation, writing=Writing(text="On it."), by=ada)
    conversation.refresh_from_db()
    assert conversation.assignee == ada
    assert conversation.assignments.get().agent == ada
    assert Event.objects.filter(name="ConversationAssigned").count() == 1


def test_answering_takes_it_from_nobody(write, omar, ada):
    conversation = write()
    actions.assign(conversation, to=omar, by=omar)
    actions.write(conversation, writing=Writing(text="On it."), by=ada)
    conversation.refresh_from_db()
    assert conversation.assignee == omar


def test_the_priority_changes_once(write, ada):
    conversation = write()
    actions.prioritise(conversation, priority=4, by=ada)
    actions.prioritise(conversation, priority=4, by=ada)
    assert Event.objects.filter(name="PriorityChanged").count() == 1
