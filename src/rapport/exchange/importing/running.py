"""Going through a whole file: a thousand rows a transaction, from where it stands; and back again."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import translation
from django.utils.translation import gettext as _

from rapport.backbone import files, intake
from rapport.backbone.events import announce
from rapport.backbone.intake import Intake, Outcome, Row, TakesBack, keeps_together
from rapport.backbone.jobs import job, progress
from rapport.customers.importing import steps, tables
from rapport.customers.importing.errors import CannotRead
from rapport.customers.importing.models import ImportState
from rapport.customers.importing.steps import COUNTED
from rapport.exchange.importing.announcements import TableImported, TableImportUndone
from rapport.exchange.importing.models import TableImport, TableMade, TableProblem
from rapport.exchange.importing.reading import chunks, rows
from rapport.kit import clock
from rapport.team.acting import Actor, acting

_BACK_AT_ONCE = 500


@job
def go_on(source_id: int) -> None:
    """Whatever this import is at, from where it stands."""
    source = TableImport.objects.select_related("file", "by", "undone_by").filter(pk=source_id).first()
    if source is None or not source.is_at_work:
        return
    with translation.override(source.by.language or None if source.by else None):
        if source.state == ImportState.UNDOING:
            _take_back(source)
            return
        try:
            _try(source) if source.state == ImportState.CHECKING else _import(source)
        except (CannotRead, files.Missing) as error:
            steps.fail(source, str(error))


def wake() -> int:
    """Start anew what a lost job left behind. Answers how many were started."""
    return steps.wake(TableImport, go_on=go_on.enqueue)


def keep(source: TableImport, outcomes: Sequence[Outcome]) -> None:
    """Write down what became of these rows, in the transaction that wrote them."""
    wrong = [TableProblem(source=source, number=one.number, problem=one.problem) for one in outcomes if one.problem]
    TableProblem.objects.bulk_create(wrong, ignore_conflicts=True)
    made = [TableMade(source=source, record=record) for one in outcomes for record in one.made]
    TableMade.objects.bulk_create(made, ignore_conflicts=True)
    counts = Counter(one.word for one in outcomes)
    told: dict[str, Any] = {name: F(name) + counts[name] for name in COUNTED}  # type: ignore[index]
    done = F("position") + len(outcomes)
    TableImport.objects.filter(pk=source.pk).update(position=done, touched_at=clock.now(), **told)


def _try(source: TableImport) -> None:
    """Count what would become of each row, and keep what is wrong."""
    counts: Counter[str] = Counter()
    wrong: list[Outcome] = []
    held = intake.begin(source.kind)
    for chunk in _chunks(source, held):
        with transaction.atomic():
            outcomes = held.write(chunk, by=source.by_id, is_trial=True)
            transaction.set_rollback(True)
        counts.update(one.word for one in outcomes)
        wrong += [one for one in outcomes if one.problem]
        done = counts.total()
        if not steps.at(source, ImportState.CHECKING).update(position=done, touched_at=clock.now()):
            return
        progress(done, source.total)
    with transaction.atomic():
        told = {name: counts[name] for name in COUNTED}
        if steps.at(source, ImportState.CHECKING).update(state=ImportState.CHECKED, problem="", **told):
            source.problems.all().delete()
            found = [TableProblem(source=source, number=one.number, problem=one.problem) for one in wrong]
            TableProblem.objects.bulk_create(found, ignore_conflicts=True, batch_size=1_000)


def _import(source: TableImport) -> None:
    """Rows that were done before it stopped are gone through again where the intake has to know of them."""
    held, seen, remembers = intake.begin(source.kind), 0, hasattr(intake.intakes()[source.kind], "begin")
    for chunk in _chunks(source, held):
        seen += len(chunk)
        if seen <= source.position:
            if remembers:
                with transaction.atomic():
                    held.write(chunk, by=source.by_id, is_trial=False)
            continue
        if not _write_chunk(source, held, chunk, seen - len(chunk)):
            return
        progress(seen, source.total)
    _finish(source)


@transaction.atomic
def _write_chunk(source: TableImport, held: Intake, chunk: list[Row], done: int) -> bool:
    """False when somebody stopped it, or another worker is at it."""
    now = TableImport.objects.select_for_update().get(pk=source.pk)
    if now.state != ImportState.IMPORTING or now.position != done:
        return False
    keep(source, held.write(chunk, by=source.by_id, is_trial=False))
    return True


@transaction.atomic
def _finish(source: TableImport) -> None:
    held = TableImport.objects.select_for_update(of=("self",)).select_related("by").get(pk=source.pk)
    if held.state != ImportState.IMPORTING:
        return
    held.state, held.finished_at, held.problem = ImportState.DONE, clock.now(), ""
    with acting(Actor(held.by_id, held.by.name if held.by else "")):
        held.save(update_fields=["state", "finished_at", "problem"])
    news = TableImported(
        held.pk, held.kind, created=held.created, changed=held.changed, wrong=held.wrong, by=held.by_id
    )
    announce(news, subject=f"table:{held.pk}")


def _take_back(source: TableImport) -> None:
    """The newest first; those of a chunk are forgotten when it is done, so that a killed job goes on with the rest."""
    found = intake.intakes().get(source.kind)
    since = source.finished_at or clock.now()
    done, total = 0, source.made.count()
    while True:
        with transaction.atomic():
            held = TableImport.objects.select_for_update().get(pk=source.pk)
            if held.state != ImportState.UNDOING:
                return
            made = list(held.made.order_by("-id")[:_BACK_AT_ONCE])
            if not made:
                break
            records = [one.record for one in made]
            gone = found.take_back(records, since=since) if isinstance(found, TakesBack) else 0
            TableMade.objects.filter(pk__in=[one.pk for one in made]).delete()
            counts = {"taken_back": F("taken_back") + gone, "kept": F("kept") + len(made) - gone}
            TableImport.objects.filter(pk=held.pk).update(touched_at=clock.now(), **counts)
        done += len(made)
        progress(done, total)
    with transaction.atomic():
        held = TableImport.objects.select_for_update().get(pk=source.pk)
        if held.state == ImportState.UNDOING:
            TableImport.objects.filter(pk=held.pk).update(state=ImportState.UNDONE)
            news = TableImportUndone(
                held.pk, held.kind, taken_back=held.taken_back, kept=held.kept, by=held.undone_by_id
            )
            announce(news, subject=f"table:{held.pk}")


def _chunks(source: TableImport, held: Intake) -> Iterator[list[Row]]:
    if source.file is None:
        raise CannotRead(_("The file is no longer kept. Choose it again."))
    table = tables.Table(source.encoding, source.separator, source.sheet)
    found = rows(files.read(source.file), table, columns=source.columns, has_head=source.has_header, said=source.said)
    return chunks(found, together=keeps_together(held))
