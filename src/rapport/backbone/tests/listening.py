"""A live server on a real socket, and browsers that listen to it."""

import asyncio
import contextlib
import json
import socket
import threading
import time
from dataclasses import dataclass, field

import uvicorn

from rapport.backbone.live import Live


def by_header(scope):
    """Who one is, for these tests: the words in a header; sign-in is another room's business."""
    words = dict(scope["headers"]).get(b"x-words", b"").decode().split()
    return frozenset(words) if words else None


class LiveServer(uvicorn.Server):
    """The stream alone, under the real web server, in a thread."""

    def __init__(self, authenticate=by_header, beside=()):
        self.live = Live(authenticate, beside)
        self.socket = socket.socket()
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        super().__init__(
            uvicorn.Config(
                self.live, loop="uvloop", http="httptools", lifespan="off", log_config=None, timeout_graceful_shutdown=2
            )
        )

    async def shutdown(self, sockets=None):
        self.live.end()
        await super().shutdown(sockets)

    def __enter__(self):
        self.thread = threading.Thread(target=self.run, kwargs={"sockets": [self.socket]}, name="server")
        self.thread.start()
        while not self.started:
            time.sleep(0.01)
        return self

    def __exit__(self, *args):
        self.should_exit = True
        self.thread.join(10)
        self.live.close()
        if self.live._tailer:
            self.live._tailer.join(5)
        assert not self.thread.is_alive()


@dataclass
class Heard:
    id: int
    name: str
    data: dict
    at: float = field(default_factory=time.time)


class Browser:
    """One EventSource, read in a thread."""

    def __init__(self, port, words="everyone", *, after=None, last_event_id=None, method="GET"):
        self.events: list[Heard] = []
        self.comments = 0
        self.is_open = True
        self.connection = socket.create_connection(("127.0.0.1", port), timeout=20)
        query = f"?after={after}" if after is not None else ""
        header = f"Last-Event-ID: {last_event_id}\r\n" if last_event_id is not None else ""
        self.connection.sendall(
            f"{method} /live{query} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Words: {words}\r\n{header}\r\n".encode()
        )
        self.file = self.connection.makefile("rb")
        self.status = int(self.file.readline().split()[1])
        self.headers = {}
        while line := self.file.readline().strip():
            name, _, value = line.decode().partition(": ")
            self.headers[name.lower()] = value
        self.opening = b""
        if self.status == 200:
            while b"retry" not in self.opening:
                self.opening = self.file.readline()
            self.thread = threading.Thread(target=self._listen, daemon=True)
            self.thread.start()

    def _listen(self):
        id = name = ""
        with contextlib.suppress(OSError, ValueError):
            for raw in self.file:
                line = raw.decode().rstrip("\r\n")
                key, _, value = line.partition(": ")
                if line == "0":  # the last chunk of the response
                    break
                if key == "id":
                    id = value
                elif key == "event":
                    name = value
                elif key == "data":
                    self.events.append(Heard(int(id or 0), name, json.loads(value)))
                elif line.startswith(": "):
                    self.comments += 1
        self.is_open = False

    def wait_for(self, count, *, seconds=8):
        deadline = time.monotonic() + seconds
        while len(self.events) < count and time.monotonic() < deadline:
            time.sleep(0.01)
        return self.events

    def wait_until_closed(self, seconds=8):
        self.thread.join(seconds)
        return not self.is_open

    def leave(self):
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)
        self.connection.close()
        if self.status == 200:
            self.thread.join(5)
        self.file.close()

    def __enter__(self):
        return self

    def __exit__(self, *args):
        self.leave()


async def crowd(port, size, expected):
    """Many streams on one event loop; for each event of each stream, when it came."""
    arrived: list[tuple[int, float]] = []
    ready = asyncio.Barrier(size + 1)

    async def listen():
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET /live HTTP/1.1\r\nHost: x\r\nX-Words: everyone\r\n\r\n")
        while b"retry" not in await reader.readline():
            pass
        await ready.wait()
        heard = 0
        while heard < expected:
            line = await reader.readline()
            if line.startswith(b"data: "):
                arrived.append((json.loads(line[6:])["id"], time.time()))
                heard += 1
        writer.close()

    return arrived, ready, [asyncio.create_task(listen()) for _ in range(size)]
