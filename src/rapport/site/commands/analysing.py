"""`rapport analyse`: an honest report from any customer table, without a server or a database."""

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from rapport.science.analysis import Analysis

Progress = Callable[[float, str], None]

_LANGUAGES = ("en", "zh-hans")
_STEPS = 1000
_PATIENCE = 2.0  # seconds before a bar shows


@click.command()
@click.argument("file", metavar="FILE")
@click.option("--target", metavar="COLUMN", default="", help="The column to foresee, such as churn.")
@click.option("--positive", metavar="VALUE", default="", help="The answer to foresee, or a comparison such as '>=4'.")
@click.option(
    "--out",
    metavar="DIRECTORY",
    type=click.Path(path_type=Path),
    help="Where the report goes; by default FILE-report here, or nowhere with --json.",
)
@click.option("--map", "mapped", metavar="COLUMN=ROLE", multiple=True, help="What a column is, instead of the guess.")
@click.option(
    "--language",
    type=click.Choice(_LANGUAGES),
    default=lambda: _language(),
    show_default="RAPPORT_LANGUAGE, or en",
    help="The language of the report.",
)
@click.option("--encoding", metavar="NAME", default="", help="How letters are written, instead of finding out.")
@click.option("--seed", type=int, default=0, show_default=True, help="The same seed gives the same report.")
@click.option("--force", is_flag=True, help="Write into a directory that holds other files.")
@click.option("--json", "as_json", is_flag=True, help="Print the analysis as JSON.")
def analyse(
    file: str,
    target: str,
    positive: str,
    out: Path | None,
    mapped: tuple[str, ...],
    language: str,
    encoding: str,
    seed: int,
    force: bool,
    as_json: bool,
) -> None:
    """Analyse a customer table: who the customers are, what they will do, are worth and think.

    FILE is a CSV file, packed by gzip or not, or - for standard input. The report is a folder with a page that needs
    nothing else, the charts, scored.csv and a model to use again.
    """
    place = out or (None if as_json else Path(f"{_stem(file)}-report"))
    roles = dict(_pair(one) for one in mapped)
    with _refusals(), _bar() as tell:
        from rapport.science.analysis import analyse as analyse_table
        from rapport.science.analysis.report import check_place, write_report
        from rapport.science.language import speaking

        with speaking(language):
            if place is not None:
                check_place(place, force=force)
            share = 1.0 if place is None else 0.85
            analysis = analyse_table(
                file, target, positive=positive, roles=roles, encoding=encoding, seed=seed,
                progress=lambda done, what: tell(share * done, what),
            )  # fmt: skip
            if place is not None:
                write_report(
                    analysis, place, force=force, progress=lambda done, what: tell(share + (1 - share) * done, what)
                )
    _say(analysis, place, as_json=as_json)


def _say(analysis: "Analysis", place: Path | None, *, as_json: bool) -> None:
    from rapport.science.analysis.analysis import peak_memory

    for warning in analysis.warnings:
        click.echo(warning, err=True)
    taken = time.monotonic() - analysis.began
    click.echo(f"{len(analysis.customers):,} customers in {taken:.1f} s, {peak_memory():,.0f} MB of memory.", err=True)
    if as_json:
        click.echo(json.dumps(analysis.to_dict(), ensure_ascii=False, indent=2))
    elif place is not None:
        click.echo(f"Open {place / 'index.html'}")


@contextmanager
def _refusals() -> Iterator[None]:
    """Every failure in one plain sentence."""
    try:
        yield
    except (ValueError, OSError) as error:
        raise click.ClickException(str(error)) from error
    except MemoryError:
        raise click.ClickException("The table does not fit into the memory of this machine.") from None


@contextmanager
def _bar() -> Iterator[Progress]:
    """A bar on a terminal, from the time on that somebody would wonder."""
    if not sys.stderr.isatty():
        yield lambda _done, _what: None
        return
    began = time.monotonic()
    with click.progressbar(
        length=_STEPS, file=sys.stderr, item_show_func=lambda what: what or "", show_eta=False, width=30
    ) as bar:

        def tell(done: float, what: str) -> None:
            if time.monotonic() - began > _PATIENCE:
                bar.update(max(0, round(_STEPS * done) - bar.pos), what)

        yield tell


def _pair(given: str) -> tuple[str, str]:
    name, equals, role = given.rpartition("=")
    if not equals or not name or not role:
        raise click.UsageError(f"--map {given} is not COLUMN=ROLE, such as --map score=csat.")
    return name, role


def _stem(file: str) -> str:
    return "table" if file == "-" else Path(file).name.removesuffix(".gz").rsplit(".", 1)[0] or "table"


def _language() -> Any:
    wanted = os.environ.get("RAPPORT_LANGUAGE", "en").lower()
    return wanted if wanted in _LANGUAGES else "en"
