"""Conversations are shared out as they come: who gets them, what waits, and what comes back."""

from datetime import timedelta

import pytest

from rapport.backbone.models import Event
from rapport.conversations.actions import assign, close, prioritise, promise_due, reopen, tag
from rapport.conversations.models import Assignment, Conversation
from rapport.kit import clock
from rapport.routing import actions
from rapport.routing.models import Decision, Scheme, Skill, Turn, Waiting
from rapport.routing.subscribers import share_out
from rapport.routing.tests.scene import moment
from rapport.team.models import Agent, Notification, Team

pytestmark = pytest.mark.django_db


@pytest.fixture
def scheme(db):
    return Scheme.objects.create(name="Support", seen_within=None, waiting_share=50, capacities={"": 20, "chat": 4})


def set_to(scheme, **fields):
    for name, value in fields.items():
        setattr(scheme, name, value)
    scheme.save()


def owner(conversation):
    return Conversation.objects.get(pk=conversation.pk).assignee


def newest(conversation) -> Decision:
    return Decision.objects.filter(conversation=conversation).first()


def leave_only(*agents):
    Agent.objects.exclude(pk__in=[agent.pk for agent in agents]).update(away_since=moment(-10))


def test_what_comes_goes_to_whoever_is_least_busy_who_is_told(day, scheme, ada, omar, write):
    with day.at(0):
        first, second, third = write(), write(), write()
    assert {owner(first), owner(second)} == {ada, omar}
    assert owner(third) == owner(first)
    assert Notification.objects.filter(kind="assigned", agent=owner(second)).count() == 1
    decision = newest(second)
    assert (decision.agent, decision.why, decision.scheme_name) == (owner(second), "least_busy", "Support")
    assert [one["reason"] for one in decision.candidates] == ["chosen", "busier"]
    assert Event.objects.get(name="ConversationAssigned", payload__conversation=second.pk).payload["cause"] == {
        "decision": decision.pk,
        "scheme": "Support",
    }


def test_hearing_of_it_again_changes_nothing(day, scheme, ada, omar, write):
    with day.at(0):
        conversation = write()
    actions.consider(conversation.pk)
    actions.consider(conversation.pk, anew=True)
    assert Assignment.objects.count() == Decision.objects.count() == 1
    assert Turn.objects.get().times == 1


def test_without_a_scheme_that_fits_people_take_them_themselves(day, scheme, ada, write, inbox):
    set_to(scheme, conditions={"priority": ["4"]})
    with day.at(0):
        conversation = write()
    assert owner(conversation) is None
    with day.at(1):
        prioritise(conversation, priority=4, by=None)
    assert owner(conversation) == ada
    Scheme.objects.create(name="Hands off", position=0, strategy="off")
    set_to(scheme, position=1)
    with day.at(2):
        urgent = write()
        prioritise(urgent, priority=4, by=None)
    assert owner(urgent) is None
    assert not Waiting.objects.exists()


def test_only_people_of_the_team_who_may_answer_get_it(day, scheme, ada, omar, noor, write, inbox):
    trade = Team.objects.create(name="Trade")
    trade.members.add(ada)
    inbox.team = trade
    inbox.save()
    with day.at(0):
        ones = [write() for _ in range(3)]
    assert {owner(one) for one in ones} == {ada}
    # Omar's team is asked, and he sees every team; Eve of the same team does not see this one, and Vera may not answer.
    support = Team.objects.create(name="Support")
    eve = Agent.objects.create_user("eve@lampwright.example", name="Eve", role="agent")
    vera = Agent.objects.create_user("vera@lampwright.example", name="Vera", role="viewer")
    support.members.set([omar, eve, vera])
    set_to(scheme, team=support)
    with day.at(1):
        ones = [write() for _ in range(3)]
    assert {owner(one) for one in ones} == {omar}


def test_what_nobody_can_take_waits_and_says_why_until_somebody_can(day, scheme, ada, write):
    set_to(scheme, capacities={"": 1})
    with day.at(0):
        first, second = write(), write()
    assert owner(second) is None
    row = Waiting.objects.get()
    assert (row.conversation, row.decision.why) == (second, "full")
    assert Event.objects.filter(name="ConversationQueued").count() == 1
    with day.at(1):
        close(first, by=ada)
    assert owner(second) == ada
    assert not Waiting.objects.exists()


