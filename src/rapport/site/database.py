"""How SQLite must be opened for what we acknowledge to survive a power cut, and whether it really was."""

import sqlite3
from typing import Any

from django.db import Error, connection

_BUSY_SECONDS = 20
_OLDEST = (3, 35, 0)


class UnsafeDatabase(Exception):
    """The database does not keep what it acknowledges. The message says what to change."""


def sqlite_options() -> dict[str, Any]:
    """Options for Django's SQLite backend: WAL, full sync, immediate transactions, a patient lock."""
    return {
        # Plain BEGIN loses two thirds of concurrent writes to "database is locked".
        "transaction_mode": "IMMEDIATE",
        "timeout": _BUSY_SECONDS,
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; "
            "PRAGMA temp_store=MEMORY; PRAGMA cache_size=-32000; PRAGMA mmap_size=268435456;"
        ),
    }


def give_room(connection: Any, **_kwargs: Any) -> None:
    """Told of each new connection. With its usual 4 MB, PostgreSQL compares every customer with every row of what they
    must not be in, which takes hours at a million; with this it keeps the rows in memory, and takes two seconds."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET work_mem = '64MB'")


def verify() -> None:
    """Connect and read back how the database was opened. Raises UnsafeDatabase with the first thing that is wrong.

    SQLite answers a pragma it cannot obey with the old value and no error: a network disk stays out of WAL mode, and
    a library built without it has no full-text search.
    """
    try:
        connection.ensure_connection()
        problems = sqlite_problems() if connection.vendor == "sqlite" else []
    except Error as error:
        raise UnsafeDatabase(f"The database cannot be opened: {error}") from error
    if problems:
        raise UnsafeDatabase(problems[0])


def sqlite_problems() -> list[str]:
    """Everything that is wrong with the open SQLite connection, each in a sentence with its remedy."""
    wanted = [
        (
            _pragma("journal_mode") == "wal",
            "SQLite refused write-ahead logging, as it does on network disks. Move the data directory to a local disk.",
        ),
        (
            _pragma("synchronous") == 2,
            "SQLite does not wait for the disk. Remove the synchronous setting from DATABASE_URL.",
        ),
        (
            int(_pragma("busy_timeout")) >= 5000,
            "SQLite gives up too early on a busy database. Remove the timeout setting from DATABASE_URL.",
        ),
        (_pragma("foreign_keys") == 1, "SQLite does not check foreign keys. Use a SQLite library that can."),
        (
            getattr(connection, "transaction_mode", None) == "IMMEDIATE",
            "Transactions do not begin IMMEDIATE, so writes would fail. Remove transaction_mode from DATABASE_URL.",
        ),
        (
            sqlite3.sqlite_version_info >= _OLDEST,
            f"SQLite {sqlite3.sqlite_version} is too old. Use Python with SQLite 3.35 or later.",
        ),
        (_has_full_text_search(), "This SQLite has no full-text search (FTS5). Use a Python built with it."),
    ]
    return [sentence for is_right, sentence in wanted if not is_right]


def _pragma(name: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA {name}")
        return cursor.fetchone()[0]


def _has_full_text_search() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pragma_compile_options WHERE compile_options = 'ENABLE_FTS5'")
        return cursor.fetchone() is not None
