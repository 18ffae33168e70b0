"""Hear within milliseconds that another process committed something, at next to no cost when nothing happens."""

import logging
import sqlite3
import threading
from typing import Protocol

import psycopg
from django.db import connection

from rapport.kit import clock

log = logging.getLogger("rapport.watching")

_STEP = 0.04
_AFTER_A_LOST_CONNECTION = 1.0


class Watcher(Protocol):
    """Belongs to the thread that made it."""

    def wait(self, seconds: float) -> bool:
        """Return True once something may have changed, False when nothing did for that long or it was stopped."""

    def close(self) -> None:
        """Give the connection back."""


def nudge(channel: str) -> None:
    """Tell watchers of a channel, when the surrounding transaction commits. SQLite's watchers see it by themselves."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_notify(%s, '')", [channel])


def watch(channel: str, stop: threading.Event) -> Watcher:
    """A watcher of the database this process uses; `stop` ends a wait early."""
    return _Listener(channel, stop) if connection.vendor == "postgresql" else _VersionWatcher(stop)


class _VersionWatcher:
    """Reads SQLite's counter of commits by other connections: 10 microseconds, no lock, no disk."""

    def __init__(self, stop: threading.Event) -> None:
        self.stop = stop
        parameters = connection.get_connection_params()
        self.connection = sqlite3.connect(parameters["database"], uri=True, timeout=1, isolation_level=None)
        self.version = self._version()

    def wait(self, seconds: float) -> bool:
        until = clock.monotonic() + seconds
        while True:
            version = self._version()
            if version != self.version:
                self.version = version
                return True
            left = until - clock.monotonic()
            if left <= 0 or self.stop.wait(min(_STEP, left)):
                return False

    def _version(self) -> int:
        try:
            return int(self.connection.execute("PRAGMA data_version").fetchone()[0])
        except sqlite3.OperationalError:  # locked for a moment, while a journal is recovered
            return -1

    def close(self) -> None:
        self.connection.close()


class _Listener:
    """LISTENs on a PostgreSQL connection of its own; losing it counts as news, since news may be lost with it."""

    def __init__(self, channel: str, stop: threading.Event) -> None:
        self.channel = channel
        self.stop = stop
        self.connection: psycopg.Connection | None = None

    def wait(self, seconds: float) -> bool:
        until = clock.monotonic() + seconds
        try:
            if self.connection is None:
                self.connection = self._connect()
                return True
            while not self.stop.is_set() and (left := until - clock.monotonic()) > 0:
                # In short steps, so that stopping is heard.
                if list(self.connection.notifies(timeout=min(left, 0.5), stop_after=1)):
                    return True
        except psycopg.Error as error:
            log.warning("Lost the connection that listens for %s: %s", self.channel, error)
            self.close()
            self.stop.wait(_AFTER_A_LOST_CONNECTION)
            return True
        return False

    def _connect(self) -> psycopg.Connection:
        parameters = {
            name: value
            for name, value in connection.get_connection_params().items()
            if name not in {"cursor_factory", "context", "prepare_threshold"}
        }
        listening = psycopg.connect(**parameters, autocommit=True)
        listening.execute(f'LISTEN "{self.channel}"')
        return listening

    def close(self) -> None:
        if self.connection is not None:
            self.connection.close()
            self.connection = None
