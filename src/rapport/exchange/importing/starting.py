"""What somebody does with a table: bring it, say what its columns are, try it, import it, stop it, take it back."""

from collections.abc import Mapping
from itertools import islice
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from rapport.backbone import files
from rapport.customers.importing import steps, tables
from rapport.customers.importing.errors import CannotRead, NotNow, WrongColumns
from rapport.customers.importing.models import AT_WORK, ImportState
from rapport.exchange.importing import columns as guessing
from rapport.exchange.importing.models import TableImport
from rapport.exchange.importing.running import go_on
from rapport.kit import clock
from rapport.kit.text import one_line, storable
from rapport.team.models import Agent

_SAMPLE = 40
_SHOWN = 5


def bring(data: bytes, *, name: str, kind: str, by: Agent) -> TableImport:
    """Keep a file and guess what is in it; nothing is imported yet. `kind` may be "". Raises CannotRead."""
    source = TableImport(file_name=one_line(name)[:200] or "table.csv", kind=kind, by=by)
    _look_through(source, data, {})
    with transaction.atomic():
        source.file = files.keep(data)
        source.save()
    return source


@transaction.atomic
def choose(source: TableImport, said: Mapping[str, Any]) -> TableImport:
    """Say what the columns are and how to read the file. Raises CannotRead, WrongColumns, NotNow.

    `columns`, `said`, `has_header`; and `kind`, `encoding`, `separator`, `sheet`, of which a new one reads the file
    again and guesses anew.
    """
    source = steps.held(source, steps.AT_REST)
    reading = {name: said.get(name) or getattr(source, name) for name in ("kind", "encoding", "separator", "sheet")}
    if any(getattr(source, name) != value for name, value in reading.items()):
        _read_again(source, reading)
    elif "columns" in said:
        _take_columns(source, said)
    if "has_header" in said and bool(said["has_header"]) != source.has_header:
        source.total += source.has_header - bool(said["has_header"])
        source.has_header = bool(said["has_header"])
    source.state, source.problem = ImportState.DRAFT, ""
    source.save()
    return source


@transaction.atomic
def begin_trying(source: TableImport) -> None:
    """Count what would come of it; nothing is written. Raises WrongColumns, NotNow."""
    _begin(steps.held(source, steps.AT_REST), ImportState.CHECKING)


@transaction.atomic
def begin(source: TableImport, *, by: Agent) -> None:
    """Import it. Raises WrongColumns, NotNow."""
    source = steps.held(source, steps.AT_REST)
    source.by = by
    _begin(source, ImportState.IMPORTING)


def stop(source: TableImport, *, by: Agent) -> None:
    """Leave it where it stands; it can go on, or be taken back. Raises NotNow."""
    steps.stop(source, by=by)


def resume(source: TableImport) -> None:
    """Go on where it stopped. Raises NotNow."""
    if source.file_id is None:
        raise NotNow(_("The file is no longer kept. Choose it again."))
    steps.resume(source, go_on=go_on.enqueue)


@transaction.atomic
def begin_undoing(source: TableImport, *, by: Agent) -> None:
    """Take it back. Raises NotNow."""
    source = steps.held(source, (ImportState.DONE, ImportState.FAILED))
    if not is_undoable(source):
        raise NotNow(_("This can no longer be taken back."))
    steps.begin_undoing(source, by=by, go_on=go_on.enqueue)


def throw_away(source: TableImport) -> None:
    """Forget a file of which nothing was imported. Raises NotNow."""
    steps.throw_away(source)


def is_undoable(source: TableImport) -> bool:
    return steps.is_recent(source) and source.made.exists()


def forget_old() -> int:
    """After thirty days the file and what is kept of each row go; the counts stay."""
    before = clock.now() - steps.UNDO_FOR
    rested = TableImport.objects.filter(made_at__lt=before, is_forgotten=False).exclude(state__in=AT_WORK)
    old = [source for source in rested if not is_undoable(source)]
    for source in old:
        kept = source.file_id
        with transaction.atomic():
            if source.state in steps.AT_REST:
                source.delete()
            else:
                source.problems.all().delete()
                source.made.all().delete()
                TableImport.objects.filter(pk=source.pk).update(file=None, sample=[], is_forgotten=True)
        files.forget([kept] if kept else [])
    return len(old)


def _take_columns(source: TableImport, said: Mapping[str, Any]) -> None:
    """Raises WrongColumns."""
    columns = [str(each) for each in said["columns"]]
    if len(columns) != len(source.columns):
        told = {"count": len(source.columns)}
        raise WrongColumns(_("The file has %(count)d columns. Say of each what it is.") % told)
    found = guessing.known(source.kind)
    given = {name: str(value) for name, value in dict(said.get("said", {})).items() if str(value).strip()}
    allowed = {column.name for column in guessing.sayable(found)}
    for_all = {name: one_line(storable(value))[:40] for name, value in given.items() if name in allowed}
    guessing.check(columns, for_all, found)
    source.columns, source.said = columns, for_all


def _begin(source: TableImport, state: ImportState) -> None:
    guessing.check(source.columns, source.said, guessing.known(source.kind))
    source.problems.all().delete()
    steps.begin(source, state, go_on=go_on.enqueue)


def _read_again(source: TableImport, reading: Mapping[str, str]) -> None:
    if source.file is None:
        raise CannotRead(_("The file is no longer kept. Choose it again."))
    source.kind = reading["kind"]
    try:
        data = files.read(source.file)
    except files.Missing as error:
        raise CannotRead(str(error)) from error
    _look_through(source, data, {name: reading[name] for name in ("encoding", "separator", "sheet")})


def _look_through(source: TableImport, data: bytes, reading: Mapping[str, str]) -> None:
    """Its rows counted, the first ones kept for looking at, its columns guessed. Raises CannotRead."""
    table = tables.look(
        data,
        encoding=reading.get("encoding", ""),
        separator=reading.get("separator", ""),
        sheet=reading.get("sheet", ""),
    )
    found = tables.rows(data, table)
    sample = [cells for _number, cells in islice(found, _SAMPLE)]
    total = len(sample) + sum(1 for _row in found)
    if not sample:
        raise CannotRead(_("This sheet is empty.") if table.is_workbook else _("This file is empty."))
    guessed = guessing.guess(sample, kind=source.kind)
    if guessed.has_header and total == 1:
        raise CannotRead(_("There is a single row in it: nothing but the names of the columns."))
    width = len(guessed.columns)
    source.encoding, source.separator, source.sheet = table.encoding, table.separator, table.sheet[:100]
    source.sheets = list(table.sheets)
    source.kind, source.columns, source.has_header = guessed.kind, guessed.columns, guessed.has_header
    source.total = total - guessed.has_header
    source.sample = [[cell[:200] for cell in row] + [""] * (width - len(row)) for row in sample[: _SHOWN + 1]]
