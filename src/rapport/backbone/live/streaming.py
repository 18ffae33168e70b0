"""The ASGI side: who is it, what did they miss, then events as they come."""

import asyncio
import contextlib
import logging
import random
from collections.abc import Awaitable, Callable, Iterable, MutableMapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar
from urllib.parse import parse_qs

from django.db import Error, connection

from rapport.backbone.events import position
from rapport.backbone.live.hub import Hub, Stream
from rapport.backbone.live.tailing import Beside, Item, Tailer, item_of
from rapport.backbone.models import Event

log = logging.getLogger("rapport.live")

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Authenticate = Callable[[Scope], frozenset[str] | None]
T = TypeVar("T")

HEARTBEAT = 15.0
# A person who is deactivated, signed out or moved to another team hears the difference within a minute.
ASK_AGAIN = 50.0
# A write that blocks for this long means that the other side is gone or does not read.
_PATIENCE = 30.0
FURTHEST_BACK = 2000
_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
]
_OPENING = b"retry: 1000\n\n"


class Live:
    """The streams of one process. `end()` closes them in good order, `close()` ends the threads behind them.

    `beside` is what they are told of besides the event log.
    """

    # In seconds, where it is another than for agents.
    ask_again: float | None = None

    def __init__(self, authenticate: Authenticate, beside: Iterable[Beside] = ()) -> None:
        self.authenticate = authenticate
        self.beside = list(beside)
        self.hub = Hub()
        self._tailer: Tailer | None = None
        # Few threads, and no connection stays open in them: a thousand reconnects queue up rather than pile up.
        self._threads = ThreadPoolExecutor(max_workers=4, thread_name_prefix="live")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] != "GET":
            await answer(send, 405, b"Only GET is answered here.", [(b"allow", b"GET")])
            return
        try:
            words = await self._aside(lambda: self.authenticate(scope))
            if words is None:
                refusal = [(b"www-authenticate", b"Bearer"), *self.headers_for(scope)]
                await answer(send, 401, b"Sign in first.", refusal)
                return
            await self._tail()
        except Error:
            later = [(b"retry-after", b"2"), *self.headers_for(scope)]
            await answer(send, 503, b"The database does not answer. Try again in a moment.", later)
            return
        await self._serve(Stream(words), scope, receive, send)

    def headers_for(self, scope: Scope) -> Sequence[tuple[bytes, bytes]]:
        """What an answer to this request says besides. None here."""
        return ()

    def compose(self, items: Iterable[Item]) -> Iterable[Item]:
        """Events as these streams tell them. Called where the database may be read, never on the event loop."""
        return items

    def missed(self, after: int, words: frozenset[str]) -> tuple[bytes, set[int]]:
        """What was announced to these words after that id, and which events that tells of. Reads the database."""
        return _missed(after, words)

    def end(self) -> None:
        """Close every stream in good order; browsers come back to the next server by themselves."""
        for stream in list(self.hub.streams):
            stream.end()

    def close(self) -> None:
        if self._tailer:
            self._tailer.stop()
        self._threads.shutdown(wait=False)

    async def _serve(self, stream: Stream, scope: Scope, receive: Receive, send: Send) -> None:
        stream.writer = asyncio.create_task(self._write(stream, scope, send))
        gone = asyncio.create_task(_until_gone(receive))
        self.hub.join(stream)
        self.hub.tell_present(stream)
        try:
            await asyncio.wait({stream.writer, gone}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self.hub.leave(stream)
            for task in (stream.writer, gone):
                task.cancel()
            results = await asyncio.gather(stream.writer, gone, return_exceptions=True)
        if stream.is_lost or isinstance(results[0], TimeoutError):
            log.info("Dropped a stream that did not read")
            _abort(send)
        elif isinstance(results[0], Error):
            _abort(send)
        elif isinstance(results[0], Exception) and not isinstance(results[0], OSError):
            raise results[0]

    async def _write(self, stream: Stream, scope: Scope, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [*_HEADERS, *self.headers_for(scope)]})
        await _put(send, _OPENING)
        after = _resume_point(scope)
        told: set[int] = set()
        # The stream has joined by now, so what the tailer brings may overlap with what was missed.
        if after is not None:
            missed, told = await self._aside(lambda: self.missed(after, stream.words))
            await _put(send, missed)
        loop = asyncio.get_running_loop()
        # Spread, so that streams that came back together do not all ask together.
        ask_again = loop.time() + (self.ask_again or ASK_AGAIN) * random.uniform(0.7, 1.0)  # noqa: S311  # no secret
        while not stream.is_ending:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(min(HEARTBEAT, max(0.0, ask_again - loop.time()))):
                    await stream.news.wait()
            if loop.time() >= ask_again:
                ask_again = loop.time() + (self.ask_again or ASK_AGAIN)
                if not await self._may_stay(stream, scope):
                    break
            # A browser's resume point can be ahead of the tailer, when the last answer told it what was missed.
            chunk = b"".join(
                item.chunk for item in stream.take() if not item.id or (item.id > (after or 0) and item.id not in told)
            )
            await _put(send, chunk or b": still here\n\n")
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _may_stay(self, stream: Stream, scope: Scope) -> bool:
        words = await self._aside(lambda: self.authenticate(scope))
        if words is not None:
            self.hub.move(stream, words)
        return words is not None

    async def _tail(self) -> None:
        """Start following the log with the first stream, and wait until it is being followed."""
        if self._tailer is None or not self._tailer.is_alive():
            loop = asyncio.get_running_loop()

            def publish(items: Iterable[Item]) -> None:
                composed = self.compose(items)
                with contextlib.suppress(RuntimeError):  # the loop was closed: the server has stopped
                    loop.call_soon_threadsafe(self.hub.publish, composed)

            self._tailer = Tailer(publish, self.beside)
            self._tailer.start()
        if not self._tailer.ready.is_set():
            tailer = self._tailer
            await self._aside(lambda: tailer.ready.wait(5))

    async def _aside(self, action: Callable[[], T]) -> T:
        """Do something that reads the database in a thread, and leave no connection behind."""

        def work() -> T:
            try:
                return action()
            finally:
                connection.close()

        return await asyncio.get_running_loop().run_in_executor(self._threads, work)


