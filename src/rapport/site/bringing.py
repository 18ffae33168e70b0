"""A file on its way into an intake: what its columns are, its rows in chunks, what became of each."""

import csv
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from django.db import transaction

from rapport.backbone.intake import Column, Intake, Outcome, Row, keeps_together
from rapport.backbone.intake.guessing import by_head, plain
from rapport.customers.importing import tables
from rapport.customers.importing.errors import CannotRead
from rapport.exchange.importing.reading import chunks, rows
from rapport.exchange.importing.recording import Record

LARGEST = 1024 * 1024 * 1024
MOST_ROWS = 20_000_000
_SAMPLE = 20

Problem = tuple[int, str]


class CannotBring(Exception):
    """Its text is a plain sentence for whoever typed the command."""


@dataclass(frozen=True)
class Plan:
    """How a file is read. `columns` are names of the intake's, "" for what is left out; `said` holds for every row."""

    table: tables.Table
    columns: Sequence[str]
    has_head: bool
    heads: Sequence[str]
    said: Mapping[str, str]


@dataclass
class Report:
    """What came of it."""

    kind: str
    is_trial: bool
    columns: Mapping[str, str]
    rows: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)

    def as_json(self) -> dict[str, object]:
        words = ("created", "changed", "same", "skipped", "wrong")
        return {
            "kind": self.kind,
            "dry_run": self.is_trial,
            "rows": self.rows,
            **{word: self.counts[word] for word in words},
            "columns": dict(self.columns),
            "errors": [{"row": number, "problem": problem} for number, problem in self.problems],
        }


def plan(
    data: bytes,
    intake: Intake,
    *,
    mapped: Mapping[str, str],
    said: Mapping[str, str],
    has_head: bool | None = None,
    encoding: str = "",
) -> Plan:
    """What the file is. `mapped` has names of columns by heads of the file, or by places from 1. Raises CannotBring."""
    known = {column.name: column for column in intake.columns}
    for name in (*mapped.values(), *said):
        if name and name not in known:
            raise CannotBring(f"{intake.kind} have no {name}. They have: {', '.join(known)}.")
    try:
        table = tables.look(data, encoding=encoding, largest=LARGEST)
        if not table.is_workbook and tables.separator_of(_head_of(data, table)) == "," and _is_spaced(data, table):
            table = tables.Table(table.encoding, tables.SPACES)
        sample = [cells for _number, cells in islice(tables.rows(data, table, most=MOST_ROWS), _SAMPLE)]
    except CannotRead as error:
        raise CannotBring(str(error)) from error
    if not sample:
        raise CannotBring("There are no rows in it.")
    columns, head = _columns(sample, list(known.values()), mapped, has_head)
    found = {*columns, *said}
    missing = [column for column in known.values() if column.required and column.name not in found]
    if missing:
        raise CannotBring(
            f"No column is the {missing[0].name} ({missing[0].label}). Say which: --map COLUMN={missing[0].name}, "
            f"where COLUMN is its head or its place, such as 1. The file has: {', '.join(sample[0][:30])}."
        )
    return Plan(table, columns, head, sample[0] if head else (), said)


def bring(
    data: bytes,
    way: Plan,
    intake: Intake,
    *,
    is_trial: bool,
    name: str = "",
    on_progress: Callable[[int], None] = lambda _rows: None,
    on_problem: Callable[[Problem], None] = lambda _problem: None,
) -> Report:
    """Write every row, a chunk a transaction; whatever came before a failure stays. Raises CannotBring.

    `name` is that of the file, by which the import is found on the page of imports.
    """
    heads = way.heads or [str(place) for place in range(1, len(way.columns) + 1)]
    named = {head: column for head, column in zip(heads, way.columns, strict=False) if column}
    report, record = Report(intake.kind, is_trial, named), Record(intake.kind, file_name=name)
    try:
        for chunk in chunks(_rows(data, way), together=keeps_together(intake)):
            for outcome in _write(intake, chunk, None if is_trial else record):
                report.counts[outcome.word] += 1
                if outcome.word == "wrong":
                    report.problems.append((outcome.number, outcome.problem))
                    on_problem(report.problems[-1])
            report.rows += len(chunk)
            on_progress(len(chunk))
    except CannotRead as error:
        raise CannotBring(f"{error} {report.rows} rows before it were written.") from error
    finally:
        record.finish()
    return report


def count(data: bytes, way: Plan) -> int:
    """How many rows there are. Raises CannotBring."""
    try:
        return sum(1 for _row in tables.rows(data, way.table, most=MOST_ROWS)) - way.has_head
    except CannotRead as error:
        raise CannotBring(str(error)) from error


class Wrong:
    """The rows that were not written, in a file of their own: as they came, behind the number and the reason."""

    def __init__(self, path: Path, data: bytes, way: Plan) -> None:
        self.path, self.data, self.way = path, data, way

    def write(self, problems: Sequence[Problem]) -> None:
        why = dict(problems)
        with self.path.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["row", "problem", *self.way.heads])
            for number, cells in tables.rows(self.data, self.way.table, most=MOST_ROWS):
                if number in why:
                    writer.writerow([number, why[number], *(_harmless(cell) for cell in cells)])


def _harmless(cell: str) -> str:
    """What a spreadsheet would take for a formula is marked as text; the mark comes off when it is read again."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@") else cell


def _head_of(data: bytes, table: tables.Table) -> str:
    return data[:65_536].decode("utf-16" if table.encoding == "utf-16" else "utf-8", "replace")


def _is_spaced(data: bytes, table: tables.Table) -> bool:
    width = {len(cells) for _number, cells in islice(tables.rows(data, table, most=MOST_ROWS), _SAMPLE)}
    return width == {1} and tables.is_spaced(data, table.encoding)


def _columns(
    sample: Sequence[Sequence[str]], columns: Sequence[Column], mapped: Mapping[str, str], has_head: bool | None
) -> tuple[list[str], bool]:
    """The name of every column of the file, and whether its first row are the heads."""
    width = max(len(row) for row in sample)
    heads = [*sample[0], *[""] * (width - len(sample[0]))]
    guessed = by_head(heads, columns)
    by_name = {plain(head): place for place, head in enumerate(heads)}
    head = has_head if has_head is not None else any(guessed) or any(plain(said) in by_name for said in mapped)
    chosen: dict[int, str] = {}
    for said, name in mapped.items():
        place = by_name.get(plain(said)) if head else None
        if place is None and said.isdecimal() and 1 <= int(said) <= width:
            place = int(said) - 1
        if place is None:
            raise CannotBring(f"The file has no column {said}. It has: {', '.join(heads[:30])}.")
        chosen[place] = name
    # What was chosen counts more than what was guessed.
    once = {name for name in chosen.values() if not any(name == each.name and each.repeats for each in columns)}
    found = ["" if name in once else name for name in guessed] if head else [""] * width
    return [chosen.get(place, name) for place, name in enumerate(found)], head


def _rows(data: bytes, way: Plan) -> Iterator[Row]:
    return rows(data, way.table, columns=way.columns, has_head=way.has_head, said=way.said, most=MOST_ROWS)


def _write(intake: Intake, chunk: list[Row], record: Record | None) -> list[Outcome]:
    """Without a record it is a trial."""
    with transaction.atomic():
        outcomes = intake.write(chunk, by=None, is_trial=record is None)
        if record is not None:
            record.keep(outcomes)
        transaction.set_rollback(record is None)
    return outcomes
