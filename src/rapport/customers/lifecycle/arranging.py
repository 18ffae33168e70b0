"""Setting up stages, rules, and whether rules move anybody."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.text import slugify
from django.utils.translation import gettext as _

from rapport.customers.errors import CannotArrange
from rapport.customers.lifecycle.founding import THE_LIFE_CYCLE
from rapport.customers.lifecycle.models import LifeCycle, Stage, StageEntry, StageRule, Tone
from rapport.customers.lifecycle.queries import stages
from rapport.customers.lifecycle.signals import signal_called
from rapport.customers.lifecycle.types import LONGEST_WINDOW, Condition, Test, Words

MOST_STAGES = 12
MOST_RULES = 40
MOST_CONDITIONS = 8


@transaction.atomic
def set_up(*, is_on: bool, hand_days: int) -> LifeCycle:
    """Whether rules move customers every night, and how long a hand's choice stands."""
    if not 0 <= hand_days <= 3650:
        raise CannotArrange(_("Choose 0 to 3650 days."), "hand_days")
    said = {"is_on": is_on, "hand_days": hand_days}
    return LifeCycle.objects.update_or_create(pk=THE_LIFE_CYCLE, defaults=said)[0]


@transaction.atomic
def add_stage(*, name: str, description: str = "", tone: str = "", is_active: bool = False) -> Stage:
    """A stage of the company's own, the last. Raises CannotArrange."""
    known = stages()
    if len(known) >= MOST_STAGES:
        raise CannotArrange(_("There may be %(most)d stages.") % {"most": MOST_STAGES}, "name")
    name = _named(name)
    key = slugify(name).replace("-", "_")[:24] or "stage"
    taken = {stage.key for stage in known}
    key = next(each for each in (key, *(f"{key}_{number}" for number in range(2, 99))) if each not in taken)
    try:
        with transaction.atomic():
            return Stage.objects.create(
                key=key,
                name=name,
                description=" ".join(description.split())[:200],
                tone=_tone(tone),
                is_active=is_active,
                position=(Stage.objects.aggregate(last=Max("position"))["last"] or 0) + 1,
            )
    except IntegrityError:
        raise CannotArrange(_("Somebody made this stage just now."), "name") from None


@transaction.atomic
def change_stage(stage: Stage, *, name: str, description: str, tone: str, is_active: bool) -> None:
    """Its key stays. Without a name or description it has our own words again, if it has any."""
    name = " ".join(name.split())[:60]
    if not name and stage.label == stage.name:
        name = stage.name
    stage.name, stage.description = name, " ".join(description.split())[:200]
    stage.tone, stage.is_active = _tone(tone), is_active
    stage.save()


@transaction.atomic
def shift_stage(stage: Stage, *, by: int) -> None:
    """Up (-1) or down (1) in the order."""
    _shift(list(Stage.objects.select_for_update()), stage, by)


@transaction.atomic
def remove_stage(stage: Stage) -> None:
    """One in which nobody ever stood. Raises CannotArrange."""
    if StageEntry.objects.filter(stage=stage).exists():
        raise CannotArrange(_("Customers stood here, and what happened is kept. Rename it instead."))
    if Stage.objects.count() <= 2:
        raise CannotArrange(_("A life cycle has at least two stages."))
    stage.delete()


@transaction.atomic
def save_rule(
    rule: StageRule | None,
    *,
    stage: str,
    origins: Sequence[str],
    conditions: Sequence[Condition],
    name: str = "",
    is_on: bool = True,
) -> StageRule:
    """A new rule is asked last. Raises CannotArrange."""
    by_key = {each.key: each for each in stages()}
    if stage not in by_key:
        raise CannotArrange(_("Choose the stage they move to."), "stage")
    if unknown := [key for key in origins if key and key not in by_key]:
        raise CannotArrange(_("There is no stage %(key)s.") % {"key": unknown[0]}, "origins")
    if not conditions:
        raise CannotArrange(_("Say when: a rule needs at least one condition."), "conditions")
    if len(conditions) > MOST_CONDITIONS:
        raise CannotArrange(_("A rule may have %(most)d conditions.") % {"most": MOST_CONDITIONS}, "conditions")
    for condition in conditions:
        _check(condition)
    if rule is None:
        if StageRule.objects.count() >= MOST_RULES:
            raise CannotArrange(_("There may be %(most)d rules.") % {"most": MOST_RULES})
        rule = StageRule(position=(StageRule.objects.aggregate(last=Max("position"))["last"] or 0) + 1)
    rule.name, rule.stage, rule.is_on = " ".join(name.split())[:120], by_key[stage], is_on
    rule.origins = [key for key in ("", *by_key) if key in set(origins)]
    rule.conditions = [condition.as_json() for condition in conditions]
    rule.save()
    return rule


@transaction.atomic
def shift_rule(rule: StageRule, *, by: int) -> None:
    _shift(list(StageRule.objects.select_for_update()), rule, by)


@transaction.atomic
def remove_rule(rule: StageRule) -> None:
    rule.delete()


def understood(said: Mapping[str, Any]) -> Condition:
    """A condition as a form or a script says it. Raises CannotArrange."""
    test = str(said.get("is") or "")
    if test not in Test.values:
        raise CannotArrange(_("Choose how it is compared."), "conditions")
    signal = str(said.get("signal") or "")
    needs_number = test in (Test.AT_LEAST, Test.AT_MOST)
    than = _number(said.get("than"), needs_number)
    days = _number(said.get("days"), False)
    condition = Condition(signal, cast(Words, test), than, int(days) or None)
    _check(condition)
    return condition


def _check(condition: Condition) -> None:
    signal = signal_called(condition.signal)
    if signal is None:
        raise CannotArrange(_("Choose what is asked."), "conditions")
    if condition.days and not signal.has_window:
        raise CannotArrange(_("“%(signal)s” has no number of days.") % {"signal": signal.label}, "conditions")
    if condition.days and not 1 <= condition.days <= LONGEST_WINDOW:
        raise CannotArrange(_("Choose 1 to %(most)d days.") % {"most": LONGEST_WINDOW}, "conditions")


def _number(said: Any, is_needed: bool) -> float:
    try:
        number = float(str(said if said is not None else "").strip().replace(",", ".") or ("x" if is_needed else "0"))
    except ValueError:
        raise CannotArrange(_("Give a number to compare with."), "conditions") from None
    if not abs(number) < 1e12:
        raise CannotArrange(_("This number is too large."), "conditions")
    return number


def _shift(rows: list[Any], moved: Any, by: int) -> None:
    place = next((place for place, row in enumerate(rows) if row.pk == moved.pk), None)
    if place is None or not 0 <= place + by < len(rows):
        return
    rows.insert(place + by, rows.pop(place))
    for position, row in enumerate(rows):
        if row.position != position:
            row.position = position
            row.save(update_fields=["position"])


def _named(name: str) -> str:
    name = " ".join(name.split())[:60]
    if not name:
        raise CannotArrange(_("A stage needs a name."), "name")
    return name


def _tone(tone: str) -> str:
    return tone if tone in Tone.values else ""
