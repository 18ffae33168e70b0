"""Rules that act when hours have gone by, whatever the clock does."""

from datetime import timedelta

import pytest

from rapport.automation import jobs
from rapport.automation.actions.macros import save_macro
from rapport.automation.actions.rules import save_rule
from rapport.automation.actions.timing import run_due
from rapport.automation.models import Macro, Rule, Run
from rapport.automation.patterns import PATTERNS
from rapport.backbone.jobs import run_pending
from rapport.channels.actions import reply
from rapport.conversations.actions import assign
from rapport.conversations.types import Direction, Status
from rapport.kit import clock

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


@pytest.fixture
def rule(omar):
    def kept(trigger, hours, *, steps=(("note", "Due."),), **said):
        made = [{"do": do, "value": value} for do, value in steps]
        return save_rule(None, by=omar, name=trigger, trigger=trigger, hours=hours, steps=made, is_on=True, **said)

    return kept


@pytest.fixture
def start():
    return clock.now().replace(microsecond=0)


def at(moment):
    """Let the rules by time look at this moment."""
    with clock.frozen(moment):
        run_due()


def notes(talk):
    return talk.messages.filter(direction=Direction.NOTE).count()


@pytest.mark.parametrize("trigger", ["unanswered_for", "unheard_for", "open_for", "unassigned_for"])
def test_a_rule_acts_when_its_hours_are_over_and_only_once(rule, write, start, trigger):
    with clock.frozen(start):
        rule(trigger, 4)
        talk = write()
    at(start + 3.9 * HOUR)
    assert notes(talk) == 0
    for later in (4, 4.01, 5, 30):
        at(start + later * HOUR)
    assert notes(talk) == 1


def test_silence_begins_with_our_answer_and_begins_again_when_both_have_written(rule, write, ada, start):
    with clock.frozen(start):
        rule("silent_for", 48)
        talk = write()
    with clock.frozen(start + HOUR):
        reply(talk, by=ada, text="Try the other socket.")
    at(start + 48.5 * HOUR)
    assert notes(talk) == 0
    at(start + 49.1 * HOUR)
    with clock.frozen(start + 50 * HOUR):
        write(into=talk)
    with clock.frozen(start + 51 * HOUR):
        reply(talk, by=ada, text="And now?")
    at(start + 70 * HOUR)
    assert notes(talk) == 1
    at(start + 100 * HOUR)
    assert notes(talk) == 2


def test_whoever_is_answered_in_time_escalates_nothing(rule, write, ada, start):
    with clock.frozen(start):
        rule("unanswered_for", 4)
        rule("unassigned_for", 4)
        talk = write()
    with clock.frozen(start + HOUR):
        reply(talk, by=ada, text="Here.")
    at(start + 6 * HOUR)
    assert notes(talk) == 0


def test_being_nobodys_begins_when_somebody_gives_it_up(rule, write, ada, start):
    with clock.frozen(start):
        rule("unassigned_for", 4)
        talk = write()
        assign(talk, to=ada, by=ada)
    with clock.frozen(start + 10 * HOUR):
        assign(talk, to=None, by=ada)
    at(start + 13 * HOUR)
    assert notes(talk) == 0
    at(start + 14.1 * HOUR)
    assert notes(talk) == 1


def test_what_fell_due_before_a_rule_was_switched_on_is_left_alone(rule, write, start):
    with clock.frozen(start - 10 * HOUR):
        old = write()
    with clock.frozen(start - 2 * HOUR):
        recent = write()
    with clock.frozen(start):
        rule("open_for", 4)
    at(start + 2.1 * HOUR)
    assert (notes(old), notes(recent)) == (0, 1)


def test_a_clock_that_jumps_makes_no_storm_and_goes_on_where_it_was(rule, write, start):
    with clock.frozen(start):
        rule("open_for", 4)
        talks = [write() for _ in range(3)]
    at(start + timedelta(days=400))
    assert [notes(talk) for talk in talks] == [0, 0, 0]
    at(start + 3 * HOUR)
    assert [notes(talk) for talk in talks] == [0, 0, 0]
    at(start + 4.1 * HOUR)
    at(start + 2 * HOUR)
    at(start + 4.2 * HOUR)
    assert [notes(talk) for talk in talks] == [1, 1, 1]


def test_a_worker_that_was_away_for_a_weekend_catches_up(rule, write, start):
    with clock.frozen(start):
        rule("open_for", 4)
        talk = write()
    at(start + HOUR)
    at(start + timedelta(days=2))
    assert notes(talk) == 1


def test_a_look_costs_the_same_for_many_conversations_that_do_not_fit(
    rule, write, start, django_assert_max_num_queries
):
    with clock.frozen(start):
        rule("open_for", 4, conditions={"conditions": [{"field": "tag", "op": "is", "value": ["never"]}]})
        for _ in range(5):
            write()
    with clock.frozen(start + 5 * HOUR), django_assert_max_num_queries(4):
        run_due()


def test_silence_brings_a_reminder_and_then_a_quiet_close(write, ada, omar, start):
    with clock.frozen(start):
        (quiet,) = [pattern for pattern in PATTERNS if pattern.key == "quiet"]
        for each in quiet.rules():
            save_rule(None, by=omar, **each, is_on=True)
        talk = write()
        reply(talk, by=ada, text="Did that help?")
        answered = type(talk).objects.get(pk=talk.pk)
    at(start + timedelta(days=5, minutes=1))
    now = type(talk).objects.get(pk=talk.pk)
    reminder = now.messages.filter(direction=Direction.OUT).last()
    assert "Hello Kim" in reminder.text
    assert f"no. {talk.number}" in reminder.text
    assert reminder.is_automatic
    assert (now.last_at, now.preview, now.status) == (answered.last_at, answered.preview, Status.OPEN)
    at(start + timedelta(days=7, minutes=1))
    assert type(talk).objects.get(pk=talk.pk).status == Status.CLOSED
    assert now.messages.filter(direction=Direction.OUT).count() == 2


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda pattern: pattern.key)
def test_every_pattern_is_a_rule_that_can_be_kept_in_every_language(pattern, omar, settings):
    from django.utils import translation

    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            for each in pattern.rules():
                assert not save_rule(None, by=omar, **each).is_on


def test_old_logs_and_what_was_deleted_are_forgotten_and_recent_ones_kept(rule, write, omar, start):
    with clock.frozen(start):
        kept = rule("open_for", 4)
        write()
    at(start + 5 * HOUR)
    macro = save_macro(None, by=omar, name="Old", html="<p>Hi</p>")
    Macro.objects.update(deleted_at=start)
    with clock.frozen(start + timedelta(days=80)):
        jobs.forget()
        assert Run.objects.count() == 1
        assert not Macro.objects.filter(pk=macro.pk).exists()
    with clock.frozen(start + timedelta(days=91)):
        jobs.forget()
    assert not Run.objects.exists()
    assert Rule.objects.get() == kept
    run_pending()
