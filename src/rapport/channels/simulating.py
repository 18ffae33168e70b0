"""Providers played on this machine, so that a channel can be tried in both directions without an account.

A kind brings a `Simulator`: how its person writes (a signed push, as the provider would make it) and how the
provider's own API answers. This module runs it: a real HTTP server that the channel's settings point at.
"""

import json
import queue
import threading
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import MappingProxyType
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlsplit

import httpx

_MOST = 64 * 1024 * 1024


@dataclass(frozen=True)
class Asked:
    """A request that the product made to the provider's API."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body or b"null")

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))

    @property
    def uploaded(self) -> "dict[str, SentFile]":
        """The fields of a multipart form by their names; one that is no file has no name."""
        head = f"Content-Type: {self.headers.get('content-type', '')}\r\n\r\n".encode()
        return {
            str(part.get_param("name", header="content-disposition") or ""): SentFile(
                part.get_filename() or "", part.get_content_type(), _bytes(part.get_payload(decode=True))
            )
            for part in message_from_bytes(head + self.body, policy=HTTP).iter_parts()
        }


@dataclass(frozen=True)
class Said:
    """What the provider's API answers."""

    body: bytes | str | Mapping[str, Any] | Sequence[Any] = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Push:
    """A request that the provider makes to the product: signed, as its documentation says."""

    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    method: str = "POST"
    query: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Heard:
    """What reached the person: words, and names of files with their bytes."""

    text: str
    files: tuple[tuple[str, bytes], ...] = ()
    id: str = ""


@dataclass(frozen=True)
class SentFile:
    name: str
    content_type: str
    body: bytes


class Simulator(ABC):
    """One provider with one person. Not thread-safe by itself: the stage calls it under a lock."""

    person: ClassVar[str] = "Kim Park"
    # What its API answers when it refuses to send: "permanent", "temporary" and "too_many", as its documents say.
    failures: "ClassVar[Mapping[str, Said]]" = MappingProxyType({})

    def __init__(self) -> None:
        self.heard: queue.Queue[Heard] = queue.Queue()
        # Set by the stage: where its API is, and where the product takes pushes.
        self.api = ""
        self.push_url = ""
        # What `settings` named, as the channel has it.
        self.channel_settings: Mapping[str, Any] = {}

    @abstractmethod
    def settings(self, api: str) -> Mapping[str, Any]:
        """The settings of a channel whose provider is this simulator, reached at `api`."""

    @abstractmethod
    def says(self, text: str, files: Sequence[SentFile] = ()) -> Sequence[Push]:
        """The pushes that the provider makes when its person writes this."""

    def told(self, push: Push, answer: bytes) -> "Sequence[Push]":
        """What the provider does next, where what the product answers to a push decides that, as in a phone call."""
        return ()

    def sends(self, asked: Asked) -> bool:
        """Whether this request sends something to the person, rather than preparing for it, such as a token."""
        return True

    @abstractmethod
    def answers(self, asked: Asked) -> tuple[Said, Sequence[Push]]:
        """The provider's API: what it answers, and the pushes that follow, such as "delivered".

        What reached the person is put into `heard`.
        """


class Stage:
    """A simulator at work: `with Stage(simulator) as stage: ...`; its API listens on a port of this machine."""

    def __init__(self, simulator: Simulator, *, port: int = 0) -> None:
        self.simulator = simulator
        self.problems: queue.Queue[str] = queue.Queue()
        self._failing: list[Said] = []
        self._kept_back: list[Push] | None = None
        self._lock = threading.RLock()
        self._server = ThreadingHTTPServer(("127.0.0.1", port), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), name="simulator", daemon=True)
        simulator.api = self.api

    @property
    def api(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> "Stage":
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def keep_back(self) -> list[Push]:
        """From now on what the provider would push by itself is put here, before the product has its answer."""
        self._kept_back = []
        return self._kept_back

    def fail_next(self, how: str) -> None:
        """The next thing that is sent is refused this way, one of the simulator's `failures`."""
        self._failing.append(self.simulator.failures[how])

    def _answer(self, asked: Asked) -> tuple[Said, Sequence[Push]]:
        with self._lock:
            # Looking things up goes on; only what would send is refused.
            if self._failing and asked.method != "GET" and self.simulator.sends(asked):
                return self._failing.pop(0), ()
            return self.simulator.answers(asked)

    def say(self, text: str, files: Sequence[SentFile] = ()) -> list[httpx.Response]:
        """The person writes; answers what the product said to each push."""
        with self._lock:
            waiting = list(self.simulator.says(text, files))
        answers = []
        while waiting:
            push = waiting.pop(0)
            answers.append(self.push(push))
            with self._lock:
                waiting += self.simulator.told(push, answers[-1].content)
        return answers

    def push(self, push: Push) -> httpx.Response:
        return httpx.request(
            push.method,
            self.simulator.push_url,
            params=dict(push.query) or None,
            content=push.body,
            headers=dict(push.headers),
            timeout=30,
            trust_env=False,
        )

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        stage = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                parsed = urlsplit(self.path)
                size = min(int(self.headers.get("Content-Length") or 0), _MOST)
                asked = Asked(
                    self.command,
                    parsed.path,
                    dict(parse_qsl(parsed.query, keep_blank_values=True)),
                    {name.lower(): value for name, value in self.headers.items()},
                    self.rfile.read(size),
                )
                said, pushes = stage._answer(asked)
                if stage._kept_back is not None:
                    stage._kept_back.extend(pushes)
                    pushes = ()
                body = said.body if isinstance(said.body, bytes) else _encoded(said.body)
                self.send_response(said.status)
                for name, value in said.headers.items():
                    self.send_header(name, value)
                if "Content-Type" not in said.headers:
                    self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
                if pushes:
                    threading.Thread(target=stage._follow, args=(pushes,), daemon=True).start()

            do_GET = do_PUT = do_PATCH = do_DELETE = do_POST

            def log_message(self, *_args: object) -> None:
                """What people say is printed, requests are not."""

        return Handler

    def _follow(self, pushes: Sequence[Push]) -> None:
        for push in pushes:
            try:
                answer = self.push(push)
            except httpx.HTTPError as error:
                self.problems.put(f"{self.simulator.push_url} cannot be reached: {error}")
            else:
                if answer.status_code >= 400:
                    self.problems.put(f"A report was refused with {answer.status_code}: {answer.text.strip()}")


def _encoded(body: str | Mapping[str, Any] | Sequence[Any]) -> bytes:
    return body.encode() if isinstance(body, str) else json.dumps(body, ensure_ascii=False).encode()


def _bytes(payload: object) -> bytes:
    return payload if isinstance(payload, bytes) else b""
