"""`rapport data export`: everything that is here as files, as it was at one moment."""

import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import click
from django.db import DatabaseError
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from rapport.backbone.outflow import Outflow
from rapport.exchange.exporting.errors import ExportError
from rapport.exchange.exporting.taking import OnRows, Taken, chosen, snapshot, take, take_files, total
from rapport.exchange.exporting.writing import Format
from rapport.kit import clock
from rapport.privacy.actions import record

HERE = Path("-")


@click.command()
@click.argument("kinds", nargs=-1, required=True, metavar="KIND...|all")
@click.option("--format", "format_", type=click.Choice(Format.values), default="csv", show_default=True)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="FILE|DIRECTORY",
    help="A file for one kind, or - for standard output; a directory for several. By default KIND.FORMAT here.",
)
@click.option("--since", metavar="DAY", default="", help="Only what was written or changed since, such as 2026-03-01.")
@click.option(
    "--files",
    "files_to",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIRECTORY",
    help="Also copy the attachments there, by their SHA-256.",
)
@click.option("--exact", is_flag=True, help="CSV for scripts: no mark of UTF-8, no apostrophe before formulas.")
@click.option("--json", "as_json", is_flag=True, help="Print what was written as JSON.")
def export(
    kinds: tuple[str, ...],
    format_: str,
    out: Path | None,
    since: str,
    files_to: Path | None,
    exact: bool,
    as_json: bool,
) -> None:
    """Write tables into files: customers, conversations, messages and so on, or all.

    Everything is read as it was when the command began, however much is written meanwhile. A file appears whole or
    not at all.
    """
    try:
        found = chosen(kinds)
        moment = _moment(since)
        places = _places(found, format_, out)
        taken = _write(found, places, format_, moment, exact)
        if files_to is not None:
            _copy_files(files_to, moment)
    except (ExportError, DatabaseError, OSError) as error:
        raise click.ClickException(str(error)) from error
    record("exported", "exchange.export", label=f"{', '.join(each.kind for each in taken)} ({format_})")
    _say(taken, places, as_json)


@dataclass(frozen=True)
class _Place:
    path: Path

    @property
    def draft(self) -> Path:
        return Path("/dev/stdout") if self.path == HERE else self.path.with_name(f".{self.path.name}.{os.getpid()}")


def _places(found: Sequence[Outflow], format_: str, out: Path | None) -> dict[str, _Place]:
    """Where each kind goes. Raises ClickException."""
    if len(found) == 1 and (out is None or not out.is_dir()):
        path = out or Path(f"{found[0].kind}.{format_}")
        if path == HERE and format_ == Format.PARQUET:
            raise click.UsageError("Parquet cannot be written to standard output. Name a file with --out.")
        return {found[0].kind: _Place(path)}
    if out is not None and out.exists() and not out.is_dir():
        raise click.UsageError(f"{out} is a file. Several kinds need a directory.")
    folder = out or Path(f"rapport-export-{timezone.localtime(clock.now()):%Y-%m-%d}")
    folder.mkdir(parents=True, exist_ok=True)
    return {each.kind: _Place(folder / f"{each.kind}.{format_}") for each in found}


def _write(
    found: Sequence[Outflow], places: dict[str, _Place], format_: str, since: datetime | None, exact: bool
) -> list[Taken]:
    try:
        with snapshot():
            length = total(found, since)
            with _bar(length, "Exporting") as on_rows:
                taken = take(
                    found,
                    format_=format_,
                    place=lambda each: places[each.kind].draft,
                    since=since,
                    exact=exact,
                    on_rows=on_rows,
                )
        for place in places.values():
            if place.path != HERE:
                place.draft.replace(place.path)
    finally:
        for place in places.values():
            if place.path != HERE:
                place.draft.unlink(missing_ok=True)
    return taken


def _copy_files(folder: Path, since: datetime | None) -> None:
    with _bar(chosen(["attachments"])[0].count(since), "Copying") as on_files:
        count, missing = take_files(folder, since, on_files)
    click.echo(f"{count} files copied into {folder}.", err=True)
    if missing:
        raise click.ClickException(
            f"{len(missing)} files are not in their storage, the first is {missing[0]}. Restore them from a backup."
        )


@contextmanager
def _bar(length: int, label: str) -> Iterator[OnRows]:
    """A bar on the terminal, beside the results and not among them."""
    if not (length and sys.stderr.isatty()):
        yield lambda _count: None
        return
    with click.progressbar(length=length, label=label, file=sys.stderr) as bar:
        yield bar.update


def _say(taken: Sequence[Taken], places: dict[str, _Place], as_json: bool) -> None:
    if any(place.path == HERE for place in places.values()):
        return
    sizes = {each.kind: places[each.kind].path.stat().st_size for each in taken}
    if as_json:
        told = [
            {"kind": each.kind, "file": str(places[each.kind].path), "rows": each.rows, "bytes": sizes[each.kind]}
            for each in taken
        ]
        click.echo(json.dumps(told, ensure_ascii=False))
        return
    for each in taken:
        click.echo(f"{each.kind}: {each.rows} rows in {places[each.kind].path}")


def _moment(said: str) -> datetime | None:
    """A day in the company's time zone, or a moment. Raises UsageError."""
    if not said:
        return None
    try:
        moment = parse_datetime(said)
        day = parse_date(said)
    except ValueError:
        moment = day = None
    if moment is None or day is not None:
        if day is None:
            raise click.UsageError("--since needs a day such as 2026-03-01, or a moment such as 2026-03-01T09:00:00Z.")
        moment = datetime(day.year, day.month, day.day, tzinfo=timezone.get_default_timezone())
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
