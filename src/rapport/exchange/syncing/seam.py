"""The seam for a system that customers are kept in step with: a class that reads what changed and writes batches.

    class Notebook(System):
        name, label = "notebook", "Notebook"
        form = NotebookForm
        def check(self): ...
        def fields(self, noun): ...
        def changed_since(self, noun, cursor, names): ...
        def push(self, noun, writes): ...

It translates and nothing else: who matches whom, who wins, what is an echo, what is tried again and what people see is
the core's, and the same for all. A system that is written to twice with the same `key` must have one record of it:
that is how a run that was killed between writing and noting it down makes no double.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

Cursor = dict[str, Any]


class Noun(models.TextChoices):
    COMPANY = "company", _("Companies")
    CUSTOMER = "customer", _("Customers")


class Direction(models.TextChoices):
    BOTH = "both", _("Both ways")
    IN = "in", _("Only to here")
    OUT = "out", _("Only to there")
    OFF = "off", pgettext_lazy("sync", "Not at all")


class Rule(models.TextChoices):
    """Who wins when a field was changed on both sides."""

    NEWEST = "newest", _("Newer change")
    OURS = "ours", _("Always here")
    THEIRS = "theirs", _("Always there")


@dataclass(frozen=True)
class TheirField:
    """A field over there, as a person chooses it."""

    name: str
    label: str | Promise
    is_read_only: bool = False


@dataclass(frozen=True)
class Line:
    """One line of the mapping: a field here, one there, which way it goes and who wins."""

    ours: str
    theirs: str
    direction: Direction = Direction.BOTH
    rule: Rule = Rule.NEWEST


@dataclass(frozen=True)
class TheirRecord:
    """One record over there. `values` are texts by their names for the fields; what is empty is "" or missing."""

    id: str
    values: Mapping[str, str] = field(default_factory=dict)
    changed_at: datetime | None = None
    # The key that we wrote it with, as `key_of` makes it; empty for what they made.
    key: str = ""
    is_deleted: bool = False
    # The record that this deleted one went up in, or those that went up in this one.
    merged_into: str = ""
    merged: tuple[str, ...] = ()


@dataclass(frozen=True)
class Page:
    """Some records, and where to go on. The last one's cursor is where the next run begins."""

    records: Sequence[TheirRecord]
    cursor: Cursor
    is_last: bool


@dataclass(frozen=True)
class Write:
    """One record to write: a new one without `id`."""

    key: str
    values: Mapping[str, str]
    id: str = ""


@dataclass(frozen=True)
class Written:
    """What became of a `Write`: the id it has over there, or why it was not taken."""

    key: str
    id: str = ""
    problem: str = ""


@dataclass(frozen=True)
class Step:
    """One thing that was tried, for whoever sets it up."""

    label: str
    problem: str = ""


class System(ABC):
    """One kind of system, and with `settings` one account there. `keep` stores settings that it has changed itself."""

    # Templates read the class itself.
    do_not_call_in_templates: ClassVar[bool] = True
    name: ClassVar[str]
    label: ClassVar[str]
    form: ClassVar[type[forms.Form]]
    # What to do over there before anything can be typed in here, one sentence each.
    guide: ClassVar[Sequence[str | Promise]] = ()
    # How many records it takes at once.
    batch: ClassVar[int] = 100
    # The mapping that it begins with.
    usual: ClassVar[Mapping[Noun, Sequence[Line]]]

    def __init__(self, settings: Mapping[str, Any], keep: Callable[[dict[str, Any]], None] = lambda _new: None) -> None:
        self.settings, self.keep = settings, keep

    @abstractmethod
    def check(self) -> list[Step]:
        """Try the connection step by step, and make what writing needs, such as a field for our key."""

    @abstractmethod
    def fields(self, noun: Noun) -> list[TheirField]:
        """Everything that may be chosen. Raises SystemProblem."""

    @abstractmethod
    def changed_since(self, noun: Noun, cursor: Cursor, names: Sequence[str]) -> Page:
        """One page of what changed since the cursor, the oldest change first; an empty one begins with everything.

        May repeat what was told before, must not leave anything out. Raises SystemProblem.
        """

    @abstractmethod
    def push(self, noun: Noun, writes: Sequence[Write]) -> list[Written]:
        """Write up to `batch` records: one answer each, in their order. Raises SystemProblem when none was taken."""

    def address_of(self, noun: Noun, id: str) -> str:
        """Where a person opens this record over there; empty when that is not known."""
        return ""


def key_of(noun: str, pk: int) -> str:
    """What a record of ours is called over there: "customer-12"."""
    return f"{noun}-{pk}"


def pk_of(noun: str, key: str) -> int | None:
    """The other way round; None for what is none of ours."""
    kind, _dash, number = key.partition("-")
    return int(number) if kind == noun and number.isascii() and number.isdecimal() and len(number) < 19 else None