def test_an_answer_makes_room_where_waiting_customers_count_less(day, scheme, ada, write, answer):
    set_to(scheme, capacities={"": 1}, waiting_share=0)
    with day.at(0):
        first, second = write(), write()
    with day.at(1):
        answer(first)
    assert owner(second) == ada


def test_the_queue_is_served_by_promise_then_priority_then_age(day, scheme, ada, write):
    leave_only()
    with day.at(0):
        old, young, urgent, due = write(), write(), write(), write()
        prioritise(urgent, priority=4, by=None)
        promise_due(due, moment(30))
    assert list(Waiting.objects.order_by(*Waiting.ORDER).values_list("conversation", flat=True)) == [
        due.pk, urgent.pk, old.pk, young.pk,
    ]  # fmt: skip
    set_to(scheme, capacities={"": 2})
    with day.at(1):
        actions.come_back(ada)
    assert {owner(due), owner(urgent)} == {ada}
    assert owner(old) is owner(young) is None
    with day.at(2):
        actions.set_capacity(ada, channel="email", most=3, by=None)
    assert owner(old) == ada
    with day.at(3):
        assign(young, to=ada, by=ada)
    assert not Waiting.objects.exists()


def test_who_is_not_seen_gets_nothing_where_that_is_asked(day, scheme, ada, write):
    set_to(scheme, seen_within=10)
    with day.at(0):
        conversation = write()
    assert newest(conversation).why == "not_here"
    Agent.objects.update(last_seen_at=moment(1))
    with clock.frozen(moment(2)):
        assert actions.serve() == 1
    assert owner(conversation) == ada


def test_a_language_is_waited_for(day, scheme, ada, omar, kim, write):
    set_to(scheme, demand="required")
    french = actions.save_skill(Skill(name="French", language="fr"), levels={omar.pk: 2}, by=None)
    kim.language = "fr"
    kim.save()
    leave_only(ada)
    with day.at(0):
        conversation = write()
    decision = newest(conversation)
    assert (decision.why, decision.needs) == ("not_here", ["French"])
    with day.at(1):
        actions.save_skill(french, levels={omar.pk: 2, ada.pk: 1}, by=None)
    assert owner(conversation) == ada
    assert newest(conversation).candidates[0]["knows"] == ["French"]


def test_chinese_is_recognised_by_what_was_written(day, scheme, ada, omar, write):
    actions.save_skill(Skill(name="中文", language="zh-hans"), levels={omar.pk: 3}, by=None)
    with day.at(0):
        ones = [write("您好，灯不亮了，请帮助我。谢谢您的帮助！") for _ in range(2)]
    assert {owner(one) for one in ones} == {omar}


def test_a_tag_brings_a_need(day, scheme, ada, omar, write):
    set_to(scheme, demand="required", capacities={"": 20})
    leave_only()
    with day.at(0):
        conversation = write()
        tag(conversation, name="wiring", by=ada)
    skill = actions.save_skill(Skill(name="Electrician"), tags=conversation.tags.all(), levels={omar.pk: 1}, by=None)
    with day.at(1):
        actions.come_back(ada)
    assert newest(conversation).needs == ["Electrician"]
    assert owner(conversation) is None
    with day.at(2):
        actions.delete_skill(skill, by=None)
    assert owner(conversation) == ada


def test_kim_comes_back_to_whoever_wrote_to_her_last(day, scheme, ada, omar, write, answer):
    set_to(scheme, sticky_days=7)
    with day.at(0):
        first = write()
        assign(first, to=ada, by=ada)
        answer(first)
    with day.at(60):
        assert {owner(one) for one in [write(), write()]} == {None}
    ones = Conversation.objects.exclude(pk=first.pk)
    assert {one.assignee for one in ones} == {ada}
    assert newest(ones[0]).why == "sticky"
    with day.at(8 * 24 * 60):
        late = write()
    assert owner(late) == omar


