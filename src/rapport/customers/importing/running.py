"""Going through a whole file: a thousand rows a transaction, from where it stands."""

from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import translation
from django.utils.translation import gettext as _

from rapport.backbone import files
from rapport.backbone.custom_fields.models import FieldBase
from rapport.backbone.events import announce
from rapport.backbone.jobs import job, progress
from rapport.customers.announcements import CustomersImported
from rapport.customers.fields import FIELDS
from rapport.customers.importing import steps, tables, undoing
from rapport.customers.importing.cells import Person, Reader
from rapport.customers.importing.columns import OWN
from rapport.customers.importing.errors import CannotRead
from rapport.customers.importing.matching import Companies, Desk, Plan
from rapport.customers.importing.models import CustomerImport, ImportState
from rapport.customers.importing.steps import COUNTED
from rapport.customers.importing.writing import note, write
from rapport.kit import clock
from rapport.team.acting import Actor, acting

AT_ONCE = 1_000
# A clash with what somebody writes meanwhile is over at the next look.
_TRIES = 4


@job
def go_on(source_id: int) -> None:
    """Whatever this import is at, from where it stands."""
    source = CustomerImport.objects.select_related("file", "by").filter(pk=source_id).first()
    if source is None or not source.is_at_work:
        return
    with translation.override(source.by.language or None if source.by else None):
        if source.state == ImportState.UNDOING:
            undoing.go_on(source, progress=progress)
            return
        try:
            _try(source) if source.state == ImportState.CHECKING else _import(source)
        except (CannotRead, files.Missing) as error:
            steps.fail(source, str(error))


def wake() -> int:
    """Start anew what a lost job left behind. Answers how many were started."""
    return steps.wake(CustomerImport, go_on=go_on.enqueue)


def people(source: CustomerImport, data: bytes, *, after: int = 0) -> Iterator[Person]:
    """The rows of its file, understood, without the first so many."""
    reader = Reader(source.columns, fields_of(source), decimal_comma=source.separator == ";")
    found = tables.rows(data, tables.Table(source.encoding, source.separator, source.sheet))
    for number, cells in islice(found, after + source.has_header, None):
        yield reader.read(number, cells)


def fields_of(source: CustomerImport) -> list[FieldBase]:
    """The company's own fields that its columns fill."""
    return [field for field in FIELDS.present if f"{OWN}{field.key}" in source.columns]


def _chunks(found: Iterator[Person]) -> Iterator[tuple[Person, ...]]:
    while chunk := tuple(islice(found, AT_ONCE)):
        yield chunk


def _try(source: CustomerImport) -> None:
    """Count what would become of each row, and keep what is wrong."""
    counts: Counter[str] = Counter()
    wrong: list[Plan] = []
    desk = _desk(source, Companies())
    for chunk in _chunks(people(source, _data(source))):
        # Rows are locked while they are looked at, which needs a transaction.
        with transaction.atomic():
            plans = desk.plan(chunk)
        counts.update(plan.outcome for plan in plans)
        wrong += [plan for plan in plans if plan.outcome == "wrong"]
        done = counts.total()
        if not steps.at(source, ImportState.CHECKING).update(position=done, touched_at=clock.now()):
            return
        progress(done, source.total)
    with transaction.atomic():
        told = {name: counts[name] for name in COUNTED}
        if steps.at(source, ImportState.CHECKING).update(state=ImportState.CHECKED, problem="", **told):
            source.rows.all().delete()
            note(source, wrong)


def _import(source: CustomerImport) -> None:
    done, companies = source.position, Companies()
    for chunk in _chunks(people(source, _data(source), after=done)):
        for tries in range(_TRIES):
            try:
                went_on = _write_chunk(source, chunk, done, companies)
                break
            except IntegrityError:
                if tries == _TRIES - 1:
                    raise
                companies = Companies()
        if not went_on:
            return
        done += len(chunk)
        progress(done, source.total)
    _finish(source)


@transaction.atomic
def _write_chunk(source: CustomerImport, chunk: tuple[Person, ...], done: int, companies: Companies) -> bool:
    """False when somebody stopped it, or another worker is at it."""
    held = CustomerImport.objects.select_for_update().get(pk=source.pk)
    if held.state != ImportState.IMPORTING or held.position != done:
        return False
    plans = _desk(source, companies).plan(chunk)
    write(source, plans, fields_of(source))
    counts = Counter(plan.outcome for plan in plans)
    told: dict[str, Any] = {name: F(name) + counts[name] for name in COUNTED}
    CustomerImport.objects.filter(pk=source.pk).update(position=done + len(chunk), touched_at=clock.now(), **told)
    return True


@transaction.atomic
def _finish(source: CustomerImport) -> None:
    held = CustomerImport.objects.select_for_update(of=("self",)).select_related("by").get(pk=source.pk)
    if held.state != ImportState.IMPORTING:
        return
    held.state, held.finished_at, held.problem = ImportState.DONE, clock.now(), ""
    with acting(Actor(held.by_id, held.by.name if held.by else "")):
        held.save(update_fields=["state", "finished_at", "problem"])
    news = CustomersImported(held.pk, created=held.created, changed=held.changed, wrong=held.wrong, by=held.by_id)
    announce(news, subject=f"import:{held.pk}")


def _desk(source: CustomerImport, companies: Companies) -> Desk:
    fields = [field.pk for field in fields_of(source)]
    return Desk(match_by=source.match_by, existing=source.existing, companies=companies, fields=fields)


def _data(source: CustomerImport) -> bytes:
    if source.file is None:
        raise CannotRead(_("The file is no longer kept. Choose it again."))
    return files.read(source.file)
