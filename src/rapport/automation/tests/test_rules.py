"""What happens by itself: once, in order, not in circles, and always with its reason."""

from datetime import timedelta

import pytest
from django_tasks_db.models import DBTaskResult

from rapport.automation import queries
from rapport.automation.actions.rules import delete_rule, order_rule, save_rule, switch_rule
from rapport.automation.conditions import Conditions, Remembering
from rapport.automation.errors import Mistaken
from rapport.automation.models import Rule, Run
from rapport.automation.subscribers import look
from rapport.backbone.events import hear
from rapport.backbone.jobs import run_pending
from rapport.backbone.models import Event
from rapport.channels.models import Dispatch
from rapport.conversations.actions import close, prioritise, rate, tag
from rapport.conversations.types import AuthorKind, Direction
from rapport.kit import clock
from rapport.team.models import Notification
from rapport.workspace.queries.happenings import lines

pytestmark = pytest.mark.django_db

LOOK = f"{look.__module__}.{look.__qualname__}"
REFUND = {"conditions": [{"field": "text", "op": "has", "value": "money back"}]}


@pytest.fixture
def rule(omar):
    def kept(name="Refunds", trigger="created", steps=(("tag", "refund"),), *, by=omar, **said):
        made = [{"do": do, "value": value} for do, value in steps]
        return save_rule(None, by=by, name=name, trigger=trigger, steps=made, **({"is_on": True} | said))

    return kept


def tags_of(conversation):
    return sorted(conversation.tags.values_list("name", flat=True))


def told(conversation, viewer):
    events = Event.objects.filter(subject=f"conversation:{conversation.pk}").order_by("pk")
    return [str(line.text) for line in lines(events, conversation, viewer)]


def test_a_letter_that_asks_for_money_back_is_tagged_and_the_thread_says_by_what(rule, write, omar):
    rule(conditions=REFUND, steps=[("tag", "refund"), ("priority", "high"), ("note", "For {{ customer.name }}.")])
    asks, thanks = write("I want my MONEY back."), write("Thank you.")
    run_pending(strict=True)
    assert tags_of(asks) == ["refund"]
    assert tags_of(thanks) == []
    note = asks.messages.get(direction=Direction.NOTE)
    assert (note.text, note.author_kind, note.author_name) == ("For Kim Park.", AuthorKind.RULE, "Refunds")
    assert told(asks, omar) == [
        "<b>Rule “Refunds”</b> added the tag <b>refund</b>",
        "<b>Rule “Refunds”</b> set the priority to <b>High</b>",
    ]
    run = Run.objects.get()
    assert (run.conversation, len(run.did), run.error) == (asks, 3, "")


def test_while_there_is_no_rule_nothing_is_queued_for_one(write, rule):
    switch_rule(rule(), is_on=False)
    rule(trigger="rated")
    talk = write()
    assert not [task for task in DBTaskResult.objects.all() if LOOK in task.args_kwargs["args"]]
    rate(talk, score=5)
    assert [task for task in DBTaskResult.objects.all() if LOOK in task.args_kwargs["args"]]


@pytest.mark.parametrize(
    ("trigger", "happens"),
    [
        ("arrived", lambda talk, write, ada: write(into=talk)),
        ("closed", lambda talk, write, ada: close(talk, by=ada)),
        ("tagged", lambda talk, write, ada: tag(talk, name="x", by=ada)),
        ("priority", lambda talk, write, ada: prioritise(talk, priority=4, by=ada)),
        ("rated", lambda talk, write, ada: rate(talk, score=1)),
    ],
)
def test_each_thing_that_happens_sets_off_its_rules_only(rule, write, ada, trigger, happens):
    talk = write()
    rule(trigger=trigger, steps=[("note", "Seen.")])
    rule("Other", trigger="reopened", steps=[("note", "Not this.")])
    happens(talk, write, ada)
    run_pending(strict=True)
    assert [note.text for note in talk.messages.filter(direction=Direction.NOTE)] == ["Seen."]


