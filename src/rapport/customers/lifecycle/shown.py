"""The life cycle as pages show it, and the form of a rule."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from rapport.customers.errors import CannotArrange
from rapport.customers.lifecycle import arranging, deciding
from rapport.customers.lifecycle.figures import Cohort, Step
from rapport.customers.lifecycle.models import Stage, StageRule, Tone
from rapport.customers.lifecycle.queries import stages
from rapport.customers.lifecycle.running import Trial
from rapport.customers.lifecycle.signals import signals
from rapport.customers.lifecycle.types import Condition, Rule, Test, condition_in

_BLANKS = 2


def steps(found: Sequence[Step]) -> list[dict[str, Any]]:
    """As rows of bars: the widest is whole."""
    most = max((step.count for step in found), default=0) or 1
    return [{"step": step, "width": 100 * step.count / most, "percent": 100 * step.share} for step in found]


def moves(found: Sequence[tuple[date, Mapping[int, int]]], known: Sequence[Stage]) -> list[dict[str, Any]]:
    """Newest first, with a number for each stage."""
    return [
        {"month": month, "cells": [counts.get(stage.pk, 0) for stage in known], "sum": sum(counts.values())}
        for month, counts in reversed(found)
    ]


def cohorts(found: Sequence[Cohort]) -> list[dict[str, Any]]:
    return [
        {
            "month": cohort.month,
            "size": cohort.size,
            "cells": [None if share is None else round(100 * share) for share in cohort.shares],
        }
        for cohort in found
    ]


def name_of(key: str, known: Sequence[Stage]) -> str:
    return next((stage.label for stage in known if stage.key == key), key or _("Nowhere yet"))


def trial(found: Trial, known: Sequence[Stage]) -> list[tuple[str, str, int]]:
    """Names instead of keys."""
    return [(name_of(before, known), name_of(after, known), count) for before, after, count in found.moves]


@dataclass(frozen=True)
class RuleRow:
    rule: StageRule
    origins: str
    when: str
    count: int | None
    is_dead: bool
    is_first: bool
    is_last: bool


def rules(found: Sequence[StageRule], known: Sequence[Stage], tried: Trial | None) -> list[RuleRow]:
    """As the settings list them, with whom each would move when that was tried."""
    live = {rule.pk for rule in deciding.rules_that_are_on(found)}
    return [
        RuleRow(
            row,
            ", ".join(name_of(key, known) for key in row.origins) or _("Anywhere"),
            deciding.reason_of([condition_in(said) for said in row.conditions]),
            tried.by_rule.get(row.pk, 0) if tried else None,
            row.is_on and row.pk not in live,
            place == 0,
            place == len(found) - 1,
        )
        for place, row in enumerate(found)
    ]


def tones() -> list[tuple[str, str]]:
    return [(str(value), str(label)) for value, label in Tone.choices]


class RuleForm:
    """A rule as the page asks for it: rows of conditions, a few of them blank."""

    def __init__(self, data: QueryDict | None, rule: StageRule | None) -> None:
        self.mistake = ""
        self.stages = stages()
        self.signals = signals()
        self.tests = [(str(value), str(label)) for value, label in Test.choices]
        if data is not None:
            self.name, self.stage = data.get("name", ""), data.get("stage", "")
            self.origins, self.is_on = data.getlist("origin"), "is_on" in data
            columns = [data.getlist(name) for name in ("signal", "days", "test", "than")]
            self._rows = [
                {"signal": signal, "days": days, "is": test, "than": than}
                for signal, days, test, than in zip(*columns, strict=False)
                if signal
            ]
        else:
            self.name, self.stage = (rule.name, rule.stage.key) if rule else ("", "")
            self.origins, self.is_on = (list(rule.origins), rule.is_on) if rule else ([], True)
            self._rows = [_as_text(condition_in(said)) for said in rule.conditions] if rule else []

    @property
    def rows(self) -> list[dict[str, Any]]:
        blank = {"signal": "", "days": "", "is": "at_least", "than": ""}
        return [*self._rows, *[dict(blank) for _number in range(_BLANKS if self._rows else 1)]]

    def conditions(self) -> list[Condition]:
        """Raises CannotArrange."""
        return [arranging.understood(row) for row in self._rows]

    def said(self) -> dict[str, Any]:
        """As `arranging.save_rule` takes it. Raises CannotArrange."""
        return {
            "stage": self.stage,
            "origins": ["" if key == "-" else key for key in self.origins],
            "conditions": self.conditions(),
            "name": self.name,
            "is_on": self.is_on,
        }

    def as_rule(self) -> Rule:
        """To try it. Raises CannotArrange."""
        said = self.said()
        if said["stage"] not in {stage.key for stage in self.stages}:
            raise CannotArrange(_("Choose the stage they move to."), "stage")
        if not said["conditions"]:
            raise CannotArrange(_("Say when: a rule needs at least one condition."), "conditions")
        return Rule(None, self.name, frozenset(said["origins"]), said["stage"], said["conditions"])

    @property
    def goes_from_nowhere(self) -> bool:
        return "-" in self.origins or "" in self.origins


def _as_text(condition: Condition) -> dict[str, str]:
    has_number = condition.test in (Test.AT_LEAST, Test.AT_MOST)
    return {
        "signal": condition.signal,
        "days": str(condition.days or ""),
        "is": condition.test,
        "than": f"{condition.than:g}" if has_number else "",
    }
