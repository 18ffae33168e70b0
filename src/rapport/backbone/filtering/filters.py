"""A filter: read from JSON with every line checked, applied, and said in words."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from django.db.models import Q
from django.utils.translation import gettext as _

from rapport.backbone.filtering import wording
from rapport.backbone.filtering.reading import value_of
from rapport.backbone.filtering.subjects import Subject, Vocabulary

VERSION = 1
MOST_LINES = 40
_MATCHES = ("all", "any")


class FilterError(ValueError):
    """A filter makes no sense; the text is a whole sentence. `line` is "2", "2.1" in a group, "" for the whole."""

    def __init__(self, line: str, reason: str) -> None:
        said = _("Line %(line)s: %(reason)s") % {"line": line, "reason": reason} if line else reason
        super().__init__(said)
        self.line = line


@dataclass(frozen=True)
class Condition:
    """One line. `value` is a tuple of words, a number, words, a day, an age such as "4h", a bool, or None."""

    subject: Subject
    op: str
    value: Any = None

    def q(self, agent: Any) -> Q:
        return self.subject.q(self.op, self.value, agent)

    def describe(self) -> str:
        return wording.line(self.subject, self.op, self.value)

    def as_json(self) -> dict[str, Any]:
        said: dict[str, Any] = {"field": self.subject.name, "op": self.op}
        if self.value is not None:
            said["value"] = list(self.value) if isinstance(self.value, tuple) else self.value
        return said


@dataclass(frozen=True)
class Group:
    """Lines of which all or any have to be true."""

    match: str
    conditions: tuple["Condition | Group", ...] = ()

    def q(self, agent: Any) -> Q:
        made = Q()
        for each in self.conditions:
            made = made & each.q(agent) if self.match == "all" else made | each.q(agent)
        return made

    def describe(self) -> str:
        lines = [
            f"({each.describe()})" if isinstance(each, Group) and len(each.conditions) > 1 else each.describe()
            for each in self.conditions
        ]
        return wording.group(self.match, lines)

    def as_json(self) -> dict[str, Any]:
        return {"match": self.match, "conditions": [each.as_json() for each in self.conditions]}

    def lines(self) -> Iterator[Condition]:
        """Every line, those of groups too."""
        for each in self.conditions:
            yield from each.lines() if isinstance(each, Group) else (each,)


@dataclass(frozen=True)
class Filter(Group):
    """Which rows are meant. Without a line: every one."""

    # What it then says.
    everything: str = ""

    @classmethod
    def read(cls, said: Any, vocabulary: Vocabulary) -> Self:
        """Read what a view keeps, a script sent or a form wrote, as JSON or as text of it. Raises FilterError.

        Give the same vocabulary to several filters, and custom fields are fetched once for all of them.
        """
        if isinstance(said, (str, bytes)):
            try:
                said = json.loads(said)
            except (ValueError, RecursionError):
                raise FilterError("", _("This is not a filter: it is no JSON.")) from None
        if not isinstance(said, Mapping):
            raise FilterError("", _("This is not a filter: it has no conditions."))
        if said.get("version", VERSION) != VERSION:
            raise FilterError("", _("This filter is of a version that is not known here."))
        _only(said, {"version", "match", "conditions"}, "")
        match, conditions = _Reader(vocabulary).group(said, "")
        return cls(match, conditions, vocabulary.everything)

    def as_json(self) -> dict[str, Any]:
        """What `read` reads back."""
        return {"version": VERSION, **super().as_json()}

    def describe(self) -> str:
        """In plain words, in the reader's language."""
        return super().describe() if self.conditions else self.everything


class _Reader:
    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.lines = 0

    def group(self, said: Mapping[str, Any], line: str) -> tuple[str, tuple[Condition | Group, ...]]:
        match, conditions = said.get("match", "all"), said.get("conditions", [])
        if match not in _MATCHES:
            raise FilterError(line, _("Say whether all of the lines have to be true, or any."))
        if isinstance(conditions, str) or not isinstance(conditions, Sequence):
            raise FilterError(line, _("The conditions have to be a list."))
        if line and not conditions:
            raise FilterError(line, _("A group needs at least one line."))
        places = [f"{line}.{number}" if line else str(number) for number in range(1, len(conditions) + 1)]
        return match, tuple(self.entry(each, place) for each, place in zip(conditions, places, strict=True))

    def entry(self, said: Any, line: str) -> Condition | Group:
        self.lines += 1
        if self.lines > MOST_LINES:
            raise FilterError("", _("A filter can have at most %(most)d lines.") % {"most": MOST_LINES})
        if not isinstance(said, Mapping):
            raise FilterError(line, _("This is not a condition."))
        if "conditions" not in said:
            return self.condition(said, line)
        if "." in line:
            raise FilterError(line, _("A group cannot stand inside another group."))
        _only(said, {"match", "conditions"}, line)
        return Group(*self.group(said, line))

    def condition(self, said: Mapping[str, Any], line: str) -> Condition:
        _only(said, {"field", "op", "value"}, line)
        name, op = said.get("field"), said.get("op")
        subject = self.vocabulary.find(name) if isinstance(name, str) else None
        if subject is None:
            raise FilterError(line, _("There is nothing called %(name)s to filter by.") % {"name": name})
        if op not in subject.ops:
            told = {"label": subject.label, "ops": ", ".join(subject.ops)}
            raise FilterError(line, _("%(label)s can be asked for with: %(ops)s.") % told)
        try:
            return Condition(subject, op, value_of(subject, op, said.get("value")))
        except ValueError as error:
            raise FilterError(line, str(error)) from error


def _only(said: Mapping[str, Any], known: set[str], line: str) -> None:
    strange = sorted(str(name) for name in set(said) - known)
    if strange:
        raise FilterError(line, _("%(name)s means nothing here.") % {"name": strange[0]})
