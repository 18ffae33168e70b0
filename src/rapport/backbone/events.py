"""Say what happened, in the transaction that made it true; rooms upstairs hear it after commit.

    @dataclass(frozen=True)
    class ConversationClosed(Announcement):
        conversation: int
        by: int | None

    announce(ConversationClosed(12, by=3), subject="conversation:12", audience=["everyone"])

    @on(ConversationClosed)
    def invite(event: ConversationClosed) -> None: ...

A subscriber runs as a durable job, at least once: it must be safe to repeat; `heard()` is the event with its id.
Bulk work announces inside `with gathered():`, which writes all events and their jobs at its end.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, ClassVar, TypeVar

from django.db import connection
from django.db.models import Max
from django.utils.module_loading import import_string
from django_tasks_db.models import DBTaskResult, get_date_max

from rapport.backbone import gathering
from rapport.backbone.gathering import gathered
from rapport.backbone.jobs import GiveUp, job
from rapport.backbone.jobs.declaring import JOBS
from rapport.backbone.models import NOBODYS, Event
from rapport.backbone.watching import nudge
from rapport.kit import clock

__all__ = [
    "EVENTS",
    "EVERYONE",
    "Announcement",
    "announce",
    "caused_by",
    "gathered",
    "heard",
    "on",
    "position",
    "restore",
]

EVENTS = "rapport_events"
EVERYONE = "everyone"

# A transaction that writes an event and then runs longer than this is not waited for by `position`.
_LONGEST_WRITE = timedelta(seconds=60)


@dataclass(frozen=True)
class Announcement:
    """Base of everything announced. Fields are ids, words and numbers: whatever JSON holds.

    The log outlives the code: a renamed class lists its earlier names in `formerly`, a new field has a default,
    and fields that are gone are ignored when an old row is restored.
    """

    formerly: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(cls) -> None:
        for name in (cls.__name__, *cls.__dict__.get("formerly", ())):
            other = _known.setdefault(name, cls)
            if (other.__module__, other.__qualname__) != (cls.__module__, cls.__qualname__):
                raise TypeError(f"{cls.__module__} and {other.__module__} both announce {name}. Rename one of them.")
            _known[name] = cls


class UnknownAnnouncement(GiveUp):
    """The log holds an event that no class of this version stands for."""


A = TypeVar("A", bound=Announcement)
Subscriber = Callable[[Any], None]
# Which of these names of events somebody waits for: asked once for all events of a transaction's write.
Wanted = Callable[[set[str]], set[str]]

_known: dict[str, type[Announcement]] = {}
_subscribers: dict[str, list[str]] = {}
_choosy: dict[str, Wanted] = {}
_cause: ContextVar[Mapping[str, Any] | None] = ContextVar("cause", default=None)
_heard: ContextVar[Event | None] = ContextVar("heard_event", default=None)


def announce(
    event: Announcement, *, subject: str = "", audience: Iterable[str] = (EVERYONE,), at: datetime | None = None
) -> Event:
    """Write the event to the log and queue its subscribers, both in the caller's transaction."""
    cause = _cause.get()
    row = Event(
        name=type(event).__name__,
        subject=subject,
        payload=asdict(event) | ({"cause": dict(cause)} if cause else {}),
        audience=f" {' '.join(sorted(set(audience)))} ",
        at=at or clock.now(),
        by=_whose(event),
    )
    if not gathering.collect(_write, [row]):
        _write([row])
    return row


def _whose(event: Announcement) -> int | None:
    """As `Event.by` keeps it."""
    if not hasattr(event, "by"):
        return None
    return event.by if isinstance(event.by, int) else NOBODYS


@contextmanager
def caused_by(**cause: Any) -> Iterator[None]:
    """Note in every event announced in this block why it happened, under `cause` of its payload: JSON, for reading."""
    token = _cause.set(cause)
    try:
        yield
    finally:
        _cause.reset(token)


