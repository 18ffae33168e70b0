"""SMTP connections kept open for the next mail: few, briefly, and asked whether they still answer before they are used.

A process has one pool; what is in it belongs to nobody, and whoever takes a connection has it alone.
"""

import atexit
import os
import threading
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass

from rapport.channels.kinds.email.smtp import Smtp, quietly_closed
from rapport.kit import clock

# Servers hang up on the idle after five minutes (RFC 5321 4.5.3.2.7), impatient ones after one.
IDLE_SECONDS = 30.0
# Postfix and others end a connection after a hundred mails; some bound its age.
MOST_MAILS = 90
LONGEST_LIFE_SECONDS = 240.0
# As many as a worker has threads.
MOST_IDLE = 4

Key = tuple[object, ...]


@dataclass
class _Kept:
    connection: Smtp
    opened_at: float
    mails: int = 0
    idle_since: float = 0.0

    @property
    def is_worn(self) -> bool:
        return self.mails >= MOST_MAILS or clock.monotonic() - self.opened_at > LONGEST_LIFE_SECONDS


class Pool:
    """Open connections by server and user. Safe from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._idle: defaultdict[Key, deque[_Kept]] = defaultdict(deque)
        self._lent: dict[Smtp, _Kept] = {}
        self._timer: threading.Timer | None = None

    def take(self, key: Key) -> Smtp | None:
        """An open connection that answers, to be given back or dropped; None when a new one has to be opened."""
        while True:
            with self._lock:
                # The one used last is the likeliest to be still open.
                kept = self._idle[key].pop() if self._idle[key] else None
            if kept is None:
                return None
            is_fresh = clock.monotonic() - kept.idle_since <= IDLE_SECONDS
            if is_fresh and kept.connection.is_answering():
                with self._lock:
                    self._lent[kept.connection] = kept
                return kept.connection
            kept.connection.drop()

    def give_back(self, connection: Smtp) -> None:
        """A mail went through it: the next may too."""
        now = clock.monotonic()
        with self._lock:
            kept = self._lent.pop(connection, None) or _Kept(connection, opened_at=now)
            kept.mails, kept.idle_since = kept.mails + 1, now
            is_kept = not kept.is_worn and len(self._idle[connection.key]) < MOST_IDLE
            if is_kept:
                self._idle[connection.key].append(kept)
                self._watch()
        if not is_kept:
            quietly_closed(connection)

    def drop(self, connection: Smtp) -> None:
        """Something went wrong with it."""
        with self._lock:
            self._lent.pop(connection, None)
        connection.drop()

    def close(self) -> None:
        """Say goodbye on every idle connection."""
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
        for kept in self._taken_out(lambda _kept: True):
            quietly_closed(kept.connection)

    def forget(self) -> None:
        """In a new process: the connections are the parent's, which goes on using them."""
        self._lock, self._idle, self._lent, self._timer = threading.Lock(), defaultdict(deque), {}, None

    def _watch(self) -> None:
        if self._timer is None:
            self._timer = threading.Timer(IDLE_SECONDS, self._tidy)
            self._timer.daemon = True
            self._timer.start()

    def _tidy(self) -> None:
        now = clock.monotonic()
        for kept in self._taken_out(lambda kept: now - kept.idle_since >= IDLE_SECONDS):
            quietly_closed(kept.connection)
        with self._lock:
            self._timer = None
            if any(self._idle.values()):
                self._watch()

    def _taken_out(self, is_wanted: Callable[[_Kept], bool]) -> list[_Kept]:
        with self._lock:
            found = [kept for idle in self._idle.values() for kept in idle if is_wanted(kept)]
            for key, idle in list(self._idle.items()):
                left = deque(kept for kept in idle if not is_wanted(kept))
                if left:
                    self._idle[key] = left
                else:
                    del self._idle[key]
        return found


POOL = Pool()
atexit.register(POOL.close)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=POOL.forget)
