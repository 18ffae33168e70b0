"""What the worker process hosts besides jobs: the doors by which mail comes in."""

import importlib
import logging
import threading
from contextlib import suppress
from importlib.util import find_spec
from typing import Protocol

log = logging.getLogger("rapport.listening")

_TRY_AGAIN = 20.0


class Listener(Protocol):
    def stop(self) -> None:
        """Close the door; what is inside is still taken care of."""


class Doors:
    """Opens the channels' doors beside the jobs. One that cannot be opened, as when its port is taken, is said and
    tried again: neither jobs nor the mail that leaves wait for it."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._open, name="doors", daemon=True)

    def start(self) -> None:
        if find_spec("rapport.channels.listeners"):
            self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(5)
        for listener in self._listeners:
            with suppress(Exception):
                listener.stop()

    def _open(self) -> None:
        while not self._stopping.is_set():
            try:
                self._listeners = list(importlib.import_module("rapport.channels.listeners").start())
            except Exception as error:
                log.error("Mail cannot come in, trying again in %.0f s: %s", _TRY_AGAIN, error)
                self._stopping.wait(_TRY_AGAIN)
            else:
                return
