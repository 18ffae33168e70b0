"""What several parts of one page ask for is read once.

    @remembered
    def channels_by_address(kind: str) -> dict[str, Channel]: ...

    with remembering():
        channels_by_address("email")   # asks the database
        channels_by_address("email")   # does not

Outside of such a block nothing is remembered. Blocks belong around what only reads: a page, not a change.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

_memory: ContextVar[dict[Any, Any] | None] = ContextVar("memory", default=None)


@contextmanager
def remembering() -> Iterator[None]:
    """Within this block, in this thread."""
    token = _memory.set({})
    try:
        yield
    finally:
        _memory.reset(token)


def is_remembering() -> bool:
    """Whether what is asked for now will be at hand for the rest of this block."""
    return _memory.get() is not None


def remembered(function: Callable[P, R]) -> Callable[P, R]:
    """Answer with what was answered before to the same arguments. They must be hashable, and the answer not changed."""

    @wraps(function)
    def asked(*args: P.args, **kwargs: P.kwargs) -> R:
        memory = _memory.get()
        if memory is None:
            return function(*args, **kwargs)
        key = (function, args, tuple(sorted(kwargs.items())))
        if key not in memory:
            memory[key] = function(*args, **kwargs)
        found: R = memory[key]
        return found

    return asked
