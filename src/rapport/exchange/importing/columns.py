"""What is in a file, and what its columns are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from rapport.backbone import intake
from rapport.backbone.intake import Column, Intake
from rapport.backbone.intake.guessing import by_head
from rapport.customers.importing.errors import CannotRead, WrongColumns

# Customers have a page of their own, with more to choose.
ELSEWHERE = frozenset({"customers"})
# What a form can say for every row at once.
SAID = ("currency", "date_order", "scale")


@dataclass(frozen=True)
class Guess:
    kind: str
    columns: list[str]
    has_header: bool


def kinds() -> list[Intake]:
    return [found for kind, found in intake.intakes().items() if kind not in ELSEWHERE]


def guess(sample: Sequence[Sequence[str]], *, kind: str = "") -> Guess:
    """What each column is by the first row, and what is in the file, where that is not said. Raises CannotRead."""
    width = max(len(row) for row in sample)
    heads = [*sample[0], *[""] * (width - len(sample[0]))]
    if kind:
        found = known(kind)
        columns = by_head(heads, found.columns)
        return Guess(kind, columns, any(columns))
    best = max(kinds(), key=lambda each: _fits(heads, each))
    if not _fits(heads, best):
        raise CannotRead(_("What is in this file cannot be told by its columns. Choose it above, then bring it again."))
    return Guess(best.kind, by_head(heads, best.columns), True)


def known(kind: str) -> Intake:
    """Raises CannotRead."""
    for each in kinds():
        if each.kind == kind:
            return each
    raise CannotRead(_("There is no kind of table called %(kind)s.") % {"kind": kind[:40]})


def check(columns: Sequence[str], said: Mapping[str, str], found: Intake) -> None:
    """Raises WrongColumns."""
    by_name = {column.name: column for column in found.columns}
    for name in filter(None, columns):
        if name not in by_name:
            raise WrongColumns(_("There is no column called %(name)s.") % {"name": name[:80]})
        if columns.count(name) > 1 and not by_name[name].repeats:
            raise WrongColumns(_("Two columns are “%(name)s”. Leave one of them out.") % {"name": by_name[name].label})
    for column in found.columns:
        if column.required and column.name not in columns and not said.get(column.name):
            raise WrongColumns(_("Say which column is “%(name)s”.") % {"name": column.label})


def sayable(found: Intake) -> list[Column]:
    """What may be said for every row at once."""
    return [column for column in found.columns if column.name in SAID]


def _fits(heads: Sequence[str], found: Intake) -> float:
    """How many of its columns are there; nothing where one is missing that has to be."""
    columns = by_head(heads, found.columns)
    there = {name for name in columns if name}
    if any(column.required and column.name not in there for column in found.columns):
        return 0
    # Of two that fit alike, the one of which the file has more.
    return len(there) + len(there) / len(found.columns)
