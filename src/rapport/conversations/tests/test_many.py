"""Changing many conversations at once, and taking it back."""

from datetime import timedelta

import pytest

from rapport.backbone.models import Event
from rapport.conversations import actions
from rapport.conversations.actions.many import CannotChangeMany, Wanted
from rapport.conversations.models import Assignment, Conversation, Seen
from rapport.kit import clock
from rapport.team.models import Team


@pytest.fixture
def three(write):
    return [write(f"Lamp {number}") for number in range(3)]


def now(conversation) -> Conversation:
    return Conversation.objects.get(pk=conversation.pk)


def state(conversation):
    it = now(conversation)
    tags = [tag.name for tag in it.tags.all()]
    seen = list(Seen.objects.filter(conversation=it).values_list("message_id", flat=True))
    return (it.status, it.assignee, it.team, it.priority, it.snoozed_until, it.waiting_since, tags, seen)


def ids(conversations):
    return [each.pk for each in conversations]


LATER = clock.now() + timedelta(days=2)


@pytest.mark.parametrize("verb", ["assign", "team", "tag", "priority", "snooze", "close", "read"])
def test_every_change_is_one_undo_away(ada, three, verb):
    team = Team.objects.create(name="Engineering")
    team.members.add(ada)
    actions.prioritise(three[0], priority=4, by=ada)
    actions.tag(three[1], name="Refund", by=ada)
    before = [state(each) for each in three]
    wanted = Wanted(verb, agent=ada, team=team, tag="refund", priority=3, until=LATER)
    change = actions.change_many(ids(three), wanted, by=ada)
    after = [state(each) for each in three]
    changed = [a != b for a, b in zip(before, after, strict=True)]
    assert changed == ([True, False, True] if verb == "tag" else [True] * 3)
    assert actions.undo_many(change, by=ada).restored == sum(changed)
    assert [state(each) for each in three] == before


def test_a_snoozed_one_that_was_closed_with_others_is_snoozed_again(ada, three):
    actions.snooze(three[0], until=LATER, by=ada)
    actions.close(three[1], by=ada)
    before = [state(each)[:-1] for each in three]
    change = actions.change_many(ids(three), Wanted("close"), by=ada)
    assert [now(each).status for each in three] == ["closed"] * 3
    assert actions.undo_many(change, by=ada).restored == 2
    assert [state(each)[:-1] for each in three] == before


def test_reopening_wakes_and_opens(ada, three):
    actions.snooze(three[0], until=LATER, by=ada)
    actions.close(three[1], by=ada)
    change = actions.change_many(ids(three), Wanted("reopen"), by=ada)
    assert [now(each).status for each in three] == ["open"] * 3
    assert len(change.before) == 2


def test_what_others_changed_since_is_left_alone_and_counted(ada, omar, three):
    change = actions.change_many(ids(three), Wanted("assign", agent=ada), by=ada)
    actions.assign(three[1], to=omar, by=omar)
    undone = actions.undo_many(change, by=ada)
    assert (undone.restored, undone.skipped) == (2, 1)
    assert [now(each).assignee for each in three] == [None, omar, None]


def test_what_ada_may_not_see_stays_as_it_is(ada, omar, three, engineers):
    actions.assign(three[0], to=None, team=engineers, by=omar)
    change = actions.change_many(ids(three), Wanted("close"), by=ada)
    assert {entry["id"] for entry in change.before} == {three[1].pk, three[2].pk}
    assert now(three[0]).status == "open"


def test_what_was_given_away_by_mistake_comes_back(ada, three, engineers):
    change = actions.change_many(ids(three), Wanted("team", team=engineers), by=ada)
    assert not Conversation.objects.visible_to(ada).exists()
    assert actions.undo_many(change, by=ada).restored == 3
    assert Conversation.objects.visible_to(ada).count() == 3


def test_closed_ones_cannot_be_snoozed_and_the_others_are(ada, three):
    actions.close(three[0], by=ada)
    change = actions.change_many(ids(three), Wanted("snooze", until=LATER), by=ada)
    assert len(change.before) == 2
    assert now(three[0]).status == "closed"


def test_only_who_did_it_takes_it_back_once_and_within_ten_minutes(ada, omar, three):
    change = actions.change_many(ids(three), Wanted("close"), by=ada)
    with pytest.raises(CannotChangeMany):
        actions.undo_many(change, by=omar)
    with clock.frozen(clock.now() + timedelta(minutes=11)), pytest.raises(CannotChangeMany):
        actions.undo_many(change, by=ada)
    assert actions.undo_many(change, by=ada).restored == 3
    with pytest.raises(CannotChangeMany):
        actions.undo_many(change, by=ada)


def test_history_and_news_are_those_of_single_changes(ada, three):
    actions.change_many(ids(three), Wanted("assign", agent=ada), by=ada)
    assert Assignment.objects.filter(agent=ada, by=ada).count() == 3
    assert Event.objects.filter(name="ConversationAssigned").count() == 3


def test_a_viewer_reads_but_changes_nothing_for_others(viewer, three):
    with pytest.raises(CannotChangeMany):
        actions.change_many(ids(three), Wanted("close"), by=viewer)
    assert len(actions.change_many(ids(three), Wanted("read"), by=viewer).before) == 3


@pytest.mark.parametrize("wanted", [Wanted("explode"), Wanted("snooze"), Wanted("snooze", until=clock.now())])
def test_what_makes_no_sense_is_refused(ada, three, wanted):
    with pytest.raises(CannotChangeMany):
        actions.change_many(ids(three), wanted, by=ada)


def test_five_hundred_at_most(ada):
    with pytest.raises(CannotChangeMany):
        actions.change_many(range(1, 502), Wanted("close"), by=ada)
