"""Connections of those who take for ever: half a request, or an answer that nobody reads.

uvicorn by itself waits without end for the rest of a request's head and for whoever does not read. Here a look every
second cuts such connections off; the body of a request has its own time, in `pages`.
"""

import contextlib
import socket
from collections.abc import Iterable
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from rapport.kit import clock

# From the first byte, or from the connection, until a request says what it wants.
HEAD_SECONDS = 30.0
# For reading what waits to be read, 64 kB at most: a line of 20 kbit/s manages.
READ_SECONDS = 30.0
# The kernel would take up to 4 MB for each that does not read; this much and what is under way is enough for any line.
_UNSENT_BYTES = 64 * 1024


class PatientProtocol(HttpToolsProtocol):
    """uvicorn's HTTP, which remembers since when the other side keeps it waiting."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._asking_since: float | None = None
        self._unread_since: float | None = None

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._asking_since = clock.monotonic()
        _keep_little(transport)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        # What comes while nothing is being answered is a part of a head, or the rest of a body that nobody wants.
        is_answering = self.cycle is not None and not self.cycle.response_complete
        if not is_answering and self._asking_since is None:
            self._asking_since = clock.monotonic()

    def on_headers_complete(self) -> None:
        self._asking_since = None
        super().on_headers_complete()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._unread_since = clock.monotonic()

    def resume_writing(self) -> None:
        super().resume_writing()
        self._unread_since = None

    def look(self, now: float) -> None:
        """Let it go if it took too long."""
        if self.transport.is_closing() and self._unread_since is None:
            # Closing waits for what was written to be read.
            self._unread_since = now
        if self._unread_since is not None and now - self._unread_since > READ_SECONDS:
            self.transport.abort()
        elif self._asking_since is not None and now - self._asking_since > HEAD_SECONDS:
            self.transport.close()


def look_at(connections: Iterable[Any]) -> None:
    """Let go of the connections that took too long."""
    now = clock.monotonic()
    for connection in list(connections):
        if isinstance(connection, PatientProtocol) and connection.transport is not None:
            connection.look(now)


def allow_many_connections(most: int = 65_536) -> None:
    """Ask for as many open files as the system lets us have: it often begins with 1,024, and a stream is one."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = most if hard == resource.RLIM_INFINITY else min(most, hard)
        if soft != resource.RLIM_INFINITY and soft < wanted:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _keep_little(transport: Any) -> None:
    option = getattr(socket, "TCP_NOTSENT_LOWAT", None)
    connection = transport.get_extra_info("socket")
    if option is not None and connection is not None:
        with contextlib.suppress(OSError, AttributeError):  # a Unix socket behind a proxy has no such thing
            connection.setsockopt(socket.IPPROTO_TCP, option, _UNSENT_BYTES)