def _missed(after: int, words: frozenset[str]) -> tuple[bytes, set[int]]:
    """What was announced to these words after that id, and which events that tells of."""
    safe = position()
    rows = list(Event.objects.filter(id__gt=after).order_by("id")[: FURTHEST_BACK + 1])
    if len(rows) > FURTHEST_BACK or after > safe + FURTHEST_BACK:
        return f"id: {safe}\nevent: reset\ndata: {{}}\n\n".encode(), set()
    items = []
    safe = max(safe, after)
    for row in rows:
        # What was committed since `safe` was read is safe too, as far as it goes on without a gap.
        if row.pk == safe + 1 or connection.vendor != "postgresql":
            safe = max(safe, row.pk)
        items.append(item_of(row, resume_at=min(row.pk, safe)))
    heard = [item for item in items if words.intersection(item.words)]
    return b"".join(item.chunk for item in heard), {item.id for item in heard}


def _resume_point(scope: Scope) -> int | None:
    """The header of a browser that reconnects counts more than the address it first asked for."""
    header = dict(scope["headers"]).get(b"last-event-id", b"").decode("latin-1")
    asked = parse_qs(scope["query_string"].decode("latin-1")).get("after", [""])[0]
    for value in (header, asked):
        if value.isascii() and value.isdecimal() and len(value) < 19:
            return int(value)
    return None


async def _put(send: Send, chunk: bytes) -> None:
    if chunk:
        async with asyncio.timeout(_PATIENCE):
            await send({"type": "http.response.body", "body": chunk, "more_body": True})


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _abort(send: Send) -> None:
    """Cut the connection. ASGI has no word for it, and closing would wait for the side that does not read."""
    transport = getattr(getattr(send, "__self__", None), "transport", None)
    if transport is not None:
        transport.abort()


async def answer(send: Send, status: int, body: bytes, headers: Iterable[tuple[bytes, bytes]] = ()) -> None:
    """A whole plain-text response."""
    fixed = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": [*fixed, *headers]})
    await send({"type": "http.response.body", "body": body, "more_body": False})
