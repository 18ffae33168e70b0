"""A desk of somebody else's: a real HTTP server that speaks its documented protocol, small pages at a time."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)


class Refusal(Exception):
    """Answered instead of the data: a status, headers and a body."""

    def __init__(self, status: int, said: Any = None, **headers: str) -> None:
        super().__init__(status)
        self.status, self.said, self.headers = status, said, headers


class Desk(ThreadingHTTPServer):
    """`data` may be changed by a test while it runs; `asked` are the paths of all requests, in order."""

    daemon_threads = True
    payload: ClassVar[str]
    token = "s3cret-t0ken"

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.data: dict[str, Any] = json.loads((Path(__file__).parent / self.payload).read_text("utf-8"))
        self.asked: list[str] = []
        # Refuse the request whose turn it is, by the number of the request, once.
        self.refusals: dict[int, Refusal] = {}
        # Refuse every request to a path that contains this.
        self.broken_paths: dict[str, Refusal] = {}

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    @property
    def settings(self) -> dict[str, Any]:
        """What a person enters in our form."""
        return {"address": self.address, "token": self.token}

    def is_known(self, headers: dict[str, str]) -> bool:
        raise NotImplementedError

    def answer(self, method: str, path: str, query: dict[str, str], body: Any) -> Any:
        """JSON, or bytes. Raises Refusal."""
        raise NotImplementedError

    def links(self, path: str, query: dict[str, str]) -> dict[str, str]:
        """Headers besides."""
        return {}

    def take(self, method: str, target: str, headers: dict[str, str], body: Any) -> tuple[int, dict[str, str], bytes]:
        parts = urlsplit(target)
        query = {name: values[-1] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
        self.asked.append(target)
        try:
            if refusal := self.refusals.pop(len(self.asked), None):
                raise refusal
            for piece, refused in self.broken_paths.items():
                if piece in target:
                    raise refused
            if not self.is_open(parts.path) and not self.is_known(headers):
                raise Refusal(401, {"error": "Couldn't authenticate you"})
            said = self.answer(method, parts.path, query, body)
            more = self.links(parts.path, query)
            if isinstance(said, bytes):
                return 200, {"Content-Type": "image/png", **more}, said
            return 200, {"Content-Type": "application/json", **more}, json.dumps(said).encode()
        except Refusal as refused:
            return refused.status, refused.headers, json.dumps(refused.said).encode()

    def is_open(self, path: str) -> bool:
        return False


class _Handler(BaseHTTPRequestHandler):
    server: Desk
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._do("GET")

    def do_POST(self) -> None:
        self._do("POST")

    def _do(self, method: str) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        status, more, said = self.server.take(method, self.path, headers, json.loads(raw) if raw else None)
        self.send_response(status)
        for name, value in {"Content-Length": str(len(said)), "Connection": "close", **more}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(said)
        self.close_connection = True

    def log_message(self, *_said: object) -> None:
        """Quiet."""


@contextmanager
def running(desk: type[Desk]) -> Iterator[Desk]:
    with desk() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def limited(seconds: str = "0") -> Refusal:
    """What a desk says to whoever asks too often."""
    return Refusal(429, {"error": "Too Many Requests"}, Retry_After=seconds)
