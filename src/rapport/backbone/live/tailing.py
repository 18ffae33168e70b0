"""Reading the event log as it grows, without missing what commits out of order."""

import json
import logging
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from django.core.serializers.json import DjangoJSONEncoder
from django.db import Error, connection
from django.db.models import Q

from rapport.backbone.events import EVENTS, position
from rapport.backbone.models import Event
from rapport.backbone.watching import Watcher, watch
from rapport.kit import clock

log = logging.getLogger("rapport.live")

_AT_A_TIME = 500
# How often the log is looked at although nothing was heard.
_LOOK_EVERY = 1.0
_LOOK_EVERY_WITH_GAPS = 0.1
_AFTER_AN_ERROR = 1.0
# A gap is given up for a rolled back transaction's after at least this long, and at the very latest.
_GAP_SECONDS = 1.0
_LONGEST_GAP = 600.0
_MOST_GAPS = 1000


@dataclass(frozen=True)
class Item:
    """An event as streams send it. Without an id it is of the moment: it is in no log, and nobody resumes after it."""

    id: int
    words: tuple[str, ...]
    chunk: bytes
    # What it is the present state of; a stream that opens later is told of it too, until there is nothing to tell.
    stands_for: str = ""
    is_over: bool = False


class Beside(Protocol):
    """Something that streams are told of besides the log. It belongs to the tailer's thread."""

    def read(self) -> list[Item]:
        """What is different since the last time, made by `of_the_moment`. Asked at every news, and each second."""


@dataclass
class _Gap:
    since: float
    # Transactions from this number on began long after the gap was seen, so they cannot fill it.
    horizon: int | None = None


def item_of(row: Event, *, resume_at: int) -> Item:
    """The row as server-sent event; a reader that has it resumes after `resume_at`."""
    payload = {"id": row.pk, "subject": row.subject, "at": row.at.isoformat(), **row.payload}
    data = json.dumps(payload, ensure_ascii=False, cls=DjangoJSONEncoder)
    chunk = f"id: {resume_at}\nevent: {row.name}\ndata: {data}\n\n"
    return Item(row.pk, tuple(row.audience.split()), chunk.encode())


def of_the_moment(
    name: str, subject: str, payload: dict[str, object], *, words: Iterable[str], is_over: bool = False
) -> Item:
    """How something is just now, as server-sent event, for those who listen for one of these words."""
    data = json.dumps({"subject": subject, **payload}, ensure_ascii=False, cls=DjangoJSONEncoder)
    chunk = f"event: {name}\ndata: {data}\n\n".encode()
    return Item(0, tuple(words), chunk, stands_for=f"{name} {subject}", is_over=is_over)


class Cursor:
    """A place in the log that moves forward.

    On SQLite ids commit in order. On PostgreSQL a transaction may commit a lower id after a higher one was read; the
    missing ids are remembered and asked for again until they appear, or until every transaction that could still
    write them has ended. Nothing waits for them: later events are delivered at once, but with the id before the
    first gap as their resume point, so that a reader who resumes is told again rather than never.
    """

    def __init__(self, after: int) -> None:
        self.top = after
        self.gaps: dict[int, _Gap] = {}

    @property
    def position(self) -> int:
        """Everything up to here was read, or will never be."""
        return min(self.gaps) - 1 if self.gaps else self.top

    def read(self) -> list[Item]:
        """What was committed since the last read, a batch at a time, in order of id."""
        oldest = _oldest_transaction() if self.gaps else 0
        is_new = Q(id__gt=self.top)
        wanted = is_new | Q(id__in=list(self.gaps)) if self.gaps else is_new
        rows = list(Event.objects.filter(wanted).order_by("id")[:_AT_A_TIME])
        before = self.top
        for row in rows:
            self.gaps.pop(row.pk, None)
        self._give_up(oldest)
        self._advance([row.pk for row in rows if row.pk > self.top])
        return [item_of(row, resume_at=min(max(row.pk, before), self.position)) for row in rows]

    def _give_up(self, oldest: int) -> None:
        """Forget gaps that nobody can fill. `oldest` was asked for before the rows were read.

        An id is drawn a moment before its transaction gets a number, so a gap is given a second before the
        transactions that could fill it are numbered off.
        """
        now = clock.monotonic()
        aged = {id: gap for id, gap in self.gaps.items() if now - gap.since > _GAP_SECONDS}
        for id, gap in aged.items():
            if (gap.horizon is not None and oldest >= gap.horizon) or now - gap.since > _LONGEST_GAP:
                del self.gaps[id]
        if unnumbered := [gap for gap in aged.values() if gap.horizon is None]:
            horizon = _next_transaction()
            for gap in unnumbered:
                gap.horizon = horizon

    def _advance(self, ids: list[int]) -> None:
        if not ids:
            return
        if connection.vendor == "postgresql":
            present = set(ids)
            missing = [id for id in range(max(self.top + 1, ids[-1] - _MOST_GAPS), ids[-1]) if id not in present]
            self.gaps |= {id: _Gap(clock.monotonic()) for id in missing}
        self.top = ids[-1]


def _oldest_transaction() -> int:
    """The number of the oldest transaction that still runs."""
    return _number("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")


def _next_transaction() -> int:
    """A number above every transaction's that has one by now. Drawing one is the only way to know:
    a snapshot's upper end is only the last one that ended."""
    return _number("SELECT pg_current_xact_id()::text::bigint")


def _number(sql: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return int(cursor.fetchone()[0])


class Tailer(threading.Thread):
    """Follows the log in a thread of its own, with a connection of its own, and hands on what appears."""

    def __init__(self, publish: Callable[[Iterable[Item]], None], beside: Iterable[Beside] = ()) -> None:
        super().__init__(name="live-tailer", daemon=True)
        self.publish = publish
        self.beside = list(beside)
        self.ready = threading.Event()
        self._stop_it = threading.Event()
        self._cursor: Cursor | None = None
        self._watcher: Watcher | None = None

    def run(self) -> None:
        try:
            while not self._stop_it.is_set():
                try:
                    self._follow()
                except Error as error:
                    log.warning("The event log cannot be read for now: %s", error)
                    self._let_go()
                    self._stop_it.wait(_AFTER_AN_ERROR)
        finally:
            self._let_go()

    def stop(self) -> None:
        self._stop_it.set()

    def _follow(self) -> None:
        # Watching begins before the first read, so nothing falls between the two.
        self._watcher = self._watcher or watch(EVENTS, self._stop_it)
        self._cursor = self._cursor or Cursor(position())
        self.ready.set()
        while items := self._cursor.read():
            self.publish(items)
            # What was committed since is news to the watcher.
            if len(items) < _AT_A_TIME:
                break
        for source in self.beside:
            if items := source.read():
                self.publish(items)
        self._watcher.wait(_LOOK_EVERY_WITH_GAPS if self._cursor.gaps else _LOOK_EVERY)

    def _let_go(self) -> None:
        if self._watcher:
            self._watcher.close()
            self._watcher = None
        connection.close()
