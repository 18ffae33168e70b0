"""What the worker process hosts besides jobs: doors that mail comes in by, and rounds past the mailboxes."""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from django.db import connection

from rapport.channels.actions import polling, settling
from rapport.channels.reception import FrontDesk
from rapport.channels.seam import Listener, kinds

log = logging.getLogger("rapport.channels")

_LOOK_SECONDS = 1.0
# A slow mailbox holds up no other until this many are slow at once.
_AT_ONCE = 4


def start() -> list[Listener]:
    """Open every door and begin the rounds; each answer is stopped when the worker ends."""
    doors = Doors()
    return [doors, Rounds()]


class Doors(Listener):
    """The listeners of every kind, and the reception that they hand in at."""

    def __init__(self) -> None:
        self._reception = FrontDesk()
        self._listeners: list[Listener] = []
        try:
            for kind in kinds().values():
                listener = kind.listen(self._reception)
                if listener is not None:
                    self._listeners.append(listener)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        # Doors first: what is already inside is still stored and acknowledged.
        for listener in self._listeners:
            listener.stop()
        self._reception.stop()


class Rounds(Listener):
    """Polls each channel when its turn has come; a mailbox that does not answer keeps no other waiting."""

    def __init__(self) -> None:
        self._stopping = threading.Event()
        self._pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="poll")
        self._busy: set[int] = set()
        self._thread = threading.Thread(target=self._walk, name="rounds")
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _walk(self) -> None:
        # What a killed process stored and did not read is read before anything new is fetched.
        self._closing(settling.sweep)
        while not self._stopping.is_set():
            self._closing(self._look)
            self._stopping.wait(_LOOK_SECONDS)

    def _look(self) -> None:
        for channel_id in polling.due():
            if channel_id not in self._busy and len(self._busy) < _AT_ONCE:
                self._busy.add(channel_id)
                self._pool.submit(self._poll, channel_id)

    def _poll(self, channel_id: int) -> None:
        try:
            self._closing(lambda: polling.poll(channel_id))
        finally:
            self._busy.discard(channel_id)

    @staticmethod
    def _closing(step: Callable[[], object]) -> None:
        """No database connection is held between two looks, and no trouble ends the rounds."""
        try:
            step()
        except Exception:
            log.exception("Looking for new messages failed")
        finally:
            connection.close()
