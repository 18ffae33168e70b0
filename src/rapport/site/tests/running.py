"""A Rapport of its own for a test, on the kind of database the suite runs on."""

import contextlib
import os
import secrets
from urllib.parse import urlsplit

import psutil
import psycopg

from tests.browser.installation import Installation
from tests.database import on_postgresql


@contextlib.contextmanager
def installation(directory, *, template=""):
    """One that is not running yet; on PostgreSQL its database is a copy of the template's."""
    directory.mkdir(exist_ok=True)
    with _database(template) if on_postgresql() else contextlib.nullcontext("") as url:
        made = Installation(directory, database_url=url)
        try:
            yield made
        finally:
            made.stop()


@contextlib.contextmanager
def _database(template):
    server = os.environ["DATABASE_URL"]
    name = f"rapport_{secrets.token_hex(4)}"
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}" + (f" TEMPLATE {template}" if template else ""))
    yield urlsplit(server)._replace(path=f"/{name}").geturl()
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


def database_name(made):
    return urlsplit(made.environ.get("DATABASE_URL", "")).path.strip("/")


def processes_of(running):
    """The web server and its worker."""
    web = psutil.Process(running.process.pid)
    return [web, *(child for child in web.children(recursive=True) if child.status() != psutil.STATUS_ZOMBIE)]


def worker_of(running):
    for child in processes_of(running)[1:]:
        # One that has just ended is none.
        with contextlib.suppress(psutil.NoSuchProcess):
            if "worker" in child.cmdline():
                return child
    return None
