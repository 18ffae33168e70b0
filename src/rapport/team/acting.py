"""On whose behalf the present code runs, for whoever writes down who did what.

A request says it (the middleware for pages, the door of the API for scripts); commands and jobs act for nobody.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True)
class Actor:
    """`via` is "page", "api", or "system" for commands, rules and jobs; `address` is where the request came from."""

    agent: int | None = None
    name: str = ""
    via: str = "system"
    address: str = ""


_SYSTEM = Actor()
_acting: ContextVar[Actor] = ContextVar("acting", default=_SYSTEM)


def actor() -> Actor:
    return _acting.get()


@contextmanager
def acting(actor: Actor) -> Iterator[None]:
    """Everything inside is done by this one."""
    before = _acting.set(actor)
    try:
        yield
    finally:
        _acting.reset(before)
