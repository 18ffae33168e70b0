"""Open lines to every provider that tells of new messages at once; the rounds fetch them."""

import contextlib
import logging
import os
import secrets
import selectors
import socket
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from django.db import connection

from rapport.channels.actions import watching
from rapport.channels.actions.consenting import usable_settings
from rapport.channels.errors import CannotConnect
from rapport.channels.seam import Listener, Watch, kind_of
from rapport.kit import clock

log = logging.getLogger("rapport.channels")

_LOOK_SECONDS = 1.0
_BEAT_SECONDS = 3.0
# Routers forget a silent connection after some minutes; RFC 2177 wants it renewed before 29.
RENEW_SECONDS = 4 * 60.0
# A provider that does not tell by itself today may do so tomorrow.
_NOT_OFFERED_SECONDS = 3600.0
FIRST_PAUSE, _LONGEST_PAUSE = 2.0, 300.0
# A line that held this long was no failed try.
_STEADY_SECONDS = 60.0
_AT_ONCE = 4


@dataclass
class _Line:
    watch: Watch
    opened_at: float
    renewed_at: float
    # In the hands of a thread that speaks with the server: nobody else may.
    is_busy: bool = False


@dataclass(frozen=True)
class _Rest:
    until: float
    times: int = 0


class Watches(Listener):
    """One thread waits at all lines together; a few more connect and listen, so that a slow server delays no other."""

    def __init__(self, *, on_news: Callable[[], None] = lambda: None) -> None:
        self.name = f"{socket.gethostname()[:40]}:{os.getpid()}:{secrets.token_hex(4)}"
        self._on_news = on_news
        self._lock = threading.Lock()
        self._lines: dict[int, _Line] = {}
        self._opening: set[int] = set()
        self._resting: dict[int, _Rest] = {}
        self._stopping = threading.Event()
        self._bell = _Bell()
        self._openers = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="watch-open")
        self._hearers = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="watch-hear")
        self._beat_at = 0.0
        self._thread = threading.Thread(target=self._wait, name="watches")
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._bell.ring()
        self._thread.join()
        # Hanging up ends whoever still reads from a line.
        for line in list(self._lines.values()):
            line.watch.close()
        self._openers.shutdown(cancel_futures=True)
        self._hearers.shutdown(cancel_futures=True)
        self._closing(self._let_all_go)
        self._bell.close()

    def watched(self) -> set[int]:
        """The channels that this worker has an open line to."""
        with self._lock:
            return set(self._lines)

    # -- The thread that waits ----------------------------------------------------------------------

    def _wait(self) -> None:
        look_at = 0.0
        while not self._stopping.is_set():
            if clock.monotonic() >= look_at:
                self._closing(self._look)
                look_at = clock.monotonic() + _LOOK_SECONDS
            for channel_id in self._readable(max(0.0, look_at - clock.monotonic())):
                self._attend(channel_id, self._hear)

    def _readable(self, seconds: float) -> list[int]:
        """The channels whose provider says something; none when the bell rang or the time is up."""
        with self._lock:
            lines = {line.watch.fileno(): id for id, line in self._lines.items() if not line.is_busy}
        with selectors.DefaultSelector() as selector:
            for number in (self._bell.fileno(), *(number for number in lines if number >= 0)):
                # One that is closed at this moment is gone at the next look.
                with contextlib.suppress(OSError, KeyError):
                    selector.register(number, selectors.EVENT_READ)
            ready = [key.fd for key, _events in selector.select(seconds)]
        self._bell.hush()
        return [lines[number] for number in ready if number in lines]

    def _look(self) -> None:
        survey = watching.survey(by=self.name)
        if survey.lost:
            watching.take_over(survey.lost)
        for channel_id in self.watched() - survey.ours:
            self._let_go(channel_id)
        now = clock.monotonic()
        if survey.ours and now >= self._beat_at:
            self._beat_at = now + _BEAT_SECONDS
            watching.keep_watching(survey.ours, by=self.name)
        for channel_id in survey.free:
            self._open(channel_id)
        with self._lock:
            due = [id for id, line in self._lines.items() if now - line.renewed_at >= RENEW_SECONDS]
        for channel_id in due:
            self._attend(channel_id, self._renew)

    def _open(self, channel_id: int) -> None:
        with self._lock:
            rest = self._resting.get(channel_id)
            if channel_id in self._opening | self._lines.keys() or (rest and rest.until > clock.monotonic()):
                return
            self._opening.add(channel_id)
        self._openers.submit(self._closing, lambda: self._connect(channel_id))

    def _attend(self, channel_id: int, step: Callable[[_Line], bool]) -> None:
        with self._lock:
            line = self._lines.get(channel_id)
            if line is None or line.is_busy:
                return
            line.is_busy = True
        self._hearers.submit(self._closing, lambda: self._listen(channel_id, line, step))

    # -- Those that speak with servers --------------------------------------------------------------

    def _connect(self, channel_id: int) -> None:
        try:
            channel = None if self._stopping.is_set() else watching.watch(channel_id, by=self.name)
            if channel is None:
                return
            try:
                watch = kind_of(channel.kind).watch(usable_settings(channel))
            except Exception as error:
                self._rest(channel_id, error)
                return
            if watch is None:
                self._resting[channel_id] = _Rest(clock.monotonic() + _NOT_OFFERED_SECONDS)
                watching.stop_watching(channel_id, by=self.name)
                return
            now = clock.monotonic()
            with self._lock:
                self._lines[channel_id] = _Line(watch, opened_at=now, renewed_at=now)
        finally:
            with self._lock:
                self._opening.discard(channel_id)
        self._bell.ring()
        # What came between the last poll and now was told to nobody.
        watching.hear(channel_id)
        self._on_news()

    def _listen(self, channel_id: int, line: _Line, step: Callable[[_Line], bool]) -> None:
        try:
            is_news = step(line)
        except Exception as error:
            if self._lines.get(channel_id) is line:
                self._drop(channel_id, line, error)
            return
        with self._lock:
            line.is_busy = False
        self._bell.ring()
        if is_news:
            watching.hear(channel_id)
            self._on_news()

    @staticmethod
    def _hear(line: _Line) -> bool:
        return line.watch.news()

    @staticmethod
    def _renew(line: _Line) -> bool:
        is_news = line.watch.renew()
        line.renewed_at = clock.monotonic()
        return is_news

    def _drop(self, channel_id: int, line: _Line, error: Exception) -> None:
        if clock.monotonic() - line.opened_at > _STEADY_SECONDS:
            self._resting.pop(channel_id, None)
        with self._lock:
            self._lines.pop(channel_id, None)
        line.watch.close()
        self._rest(channel_id, error)
        # Asking in turn finds out what is wrong, and fetches what came meanwhile.
        self._on_news()

    def _rest(self, channel_id: int, error: Exception) -> None:
        if not isinstance(error, CannotConnect):
            log.error("Watching channel %s failed", channel_id, exc_info=error)
        times = self._resting.get(channel_id, _Rest(0)).times
        pause = min(FIRST_PAUSE * 2 ** min(times, 10), _LONGEST_PAUSE)
        self._resting[channel_id] = _Rest(clock.monotonic() + pause, times + 1)
        watching.stop_watching(channel_id, by=self.name, problem=str(error) or type(error).__name__)

    def _let_go(self, channel_id: int) -> None:
        """Paused, changed or removed, or we stop: others may watch it."""
        with self._lock:
            line = self._lines.pop(channel_id, None)
        if line is not None:
            line.watch.close()
            watching.stop_watching(channel_id, by=self.name)

    def _let_all_go(self) -> None:
        for channel_id in self.watched():
            self._let_go(channel_id)

    @staticmethod
    def _closing(step: Callable[[], object]) -> None:
        """No database connection is held between two looks, and no trouble ends the watching."""
        try:
            step()
        except Exception:
            log.exception("Watching for new messages failed")
        finally:
            connection.close()


class _Bell:
    """Wakes whoever waits at a set of connections."""

    def __init__(self) -> None:
        self._inside, self._outside = socket.socketpair()
        self._inside.setblocking(False)
        self._outside.setblocking(False)

    def fileno(self) -> int:
        return self._inside.fileno()

    def ring(self) -> None:
        with contextlib.suppress(OSError):
            self._outside.send(b"!")

    def hush(self) -> None:
        with contextlib.suppress(OSError):
            while self._inside.recv(1024):
                pass

    def close(self) -> None:
        self._inside.close()
        self._outside.close()
