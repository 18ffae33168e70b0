"""Those who take for ever are let go; those who are merely slow are not."""

import asyncio
import contextlib
import resource
import socket
import threading
import time
from collections.abc import Iterator

import pytest
import uvicorn

from rapport.site import patience
from rapport.site.patience import PatientProtocol, allow_many_connections
from rapport.site.serving import WebServer

HEAD = b"GET / HTTP/1.1\r\nHost: lampwright.example\r\n"
ANSWER = b"x" * 4_000_000


async def library(scope, receive, send):
    """A large answer for `/`, one that takes a while for `/slow`."""
    if scope["path"] == "/slow":
        await asyncio.sleep(1)
    body = b"here" if scope["path"] == "/slow" else ANSWER
    length = str(len(body)).encode()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", length)]})
    for start in range(0, len(body), 65_536):
        more = start + 65_536 < len(body)
        await send({"type": "http.response.body", "body": body[start : start + 65_536], "more_body": more})


class Quiet(WebServer):
    async def shutdown(self, sockets=None):
        await uvicorn.Server.shutdown(self, sockets)


@pytest.fixture
def port(monkeypatch) -> Iterator[int]:
    monkeypatch.setattr(patience, "HEAD_SECONDS", 0.5)
    monkeypatch.setattr(patience, "READ_SECONDS", 0.5)
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        library, loop="uvloop", http=PatientProtocol, lifespan="off", log_config=None, timeout_keep_alive=5
    )
    server = Quiet(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield listening.getsockname()[1]
    server.should_exit = True
    thread.join(10)


def connected(port: int, *, small: bool = False) -> socket.socket:
    client = socket.socket()
    if small:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.settimeout(10)
    client.connect(("127.0.0.1", port))
    return client


def is_dropped(client: socket.socket, *, within: float) -> bool:
    """Whether the other side hangs up, whatever it still says."""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        client.settimeout(max(0.01, deadline - time.monotonic()))
        try:
            if not client.recv(65_536):
                return True
        except TimeoutError:
            return False
        except ConnectionError:
            return True
    return False


def test_who_says_nothing_or_half_a_request_is_let_go(port):
    with connected(port) as silent, connected(port) as half:
        half.sendall(HEAD)
        assert is_dropped(half, within=4)
        assert is_dropped(silent, within=1)


def drip(client: socket.socket, seconds: float) -> None:
    """A request, a byte at a time."""
    until = time.monotonic() + seconds
    client.sendall(b"G")
    while time.monotonic() < until:
        client.sendall(b"E")
        time.sleep(0.1)


def test_a_byte_now_and_then_buys_no_time(port):
    with connected(port) as client, pytest.raises(ConnectionError):
        drip(client, 5)


def test_who_does_not_read_is_let_go(port):
    with connected(port, small=True) as deaf:
        deaf.sendall(HEAD + b"\r\n")
        time.sleep(3)
        heard = 0
        with contextlib.suppress(ConnectionError):
            while chunk := deaf.recv(65_536):
                heard += len(chunk)
        assert heard < len(ANSWER)


def test_who_reads_slowly_gets_it_all(port):
    with connected(port, small=True) as slow:
        slow.sendall(HEAD + b"\r\n")
        heard = 0
        while heard < len(ANSWER):
            heard += len(slow.recv(100_000))
            time.sleep(0.002)
        assert heard > len(ANSWER)


def test_an_answer_that_takes_longer_than_a_question_may_is_waited_for(port):
    with connected(port) as asking:
        asking.sendall(HEAD.replace(b"/ ", b"/slow ", 1) + b"\r\n")
        assert b"200 OK" in asking.recv(1000)
        time.sleep(1.5)  # longer than for a head, shorter than a connection is kept for the next request
        asking.sendall(HEAD.replace(b"/ ", b"/slow ", 1) + b"\r\n")
        assert b"200 OK" in asking.recv(1000)


def test_as_many_connections_as_the_system_allows(monkeypatch):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (512, hard))
        allow_many_connections(most=2048)
        assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] == min(2048, hard)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
