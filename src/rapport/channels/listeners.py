"""What the worker process hosts besides jobs: doors that mail comes in by, and rounds past the mailboxes."""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from django.db import connection

from rapport.channels.actions import polling, settling
from rapport.channels.reception import FrontDesk
from rapport.channels.seam import Listener, kinds
from rapport.channels.watching import Watches

log = logging.getLogger("rapport.channels")

_LOOK_SECONDS = 1.0
# A slow mailbox holds up no other until this many are slow at once; those that do not work have fewer of their own.
_AT_ONCE, _FAILING_AT_ONCE = 6, 2


def start() -> list[Listener]:
    """Open every door, begin the rounds and watch; each answer is stopped when the worker ends."""
    doors = Doors()
    rounds = Rounds()
    return [doors, Watches(on_news=rounds.hurry), rounds]


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
        self._hurry = threading.Event()
        self._pools = {
            False: ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="poll"),
            True: ThreadPoolExecutor(_FAILING_AT_ONCE, thread_name_prefix="poll-failing"),
        }
        self._busy: set[int] = set()
        self._thread = threading.Thread(target=self._walk, name="rounds")
        self._thread.start()

    def hurry(self) -> None:
        """Look at once: somebody's turn has come."""
        self._hurry.set()

    def stop(self) -> None:
        self._stopping.set()
        self.hurry()
        self._thread.join()
        for pool in self._pools.values():
            pool.shutdown(wait=True, cancel_futures=True)

    def _walk(self) -> None:
        # What a killed process stored and did not read is read before anything new is fetched.
        self._closing(settling.sweep)
        while not self._stopping.is_set():
            # Cleared before looking: a turn that comes while we look sets it again.
            self._hurry.clear()
            self._closing(self._look)
            self._hurry.wait(_LOOK_SECONDS)

    def _look(self) -> None:
        for turn in polling.turns():
            if turn.channel_id not in self._busy:
                self._busy.add(turn.channel_id)
                self._pools[turn.is_failing].submit(self._poll, turn.channel_id)

    def _poll(self, channel_id: int) -> None:
        try:
            if not self._stopping.is_set():
                self._closing(lambda: polling.poll(channel_id))
        finally:
            self._busy.discard(channel_id)
            # News that came meanwhile was passed over because we were busy.
            self.hurry()

    @staticmethod
    def _closing(step: Callable[[], object]) -> None:
        """No database connection is held between two looks, and no trouble ends the rounds."""
        try:
            step()
        except Exception:
            log.exception("Looking for new messages failed")
        finally:
            connection.close()
