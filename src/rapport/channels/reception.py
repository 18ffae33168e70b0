"""The front desk for listeners: whatever arrives at the same moment is stored by one commit, then read."""

import logging
import queue
import threading
from concurrent.futures import Future
from dataclasses import dataclass, field

from django.db import close_old_connections, connection

from rapport.channels.actions.accepting import accept_all
from rapport.channels.actions.settling import process_all
from rapport.channels.models import Channel, Delivery
from rapport.channels.queries import bare
from rapport.channels.seam import Reception
from rapport.channels.types import Incoming
from rapport.kit import clock

log = logging.getLogger("rapport.channels")

_GROUP = 50
_GROUP_BYTES = 16 * 1024 * 1024
_MOST_UNREAD = 200
# A new channel is known this soon.
_ADDRESSES_KEPT_SECONDS = 2.0
# With nothing to store it still looks up now and then, to see whether it should stop.
_IDLE_SECONDS = 0.5


@dataclass
class _Arrival:
    kind: str
    incoming: Incoming
    stored: "Future[None]" = field(default_factory=Future)

    @property
    def size(self) -> int:
        return len(self.incoming.body) if isinstance(self.incoming.body, bytes) else _GROUP_BYTES


class FrontDesk(Reception):
    """One thread with one database connection; listeners wait for their futures, not for the database."""

    def __init__(self) -> None:
        self._waiting: queue.Queue[_Arrival] = queue.Queue()
        self._stopping = threading.Event()
        self._addresses: set[str] | None = None
        self._asked_at = float("-inf")
        self._asking = threading.Lock()
        self._thread = threading.Thread(target=self._work, name="reception")
        self._thread.start()

    def take(self, kind: str, incoming: Incoming) -> "Future[None]":
        arrival = _Arrival(kind, incoming)
        if self._stopping.is_set():
            arrival.stored.set_exception(RuntimeError("Stopping."))
        else:
            self._waiting.put(arrival)
        return arrival.stored

    def knows(self, address: str) -> bool:
        with self._asking:
            if clock.monotonic() - self._asked_at > _ADDRESSES_KEPT_SECONDS:
                self._ask()
            addresses = self._addresses or set()
        return not addresses or address.strip().lower() in addresses or bare(address) in addresses

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join()

    def _ask(self) -> None:
        try:
            found = Channel.objects.exclude(address="").values_list("address", flat=True)
            self._addresses = {address.strip().lower() for address in found}
            self._asked_at = clock.monotonic()
        finally:
            # Asked from whatever thread a listener has at hand: it must not hold a connection for ever.
            connection.close()

    def _work(self) -> None:
        unread: list[Delivery] = []
        try:
            while not (self._stopping.is_set() and self._waiting.empty() and not unread):
                group = self._next_group(wait=not unread)
                if group:
                    unread += self._store(group)
                # Senders wait for the storing, nobody for the reading; but it must not fall behind without end.
                if unread and (not group or len(unread) >= _MOST_UNREAD):
                    self._read(unread[:_GROUP])
                    del unread[:_GROUP]
                close_old_connections()
        finally:
            connection.close()

    def _next_group(self, *, wait: bool) -> list[_Arrival]:
        group: list[_Arrival] = []
        size = 0
        try:
            while len(group) < _GROUP and size < _GROUP_BYTES:
                first_waits = wait and not group
                arrival = self._waiting.get(timeout=_IDLE_SECONDS) if first_waits else self._waiting.get_nowait()
                # Whoever hung up before it was stored sends it again.
                if arrival.stored.set_running_or_notify_cancel():
                    group.append(arrival)
                    size += arrival.size
        except queue.Empty:
            pass
        return group

    def _store(self, group: list[_Arrival]) -> list[Delivery]:
        stored: list[Delivery] = []
        for kind in dict.fromkeys(arrival.kind for arrival in group):
            same = [arrival for arrival in group if arrival.kind == kind]
            try:
                stored += accept_all([arrival.incoming for arrival in same], kind=kind)
            except Exception as error:
                log.warning("Nothing could be stored for the moment: %s", error)
                connection.close()
                for arrival in same:
                    arrival.stored.set_exception(error)
            else:
                for arrival in same:
                    arrival.stored.set_result(None)
        return stored

    def _read(self, deliveries: list[Delivery]) -> None:
        try:
            process_all(deliveries)
        except Exception:
            # They are stored; the sweep reads them.
            log.exception("Reading what arrived failed")
            connection.close()
