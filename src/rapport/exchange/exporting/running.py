"""Writing an export: a thread reads one snapshot into files, while the job says how far it is and whether to stop."""

import shutil
import threading
import zipfile
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from rapport.backbone import files
from rapport.backbone.jobs import job, progress
from rapport.exchange.exporting.errors import ExportError
from rapport.exchange.exporting.models import AT_WORK, Export, ExportState
from rapport.exchange.exporting.taking import Taken, chosen, snapshot, take, total
from rapport.kit import clock

_LOOK_EVERY = 1.0  # seconds
_SILENT = timedelta(minutes=5)
_GIVEN_UP = timedelta(hours=24)


class Stopped(Exception):
    """Somebody stopped it."""


@job
def go_on(export_id: int) -> None:
    """Write it from its beginning: a snapshot cannot be gone on with."""
    export = Export.objects.select_related("by").filter(pk=export_id).first()
    if export is None or not export.is_at_work:
        return
    folder = _folder(export.pk)
    with translation.override(export.by.language or None if export.by else None):
        try:
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True, mode=0o700)
            _write(export, folder)
        except Stopped:
            pass
        except ExportError as error:
            _fail(export, str(error))
        except (OSError, files.NoSpace) as error:
            if not files.is_full(error):
                raise
            _fail(export, _("There is no space left for files. Free some space, and export again."))
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def wake() -> int:
    """Start anew what a lost job left behind; say so of what was tried for a day."""
    now = clock.now()
    woken = 0
    for export in Export.objects.filter(state__in=AT_WORK, touched_at__lt=now - _SILENT):
        if export.made_at < now - _GIVEN_UP:
            _fail(export, _("It could not be written, and was tried for a day. The log of Rapport says why."))
        else:
            go_on.enqueue(export.pk)
            woken += 1
    return woken


def throw_away_drafts() -> None:
    """What a killed process left half written."""
    working = set(Export.objects.filter(state__in=AT_WORK).values_list("pk", flat=True))
    for folder in _root().glob("*"):
        if folder.name.isdecimal() and int(folder.name) not in working:
            shutil.rmtree(folder, ignore_errors=True)


class _Writer(threading.Thread):
    """Writes in a connection of its own, which holds the snapshot; the job's own can write meanwhile."""

    def __init__(self, export: Export, folder: Path) -> None:
        super().__init__(name=f"export-{export.pk}", daemon=True)
        self.export, self.folder = export, folder
        self.done = self.total = 0
        self.must_stop = False
        self.taken: list[Taken] = []
        self.error: BaseException | None = None

    def run(self) -> None:
        try:
            with translation.override(self.export.by.language or None if self.export.by else None):
                self.write()
        except BaseException as error:
            self.error = error
        finally:
            connection.close()

    def write(self) -> None:
        with snapshot():
            kinds = chosen(self.export.kinds)
            self.total = total(kinds, self.export.since)
            self.taken = take(
                kinds,
                format_=self.export.format,
                place=lambda each: self.folder / f"{each.kind}.{self.export.format}",
                since=self.export.since,
                on_rows=self.count,
            )

    def count(self, rows: int) -> None:
        self.done += rows
        if self.must_stop:
            raise Stopped


def _write(export: Export, folder: Path) -> None:
    writer = _Writer(export, folder)
    if connection.in_atomic_block:
        # Nobody else would see what this transaction has not committed.
        writer.write()
    else:
        writer.start()
        while writer.is_alive():
            writer.join(_LOOK_EVERY)
            writer.must_stop = not _at_work(export).update(
                state=ExportState.WRITING, position=writer.done, total=writer.total, touched_at=clock.now()
            )
            progress(min(writer.done, 2**31 - 1), min(writer.total, 2**31 - 1))
    if writer.error is not None:
        raise writer.error
    if not writer.must_stop:
        _finish(export, writer.taken, folder)


def _finish(export: Export, taken: Sequence[Taken], folder: Path) -> None:
    path = taken[0].path if len(taken) == 1 else _packed(taken, folder / "export.zip")
    with path.open("rb") as file:
        stored = files.keep(file)
    rows = {each.kind: each.rows for each in taken}
    day = timezone.localtime(clock.now())
    name = f"rapport-{taken[0].kind if len(taken) == 1 else 'export'}-{day:%Y-%m-%d}{path.suffix}"
    now, done = clock.now(), sum(rows.values())
    is_wanted = _at_work(export).update(
        state=ExportState.DONE, file=stored, file_name=name, rows=rows, position=done, total=done,
        finished_at=now, touched_at=now, problem="",
    )  # fmt: skip
    if not is_wanted:
        files.forget([stored.pk])


def _packed(taken: Sequence[Taken], path: Path) -> Path:
    """All of them in one file; what is packed is taken away at once, so that nothing lies there twice."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, allowZip64=True, compresslevel=5) as archive:
        for each in taken:
            how = zipfile.ZIP_STORED if each.path.suffix == ".parquet" else zipfile.ZIP_DEFLATED
            archive.write(each.path, each.path.name, compress_type=how)
            each.path.unlink()
    return path


def _fail(export: Export, problem: str) -> None:
    _at_work(export).update(state=ExportState.FAILED, problem=problem, finished_at=clock.now())


def _at_work(export: Export) -> QuerySet[Export]:
    return Export.objects.filter(pk=export.pk, state__in=AT_WORK)


def _root() -> Path:
    return Path(settings.DATA) / "exports"


def _folder(pk: int) -> Path:
    return _root() / str(pk)
