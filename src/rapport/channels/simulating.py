"""Providers played on this machine, so that a channel can be tried in both directions without an account.

A kind brings a `Simulator`: how its person writes (a signed push, as the provider would make it) and how the
provider's own API answers. This module runs it: a real HTTP server that the channel's settings point at. A kind that
speaks something else than HTTP brings a `Stage` of its own.
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
from typing import Any, ClassVar, Protocol
from urllib.parse import parse_qsl, urljoin, urlsplit

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
    # Where it goes, if not to the channel's address for pushes: a path there.
    path: str = ""


@dataclass(frozen=True)
class Heard:
    """What reached the person: words, and names of files with their bytes.

    With a `sign` it is no message but what they see of us, such as "typing" or "read", and the words say it.
    """

    text: str
    files: tuple[tuple[str, bytes], ...] = ()
    id: str = ""
    sign: str = ""


class CannotSay(Exception):
    """What was typed makes no message; the words say why, to whoever plays the person."""


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
        # What its person knows the next time too, such as the last letter that they got; JSON can hold it.
        self.memory: dict[str, Any] = {}

    @abstractmethod
    def settings(self, api: str) -> Mapping[str, Any]:
        """The settings of a channel whose provider is this simulator, reached at `api`."""

    @property
    def hint(self) -> str:
        """What whoever plays the person has to know, shown before anything is typed."""
        return ""

    def stage(self, *, port: int = 0) -> "Stage":
        """Where it is played, listening on this port, or on any that is free."""
        return Stage(self, port=port)

    def arrives(self) -> "Sequence[Push]":
        """What is asked once, before its person writes anything, where they have to be known first."""
        return ()

    @abstractmethod
    def says(self, text: str, files: Sequence[SentFile] = ()) -> Sequence[Push]:
        """The pushes that the provider makes when its person writes this. Raises CannotSay."""

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


class Server(Protocol):
    """Where the product reaches the provider: a port of this machine, open from the beginning."""

    @property
    def address(self) -> str: ...

    def start(self) -> None:
        """Answer from now on."""

    def stop(self) -> None:
        """Answer no more; returns when the port is closed."""


class Stage:
    """A simulator at work: `with Stage(simulator) as stage: ...`; its API listens on a port of this machine."""

    def __init__(self, simulator: Simulator, *, port: int = 0) -> None:
        self.simulator = simulator
        self.problems: queue.Queue[str] = queue.Queue()
        self._failing: list[Said] = []
        self._kept_back: list[Push] | None = None
        self._lock = threading.RLock()
        self._server = self._open(port)
        simulator.api = self.api

    @property
    def api(self) -> str:
        return self._server.address

    def __enter__(self) -> "Stage":
        self._server.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._server.stop()

    def keep_back(self) -> list[Push]:
        """From now on what the provider would push by itself is put here, before the product has its answer."""
        self._kept_back = []
        return self._kept_back

    def fail_next(self, how: str) -> None:
        """The next thing that is sent is refused this way, one of the simulator's `failures`."""
        self._failing.append(self.simulator.failures[how])

    def arrive(self) -> list[httpx.Response]:
        """The person is there, and has written nothing yet."""
        with self._lock:
            pushes = self.simulator.arrives()
        return self._tell(pushes)

    def say(self, text: str, files: Sequence[SentFile] = ()) -> list[httpx.Response]:
        """The person writes; answers what the product said to each push. Raises CannotSay."""
        with self._lock:
            pushes = self.simulator.says(text, files)
        return self._tell(pushes)

    def push(self, push: Push) -> httpx.Response:
        return httpx.request(
            push.method,
            urljoin(self.simulator.push_url, push.path),
            params=dict(push.query) or None,
            content=push.body,
            headers=dict(push.headers),
            timeout=30,
            trust_env=False,
        )

    def answer(self, asked: Asked) -> tuple[Said, Sequence[Push]]:
        """What the server says to the product, and what is to `follow` once that is said."""
        with self._lock:
            # Looking things up goes on; only what would send is refused.
            if self._failing and asked.method != "GET" and self.simulator.sends(asked):
                return self._failing.pop(0), ()
            said, pushes = self.simulator.answers(asked)
        if self._kept_back is not None:
            self._kept_back.extend(pushes)
            return said, ()
        return said, pushes

    def follow(self, pushes: Sequence[Push]) -> None:
        """Push these without anybody waiting for it."""
        if pushes:
            threading.Thread(target=self._follow, args=(pushes,), daemon=True).start()

    def _open(self, port: int) -> Server:
        return _HttpServer(self, port)

    def _tell(self, pushes: Sequence[Push]) -> list[httpx.Response]:
        waiting, answers = list(pushes), []
        while waiting:
            push = waiting.pop(0)
            answers.append(self.push(push))
            with self._lock:
                waiting += self.simulator.told(push, answers[-1].content)
        return answers

    def _follow(self, pushes: Sequence[Push]) -> None:
        for push in pushes:
            try:
                answer = self.push(push)
            except httpx.HTTPError as error:
                self.problems.put(f"{self.simulator.push_url} cannot be reached: {error}")
            else:
                if answer.status_code >= 400:
                    self.problems.put(f"A report was refused with {answer.status_code}: {answer.text.strip()}")


class _HttpServer(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, stage: Stage, port: int) -> None:
        super().__init__(("127.0.0.1", port), _handler(stage))
        self._thread = threading.Thread(target=self.serve_forever, args=(0.02,), name="simulator", daemon=True)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self.shutdown()
        self.server_close()
        self._thread.join()


def _handler(stage: Stage) -> type[BaseHTTPRequestHandler]:
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
            said, pushes = stage.answer(asked)
            body = said.body if isinstance(said.body, bytes) else _encoded(said.body)
            self.send_response(said.status)
            for name, value in said.headers.items():
                self.send_header(name, value)
            if "Content-Type" not in said.headers:
                self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
            stage.follow(pushes)

        do_GET = do_PUT = do_PATCH = do_DELETE = do_POST

        def log_message(self, *_args: object) -> None:
            """What people say is printed, requests are not."""

    return Handler


def _encoded(body: str | Mapping[str, Any] | Sequence[Any]) -> bytes:
    return body.encode() if isinstance(body, str) else json.dumps(body, ensure_ascii=False).encode()


def _bytes(payload: object) -> bytes:
    return payload if isinstance(payload, bytes) else b""
