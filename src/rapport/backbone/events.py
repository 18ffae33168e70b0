"""Say what happened, in the transaction that made it true; rooms upstairs hear it after commit.

    @dataclass(frozen=True)
    class ConversationClosed(Announcement):
        conversation: int
        by: int | None

    announce(ConversationClosed(12, by=3), subject="conversation:12", audience=["everyone"])

    @on(ConversationClosed)
    def invite(event: ConversationClosed) -> None: ...

A subscriber runs as a durable job, at least once: it must be safe to repeat.
"""

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any, TypeVar

from django.utils.module_loading import import_string

from rapport.backbone.jobs import job
from rapport.backbone.models import Event


@dataclass(frozen=True)
class Announcement:
    """Base of everything announced. Fields are ids, words and numbers: whatever JSON holds."""

    def __init_subclass__(cls) -> None:
        _known[cls.__name__] = cls


A = TypeVar("A", bound=Announcement)
Subscriber = Callable[[Any], None]

_known: dict[str, type[Announcement]] = {}
_subscribers: dict[str, list[str]] = {}

EVERYONE = "everyone"


def announce(event: Announcement, *, subject: str = "", audience: Iterable[str] = (EVERYONE,)) -> Event:
    """Write the event to the log and queue its subscribers, both in the caller's transaction."""
    name = type(event).__name__
    row = Event.objects.create(
        name=name, subject=subject, payload=asdict(event), audience=f" {' '.join(sorted(set(audience)))} "
    )
    for path in _subscribers.get(name, ()):
        hear.enqueue(row.id, path)
    return row


def on(kind: type[A]) -> Callable[[Callable[[A], None]], Callable[[A], None]]:
    """Subscribe a module-level function to a kind of event; each subscriber succeeds or is retried by itself."""

    def subscribe(function: Callable[[A], None]) -> Callable[[A], None]:
        _subscribers.setdefault(kind.__name__, []).append(f"{function.__module__}.{function.__qualname__}")
        return function

    return subscribe


def restore(row: Event) -> Announcement:
    """The announcement that a row of the log was written from."""
    return _known[row.name](**row.payload)


@job
def hear(event_id: int, subscriber: str) -> None:
    import_string(subscriber)(restore(Event.objects.get(pk=event_id)))
