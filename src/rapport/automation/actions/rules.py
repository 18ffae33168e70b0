"""Keeping rules: made, changed, put in order, switched on and off."""

import re
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from rapport.automation.actions.macros import shortened_copy
from rapport.automation.conditions import Conditions
from rapport.automation.errors import Mistaken
from rapport.automation.models import Rule
from rapport.automation.queries import rules
from rapport.automation.steps import ME, parse
from rapport.automation.types import (
    BY_TIME,
    LONGEST_NAME,
    MOST_HOURS,
    MOST_RUNS_AN_HOUR,
    Do,
    Step,
    Trigger,
)
from rapport.backbone.ordering import behind_all, shift
from rapport.kit import clock
from rapport.kit.text import one_line
from rapport.team.models import Agent

_OF_AN_AGENT = re.compile(r"\{\{\s*agent\.")


@transaction.atomic
def save_rule(rule: Rule | None, *, by: Agent, **said: Any) -> Rule:
    """Make or change one: name, trigger, hours, conditions, steps, stops, most_an_hour, is_on. What is left out stays.

    A new one comes last in the order, and is off unless `is_on` says otherwise. Raises Mistaken.
    """
    is_new = rule is None
    rule = checked_rule(rule, by=by, **said)
    if is_new:
        rule.position = behind_all(rules())
    if "is_on" in said:
        _switch(rule, is_on=bool(said["is_on"]))
    rule.updated_at = clock.now()
    rule.save()
    return rule


def checked_rule(rule: Rule | None, *, by: Agent, **said: Any) -> Rule:
    """The rule as it would be, not kept: for a dry run. Raises Mistaken."""
    rule = rule or Rule(owner=by)
    if "name" in said:
        rule.name = one_line(said["name"])[:LONGEST_NAME]
    if not rule.name:
        raise Mistaken(_("Give it a name."), field="name")
    rule.trigger = said.get("trigger", rule.trigger)
    if rule.trigger not in Trigger.values:
        raise Mistaken(_("Choose when it acts."), field="trigger")
    rule.hours = _hours(rule, said.get("hours", rule.hours))
    if "conditions" in said:
        rule.conditions = Conditions.parse(said["conditions"]).as_json()
    if "steps" in said:
        rule.steps = [step.as_json() for step in _steps(said["steps"])]
    if not rule.steps:
        raise Mistaken(_("Choose what it does."), field="steps")
    rule.stops = bool(said.get("stops", rule.stops))
    rule.most_an_hour = _most(said.get("most_an_hour", rule.most_an_hour))
    return rule


def _hours(rule: Rule, said: Any) -> int | None:
    if rule.trigger not in BY_TIME:
        return None
    hours = int(str(said)[:6]) if str(said or "").isdecimal() else 0
    if not 1 <= hours <= MOST_HOURS:
        raise Mistaken(_("Say after how many hours, 1 to %(most)d.") % {"most": MOST_HOURS}, field="hours")
    return hours


def _most(said: Any) -> int:
    most = int(str(said)[:9]) if str(said).isdecimal() else 0
    if not 1 <= most <= MOST_RUNS_AN_HOUR:
        told = {"most": MOST_RUNS_AN_HOUR}
        raise Mistaken(_("A rule may run 1 to %(most)d times an hour.") % told, field="most_an_hour")
    return most


def _steps(said: Any) -> list[Step]:
    steps = parse(said, allowed=Do.values)
    for step in steps:
        if step.do == Do.ASSIGN and step.value == ME:
            raise Mistaken(_("A rule cannot assign to “me”. Choose somebody."), field="steps")
        if _OF_AN_AGENT.search(step.value):
            raise Mistaken(_("A rule is nobody, so it cannot say an agent's name."), field="steps")
    return steps


def switch_rule(rule: Rule, *, is_on: bool) -> None:
    """On: from now on, also where it was paused. Off: it does nothing."""
    _switch(rule, is_on=is_on)
    rule.save(update_fields=["on_since", "paused_at", "paused_because", "looked_until"])


def _switch(rule: Rule, *, is_on: bool) -> None:
    if is_on and not rule.is_on:
        rule.on_since, rule.looked_until = clock.now(), clock.now()
    elif not is_on:
        rule.on_since = None
    rule.paused_at, rule.paused_because = None, ""


def order_rule(rule: Rule, *, up: bool) -> None:
    """One place earlier, or later."""
    shift(rules(), rule.pk, by=-1 if up else 1)


@transaction.atomic
def duplicate_rule(rule: Rule, *, by: Agent) -> Rule:
    """A copy to change, switched off."""
    return save_rule(
        None,
        by=by,
        name=shortened_copy(rule.name),
        trigger=rule.trigger,
        hours=rule.hours,
        conditions=rule.conditions,
        steps=rule.steps,
        stops=rule.stops,
        most_an_hour=rule.most_an_hour,
    )


def delete_rule(rule: Rule) -> None:
    """It acts no more; for a day it can be brought back, with its log."""
    Rule.objects.filter(pk=rule.pk).update(deleted_at=clock.now())


def restore_rule(rule: Rule) -> None:
    """Bring a deleted one back, switched off."""
    Rule.objects.filter(pk=rule.pk).update(deleted_at=None, on_since=None)
