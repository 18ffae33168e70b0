"""A policy: whom it is for, what it promises, and when somebody is warned."""

import re
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rapport.conversations.types import Priority
from rapport.routing.forms.conditions import ConditionsForm
from rapport.routing.models import Calendar, ServicePolicy
from rapport.routing.types import MOST_MINUTES, PRIORITIES, Kind, Target, Targets, Warns

_AMOUNT = re.compile(
    r"(?:(?P<hours>\d{1,5}(?:[.,]\d{1,2})?)\s*(?:h|hours?|hrs?|小时|時間|时))?\s*"
    r"(?:(?P<minutes>\d{1,6})\s*(?:m|min|mins|minutes?|分钟|分)?)?",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Cell:
    """One target of the form's table: for a kind, and a priority or all."""

    name: str
    label: str
    value: str
    error: str = ""


class PolicyForm(ConditionsForm):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    is_on = forms.BooleanField(label=gettext_lazy("In use"), required=False, initial=True)
    calendar = forms.ModelChoiceField(
        label=gettext_lazy("Hours that count"),
        queryset=Calendar.objects.all(),
        required=False,
        empty_label=gettext_lazy("Those of the team, else of the inbox, else the default"),
    )
    warns_at = forms.IntegerField(
        label=gettext_lazy("Warn when"), required=False, min_value=0, max_value=MOST_MINUTES, initial=80
    )
    warns = forms.ChoiceField(label=gettext_lazy("Counted as"), choices=Warns.choices, initial=Warns.PERCENT)
    pauses_snoozed = forms.BooleanField(
        label=gettext_lazy("The time to solve stands still while a conversation is snoozed"), required=False
    )

    def __init__(self, data: Any = None, *, policy: ServicePolicy | None = None) -> None:
        plain = ("name", "is_on", "calendar", "warns_at", "warns", "pauses_snoozed")
        super().__init__(
            data,
            initial={name: getattr(policy, name) for name in plain} if policy else {},
            conditions_chosen=policy.conditions if policy else None,
        )
        self.targets = policy.promised if policy else Targets()
        self.errors_by_cell: dict[str, str] = {}

    @property
    def rows(self) -> list[tuple[str, list[Cell]]]:
        """Every kind with its cells: all priorities first, then each one."""
        return [(str(kind.label), [self._cell(kind, key) for key in ("", *map(str, PRIORITIES))]) for kind in Kind]

    @property
    def columns(self) -> list[str]:
        return [_("All"), *(str(Priority(value).label) for value in PRIORITIES)]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        targets = Targets({str(kind): self._read(kind) for kind in Kind})
        cleaned["targets"] = targets.as_json()
        if self.errors_by_cell:
            self.add_error(None, _("Some of the times cannot be read. Write them like 45 min, 8 h or 1 h 30 min."))
        elif not cleaned["targets"]:
            self.add_error(None, _("Promise something: give at least one of the times."))
        if cleaned.get("warns") == Warns.PERCENT and (cleaned.get("warns_at") or 0) > 100:
            self.add_error("warns_at", _("More than 100% has passed when it is too late."))
        return cleaned

    def _cell(self, kind: Kind, key: str) -> Cell:
        name = f"{kind}-{key or 'all'}"
        if self.is_bound:
            value = self.data.get(name, "").strip()
        else:
            target = self.targets.by_kind.get(kind, Target())
            minutes = target.by_priority.get(int(key)) if key else target.minutes
            value = "" if minutes is None else written(minutes)
        priority = str(Priority(int(key)).label) if key else _("All")
        return Cell(name, f"{kind.label}, {priority}", value, self.errors_by_cell.get(name, ""))

    def _read(self, kind: Kind) -> Target:
        found: dict[str, int] = {}
        for key in ("", *map(str, PRIORITIES)):
            cell = self._cell(kind, key)
            if not cell.value:
                continue
            minutes = amount_of(cell.value)
            if minutes is None or not 1 <= minutes <= MOST_MINUTES:
                self.errors_by_cell[cell.name] = _("not a time")
            else:
                found[key] = minutes
        return Target(found.get(""), {int(key): minutes for key, minutes in found.items() if key})


def amount_of(said: str) -> int | None:
    """Minutes: 45, 45 min, 8 h, 1.5 h, 1 h 30; None for anything else."""
    matched = _AMOUNT.fullmatch(said.strip())
    if not matched or not any(matched.groups()):
        return None
    hours = float((matched["hours"] or "0").replace(",", "."))
    return round(hours * 60) + int(matched["minutes"] or 0)


def written(minutes: int) -> str:
    """As it can be typed again in any language."""
    hours, rest = divmod(minutes, 60)
    return " ".join(filter(None, (f"{hours} h" if hours else "", f"{rest} min" if rest or not hours else "")))
