"""Reads that end after a while, on both databases, so that one hard question never holds up the desk."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.db import OperationalError, connection, transaction

from rapport.kit import clock

# Two very common words as a phrase reached 0.8 s at a million messages; nobody waits longer than this.
PATIENCE_S = 1.5
_OPCODES = 20_000


class TooSlow(Exception):
    """A search took longer than anybody waits. `found` is what it had until then, which may be nothing."""

    def __init__(self, found: Sequence[int] = ()) -> None:
        super().__init__("This search took too long.")
        self.found = list(found)


@contextmanager
def patience(seconds: float = PATIENCE_S) -> Iterator[None]:
    """What is read inside ends after this: each statement on PostgreSQL, all together on SQLite. Raises TooSlow."""
    try:
        with _on_postgresql(seconds) if connection.vendor == "postgresql" else _on_sqlite(seconds):
            yield
    except OperationalError as error:
        if _was_ended(error):
            raise TooSlow from error
        raise


def _was_ended(error: OperationalError) -> bool:
    return type(error.__cause__).__name__ == "QueryCanceled" or str(error) == "interrupted"


@contextmanager
def _on_postgresql(seconds: float) -> Iterator[None]:
    """Without touching the caller's transaction."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('statement_timeout')")
        before = cursor.fetchone()[0]
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(int(seconds * 1000))])
        yield
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", [before])


@contextmanager
def _on_sqlite(seconds: float) -> Iterator[None]:
    connection.ensure_connection()
    database = connection.connection
    until = clock.monotonic() + seconds
    database.set_progress_handler(lambda: clock.monotonic() > until, _OPCODES)
    try:
        yield
    finally:
        database.set_progress_handler(None, _OPCODES)
