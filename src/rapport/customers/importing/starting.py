"""What somebody does with an import: bring a file, say what its columns are, try it, run it, stop it, take it back."""

from collections.abc import Mapping
from itertools import islice
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from rapport.backbone import files
from rapport.backbone.custom_fields.models import FieldBase
from rapport.customers.fields import FIELDS
from rapport.customers.importing import steps, tables, undoing
from rapport.customers.importing.columns import check, guess
from rapport.customers.importing.errors import CannotRead, NotNow, WrongColumns
from rapport.customers.importing.models import AT_WORK, CustomerImport, Existing, ImportState, MatchBy
from rapport.customers.importing.running import go_on
from rapport.kit import clock
from rapport.kit.text import one_line
from rapport.team.models import Agent

_SAMPLE = 40
_SHOWN = 5
# Words by which a choice of the form may be said.
_CHOICES = {"match_by": MatchBy.values, "existing": Existing.values}


def bring(data: bytes, *, name: str, by: Agent) -> CustomerImport:
    """Keep a file and guess what its columns are; nothing is imported yet. Raises CannotRead."""
    table = tables.look(data)
    source = CustomerImport(file_name=one_line(name)[:200] or "customers.csv", by=by)
    _look_through(source, data, table)
    with transaction.atomic():
        source.file = files.keep(data)
        source.save()
    return source


@transaction.atomic
def choose(source: CustomerImport, said: Mapping[str, Any]) -> CustomerImport:
    """Say what the columns are and how to read the file. Raises CannotRead, WrongColumns, NotNow.

    `columns`, `match_by`, `existing`, `has_header`; and `encoding`, `separator`, `sheet`, of which a new one reads the
    file again and guesses anew.
    """
    source = steps.held(source, steps.AT_REST)
    reading = {name: said.get(name) or getattr(source, name) for name in ("encoding", "separator", "sheet")}
    if any(getattr(source, name) != value for name, value in reading.items()):
        _read_again(source, reading)
    elif "columns" in said:
        columns = [str(each) for each in said["columns"]]
        if len(columns) != len(source.columns):
            raise WrongColumns(
                _("The file has %(count)d columns. Say of each what it is.") % {"count": len(source.columns)}
            )
        check(columns, list(FIELDS.present))
        source.columns = columns
    for name, known in _CHOICES.items():
        if said.get(name):
            if said[name] not in known:
                raise WrongColumns(_("There is no choice called %(name)s.") % {"name": str(said[name])[:80]})
            setattr(source, name, said[name])
    if "has_header" in said and bool(said["has_header"]) != source.has_header:
        source.total += source.has_header - bool(said["has_header"])
        source.has_header = bool(said["has_header"])
    source.state, source.problem = ImportState.DRAFT, ""
    source.save()
    return source


@transaction.atomic
def begin_trying(source: CustomerImport) -> None:
    """Count what would come of it; nothing is written. Raises WrongColumns, NotNow."""
    source = steps.held(source, steps.AT_REST)
    _begin(source, ImportState.CHECKING)


@transaction.atomic
def begin(source: CustomerImport, *, by: Agent) -> None:
    """Import it. Raises WrongColumns, NotNow."""
    source = steps.held(source, steps.AT_REST)
    source.by = by
    _begin(source, ImportState.IMPORTING)


def stop(source: CustomerImport, *, by: Agent) -> None:
    """Leave it where it stands; it can go on, or be taken back. Raises NotNow."""
    steps.stop(source, by=by)


def resume(source: CustomerImport) -> None:
    """Go on where it stopped. Raises NotNow."""
    steps.resume(source, go_on=go_on.enqueue)


@transaction.atomic
def begin_undoing(source: CustomerImport, *, by: Agent) -> None:
    """Take it back. Raises NotNow."""
    source = steps.held(source, (ImportState.DONE, ImportState.FAILED))
    if not undoing.is_undoable(source):
        told = {"days": steps.UNDO_FOR.days}
        raise NotNow(_("This was more than %(days)d days ago and can no longer be taken back.") % told)
    steps.begin_undoing(source, by=by, go_on=go_on.enqueue)


def throw_away(source: CustomerImport) -> None:
    """Forget a file of which nothing was imported. Raises NotNow."""
    steps.throw_away(source)


def forget_old() -> int:
    """After thirty days the file and what is kept of each row go; the counts of what was imported stay."""
    before = clock.now() - steps.UNDO_FOR
    old = list(CustomerImport.objects.filter(made_at__lt=before, file__isnull=False).exclude(state__in=AT_WORK))
    old = [source for source in old if not undoing.is_undoable(source)]
    for source in old:
        kept = source.file_id
        with transaction.atomic():
            if source.state in steps.AT_REST:
                source.delete()
            else:
                source.rows.all().delete()
                CustomerImport.objects.filter(pk=source.pk).update(file=None, sample=[])
        files.forget([kept] if kept else [])
    return len(old)


def _begin(source: CustomerImport, state: ImportState) -> None:
    check(source.columns, list(FIELDS.present))
    source.rows.all().delete()
    steps.begin(source, state, go_on=go_on.enqueue)


def _read_again(source: CustomerImport, reading: Mapping[str, str]) -> None:
    if source.file is None:
        raise CannotRead(_("The file is no longer kept. Choose it again."))
    data = files.read(source.file)
    table = tables.look(data, encoding=reading["encoding"], separator=reading["separator"], sheet=reading["sheet"])
    _look_through(source, data, table)


def _look_through(source: CustomerImport, data: bytes, table: tables.Table) -> None:
    """Its rows counted, the first ones kept for looking at, its columns guessed."""
    found = tables.rows(data, table)
    sample = [cells for _number, cells in islice(found, _SAMPLE)]
    total = len(sample) + sum(1 for _row in found)
    if not sample:
        raise CannotRead(_("This sheet is empty.") if table.is_workbook else _("This file is empty."))
    fields: list[FieldBase] = list(FIELDS.present)
    guessed = guess(sample, fields)
    if guessed.has_header and total == 1:
        raise CannotRead(_("There is a single row in it: nothing but the names of the columns."))
    width = len(guessed.columns)
    source.encoding, source.separator, source.sheet = table.encoding, table.separator, table.sheet[:100]
    source.sheets = list(table.sheets)
    source.columns, source.has_header = guessed.columns, guessed.has_header
    source.total = total - guessed.has_header
    source.sample = [[cell[:200] for cell in row] + [""] * (width - len(row)) for row in sample[: _SHOWN + 1]]
