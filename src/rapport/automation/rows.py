"""Rows of a form that are added and removed without losing what stands in the others.

A button called `reshape` says what is to change: "add:step", "drop:step:2", "up:step:2", or "refresh" after a choice
that needs another field beside it. With it the form comes back as it is, and nothing is kept.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from rapport.automation.conditions import Remembering
from rapport.automation.models import Webhook
from rapport.automation.steps import ASSIGNEE, LEADS, ME, NOBODY
from rapport.automation.types import MOST_CONDITIONS, MOST_STEPS, WITHOUT_VALUE, Do, Step
from rapport.backbone.filtering.wording import OPS
from rapport.conversations.models import Tag
from rapport.conversations.shapes import PRIORITIES
from rapport.conversations.types import Priority
from rapport.team.models import Team
from rapport.team.queries import active_agents, agents_who_may
from rapport.team.types import Permission

Choices = list[tuple[str, str]]
SUGGESTED_TAGS = 200


@dataclass(frozen=True)
class Row:
    """One line of a form: what was chosen, and the control for what comes after it."""

    number: int
    chosen: str
    value: str
    # "choice", "text", "long", "number", "tag" or "none".
    control: str
    choices: Choices = field(default_factory=list)
    is_new: bool = False
    # Of a condition: what may be asked, and what is.
    op: str = ""
    ops: Choices = field(default_factory=list)
    values: tuple[str, ...] = ()


def wants_reshaping(post: QueryDict) -> bool:
    return "reshape" in post


def reshaped(rows: list[dict[str, Any]], post: QueryDict, name: str, blank: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows after the button that was pressed, if it was one of theirs."""
    verb, _sep, rest = post.get("reshape", "").partition(":")
    which, _sep, place = rest.partition(":")
    if which != name:
        return rows
    at = int(place) if place.isdecimal() else -1
    if verb == "add" and len(rows) < MOST_STEPS:
        return [*rows, blank]
    if verb == "drop" and 0 <= at < len(rows):
        return [*rows[:at], *rows[at + 1 :]]
    if verb == "up" and 0 < at < len(rows):
        return [*rows[: at - 1], rows[at], rows[at - 1], *rows[at + 1 :]]
    return rows


def posted_steps(post: QueryDict) -> list[dict[str, str]]:
    pairs = zip(post.getlist("step_do"), post.getlist("step_value"), strict=False)
    return [{"do": do, "value": value} for do, value in pairs]


def posted_conditions(post: QueryDict) -> dict[str, Any]:
    """The conditions of the form as they are kept; a line that waits for its value says "" there."""
    lines = []
    for place in post.getlist("condition_row")[: MOST_CONDITIONS + 1]:
        name, op = post.get(f"condition-{place}-field", ""), post.get(f"condition-{place}-op", "")
        values = post.getlist(f"condition-{place}-value")
        lines.append({"field": name, "op": op, "value": values if len(values) > 1 else "".join(values)})
    return {"match": post.get("match", "all"), "conditions": lines}


def condition_rows(said: Sequence[dict[str, Any]], vocabulary: Remembering, *, added: bool = False) -> list[Row]:
    """The lines of the conditions, each with what may be asked of its subject."""
    subjects = {subject.name: subject for subject in vocabulary.every}
    rows = []
    for number, each in enumerate(said):
        subject = subjects.get(str(each.get("field", ""))) or vocabulary.find(str(each.get("field", "")))
        subject = subject or next(iter(subjects.values()))
        op = each.get("op") if each.get("op") in subject.ops else subject.ops[0]
        control = subject.input_of(str(op))
        value = each.get("value", "")
        values = tuple(map(str, value)) if isinstance(value, (list, tuple)) else (str(value),)
        rows.append(
            Row(
                number,
                subject.name,
                " ".join(values),
                control,
                list(subject.choices()) if control == "choices" and subject.choices else [],
                added and number == len(said) - 1,
                str(op),
                [(name, str(OPS[name])) for name in subject.ops],
                values,
            )
        )
    return rows


def step_rows(said: Sequence[dict[str, str]], *, for_rule: bool, added: bool = False) -> list[Row]:
    """The lines of the actions. Each sort of choice is read once."""
    known: dict[str, Choices] = {}
    rows = []
    for number, each in enumerate(said):
        step = Step.of(each)
        control, read = _CONTROLS.get(step.do, ("text", None))
        if read is not None and step.do not in known:
            known[step.do] = read(for_rule)
        is_new = added and number == len(said) - 1
        rows.append(Row(number, step.do, step.value, control, known.get(step.do, []), is_new))
    return rows


def tags() -> list[str]:
    return list(Tag.objects.values_list("name", flat=True)[:SUGGESTED_TAGS])


def _people(for_rule: bool) -> Choices:
    agents = [(str(pk), name) for pk, name in agents_who_may(Permission.REPLY).values_list("pk", "name")]
    nobody: Choices = [(NOBODY, _("Nobody"))]
    return [*nobody, *agents] if for_rule else [(ME, _("Me, whoever uses it")), *nobody, *agents]


def _teams(_for_rule: bool) -> Choices:
    return [(str(pk), name) for pk, name in Team.objects.values_list("pk", "name")]


def _priorities(_for_rule: bool) -> Choices:
    return [(word, str(Priority(number).label)) for number, word in PRIORITIES.items()]


def _told(_for_rule: bool) -> Choices:
    agents = [(str(pk), name) for pk, name in active_agents().values_list("pk", "name")]
    return [(ASSIGNEE, _("Whose it is")), (LEADS, _("The team leads")), *agents]


def _webhooks(_for_rule: bool) -> Choices:
    return [(str(pk), name) for pk, name in Webhook.objects.filter(deleted_at=None).values_list("pk", "name")]


_CONTROLS: dict[str, tuple[str, Callable[[bool], Any] | None]] = {
    Do.ASSIGN: ("choice", _people),
    Do.TEAM: ("choice", _teams),
    Do.TAG: ("tag", None),
    Do.UNTAG: ("tag", None),
    Do.PRIORITY: ("choice", _priorities),
    Do.SNOOZE: ("number", None),
    Do.NOTE: ("long", None),
    Do.REPLY: ("long", None),
    Do.NOTIFY: ("choice", _told),
    Do.WEBHOOK: ("choice", _webhooks),
    **dict.fromkeys(WITHOUT_VALUE, ("none", None)),
}