@pytest.mark.parametrize(
    ("line", "fits"),
    [
        ({"field": "domain", "op": "is", "value": "studio.example"}, True),
        ({"field": "domain", "op": "is", "value": "udio.example"}, False),
        ({"field": "sender", "op": "is_not", "value": "kim@studio.example"}, False),
        ({"field": "language", "op": "is", "value": ["zh"]}, False),
        ({"field": "language", "op": "is", "value": ["en"]}, True),
        ({"field": "text", "op": "has_not", "value": "flickers"}, False),
        ({"field": "subject", "op": "has", "value": "flickering"}, True),
        ({"field": "priority", "op": "is", "value": ["urgent"]}, False),
        ({"field": "assignee", "op": "is", "value": ["nobody"]}, True),
        ({"field": "waiting", "op": "longer_than", "value": "4h"}, False),
    ],
)
def test_conditions_ask_about_the_letter_and_the_conversation(write, line, fits):
    talk = write()
    letter = talk.messages.get()
    assert Conditions.parse({"conditions": [line]}).matches(talk, letter) is fits
    never = {"field": "status", "op": "is", "value": ["closed"]}
    assert Conditions.parse({"match": "any", "conditions": [never, line]}).matches(talk, letter) is fits
    assert not Conditions.parse({"match": "all", "conditions": [never, line]}).matches(talk, letter)


def test_a_mistake_in_a_condition_names_its_line():
    good = {"field": "text", "op": "has", "value": "x"}
    for wrong in ({"field": "text", "op": "is", "value": "x"}, {"field": "moon", "op": "is", "value": "x"}):
        with pytest.raises(Mistaken, match="Line 2"):
            Conditions.parse({"conditions": [good, wrong]})


@pytest.mark.parametrize("field", ["mentioned", "followed"])
def test_a_rule_is_not_asked_whether_it_is_mentioned_or_follows(field):
    with pytest.raises(Mistaken, match="A rule is nobody"):
        Conditions.parse({"conditions": [{"field": field, "op": "is", "value": True}]})
    assert field not in {subject.name for subject in Remembering().every}


def test_an_event_that_is_told_twice_has_one_effect(rule, write):
    rule(steps=[("note", "Once.")])
    talk = write()
    run_pending(strict=True)
    arrived = Event.objects.get(name="MessageArrived")
    hear(arrived.pk, LOOK)
    hear(arrived.pk, LOOK)
    assert talk.messages.filter(direction=Direction.NOTE).count() == 1
    assert Run.objects.count() == 1


def test_two_rules_that_answer_each_other_stop(rule, write):
    rule("Up", trigger="priority", steps=[("tag", "hot")])
    rule("Down", trigger="tagged", steps=[("priority", "low")])
    rule("Start", steps=[("priority", "high")])
    talk = write()
    run_pending(strict=True)
    assert [run.rule.name for run in Run.objects.order_by("pk")] == ["Start", "Up", "Down"]
    talk.refresh_from_db()
    assert talk.priority == 1


def test_a_chain_of_rules_ends_after_five(rule, write):
    rule("0", trigger="created", steps=[("tag", "t0")])
    # The later first, so that none meets in one event what the one before it did.
    for number in range(7, 0, -1):
        wanted = {"conditions": [{"field": "tag", "op": "is", "value": [f"t{number - 1}"]}]}
        rule(str(number), trigger="tagged", conditions=wanted, steps=[("tag", f"t{number}")])
    talk = write()
    run_pending(strict=True)
    assert tags_of(talk) == ["t0", "t1", "t2", "t3", "t4"]


def test_what_a_machine_wrote_sets_nothing_off(rule, write):
    rule(trigger="arrived")
    talk = write(is_automatic=True)
    run_pending(strict=True)
    assert tags_of(talk) == []


def test_a_rule_that_stops_keeps_later_ones_from_looking_and_the_order_can_be_changed(rule, write):
    rule("First", steps=[("tag", "first")], stops=True)
    second = rule("Second", steps=[("tag", "second")])
    before = write()
    run_pending(strict=True)
    order_rule(second, up=True)
    after = write()
    run_pending(strict=True)
    assert tags_of(before) == ["first"]
    assert tags_of(after) == ["first", "second"]


