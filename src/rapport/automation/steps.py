"""The things that macros and rules do: checked when they are kept, and said in words."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rapport.automation.errors import Mistaken
from rapport.automation.models import Webhook
from rapport.automation.texts import checked
from rapport.automation.types import MOST_HOURS, MOST_STEPS, WITHOUT_VALUE, Do, Step
from rapport.conversations.shapes import PRIORITIES
from rapport.conversations.types import Priority
from rapport.kit.text import one_line, shortened
from rapport.team.models import Agent, Team
from rapport.team.queries import agents_who_may
from rapport.team.types import Permission

ME, NOBODY, ASSIGNEE, LEADS = "me", "nobody", "assignee", "leads"
PRIORITY_OF: dict[str, int] = {word: number for number, word in PRIORITIES.items()}
_IDS = frozenset({Do.ASSIGN, Do.TEAM, Do.NOTIFY, Do.WEBHOOK})


def parse(said: Any, *, allowed: Sequence[str], field: str = "steps") -> list[Step]:
    """What JSON or a form says, as steps that can be done. Raises Mistaken with the sentence for whoever wrote it."""
    if not isinstance(said, list) or not all(isinstance(each, dict) for each in said):
        raise Mistaken(_("The actions must be a list."), field=field)
    if len(said) > MOST_STEPS:
        raise Mistaken(_("At most %(count)d actions fit.") % {"count": MOST_STEPS}, field=field)
    return [_checked(Step.of(each), allowed, field) for each in said]


def _checked(step: Step, allowed: Sequence[str], field: str) -> Step:
    if step.do not in allowed:
        raise Mistaken(_("“%(name)s” is no action that can be done here.") % {"name": step.do[:40]}, field=field)
    if step.do in WITHOUT_VALUE:
        return Step(step.do)
    value = step.value.strip()
    if not value:
        what = Do(step.do).label
        raise Mistaken(_("Fill in what comes after “%(action)s”.") % {"action": what}, field=field)
    return Step(step.do, _value(step.do, value, field))


def _value(do: str, value: str, field: str) -> str:
    if do in _IDS:
        _refuse_nobody(do, value, field)
    elif do in (Do.TAG, Do.UNTAG):
        return one_line(value)[:60]
    elif do in (Do.NOTE, Do.REPLY):
        return checked(value, field=field)
    elif do == Do.PRIORITY and value not in PRIORITY_OF:
        raise Mistaken(_("Choose one of the priorities."), field=field)
    elif do == Do.SNOOZE and not (value.isdecimal() and 1 <= int(value[:6]) <= MOST_HOURS):
        said = {"most": MOST_HOURS}
        raise Mistaken(_("A conversation is snoozed for 1 to %(most)d hours.") % said, field=field)
    return value


def _refuse_nobody(do: str, value: str, field: str) -> None:
    words = {Do.ASSIGN: (ME, NOBODY), Do.NOTIFY: (ASSIGNEE, LEADS)}.get(Do(do), ())
    if value in words:
        return
    rows: dict[str, Any] = {
        Do.ASSIGN: agents_who_may(Permission.REPLY),
        Do.NOTIFY: agents_who_may(Permission.READ),
        Do.TEAM: Team.objects.all(),
        Do.WEBHOOK: Webhook.objects.filter(deleted_at=None),
    }
    if not value.isdecimal() or not rows[do].filter(pk=int(value[:18])).exists():
        what = Do(do).label
        raise Mistaken(_("What comes after “%(action)s” is not here any more.") % {"action": what}, field=field)


@dataclass(frozen=True)
class Names:
    """Who and what is meant by the ids in steps."""

    agents: dict[str, str] = field(default_factory=dict)
    teams: dict[str, str] = field(default_factory=dict)
    webhooks: dict[str, str] = field(default_factory=dict)


def names_in(steps: Iterable[Step]) -> Names:
    """Their names, in at most three queries; none where no step has an id."""
    wanted: dict[str, set[int]] = {}
    for step in steps:
        if step.do in _IDS and step.value.isdecimal():
            wanted.setdefault(step.do, set()).add(int(step.value[:18]))
    people = wanted.get(Do.ASSIGN, set()) | wanted.get(Do.NOTIFY, set())
    return Names(
        _named(Agent.objects.filter(pk__in=people)) if people else {},
        _named(Team.objects.filter(pk__in=wanted[Do.TEAM])) if Do.TEAM in wanted else {},
        _named(Webhook.objects.filter(pk__in=wanted[Do.WEBHOOK])) if Do.WEBHOOK in wanted else {},
    )


def _named(rows: Any) -> dict[str, str]:
    return {str(pk): name for pk, name in rows.values_list("pk", "name")}


def said(step: Step, names: Names) -> str:
    """One step in words, such as “add the tag refund”."""
    return _SAID[step.do](step.value, names)


def _assigned(value: str, names: Names) -> str:
    if value == ME:
        return _("assign to you")
    if value == NOBODY:
        return _("take from everybody")
    return _("assign to %(name)s") % {"name": names.agents.get(value, _("someone who left"))}


def _told(value: str, names: Names) -> str:
    if value == ASSIGNEE:
        return _("tell whose it is")
    if value == LEADS:
        return _("tell the team leads")
    return _("tell %(name)s") % {"name": names.agents.get(value, _("someone who left"))}


def _quoted(sentence: str, value: str) -> str:
    return sentence % {"text": shortened(one_line(value), 60)}


def _snoozed(value: str, _names: Names) -> str:
    hours = int(value)
    return ngettext("snooze for %(hours)d hour", "snooze for %(hours)d hours", hours) % {"hours": hours}


_SAID: dict[str, Callable[[str, Names], str]] = {
    Do.ASSIGN: _assigned,
    Do.TEAM: lambda value, names: _("give to %(team)s") % {"team": names.teams.get(value, _("a former team"))},
    Do.TAG: lambda value, _names: _("add the tag %(tag)s") % {"tag": value},
    Do.UNTAG: lambda value, _names: _("remove the tag %(tag)s") % {"tag": value},
    Do.PRIORITY: lambda value, _names: (
        _("set the priority to %(priority)s") % {"priority": Priority(PRIORITY_OF[value]).label}
    ),
    Do.SNOOZE: _snoozed,
    Do.CLOSE: lambda _value, _names: _("close"),
    Do.REOPEN: lambda _value, _names: _("reopen"),
    Do.NOTE: lambda value, _names: _quoted(_("note “%(text)s”"), value),
    Do.REPLY: lambda value, _names: _quoted(_("reply “%(text)s”"), value),
    Do.NOTIFY: _told,
    Do.WEBHOOK: lambda value, names: (
        _("call %(webhook)s") % {"webhook": names.webhooks.get(value, _("a former webhook"))}
    ),
}
