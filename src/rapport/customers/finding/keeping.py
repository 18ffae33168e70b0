"""Keeping the index as the tables are. Triggers note what is new, whoever writes it, and take out what changed at once;
a job puts in what waits. Until then a search compares it row by row, so that nothing is ever missed.

Were each row put in as it is written, imports would take half as long again.
"""

from typing import Any

from django.db import connection, connections, transaction

from rapport.customers.finding import on_postgresql, on_sqlite
from rapport.customers.finding.indexed import INDEXED
from rapport.kit import clock

# At a time, so that nobody waits long to write.
_AT_ONCE = 2_000
_LONGEST_S = 40


def take_up() -> int:
    """Put into the index what waits, for a while; answers how many rows did."""
    database = on_postgresql if connection.vendor == "postgresql" else on_sqlite
    until = clock.monotonic() + _LONGEST_S
    taken = 0
    for each in INDEXED:
        while clock.monotonic() < until:
            with transaction.atomic(), connection.cursor() as cursor:
                some = database.take_up(cursor, each, _AT_ONCE)
            taken += some
            if some < _AT_ONCE:
                break
    return taken


def create(editor: Any) -> None:
    """Make the index of what there is: a minute for a million customers."""
    on_postgresql.create(editor.execute) if editor.connection.vendor == "postgresql" else on_sqlite.create(
        editor.execute
    )


def drop(editor: Any) -> None:
    on_postgresql.drop(editor.execute) if editor.connection.vendor == "postgresql" else on_sqlite.drop(editor.execute)


def restore(*, using: str = "default", **_kwargs: Any) -> None:
    """Told after each migration: on SQLite Django changes a table by making another one, and loses its triggers."""
    if connections[using].vendor != "sqlite":
        return
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT type, name FROM sqlite_master WHERE name LIKE 'customer_%_pairs%'")
        there = cursor.fetchall()
        if ("table", INDEXED[0].pairs) in there and sum(kind == "trigger" for kind, _name in there) < 3 * len(INDEXED):
            for statement in on_sqlite.triggers():
                cursor.execute(statement)
