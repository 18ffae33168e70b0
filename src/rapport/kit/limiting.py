"""How often one caller may ask: a bucket that fills steadily, one in each web process."""

import math
from collections import OrderedDict
from threading import Lock

from rapport.kit import clock
from rapport.kit.rest.problems import TooMany

MOST_CALLERS = 10_000


class Limiter:
    """Lets a caller ask `burst` times at once and `a_second` times a second after that.

    Kept in memory: counting in the database would make every read a write. With several web processes a caller may
    therefore ask more often, never less.
    """

    def __init__(self, burst: int, a_second: float) -> None:
        self._every = 1 / a_second
        # A little more, since what is added to a clock and taken away again is not quite the same.
        self._slack = burst / a_second + 1e-6
        # The moment by which what a caller asked so far is paid off, oldest caller first.
        self._paid: OrderedDict[str, float] = OrderedDict()
        self._lock = Lock()

    def forget(self) -> None:
        """As if nobody had asked yet."""
        with self._lock:
            self._paid.clear()

    def admit(self, caller: str) -> None:
        """Count one request. Raises TooMany with the seconds to wait."""
        now = clock.monotonic()
        with self._lock:
            paid = max(self._paid.get(caller, now), now) + self._every
            if paid - now > self._slack:
                raise TooMany(max(1, math.ceil(paid - now - self._slack)))
            self._paid[caller] = paid
            self._paid.move_to_end(caller)
            if len(self._paid) > MOST_CALLERS:
                self._paid.popitem(last=False)
