"""A rule in one sentence: when, if what, and then what."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rapport.automation import steps
from rapport.automation.conditions import Conditions, Remembering
from rapport.automation.errors import Mistaken
from rapport.automation.models import Rule
from rapport.automation.types import Trigger


@dataclass(frozen=True)
class Said:
    """The three parts of a rule, in words; `what` has one entry an action."""

    rule: Rule
    when: str
    whether: str
    what: list[str]


def said(rules: Iterable[Rule]) -> list[Said]:
    """Each rule in words, with a constant number of queries."""
    rules = list(rules)
    vocabulary = Remembering()
    names = steps.names_in(step for rule in rules for step in rule.actions)
    return [
        Said(rule, when(rule), _whether(rule, vocabulary), [steps.said(step, names) for step in rule.actions])
        for rule in rules
    ]


def when(rule: Rule) -> str:
    """Such as: The customer has waited for 4 hours."""
    if not rule.is_by_time:
        return str(Trigger(rule.trigger).label)
    sentence = {
        Trigger.UNANSWERED_FOR: _("The customer has waited for %(time)s"),
        Trigger.SILENT_FOR: _("The customer has not answered us for %(time)s"),
        Trigger.UNHEARD_FOR: _("The customer last wrote %(time)s ago"),
        Trigger.OPEN_FOR: _("It began %(time)s ago"),
        Trigger.UNASSIGNED_FOR: _("It has been nobody's for %(time)s"),
    }[Trigger(rule.trigger)]
    return sentence % {"time": _time(rule.hours or 0)}


def _time(hours: int) -> str:
    """Whole days as days, from two on."""
    days, rest = divmod(hours, 24)
    if days > 1 and not rest:
        return ngettext("%(count)d day", "%(count)d days", days) % {"count": days}
    return ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours}


def _whether(rule: Rule, vocabulary: Remembering) -> str:
    try:
        return capfirst(Conditions.parse(rule.conditions, vocabulary).describe())
    except Mistaken as error:
        return _("It makes no sense any more. %(reason)s") % {"reason": error}