def test_a_rule_that_does_too_much_pauses_and_its_owner_is_told(rule, write, omar, settings, mailoutbox):
    settings.MAIL_OUT = True
    busy = rule(most_an_hour=2, steps=[("note", "Hm.")])
    talks = [write() for _ in range(4)]
    run_pending(strict=True)
    busy.refresh_from_db()
    assert busy.paused_at is not None
    assert Run.objects.count() == 2
    assert sum(talk.messages.filter(direction=Direction.NOTE).count() for talk in talks) == 2
    (letter,) = mailoutbox
    assert letter.to == [omar.email]
    assert "more than 2 times" in letter.body
    assert Notification.objects.get(kind="stopped").place == f"rule:{busy.pk}"
    assert queries.paused_rules() == 1
    switch_rule(busy, is_on=True)
    assert not queries.paused_rules()


def test_a_rule_replies_once_in_a_conversation_as_a_machine(rule, write):
    rule(
        trigger="arrived", steps=[("reply", "Hello {{ customer.first_name | there }}, no. {{ conversation.number }}.")]
    )
    talk = write()
    run_pending(strict=True)
    write(into=talk)
    run_pending(strict=True)
    (reply,) = talk.messages.filter(direction=Direction.OUT)
    assert reply.text == f"Hello Kim, no. {talk.number}."
    assert (reply.author_kind, reply.is_automatic) == (AuthorKind.RULE, True)
    assert Dispatch.objects.count() == 1
    assert Run.objects.order_by("pk").last().error == "It has replied in this conversation before."


def test_an_automatic_reply_is_withheld_where_another_one_left_today(rule, write):
    rule("One", steps=[("reply", "One.")])
    rule("Two", steps=[("reply", "Two.")])
    write()
    run_pending()
    states = list(Dispatch.objects.order_by("pk").values_list("state", flat=True))
    assert states.count("cancelled") == 1


def test_people_are_told_who_may_see_it(rule, write, omar):
    rule("Look", steps=[("notify", "leads"), ("notify", "assignee")])
    talk = write()
    run_pending()
    run = Run.objects.get()
    assert run.did == [{"do": "notify", "value": "leads"}]
    assert "nobody to tell" in run.error
    (notice,) = Notification.objects.filter(kind="rule")
    assert (notice.agent, notice.place) == (omar, f"conversation:{talk.pk}")


def test_what_fails_is_in_the_log_and_does_not_stop_the_rest(rule, write, ada):
    rule(steps=[("assign", str(ada.pk)), ("tag", "seen")])
    ada.deactivated_at = clock.now()
    ada.save()
    talk = write()
    run_pending(strict=True)
    assert tags_of(talk) == ["seen"]
    assert "no longer works here" in Run.objects.get().error


def test_what_happened_before_a_rule_was_switched_on_does_not_concern_it(rule, write):
    late = rule(is_on=False)
    rule("Waits", steps=[("note", "x")])
    talk = write()
    with clock.frozen(clock.now() + timedelta(seconds=1)):
        switch_rule(late, is_on=True)
    run_pending(strict=True)
    assert tags_of(talk) == []


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"name": " "}, "name"),
        ({"trigger": "never"}, "trigger"),
        ({"trigger": "open_for", "hours": "0"}, "hours"),
        ({"steps": ()}, "steps"),
        ({"steps": [("assign", "me")]}, "steps"),
        ({"steps": [("reply", "I am {{ agent.name }}")]}, "steps"),
        ({"most_an_hour": "0"}, "most_an_hour"),
        ({"conditions": {"conditions": [{"field": "x"}]}}, "conditions"),
    ],
)
def test_a_rule_that_makes_no_sense_is_not_kept(rule, said, field):
    with pytest.raises(Mistaken) as refused:
        rule(**said)
    assert refused.value.field == field
    assert not Rule.objects.exists()


def test_a_deleted_rule_does_nothing(rule, write):
    delete_rule(rule())
    talk = write()
    run_pending(strict=True)
    assert tags_of(talk) == []
