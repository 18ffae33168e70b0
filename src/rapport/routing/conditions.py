"""What a policy may ask about a conversation before it applies.

A room that knows more adds a condition of its own, in its `apps.ready`:

    add(Condition("plan", _("Plan"), plans, lambda facts: [plan_of(facts.customer)]))
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise as LazyText
from django.utils.translation import gettext_lazy as _

from rapport.channels.seam import kinds
from rapport.conversations.models import Inbox, Tag
from rapport.conversations.types import Priority
from rapport.customers.segments.queries import holding, present
from rapport.routing.types import PRIORITIES, Facts
from rapport.team.models import Team

Options = list[tuple[str, str]]


@dataclass(frozen=True)
class Condition:
    """One question: its answers to choose from, and those that hold for a conversation. Answers are text."""

    key: str
    label: str | LazyText
    options: Callable[[], Options]
    holding: Callable[[Facts], Iterable[str]]


_conditions: dict[str, Condition] = {}


def add(condition: Condition) -> None:
    _conditions[condition.key] = condition


def conditions() -> list[Condition]:
    return list(_conditions.values())


def matches(asked: Mapping[str, Iterable[str]], facts: Facts) -> bool:
    """Whether every condition has one of its answers. One that nobody knows any more holds for nothing."""
    return all(
        key in _conditions and not set(wanted).isdisjoint(_conditions[key].holding(facts))
        for key, wanted in asked.items()
    )


def named(asked: Mapping[str, Iterable[str]]) -> list[tuple[str, list[str]]]:
    """The conditions in words: what is asked, and the answers that count; an answer that is gone says its number."""
    found = []
    for key, wanted in asked.items():
        condition = _conditions.get(key)
        words = dict(condition.options()) if condition else {}
        label = str(condition.label) if condition else key
        found.append((label, [words.get(value, f"({value})") for value in wanted]))
    return found


def _named_rows(model: type[Inbox] | type[Team] | type[Tag]) -> Callable[[], Options]:
    return lambda: [(str(pk), name) for pk, name in model._default_manager.values_list("pk", "name")]


def _channels() -> Options:
    return [(name, str(kind.label)) for name, kind in sorted(kinds().items())]


def _priorities() -> Options:
    return [(str(value), str(Priority(value).label)) for value in PRIORITIES]


def _segments() -> Options:
    return [(str(pk), name) for pk, name in present().values_list("pk", "name")]


def _segments_of(facts: Facts) -> list[str]:
    return [str(pk) for pk in holding(facts.customer)] if facts.customer else []


add(Condition("inbox", _("Inbox"), _named_rows(Inbox), lambda facts: [str(facts.inbox)]))
add(Condition("priority", _("Priority"), _priorities, lambda facts: [str(facts.priority)]))
add(Condition("team", _("Team"), _named_rows(Team), lambda facts: [str(facts.team)] if facts.team else []))
add(Condition("tag", _("Tag"), _named_rows(Tag), lambda facts: [str(tag) for tag in facts.tags]))
add(Condition("channel", _("Channel"), _channels, lambda facts: [facts.channel]))
add(Condition("segment", _("Customer segment"), _segments, _segments_of))
