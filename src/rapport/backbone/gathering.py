"""Write many small rows at once: inside `with gathered():` they are collected, and written in bulk at its end.

Bulk mail spends a third of its time on single inserts of events and search entries; gathered they cost a tenth.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import transaction

Writer = Callable[[list[Any]], None]


class _Batch:
    """What was collected, each item with the savepoints it was collected under."""

    def __init__(self) -> None:
        self.items: list[tuple[Writer, Any, Callable[[], None] | None]] = []
        self.markers: dict[tuple[str | None, ...], Callable[[], None]] = {}

    def add(self, writer: Writer, items: Sequence[Any]) -> None:
        marker = self._marker()
        self.items.extend((writer, item, marker) for item in items)

    def _marker(self) -> Callable[[], None] | None:
        """A commit hook that does nothing: Django forgets it when the savepoint is rolled back, and so we notice."""
        savepoints = tuple(transaction.get_connection().savepoint_ids)
        if not savepoints:
            return None
        if savepoints not in self.markers:
            self.markers[savepoints] = marker = _Marker()
            transaction.on_commit(marker)
        return self.markers[savepoints]

    def write(self) -> None:
        """Write what still holds, in the order it was collected, each writer once."""
        alive = {id(hook) for _, hook, _ in transaction.get_connection().run_on_commit}
        sorted_out: dict[Writer, list[Any]] = {}
        for writer, item, marker in self.items:
            if marker is None or id(marker) in alive:
                sorted_out.setdefault(writer, []).append(item)
        self.items.clear()
        self.markers.clear()
        for writer, items in sorted_out.items():
            writer(items)


class _Marker:
    def __call__(self) -> None:
        """Nothing: that it is still in the list of hooks is all it says."""


_current: ContextVar[_Batch | None] = ContextVar("gathering", default=None)


@contextmanager
def gathered() -> Iterator[None]:
    """Collect events and search entries, and write them in bulk at the end of this block, inside a transaction.

    What was collected under a savepoint that is rolled back is dropped with it. Inside another `gathered` block
    this one adds to the outer.
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("gathered() only works inside a transaction.")
    if _current.get() is not None:
        yield
        return
    batch = _Batch()
    token = _current.set(batch)
    try:
        yield
    finally:
        _current.reset(token)
    batch.write()


def collect(writer: Writer, items: Sequence[Any]) -> bool:
    """Keep the items for `writer` until the block ends. False outside a block: write them now."""
    batch = _current.get()
    if batch is None:
        return False
    batch.add(writer, items)
    return True


def write_out() -> None:
    """Write what was collected so far, for a change that depends on it being there."""
    batch = _current.get()
    if batch is not None:
        batch.write()
