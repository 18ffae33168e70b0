"""`rapport up`, `web`, `worker` and `migrate`."""

import json
import os
import sys
from functools import partial
from typing import NoReturn

import click
from django.conf import settings

from rapport.site.database import UnsafeDatabase

_HOST = click.option("--host", default="127.0.0.1", show_default=True, help="The address to answer on.")
_PORT = click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="The port.")
_PROXY = click.option(
    "--behind-proxy",
    is_flag=False,
    flag_value="127.0.0.1",
    default="",
    metavar="ADDRESSES",
    help="Believe the X-Forwarded headers of the proxy at these addresses, comma separated [without any: 127.0.0.1].",
)
_THREADS = click.option(
    "--threads", default=4, show_default=True, type=click.IntRange(1, 64), help="Jobs run at the same time."
)


@click.command()
@_HOST
@_PORT
@_PROXY
def up(host: str, port: int, behind_proxy: str) -> None:
    """Run everything: the web server and a worker, after bringing the database up to date."""
    _adopt_address(host, port)
    prepare()
    _serve(host, port, behind_proxy, with_worker=True)


@click.command()
@_HOST
@_PORT
@_PROXY
def web(host: str, port: int, behind_proxy: str) -> None:
    """Run the web server alone; `rapport worker` runs beside it, here or on another machine."""
    from rapport.site.preparing import prepare_static_files

    _adopt_address(host, port)
    _insist_on_tables()
    prepare_static_files()
    _serve(host, port, behind_proxy, with_worker=False)


@click.command()
@_THREADS
@click.option("--until-idle", is_flag=True, help="End when nothing is due.")
@click.option("--until-stdin-closes", is_flag=True, hidden=True)
def worker(threads: int, until_idle: bool, until_stdin_closes: bool) -> None:
    """Run jobs, and receive mail."""
    from rapport.backbone.worker import Worker
    from rapport.site.listening import Doors
    from rapport.site.serving import end_with_stdin, on_signals

    _insist_on_tables()
    running = Worker(threads=threads, until_idle=until_idle)
    on_signals(running.stop)
    if until_stdin_closes:
        end_with_stdin(running.stop)
    doors = Doors()
    if not until_idle:
        doors.start()
    try:
        running.run()
    finally:
        doors.stop()


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print what was done as JSON.")
def migrate(as_json: bool) -> None:
    """Bring the database and the static files up to this version."""
    applied, collected = prepare()
    if as_json:
        click.echo(json.dumps({"applied": applied, "static_files_collected": collected}))
    elif applied:
        click.echo(f"Applied {len(applied)} migrations.")
    else:
        click.echo("The database is up to date.")


def prepare() -> tuple[list[str], bool]:
    """Tables and static files of this version: the migrations applied, and whether files were collected."""
    from rapport.site.preparing import prepare_database, prepare_static_files

    try:
        return prepare_database(), prepare_static_files()
    except UnsafeDatabase as error:
        _fail(str(error))


def _serve(host: str, port: int, behind_proxy: str, *, with_worker: bool) -> None:
    from rapport.site.serving import serve

    ready = partial(_say_where, host, port)
    if not serve(host, port, behind_proxy=behind_proxy, with_worker=with_worker, on_ready=ready):
        _fail(f"Port {port} on {host} cannot be used. Is Rapport running already? Choose another with --port.")


def _adopt_address(host: str, port: int) -> None:
    """Without RAPPORT_BASE_URL, links lead to where we answer; the worker process, which writes mail, must know too."""
    if "RAPPORT_BASE_URL" not in os.environ:
        os.environ["RAPPORT_BASE_URL"] = settings.BASE_URL = f"http://{_shown(host)}:{port}"


def _insist_on_tables() -> None:
    from rapport.site.database import verify
    from rapport.site.probes import unapplied_migrations

    try:
        verify()
    except UnsafeDatabase as error:
        _fail(str(error))
    if missing := unapplied_migrations():
        _fail(f"The database lacks {len(missing)} migrations of this version. Run `rapport migrate` first.")


def _say_where(host: str, port: int) -> None:
    here = f"http://{_shown(host)}:{port}"
    click.echo(f"Rapport answers on {here}")
    if settings.BASE_URL not in {here, f"http://localhost:{port}"}:
        click.echo(f"People reach it by {settings.BASE_URL}")
    sys.stdout.flush()


def _shown(host: str) -> str:
    return "127.0.0.1" if host in {"0.0.0.0", "::"} else host  # noqa: S104  # compared, not bound


def _fail(sentence: str) -> NoReturn:
    raise click.ClickException(sentence)
