"""One clock for the whole house, so that a test can stop it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

# Clocks are corrected by less than this all the time.
_SLACK = 0.5
# A moment by both clocks at which nothing was ahead of the wall clock.
_steady: dict[str, tuple[datetime, float]] = {}
_frozen: ContextVar[datetime | None] = ContextVar("frozen_clock", default=None)


def now() -> datetime:
    """The current moment, in UTC, with a time zone."""
    return _frozen.get() or datetime.now(UTC)


def monotonic() -> float:
    """Seconds that only ever grow, for measuring how long something took."""
    return time.monotonic()


def may_be_behind() -> bool:
    """Whether the wall clock may stand before what was written down by it: when this process begins, and from when it
    was set back until somebody who looked says `caught_up`. A clock that a test holds is believed.
    """
    if _frozen.get() is not None:
        return False
    steady = _steady.get("since")
    if steady is None:
        return True
    wall, steps = steady
    if (now() - wall).total_seconds() < monotonic() - steps - _SLACK:
        return True
    caught_up()
    return False


def caught_up() -> None:
    """From here on the wall clock goes on as this process measures time, until it is set back."""
    _steady["since"] = (now(), monotonic())


@contextmanager
def frozen(at: datetime) -> Iterator[None]:
    """Hold `now()` at one moment, in this thread."""
    token = _frozen.set(at)
    try:
        yield
    finally:
        _frozen.reset(token)
