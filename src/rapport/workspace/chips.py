"""The filters of a search as chips that can be taken away, each by a search without it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from rapport.conversations.searching import Search
from rapport.conversations.searching.language import NAMES, All, Asked, Node, Not, Word, in_words

_LABELS: dict[str, Callable[[str], str]] = {
    "from": lambda value: _("From: %(value)s") % {"value": value},
    "to": lambda value: _("To: %(value)s") % {"value": value},
    "subject": lambda value: _("Subject: %(value)s") % {"value": value},
    "customer": lambda value: _("Customer: %(value)s") % {"value": value},
    "company": lambda value: _("Company: %(value)s") % {"value": value},
    "is": lambda value: _("Is: %(value)s") % {"value": value},
    "tag": lambda value: _("Tag: %(value)s") % {"value": value},
    "assignee": lambda value: _("Assigned to: %(value)s") % {"value": value},
    "team": lambda value: _("Team: %(value)s") % {"value": value},
    "inbox": lambda value: _("Inbox: %(value)s") % {"value": value},
    "channel": lambda value: _("Channel: %(value)s") % {"value": value},
    "priority": lambda value: _("Priority: %(value)s") % {"value": value},
    "before": lambda value: _("Before: %(value)s") % {"value": value},
    "after": lambda value: _("After: %(value)s") % {"value": value},
    "since": lambda value: _("Since: %(value)s") % {"value": value},
    "on": lambda value: _("On: %(value)s") % {"value": value},
    "has": lambda value: _("Has: %(value)s") % {"value": value},
    "file": lambda value: _("File: %(value)s") % {"value": value},
    "in": lambda value: _("In: %(value)s") % {"value": value},
    "number": lambda value: _("Number: %(value)s") % {"value": value},
}


@dataclass(frozen=True)
class Chip:
    """`without` is the search that is left when it is taken away."""

    label: str
    without: str


def chips(search: Search) -> list[Chip]:
    """What narrows the search, in the reader's language; plain words stay in the field alone."""
    tree = search.tree
    parts = tree.parts if isinstance(tree, All) else (tree,)
    return [
        Chip(_label(part), in_words(All(tuple(other for other in parts if other != part)), names()))
        for part in parts
        if not isinstance(part, Word)
    ]


def names() -> Mapping[str, str]:
    """How operators are called in the reader's language."""
    if not (get_language() or "").startswith("zh"):
        return {}
    chinese: dict[str, str] = {}
    for alias, name in NAMES.items():
        if not alias.isascii():
            chinese.setdefault(name, alias)
    return chinese


def _label(part: Node) -> str:
    if isinstance(part, Asked):
        return _LABELS[part.name](part.value)
    if isinstance(part, Not):
        return _("Without %(what)s") % {"what": _label(part.part)}
    return in_words(part, names())
