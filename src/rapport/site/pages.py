"""Django's pages under an ASGI server: a request is one visit to one of a few threads; none waits for a slow client.

Django's own ASGI handler makes a thread and a database connection for each request in flight and hops between loop and
thread at every middleware. Here the body is read before a thread is taken and the answer is sent after it was given
back, so five hundred slow clients cost memory, not threads; and the threads keep their database connections.
"""

import asyncio
import gc
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import IO, Any
from urllib.parse import quote

from django.core.handlers.wsgi import WSGIHandler
from django.urls import reverse

from rapport.backbone.live.streaming import answer
from rapport.channels.seam import kinds
from rapport.kit.garbage import all_stays

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

# More threads than this only wait for each other: for Python's lock, for SQLite's writer.
THREADS = 8
LARGEST_BODY = 60 * 1024 * 1024
_BODY_SECONDS = 120
_IN_MEMORY = 1024 * 1024
_CHUNK = 64 * 1024
# The rest of the body is of no use.
_HANG_UP = [(b"connection", b"close")]


class _Gone(Exception):
    """The client left before its request was complete."""


class _TooLarge(Exception):
    """The body is larger than anything we accept."""


@dataclass
class _Answer:
    status: int
    headers: list[tuple[bytes, bytes]]
    body: IO[bytes]


class Pages:
    """An ASGI application that answers with Django's WSGI handler."""

    def __init__(self, *, threads: int = THREADS) -> None:
        self.handler = WSGIHandler()
        self.threads = ThreadPoolExecutor(max_workers=threads, thread_name_prefix="pages")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as body:
            try:
                _refuse_large(scope)
                async with asyncio.timeout(_BODY_SECONDS):
                    size = await _read_body(receive, body)
            except TimeoutError:
                return await answer(send, 408, b"The request took too long to arrive.", _HANG_UP)
            except _TooLarge:
                return await answer(send, 413, b"This is larger than 60 MB.", _HANG_UP)
            except _Gone:
                return None
            environ = _environ(scope, body, size)
            page = await asyncio.get_running_loop().run_in_executor(self.threads, self._visit, environ)
        with page.body:
            await _send(page, send)
        return None

    def load(self) -> None:
        """Import what every page needs, in a thread beside the first requests: whoever came first waited a second."""
        self.threads.submit(_load)

    def close(self) -> None:
        self.threads.shutdown(wait=False, cancel_futures=True)

    def _visit(self, environ: dict[str, Any]) -> _Answer:
        """Run the request to its end in this thread."""
        begun: list[Any] = []

        def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> None:
            begun[:] = [int(status.split(" ", 1)[0]), headers]

        response = self.handler(environ, start_response)  # type: ignore[arg-type]
        try:
            body = _collected(response)
        finally:
            # Ends the request for Django, and gives the database connection back.
            close = getattr(response, "close", None)
            if close:
                close()
        headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in begun[1]]
        return _Answer(begun[0], headers, body)


def _load() -> None:
    with all_stays():
        # Every address, and with it every view; then every kind of channel.
        reverse("inbound", args=["email", "-"])
        kinds()
        # What no start needed is thrown away once: searching the rest held a page up by a tenth of a second.
        gc.collect()


def _collected(chunks: Iterable[bytes]) -> IO[bytes]:
    body = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115  # the sender closes it
    try:
        for chunk in chunks:
            body.write(chunk)
    except BaseException:
        body.close()
        raise
    body.seek(0)
    return body


def _refuse_large(scope: Scope) -> None:
    """What says at once that it is too large need not be read first."""
    announced = dict(scope["headers"]).get(b"content-length", b"0")
    if announced.isdigit() and int(announced) > LARGEST_BODY:
        raise _TooLarge


async def _read_body(receive: Receive, body: IO[bytes]) -> int:
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise _Gone
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > LARGEST_BODY:
            raise _TooLarge
        body.write(chunk)
        if not message.get("more_body"):
            body.seek(0)
            return size


async def _send(page: _Answer, send: Send) -> None:
    await send({"type": "http.response.start", "status": page.status, "headers": page.headers})
    chunk = page.body.read(_CHUNK)
    while following := page.body.read(_CHUNK):
        await send({"type": "http.response.body", "body": chunk, "more_body": True})
        chunk = following
    await send({"type": "http.response.body", "body": chunk, "more_body": False})


def _environ(scope: Scope, body: IO[bytes], size: int) -> dict[str, Any]:
    """The request as PEP 3333 wants it. Header names that could pose as others (with an underscore) are left out."""
    server = scope.get("server") or ("localhost", 80)
    client = scope.get("client") or ("", 0)
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": scope["path"].encode("utf-8", "surrogateescape").decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "REQUEST_URI": (scope.get("raw_path") or quote(scope["path"]).encode()).decode("latin-1"),
        "SERVER_NAME": server[0],
        "SERVER_PORT": str(server[1] or 80),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "REMOTE_ADDR": client[0],
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.get("scheme", "http"),
        "wsgi.input": body,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for raw_name, raw_value in scope["headers"]:
        name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
        if "_" in name or name in {"content-length", "transfer-encoding"}:
            continue
        key = "CONTENT_TYPE" if name == "content-type" else f"HTTP_{name.upper().replace('-', '_')}"
        # Django reads repeated cookies joined by "; ", everything else by ",".
        joint = "; " if name == "cookie" else ","
        environ[key] = f"{environ[key]}{joint}{value}" if key in environ else value
    environ["CONTENT_LENGTH"] = str(size)
    return environ
