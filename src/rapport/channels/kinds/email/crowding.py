"""How many may stand at the door, and how fast one of them may talk."""

import ipaddress
from collections import Counter, OrderedDict
from dataclasses import dataclass

from rapport.kit import clock


@dataclass(frozen=True)
class Crowd:
    """At most so many connections at once, and for each peer so many at once and so many mails a minute.

    Machines inside, such as a mail server of ours that passes on what it took, are bound by the first alone.
    """

    connections: int = 500
    connections_each: int = 20
    mails_a_minute: int = 120
    is_inside_free: bool = True


class Doorkeeper:
    """Counts who is there. Used by one event loop only."""

    def __init__(self, crowd: Crowd) -> None:
        self.crowd = crowd
        self._there: Counter[str] = Counter()
        # Who sent lately: when the minute began, and how many since. The longest silent are forgotten first.
        self._mails: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def enter(self, peer: str) -> str:
        """Why this one may not come in; empty when it may, and then it has to `leave`."""
        if self._there.total() >= self.crowd.connections:
            return "421 4.3.2 Too many connections here, try again later"
        if self._is_bound(peer) and self._there[peer] >= self.crowd.connections_each:
            return "421 4.7.0 Too many connections from you, try again later"
        self._there[peer] += 1
        return ""

    def leave(self, peer: str) -> None:
        self._there[peer] -= 1
        if self._there[peer] <= 0:
            del self._there[peer]

    def may_send(self, peer: str) -> bool:
        """Counts one more mail of this peer, unless it sent too many within a minute."""
        if not self._is_bound(peer):
            return True
        now = clock.monotonic()
        began, count = self._mails.get(peer, (now, 0))
        if now - began >= 60:
            began, count = now, 0
        if count >= self.crowd.mails_a_minute:
            return False
        self._mails[peer] = (began, count + 1)
        self._mails.move_to_end(peer)
        while len(self._mails) > 10_000:
            self._mails.popitem(last=False)
        return True

    def _is_bound(self, peer: str) -> bool:
        if not self.crowd.is_inside_free:
            return True
        try:
            return ipaddress.ip_address(peer).is_global
        except ValueError:
            return False
