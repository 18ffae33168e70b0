"""`rapport move-in`: the whole move in the foreground, for large desks and for scripts."""

import json
import sys
import time
from pathlib import Path
from typing import Any

import click

from rapport.conversations.models import Inbox
from rapport.exchange.moving_in import running, shapes, starting
from rapport.exchange.moving_in.errors import MovingError
from rapport.exchange.moving_in.finding import kind_of_source
from rapport.exchange.moving_in.models import MoveIn, MoveState
from rapport.exchange.moving_in.seam import Source
from rapport.exchange.moving_in.types import Kind
from rapport.kit import clock


@click.command("move-in")
@click.argument("source")
@click.option("--address", default="", help="Where the desk is, such as acme.zendesk.com.")
@click.option("--email", default="", help="Zendesk: by which address you sign in there.")
@click.option("--number", type=int, help="Chatwoot: the number of the account.")
@click.option("--workspace", default="", help="Intercom's export: the ID of the workspace.")
@click.option("--region", default="us", help="Intercom: us, eu or au.")
@click.option("--token-stdin", is_flag=True, help="Read the API token from standard input.")
@click.option("--file", "path", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="An export.")
@click.option(
    "--only", default="", help="Some kinds only, with commas: companies,customers,conversations,macros,articles."
)
@click.option("--inbox", "inbox_name", default="", help="The inbox that conversations are put into.")
@click.option("--dry-run", is_flag=True, help="Look around and write nothing.")
@click.option("--undo", is_flag=True, help="Take back what came from there.")
@click.option("--json", "as_json", is_flag=True, help="Print what came of it as JSON.")
def move_in(
    source: str, path: Path | None, only: str, inbox_name: str, token_stdin: bool, dry_run: bool, undo: bool,
    as_json: bool, **said: Any,
) -> None:  # fmt: skip
    """Bring customers, conversations and texts from SOURCE: zendesk, zendesk-file, freshdesk, freshdesk-file,
    intercom, intercom-file, hubspot, chatwoot or zammad. Running it again goes on where it stopped, and brings only
    what is new.
    """
    try:
        kind = kind_of_source(source)
        settings = _settings(kind, said | {"token": sys.stdin.readline().strip() if token_stdin else ""})
        move = _known(kind, settings) if undo else _prepared(kind, settings, only=only, inbox=inbox_name, path=path)
        if not undo:
            _check(move)
        _do(move, dry_run=dry_run, undo=undo, is_quiet=as_json)
    except MovingError as error:
        raise click.ClickException(str(error)) from error
    move.refresh_from_db()
    _tell(move, dry_run=dry_run, as_json=as_json)
    if move.state == MoveState.FAILED or (dry_run and move.problem):
        sys.exit(1)


def _settings(kind: type[Source], said: dict[str, Any]) -> dict[str, Any]:
    form = kind.form({name: value for name, value in said.items() if value is not None})
    if not form.is_valid():
        problems = [f"--{name}: {' '.join(str(each) for each in errors)}" for name, errors in form.errors.items()]
        raise click.ClickException(" ".join(problems).replace("--token:", "--token-stdin:"))
    return form.cleaned_data


def _prepared(kind: type[Source], settings: dict[str, Any], *, only: str, inbox: str, path: Path | None) -> MoveIn:
    wanted = [each.strip() for each in only.split(",") if each.strip()] or [each.value for each in kind.kinds]
    if unknown := [each for each in wanted if each not in Kind.values]:
        raise click.ClickException(f"There is no {unknown[0]}: choose from {', '.join(Kind.values)}.")
    row = Inbox.objects.filter(name=inbox).first() if inbox else None
    if inbox and row is None:
        raise click.ClickException(f"There is no inbox called {inbox}.")
    if kind.reads_file and path is None:
        raise click.ClickException("Name the export with --file.")
    kinds = [Kind(each) for each in wanted]
    if path is None:
        return starting.prepare(kind.name, settings, kinds=kinds, inbox=row, by=None, takes_over=True)
    with path.open("rb") as file:
        return starting.prepare(
            kind.name, settings, kinds=kinds, inbox=row, by=None, file=file, file_name=path.name, takes_over=True
        )


def _known(kind: type[Source], settings: dict[str, Any]) -> MoveIn:
    move = MoveIn.objects.filter(source=kind.name, account=kind(settings).account).first()
    if move is None:
        raise click.ClickException("Nothing came from there.")
    return move


def _check(move: MoveIn) -> None:
    for step in starting.check(move):
        if not step.is_fine:
            raise click.ClickException(f"{step.label}: {step.problem}")


def _do(move: MoveIn, *, dry_run: bool, undo: bool, is_quiet: bool) -> None:
    """Work until it is over, waiting where the source asks for patience."""
    if undo and move.state != MoveState.UNDOING:
        starting.begin_undoing(move, by=None, queued=False)
    elif dry_run and not undo:
        MoveIn.objects.filter(pk=move.pk).update(state=MoveState.LOOKING)
    elif not undo:
        starting.begin(move, by=None, queued=False)
    while True:
        fresh = MoveIn.objects.select_related("by", "inbox", "file").get(pk=move.pk)
        after = running.work(fresh, seconds=5)
        if not is_quiet and not dry_run:
            click.echo(", ".join(f"{each.kind.label}: {each.done}" for each in shapes.counted(fresh)), err=True)
        if after == running.After.OVER:
            return
        if after == running.After.WAITING:
            fresh.refresh_from_db()
            click.echo(fresh.problem, err=True)
            time.sleep(max((fresh.waits_until - clock.now()).total_seconds(), 0.0) if fresh.waits_until else 5.0)


def _tell(move: MoveIn, *, dry_run: bool, as_json: bool) -> None:
    if as_json:
        click.echo(
            json.dumps(shapes.plainly(move) | ({"preview": move.preview} if dry_run else {}), ensure_ascii=False)
        )
        return
    if move.problem:
        click.echo(move.problem, err=True)
    if dry_run:
        for seen in shapes.seen(move):
            click.echo(f"{seen.kind.label}: {seen.total if seen.total is not None else f'more than {seen.at_least}'}")
            for thing in seen.things:
                click.echo(f"  {thing['title']}  {thing.get('detail', '')}")
        return
    for each in shapes.counted(move):
        click.echo(
            f"{each.kind.label}: {each.new} new, {each.changed} changed, {each.same} here already, "
            f"{each.left} left there, {each.wrong} not understood"
        )
    for problem in move.problems.all()[:20]:
        click.echo(f"  {problem.key}: {problem.problem}", err=True)
