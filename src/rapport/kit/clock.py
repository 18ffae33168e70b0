"""One clock for the whole house, so that a test can stop it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

_frozen: ContextVar[datetime | None] = ContextVar("frozen_clock", default=None)


def now() -> datetime:
    """The current moment, in UTC, with a time zone."""
    return _frozen.get() or datetime.now(UTC)


def monotonic() -> float:
    """Seconds that only ever grow, for measuring how long something took."""
    return time.monotonic()


@contextmanager
def frozen(at: datetime) -> Iterator[None]:
    """Hold `now()` at one moment, in this thread."""
    token = _frozen.set(at)
    try:
        yield
    finally:
        _frozen.reset(token)
