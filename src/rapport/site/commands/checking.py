"""`rapport check`: every deployment problem, each with its remedy."""

import json
import shutil
import stat
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import click
from django.conf import settings
from django.db import Error, connection

from rapport.kit import clock

_LOW_SPACE = 1024**3
# A worker says that it is alive four times in this long.
_SILENT = timedelta(seconds=60)
_HERE = {"127.0.0.1", "localhost", "::1"}


@dataclass(frozen=True)
class Problem:
    """Something to be put right: what it is, and how."""

    about: str
    problem: str
    remedy: str


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the problems as JSON.")
def check(as_json: bool) -> None:
    """List every deployment problem with its remedy; the exit code is 1 when there is one."""
    problems = find_problems()
    if as_json:
        click.echo(json.dumps([asdict(problem) for problem in problems], ensure_ascii=False, indent=2))
    for problem in [] if as_json else problems:
        click.echo(f"{problem.about}: {problem.problem}\n  {problem.remedy}")
    if problems:
        raise SystemExit(1)
    if not as_json:
        click.echo("No problems found.")


def find_problems() -> list[Problem]:
    """Run every check; one that needs the database is left out while the database cannot be read."""
    problems = [problem for look in _WITHOUT_DATABASE for problem in look()]
    try:
        found = [problem for look in _WITH_DATABASE for problem in look()]
    except Error as error:
        found = [Problem("database", f"It cannot be read: {error}.", "Check DATABASE_URL and that its server runs.")]
    return problems + found


def _debug() -> Iterator[Problem]:
    if settings.DEBUG:
        yield Problem("settings", "Developer mode shows code and settings to visitors.", "Unset RAPPORT_DEBUG.")


def _address() -> Iterator[Problem]:
    parts = urlsplit(settings.BASE_URL)
    if parts.scheme == "http" and parts.hostname not in _HERE:
        yield Problem(
            "address",
            f"{settings.BASE_URL} is not encrypted: passwords travel in the open, and passkeys do not work.",
            "Put a proxy with TLS in front and set RAPPORT_BASE_URL to its https:// address.",
        )


def _keys() -> Iterator[Problem]:
    for path in sorted(Path(settings.DATA).glob("*.key")):
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            yield Problem("keys", f"Other users of this machine can read {path}.", f"Run: chmod 600 {path}")


def _space() -> Iterator[Problem]:
    data = Path(settings.DATA)
    probe = data / ".writable"
    try:
        probe.write_bytes(b"x" * 4096)
        probe.unlink()
    except OSError as error:
        yield Problem(
            "data directory", f"{data} cannot be written: {error.strerror}.", "Make it writable for this user."
        )
    free = shutil.disk_usage(data).free
    if free < _LOW_SPACE:
        yield Problem(
            "data directory", f"Only {free // 1024**2} MB are left on its disk.", "Free some space, or move it."
        )


def _files() -> Iterator[Problem]:
    from django.core.exceptions import ImproperlyConfigured

    from rapport.backbone.files import storage

    try:
        storage()
    except ImproperlyConfigured as error:
        yield Problem("files", str(error), "See RAPPORT_FILES_URL in the settings reference.")


def _database() -> Iterator[Problem]:
    from rapport.site.database import sqlite_problems

    connection.ensure_connection()
    if connection.vendor == "sqlite":
        for sentence in sqlite_problems():
            problem, _, remedy = sentence.partition(". ")
            yield Problem("database", f"{problem}.", remedy)


def _migrations() -> Iterator[Problem]:
    from rapport.site.probes import unapplied_migrations

    if missing := unapplied_migrations():
        yield Problem("database", f"{len(missing)} migrations are not applied.", "Run: rapport migrate")


def _worker() -> Iterator[Problem]:
    from rapport.backbone.models import Heartbeat

    if "backbone_heartbeat" not in connection.introspection.table_names():
        return
    if not Heartbeat.objects.filter(at__gt=clock.now() - _SILENT).exists():
        yield Problem(
            "worker", "No worker is running: no mail comes in or leaves.", "Run: rapport up, or rapport worker"
        )


def _dead_letters() -> Iterator[Problem]:
    from rapport.backbone.jobs import dead_letters

    if "backbone_attempt" not in connection.introspection.table_names():
        return
    if count := dead_letters().count():
        last = dead_letters()[0]
        yield Problem(
            "jobs", f"{count} jobs gave up, the last one with: {last.error[:200]}", "Look at them in Settings, Jobs."
        )


def _mailboxes() -> Iterator[Problem]:
    from rapport.channels.models import Channel

    if Channel._meta.db_table not in connection.introspection.table_names():
        return
    for channel in Channel.objects.filter(paused_at__isnull=True).exclude(error=""):
        yield Problem("mailbox", f"{channel.name}: {channel.error}", "Test the connection in Settings, Channels.")


_WITHOUT_DATABASE: list[Callable[[], Iterator[Problem]]] = [_debug, _address, _keys, _space, _files]
_WITH_DATABASE: list[Callable[[], Iterator[Problem]]] = [_database, _migrations, _worker, _dead_letters, _mailboxes]
