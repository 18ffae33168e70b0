"""`rapport data`: tables that come in and go out by a command.

Taking out is `exporting`.
"""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rapport.kit import clock
from rapport.site.commands.exporting import export

if TYPE_CHECKING:
    from rapport.site.bringing import Report

_PATIENCE = 2.0  # seconds before a bar shows
_SHOWN = 20


@click.group()
def data() -> None:
    """Bring tables in, and take them out."""


@data.command("import")
@click.argument("kind")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path, allow_dash=True))
@click.option(
    "--map", "mapped", metavar="COLUMN=FIELD", multiple=True, help="What a column is: its head, or its place."
)
@click.option("--set", "said", metavar="FIELD=VALUE", multiple=True, help="What holds for every row that does not say.")
@click.option("--dry-run", is_flag=True, help="Say what would come of it; nothing is written.")
@click.option("--head/--no-head", "has_head", default=None, help="Whether the first row has the names of the columns.")
@click.option("--encoding", metavar="NAME", default="", help="How letters are written, instead of finding out.")
@click.option(
    "--errors",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where the rows go that are wrong.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the counts and every error as JSON.")
def import_(
    kind: str,
    file: Path,
    mapped: tuple[str, ...],
    said: tuple[str, ...],
    dry_run: bool,
    has_head: bool | None,
    encoding: str,
    errors: Path | None,
    as_json: bool,
) -> None:
    """Import a table from a CSV or XLSX file, or - for standard input.

    KIND is customers, companies, products, orders, subscriptions, deals, ratings or events. Columns are
    guessed by their heads, in English and Chinese; a row that is known already changes nothing, so a file can be
    imported again. Rows that are wrong are left out and said; the exit code is 1 when all of them are. What came in
    can be taken back for thirty days, in the settings under Import.
    """
    from rapport.backbone import intake
    from rapport.site import bringing

    if kind not in intake.intakes():
        raise click.UsageError(f"There is no {kind} to import. Choose one of: {', '.join(intake.intakes())}.")
    began = clock.monotonic()
    try:
        body = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
        held = intake.begin(kind)
        way = bringing.plan(
            body, held, mapped=_pairs(mapped, "--map"), said=_pairs(said, "--set"), has_head=has_head, encoding=encoding
        )
        with _bar(bringing.count(body, way)) as advance:
            report = bringing.bring(body, way, held, is_trial=dry_run, name=file.name, on_progress=advance)
        if errors is not None:
            bringing.Wrong(errors, body, way).write(report.problems)
    except (bringing.CannotBring, OSError) as error:
        raise click.ClickException(str(error)) from error
    _say(report, clock.monotonic() - began, errors, as_json=as_json)
    if report.rows and len(report.problems) == report.rows:
        raise SystemExit(1)


def _say(report: "Report", seconds: float, errors: Path | None, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(report.as_json(), ensure_ascii=False, indent=2))
        return
    told = "Nothing is written. Of " if report.is_trial else "Of "
    click.echo(f"{told}{report.rows:,} rows in {seconds:.1f} s:")
    for word in ("created", "changed", "same", "skipped", "wrong"):
        if report.counts[word] or word in ("created", "wrong"):
            click.echo(f"  {word:8} {report.counts[word]:>9,}")
    for number, problem in report.problems[:_SHOWN]:
        click.echo(f"Row {number}: {problem}", err=True)
    if len(report.problems) > _SHOWN:
        where = f"They are all in {errors}." if errors else "Write all of them into a file by --errors FILE."
        click.echo(f"... and {len(report.problems) - _SHOWN:,} more. {where}", err=True)


def _pairs(given: tuple[str, ...], option: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for one in given:
        left, equals, right = (one.partition if option == "--set" else one.rpartition)("=")
        if not equals or not left:
            raise click.UsageError(f"{option} {one} needs an equals sign, such as {_EXAMPLES[option]}.")
        found[left.strip()] = right.strip()
    return found


@contextmanager
def _bar(length: int) -> Iterator[Callable[[int], None]]:
    """A bar on a terminal, from the time on that somebody would wonder."""
    if not sys.stderr.isatty():
        yield lambda _rows: None
        return
    began, waiting = clock.monotonic(), 0
    with click.progressbar(length=length, file=sys.stderr, width=30, show_pos=True) as bar:

        def advance(rows: int) -> None:
            nonlocal waiting
            waiting += rows
            if clock.monotonic() - began > _PATIENCE:
                bar.update(waiting)
                waiting = 0

        yield advance


data.add_command(export)
_EXAMPLES = {"--map": "--map 1=account", "--set": "--set currency=EUR"}