def test_nothing_is_shared_out_while_the_doors_are_closed(day, scheme, ada, write):
    actions.make_calendar(name="Office", week=[[[540, 1020]]] * 5 + [[], []], time_zone="UTC")
    set_to(scheme, within_hours=True)
    with day.at(-60):
        conversation = write()
    assert newest(conversation).why == "closed"
    with clock.frozen(moment(1)):
        actions.serve()
    assert owner(conversation) == ada


def test_what_was_unassigned_by_hand_stays_so_until_it_is_opened_again(day, scheme, ada, omar, write):
    with day.at(0):
        conversation = write()
    with day.at(1):
        assign(conversation, to=None, by=omar)
    with day.at(2):
        write(into=conversation)
    assert owner(conversation) is None
    assert not Waiting.objects.exists()
    with day.at(3):
        close(conversation, by=ada)
        reopen(conversation, by=ada)
    assert owner(conversation) is not None
    set_to(scheme, retakes=True)
    with day.at(4):
        assign(conversation, to=None, by=omar)
    assert owner(conversation) is not None


def test_what_is_handed_to_another_team_is_shared_out_there(day, scheme, ada, omar, write):
    trade = Team.objects.create(name="Trade")
    trade.members.add(omar)
    leave_only(ada)
    with day.at(0):
        conversation = write()
    assert owner(conversation) == ada
    Agent.objects.update(away_since=None)
    with day.at(1):
        assign(conversation, to=None, team=trade, by=ada)
    assert owner(conversation) == omar


@pytest.mark.parametrize(
    ("way", "goes"), [("never", False), ("at_once", True), ("later", False), ("on_message", False)]
)
def test_going_away_gives_back_what_the_scheme_says(day, scheme, ada, omar, write, way, goes):
    set_to(scheme, gives_back=way, gives_back_after=30)
    leave_only(ada)
    with day.at(0):
        conversation, snoozed = write(), write()
        Conversation.objects.filter(pk=snoozed.pk).update(assignee=ada, status="snoozed")
    Agent.objects.filter(pk=omar.pk).update(away_since=None)
    with day.at(1):
        actions.go_away(ada, back_at=moment(600))
    assert owner(conversation) == (omar if goes else ada)
    assert owner(snoozed) == ada
    with day.at(32):
        actions.give_back_late()
    assert owner(conversation) == (omar if goes or way == "later" else ada)
    with day.at(33):
        write(into=conversation)
    assert owner(conversation) == (ada if way == "never" else omar)


def test_what_is_given_to_somebody_who_is_away_stays_theirs(day, scheme, ada, omar, write):
    set_to(scheme, gives_back="at_once")
    with day.at(0):
        actions.go_away(ada)
    with day.at(1):
        conversation = write()
    with day.at(2):
        assign(conversation, to=ada, by=omar)
    assert actions.give_back(ada.pk) == 0
    assert owner(conversation) == ada


def test_who_said_when_comes_back_by_themselves_and_gets_what_waits(day, scheme, ada, write):
    with day.at(0):
        actions.go_away(ada, back_at=moment(30))
        actions.go_away(ada, back_at=moment(20))
        conversation = write()
    assert owner(conversation) is None
    with day.at(19):
        assert actions.bring_back() == 0
    with day.at(20):
        assert actions.bring_back() == 1
    assert owner(conversation) == ada
    assert Event.objects.filter(name="AgentWentAway").count() == Event.objects.filter(name="AgentCameBack").count() == 1
    with pytest.raises(ValueError, match="future"):
        actions.go_away(ada, back_at=clock.now() - timedelta(minutes=1))


def test_a_new_scheme_takes_up_what_waits_for_an_answer(day, ada, write):
    with day.at(0):
        conversation = write()
    with day.at(1):
        made = actions.make_scheme(name="Support", seen_within=None)
    assert owner(conversation) == ada
    leave_only()
    with day.at(2):
        waiting = write()
    assert Waiting.objects.get().conversation == waiting
    with day.at(3):
        actions.change_scheme(made, is_on=False)
    assert not Waiting.objects.exists()


def test_nothing_is_queued_for_a_worker_where_no_scheme_is_in_use(ada, write):
    from django_tasks_db.models import DBTaskResult

    write()
    path = f"{share_out.__module__}.{share_out.__qualname__}"
    assert not [task for task in DBTaskResult.objects.all() if path in task.args_kwargs["args"]]
