"""Being told at once where nothing can be pushed: Telegram holds its answer back until something comes.

This line confirms nothing and keeps nothing; `poll` fetches what it told of. https://core.telegram.org/bots/api#getupdates
"""

import contextlib
import socket
import threading
from collections.abc import Mapping
from typing import Any

from rapport.channels.errors import CannotConnect
from rapport.channels.kinds.telegram import webhook
from rapport.channels.kinds.telegram.api import UPDATES, Refusal, call
from rapport.channels.seam import Watch
from rapport.kit import clock
from rapport.kit.http import HttpProblem

_HELD_SECONDS = 25
# Telegram ends the older of two questions: the poll that follows goes first.
_BREATH = 2.0
# An answer that was not held back says that this server does not do so; it is not asked without a pause.
_AT_ONCE = 1.0


class News(Watch):
    def __init__(self, settings: Mapping[str, Any]) -> None:
        self._settings = settings
        self._inside, self._outside = socket.socketpair()
        self._inside.setblocking(False)
        self._stopping = threading.Event()
        self._problem = ""
        threading.Thread(target=self._listen, name="telegram", daemon=True).start()

    def fileno(self) -> int:
        return self._inside.fileno()

    def news(self) -> bool:
        with contextlib.suppress(OSError):
            while self._inside.recv(1024):
                pass
        return not self._complain()

    def renew(self) -> bool:
        self._complain()
        return False

    def close(self) -> None:
        self._stopping.set()
        for end in (self._inside, self._outside):
            with contextlib.suppress(OSError):
                end.close()

    def _complain(self) -> bool:
        """Raises CannotConnect."""
        if self._problem:
            raise CannotConnect(self._problem)
        return False

    def _listen(self) -> None:
        asked: dict[str, Any] = {"limit": 1, "timeout": _HELD_SECONDS, "allowed_updates": UPDATES}
        while not self._stopping.is_set():
            began = clock.monotonic()
            try:
                found = call(self._settings, "getUpdates", seconds=_HELD_SECONDS + 10, **asked)
            except Refusal as refusal:
                if refusal.code == 409 and "webhook" not in refusal.said:
                    self._stopping.wait(_BREATH)
                    continue
                return self._end(webhook.explained(refusal))
            except HttpProblem as problem:
                return self._end(str(problem))
            if found:
                self._ring()
                self._stopping.wait(_BREATH)
            elif clock.monotonic() - began < _AT_ONCE:
                self._stopping.wait(_AT_ONCE)
        return None

    def _end(self, problem: str) -> None:
        self._problem = problem
        self._ring()

    def _ring(self) -> None:
        with contextlib.suppress(OSError):
            self._outside.send(b"!")
