"""Rules that are one click away: what most desks want sooner or later. Made switched off, to be looked at first."""

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rapport.automation.steps import LEADS
from rapport.automation.types import Do, Trigger

WARN_AFTER, CLOSE_AFTER, ESCALATE_AFTER = 5 * 24, 7 * 24, 4


@dataclass(frozen=True)
class Pattern:
    """One or more rules under one name; `rules` are what `save_rule` takes, in the language of whoever asks."""

    key: str
    label: str | Promise
    hint: str | Promise
    icon: str

    def rules(self) -> list[dict[str, Any]]:
        return _RULES[self.key]()


PATTERNS = (
    Pattern(
        "quiet",
        gettext_lazy("Close after silence"),
        gettext_lazy("Five days without an answer to us bring a reminder, seven close the conversation, quietly."),
        "clock",
    ),
    Pattern(
        "escalate",
        gettext_lazy("Escalate what waits"),
        gettext_lazy("After four hours without an answer it becomes urgent and the team leads are told."),
        "flag",
    ),
    Pattern(
        "vip",
        gettext_lazy("Mark important customers"),
        gettext_lazy("Letters from a domain of your choice get a tag and a high priority."),
        "star",
    ),
)


def _quiet() -> list[dict[str, Any]]:
    words = _(
        "Hello {{ customer.first_name | there }},\n\nwe have not heard from you for a few days. Is everything solved? "
        "If not, just answer this mail. Otherwise we close no. {{ conversation.number }} in two days; you can write "
        "to us again at any time.\n\n{{ company.name }}"
    )
    waits = {"match": "all", "conditions": [{"field": "status", "op": "is", "value": ["open"]}]}
    return [
        {
            "name": _("Remind after silence"),
            "trigger": Trigger.SILENT_FOR,
            "hours": WARN_AFTER,
            "conditions": waits,
            "steps": [{"do": Do.REPLY, "value": words}],
        },
        {
            "name": _("Close after silence"),
            "trigger": Trigger.SILENT_FOR,
            "hours": CLOSE_AFTER,
            "conditions": waits,
            "steps": [{"do": Do.CLOSE, "value": ""}],
        },
    ]


def _escalate() -> list[dict[str, Any]]:
    steps = [{"do": Do.PRIORITY, "value": "urgent"}, {"do": Do.NOTIFY, "value": LEADS}]
    name = _("Escalate what waits")
    return [
        {"name": name, "trigger": Trigger.UNANSWERED_FOR, "hours": ESCALATE_AFTER, "conditions": {}, "steps": steps}
    ]


def _vip() -> list[dict[str, Any]]:
    lines = [{"field": "domain", "op": "is", "value": "example.com"}]
    steps = [{"do": Do.TAG, "value": _("VIP")}, {"do": Do.PRIORITY, "value": "high"}]
    return [
        {
            "name": _("Mark important customers"),
            "trigger": Trigger.CREATED,
            "conditions": {"match": "any", "conditions": lines},
            "steps": steps,
        }
    ]


_RULES = {"quiet": _quiet, "escalate": _escalate, "vip": _vip}
