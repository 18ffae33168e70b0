"""The page of a visitor who is played: it asks the desk as a browser does, comes again, and listens to the stream."""

import json
import socket
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

import httpx

from rapport.channels.simulating import Push, SentFile, Stage

if TYPE_CHECKING:
    from rapport.channels.kinds.chat.simulator import ChatSimulator

STREAM = "/chat/stream"
# The stream says at least something every fifteen seconds.
_SILENCE = 45.0
_PAUSES = (0.2, 0.6, 1.5)
_COME_AGAIN = (429, 503)
_LINE_PAUSE = 0.5


class PageStage(Stage):
    """What it says is said again under the same name until the desk has it; what it missed is told when it is back."""

    simulator: "ChatSimulator"

    def __init__(self, simulator: "ChatSimulator", *, port: int = 0) -> None:
        super().__init__(simulator, port=port)
        simulator.fetch = self._fetch
        self._ended = threading.Event()
        self._line: socket.socket | None = None
        self._listener: threading.Thread | None = None

    def __exit__(self, *error: object) -> None:
        self._ended.set()
        self.hang_up()
        if self._listener is not None:
            self._listener.join(5)
        super().__exit__(*error)

    def arrive(self) -> list[httpx.Response]:
        answers = super().arrive()
        if self.simulator.token and self._listener is None:
            self._listener = threading.Thread(target=self._listen, name="stream", daemon=True)
            self._listener.start()
        return answers

    def say(self, text: str, files: Sequence[SentFile] = ()) -> list[httpx.Response]:
        if text and not text.startswith("/"):
            self.push(self.simulator.types(text))
        return super().say(text, files)

    def push(self, push: Push) -> httpx.Response:
        """Raises httpx.HTTPError where the desk cannot be reached for some seconds."""
        for pause in _PAUSES:
            with suppress(httpx.TransportError):
                answer = super().push(push)
                if answer.status_code not in _COME_AGAIN:
                    return answer
            self._ended.wait(pause)
        return super().push(push)

    def hang_up(self) -> None:
        """The line breaks, as in a tunnel. It is opened again."""
        line, self._line = self._line, None
        if line is not None:
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)

    def _follow(self, pushes: Sequence[Push]) -> None:
        """What is looked up leads on, as at the beginning."""
        try:
            self._tell(pushes)
        except httpx.HTTPError as error:
            self.problems.put(f"{self.simulator.push_url} cannot be reached: {error}")

    def _listen(self) -> None:
        while not self._ended.is_set():
            with suppress(httpx.HTTPError):
                self._hear()
            self._line = None
            self._ended.wait(_LINE_PAUSE)

    def _hear(self) -> None:
        headers = {**self.simulator.headers, "Last-Event-ID": str(self.simulator.after)}
        address = urljoin(self.simulator.push_url, STREAM)
        patience = httpx.Timeout(10, read=_SILENCE)
        with httpx.stream("GET", address, headers=headers, timeout=patience, trust_env=False) as answer:
            if answer.status_code >= 400:
                self.problems.put(f"The stream was refused with {answer.status_code}.")
                self._ended.wait(5)
                return
            self._line = answer.extensions["network_stream"].get_extra_info("socket")
            for number, event, said in _events(answer.iter_lines()):
                if self._ended.is_set():
                    return
                self._take(number, event, said)

    def _take(self, number: int, event: str, said: Any) -> None:
        try:
            with self._lock:
                pushes = self.simulator.hears(event, said)
        except httpx.HTTPError as error:
            # It is told again on the next line, since it was not counted.
            self.problems.put(f"A file could not be fetched: {error}")
            raise
        self.simulator.after = number or self.simulator.after
        self.follow(pushes)

    def _fetch(self, address: str) -> bytes:
        where = urljoin(self.simulator.push_url, address)
        return httpx.get(where, timeout=30, trust_env=False).raise_for_status().content


def _events(lines: Iterable[str]) -> Iterator[tuple[int, str, Any]]:
    """Server-sent events: number (0 for what is of the moment), name, what it says. What breaks off is none."""
    said: dict[str, str] = {}
    for line in lines:
        if line:
            name, _colon, value = line.partition(": ")
            said[name] = value
        else:
            if "event" in said and "data" in said:
                yield int(said.get("id") or 0), said["event"], json.loads(said["data"])
            said = {}
