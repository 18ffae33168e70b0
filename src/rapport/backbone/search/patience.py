"""Reads that end after a while, on both databases, so that one hard question never holds up the desk."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import OperationalError, connection, transaction

from rapport.kit import clock

# Two very common words as a phrase reached 0.8 s at a million messages; nobody waits longer than this.
PATIENCE_S = 1.5
_AFTERWARDS_S = 0.5
_OPCODES = 20_000
_waiting: ContextVar[bool] = ContextVar("waiting", default=False)


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
    """Without touching the caller's transaction. Inside another patience it is the other's, and a savepoint."""
    is_ours, is_outermost = not connection.in_atomic_block, not _waiting.get()
    with transaction.atomic(), connection.cursor() as cursor:
        if not is_outermost:
            yield
            return
        token = _waiting.set(True)
        try:
            limits = "SELECT current_setting('statement_timeout'), set_config('statement_timeout', %s, true)"
            cursor.execute(limits, [str(int(seconds * 1000))])
            before = cursor.fetchone()[0]
            yield
            if not is_ours:
                cursor.execute("SELECT set_config('statement_timeout', %s, true)", [before])
        finally:
            _waiting.reset(token)


@contextmanager
def _on_sqlite(seconds: float) -> Iterator[None]:
    """Inside another patience it is the other's."""
    if _waiting.get():
        yield
        return
    connection.ensure_connection()
    database = connection.connection
    until = clock.monotonic() + seconds

    def has_ended() -> bool:
        """Once: what is then still asked about the results so far gets some time of its own."""
        nonlocal until
        is_over = clock.monotonic() > until
        until = clock.monotonic() + _AFTERWARDS_S if is_over else until
        return is_over

    database.set_progress_handler(has_ended, _OPCODES)
    token = _waiting.set(True)
    try:
        yield
    finally:
        _waiting.reset(token)
        database.set_progress_handler(None, _OPCODES)
