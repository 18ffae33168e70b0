"""The clocks of real conversations: kept, paused, late, and the same however often they are looked at."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from rapport.backbone.models import Event
from rapport.conversations import actions as conversations
from rapport.conversations.models import Conversation, Inbox
from rapport.conversations.types import Priority, Writing
from rapport.routing import actions, subscribers
from rapport.routing.models import Calendar, Promise, ServicePolicy
from rapport.routing.tests.scene import moment, promise, told
from rapport.routing.types import State
from rapport.team.models import Team

pytestmark = pytest.mark.django_db


def rows(conversation):
    found = Promise.objects.filter(conversation=conversation).order_by("kind", "id")
    return list(found.values_list("kind", "minutes", "due_at", "paused_at", "met_at", "dropped_at"))


def test_kim_writes_and_ada_has_an_hour(policy, day, write):
    with day.at(0):
        conversation = write()
    assert promise(conversation).due_at == moment(60)
    assert promise(conversation, "resolution").due_at == moment(480)
    conversation.refresh_from_db()
    assert conversation.due_at == moment(60)


def test_an_answer_keeps_the_promise_and_the_next_message_makes_another(policy, day, write, answer):
    with day.at(0):
        conversation = write()
    with day.at(50):
        answer(conversation)
    assert promise(conversation).state == State.KEPT
    assert promise(conversation, "resolution").paused_at == moment(50)
    conversation.refresh_from_db()
    assert conversation.due_at is None
    with day.at(300):
        write("It still flickers.", into=conversation)
    assert promise(conversation, "next_answer").due_at == moment(420)
    assert promise(conversation, "resolution").due_at == moment(730)
    conversation.refresh_from_db()
    assert conversation.due_at == moment(420)


def test_a_rule_and_a_note_are_no_answers(policy, day, write, ada):
    with day.at(0):
        conversation = write()
        conversations.write(conversation, writing=Writing(text="We got it."), by=None, kind="rule")
        conversations.write_note(conversation, text="Who knows this lamp?", by=ada)
    assert promise(conversation).met_at is None


def test_an_answer_that_is_taken_back_is_owed_again(policy, day, write, answer):
    with day.at(0):
        conversation = write()
    with day.at(50):
        message = answer(conversation)
    with day.at(51):
        conversations.unwrite(message)
        actions.reckon(conversation.pk)
    assert promise(conversation).met_at is None
    assert promise(conversation).due_at == moment(60)


def test_closing_meets_the_solution_and_reopening_takes_it_back(policy, day, write, answer, ada):
    with day.at(0):
        conversation = write()
    with day.at(10):
        answer(conversation)
        conversations.close(conversation, by=ada)
    assert promise(conversation, "resolution").met_at == moment(10)
    with day.at(100):
        write("It flickers again.", into=conversation)
    resolution = promise(conversation, "resolution")
    assert (resolution.met_at, resolution.due_at) == (None, moment(570))


def test_a_late_answer_is_announced_even_if_nobody_looked_in_between(policy, day, write, answer):
    with day.at(0):
        conversation = write()
    with day.at(75):
        answer(conversation)
    assert promise(conversation).state == State.MISSED
    assert told("PromiseBroken") == [promise(conversation).pk]


def test_hearing_twice_or_late_changes_nothing(policy, day, write, answer):
    with day.at(0):
        conversation = write()
    with day.at(75):
        answer(conversation)
    with day.at(200):
        write("And now?", into=conversation)
    before, log = rows(conversation), Event.objects.count()
    with day.at(5000):
        for event in Event.objects.filter(subject=f"conversation:{conversation.pk}"):
            subscribers.reckon_again(type("Heard", (), event.payload))
    assert rows(conversation) == before
    assert Event.objects.count() == log


def test_what_is_heard_all_at_once_and_late_comes_out_the_same(policy, day, write, answer):
    def run(each):
        with each(0):
            conversation = write()
        with each(75):
            answer(conversation)
        with each(90):
            write("And now?", into=conversation)
        return conversation

    at_once = run(day.at)
    from rapport.kit import clock

    late = run(lambda minutes: clock.frozen(moment(minutes)))
    with day.at(200):
        pass
    assert rows(at_once) == rows(late)


def test_urgency_shortens_it_and_calm_gives_it_back(policy, day, write, ada):
    with day.at(0):
        conversation = write()
    with day.at(5):
        conversations.prioritise(conversation, priority=Priority.URGENT, by=ada)
    assert promise(conversation).due_at == moment(30)
    with day.at(6):
        conversations.prioritise(conversation, priority=Priority.NORMAL, by=ada)
    assert promise(conversation).due_at == moment(60)


def test_the_first_policy_that_matches_applies(policy, day, write, ada):
    strict = ServicePolicy.objects.create(
        name="Trade", position=0, conditions={"team": ["0"]}, targets={"first_answer": {"minutes": 5}}
    )
    trade = Team.objects.create(name="Trade")
    ServicePolicy.objects.filter(pk=strict.pk).update(conditions={"team": [str(trade.pk)]})
    ServicePolicy.objects.filter(pk=policy.pk).update(position=1)
    with day.at(0):
        conversation = write()
    assert promise(conversation).policy == policy
    with day.at(1):
        conversations.assign(conversation, to=None, team=trade, by=ada)
    assert (promise(conversation).policy, promise(conversation).due_at) == (strict, moment(5))
    assert promise(conversation, "resolution").state == State.DROPPED


def test_tags_decide_too_and_a_condition_nobody_knows_holds_for_nothing(day, write, ada):
    with day.at(-60):
        made = actions.make_policy(name="VIP", targets={"first_answer": {"minutes": 5}}, conditions={"tag": ["999"]})
    with day.at(0):
        conversation = write()
    assert not rows(conversation)
    with day.at(1):
        conversations.tag(conversation, name="VIP", by=ada)
        tag = str(conversation.tags.get().pk)
        actions.change_policy(made, conditions={"tag": [tag]})
    assert promise(conversation).due_at == moment(5)
    with day.at(2):
        actions.change_policy(made, conditions={"tag": [tag], "moon": ["full"]})
    assert promise(conversation).dropped_at == moment(2)


def test_hours_of_the_team_come_before_those_of_the_inbox_and_the_default(policy, day, write, inbox, ada):
    from_ten = [[[600, 1020]]] * 7
    with day.at(-60):
        actions.make_calendar(name="Everyone", week=from_ten)
    with day.at(0):
        conversation = write()
    assert promise(conversation).due_at == moment(120)
    with day.at(1):
        actions.make_calendar(name="Support", week=[[[660, 1020]]] * 7, inboxes=[inbox])
    assert promise(conversation).due_at == moment(180)
    trade = Team.objects.create(name="Trade")
    with day.at(2):
        actions.make_calendar(name="Trade", week=[[[720, 1020]]] * 7, teams=[trade])
        conversations.assign(conversation, to=None, team=trade, by=ada)
    assert promise(conversation).due_at == moment(240)
    assert Calendar.objects.get(is_default=True).name == "Everyone"


def test_a_policy_that_changes_moves_open_clocks_and_leaves_kept_ones(policy, day, write, answer):
    with day.at(0):
        kept, still_open = write(), write()
    with day.at(20):
        answer(kept)
    with day.at(21):
        actions.change_policy(policy, targets={"first_answer": {"minutes": 90}})
    assert (promise(kept).minutes, promise(kept).due_at) == (60, moment(60))
    assert (promise(still_open).minutes, promise(still_open).due_at) == (90, moment(90))
    still_open.refresh_from_db()
    assert still_open.due_at == moment(90)


def test_what_a_new_policy_makes_late_is_shown_and_not_announced(day, write):
    with day.at(0):
        conversation = write()
    with day.at(500):
        actions.make_policy(name="New", targets={"first_answer": {"minutes": 60}})
    assert promise(conversation).state == State.OVERDUE
    assert actions.look() == 0
    assert not told("PromiseBroken")


def test_a_new_policy_does_not_judge_the_past(day, write, answer):
    with day.at(0):
        conversation = write()
    with day.at(300):
        answer(conversation)
    with day.at(400):
        actions.make_policy(name="New", targets={"first_answer": {"minutes": 60}, "resolution": {"minutes": 60}})
    assert [row[0] for row in rows(conversation)] == ["resolution"]


def test_a_message_that_is_moved_takes_its_clock_along(policy, day, write, answer, ada):
    with day.at(0):
        conversation = write()
    with day.at(10):
        answer(conversation)
    with day.at(20):
        write("Something else: where is my bill?", into=conversation)
    with day.at(30):
        other = conversations.move(conversation.messages.order_by("id").last(), by=ada)
    assert not Promise.objects.filter(conversation=conversation, kind="next_answer").exists()
    assert promise(other).due_at == moment(80)


def test_a_machine_and_our_own_first_letter_promise_nothing(policy, day, write, kim, inbox, ada, answer):
    with day.at(0):
        machine = write("I am out of the office.", is_automatic=True)
        ours = conversations.begin(kim, inbox=inbox, channel="email", subject="Your order", by=ada)
        answer(ours)
    assert rows(machine) == rows(ours) == []


def test_without_any_policy_an_event_costs_two_queries(write, inbox):
    conversation = write()
    with CaptureQueriesContext(connection) as captured:
        actions.reckon(conversation.pk)
    assert len([one for one in captured if "SAVEPOINT" not in one["sql"]]) == 2


def test_deleting_takes_the_clocks_along(policy, day, write, ada):
    with day.at(0):
        conversation = write()
    conversations.delete(conversation, by=ada)
    assert not Promise.objects.exists()
    assert actions.reckon(conversation.pk) is None


def test_every_open_conversation_is_reckoned_in_batches(day, write, kim, inbox, monkeypatch):
    monkeypatch.setattr("rapport.routing.actions.reckoning.BATCH", 3)
    with day.at(0):
        made = [write() for _ in range(8)]
    with day.at(1):
        actions.make_policy(name="New", targets={"first_answer": {"minutes": 60}})
    assert Promise.objects.filter(due_at=moment(60)).count() == len(made)
    assert Conversation.objects.filter(due_at=moment(60)).count() == len(made)
    assert Inbox.objects.count() == 1
