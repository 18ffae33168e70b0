"""Tables that come in by `rapport data import`: a room says which columns it understands and writes rows.

    class Products:
        kind, label = "products", gettext_lazy("Products")
        columns = (Column("sku", gettext_lazy("Article number"), "sku artikelnummer 货号", required=True), ...)

        def write(self, rows, *, by, is_trial):
            return [Outcome(row.number, "created") for row in rows]

    intake.register(Products())

`write` gets about a thousand rows at once, inside a transaction of its own that is rolled back when `is_trial`; the
same rows written twice change nothing the second time. What an intake may have beside:

    together = "number"                # rows with one order number are lines of one order: never torn apart
    def begin(self): return Orders()   # a new one for each file, when it remembers what earlier rows were
    def take_back(self, made, *, since): ...  # deletes what `made` of its outcomes named; see `TakesBack`
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol, runtime_checkable

from django.utils.functional import Promise

Word = Literal["created", "changed", "same", "skipped", "wrong"]


@dataclass(frozen=True)
class Column:
    """What a column may be. `words` are the heads it is guessed by, as `plain` writes them, separated by spaces."""

    name: str
    label: str | Promise
    words: str = ""
    required: bool = False
    # Several columns of a file may be this; their cells come as the lines of one.
    repeats: bool = False


@dataclass(frozen=True)
class Row:
    """Cells by column name, stripped; `number` counts as a spreadsheet does, from 1 with its head."""

    number: int
    cells: Mapping[str, str]

    def get(self, name: str) -> str:
        return self.cells.get(name, "")


@dataclass(frozen=True)
class Outcome:
    """What became of a row; `problem` is a sentence for people where it is wrong.

    `made` has the ids of the records that came into being by it; the rows of one order name it once.
    """

    number: int
    word: Word
    problem: str = ""
    made: Sequence[int] = ()


class Intake(Protocol):
    @property
    def kind(self) -> str: ...

    @property
    def label(self) -> str | Promise: ...

    @property
    def columns(self) -> Sequence[Column]: ...

    def write(self, rows: Sequence[Row], *, by: int | None, is_trial: bool) -> list[Outcome]:
        """One outcome a row, in their order. `by` is the id of an agent."""
        ...


@runtime_checkable
class TakesBack(Protocol):
    """An intake of which a whole file can be taken back."""

    def take_back(self, made: Sequence[int], *, since: datetime) -> int:
        """Delete these records and answer how many went; at most 500 at once, in the caller's transaction.

        One that somebody changed after `since`, the end of the import, or that something else depends on by now, stays.
        Customers who came with them and have nothing else go as well. Call it with the last of the file first: who came
        with one row may be whom later ones are about.
        """
        ...


_intakes: dict[str, Intake] = {}


def register(intake: Intake) -> None:
    _intakes[intake.kind] = intake


def intakes() -> Mapping[str, Intake]:
    return _intakes


def begin(kind: str) -> Intake:
    """The intake for one file. One that remembers earlier rows of its file has `begin`, which answers a new one."""
    found = _intakes[kind]
    anew: Callable[[], Intake] | None = getattr(found, "begin", None)
    return anew() if anew else found


def keeps_together(intake: Intake) -> str:
    """The column of which rows that follow each other with the same value are written at once; "" for none."""
    return str(getattr(intake, "together", ""))