def heard() -> Event:
    """The event a subscriber is being told of, for one that notes its id. Raises LookupError elsewhere."""
    event = _heard.get()
    if event is None:
        raise LookupError("No event is being told here.")
    return event


def on(kind: type[A], *, wanted: Wanted | None = None) -> Callable[[Callable[[A], None]], Callable[[A], None]]:
    """Subscribe a module-level function to a kind of event; each subscriber succeeds or is retried by itself.

    With `wanted` no job is queued for an event whose name that does not answer: for subscribers who rarely listen.
    """

    def subscribe(function: Callable[[A], None]) -> Callable[[A], None]:
        if "<locals>" in function.__qualname__:
            raise TypeError(f"{function.__qualname__} cannot be heard by a worker: define it at the top of a module.")
        path = f"{function.__module__}.{function.__qualname__}"
        paths = _subscribers.setdefault(kind.__name__, [])
        if path not in paths:
            paths.append(path)
        if wanted is not None:
            _choosy[path] = wanted
        return function

    return subscribe


def restore(row: Event) -> Announcement:
    """The announcement that a row of the log was written from. Raises UnknownAnnouncement."""
    kind = _known.get(row.name)
    if kind is None:
        raise UnknownAnnouncement(f"This version of Rapport does not know the event {row.name}.")
    names = {field.name for field in fields(kind)}
    try:
        return kind(**{name: value for name, value in row.payload.items() if name in names})
    except TypeError as error:
        raise UnknownAnnouncement(f"The event {row.name} {row.pk} lacks something: {error}") from error


def position() -> int:
    """Where the log stands: every event a reader could still miss has a higher id. For `/live?after=`."""
    top = Event.objects.aggregate(top=Max("id"))["top"] or 0
    if connection.vendor != "postgresql":
        return top
    # Here a lower id may commit after a higher one. Stop before the first gap among the latest events; where a gap
    # is only a rolled back transaction's, the reader hears a few events twice.
    recent = Event.objects.filter(at__gt=clock.now() - _LONGEST_WRITE, id__gt=top - 1000).order_by("id")
    ids = list(recent.values_list("id", flat=True))
    for earlier, later in pairwise(ids):
        if later != earlier + 1:
            return earlier
    return top


@job
def hear(event_id: int, subscriber: str) -> None:
    """Tell one subscriber of one event."""
    try:
        function: Subscriber = import_string(subscriber)
    except ImportError as error:
        raise GiveUp(f"Nobody is called {subscriber} any more: {error}") from error
    row = Event.objects.get(pk=event_id)
    token = _heard.set(row)
    try:
        function(restore(row))
    finally:
        _heard.reset(token)


def _write(rows: list[Event]) -> None:
    if len(rows) == 1:
        rows[0].save(force_insert=True)
    else:
        Event.objects.bulk_create(rows, batch_size=500)
    waiting = _waiting({row.name for row in rows})
    tasks = [_task(row, path) for row in rows for path in waiting.get(row.name, ())]
    if tasks:
        DBTaskResult.objects.bulk_create(tasks, batch_size=500)
        nudge(JOBS)
    nudge(EVENTS)


def _waiting(names: set[str]) -> dict[str, list[str]]:
    """Who is to be told of each of these events."""
    paths = {path for name in names for path in _subscribers.get(name, ())}
    wanted = {path: _choosy[path](names) for path in paths if path in _choosy}
    return {
        name: [path for path in _subscribers.get(name, ()) if path not in wanted or name in wanted[path]]
        for name in names
    }


def _task(row: Event, path: str) -> "DBTaskResult[Any, Any]":
    """What `hear.enqueue(row.id, path)` would store; written by hand because tasks have no bulk enqueue."""
    return DBTaskResult(
        args_kwargs={"args": [row.pk, path], "kwargs": {}},
        priority=hear.priority,
        task_path=hear.module_path,
        queue_name=hear.queue_name,
        backend_name=hear.backend,
        run_after=get_date_max(),
    )
