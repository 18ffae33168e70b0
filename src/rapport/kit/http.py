"""HTTP to addresses that other people typed: webhooks, providers, pictures. It never reaches the inside of our network.

    answer = fetch("POST", "https://hooks.example/in", json={"a": 1})
    answer.status_code, answer.json()

A name is resolved once, its addresses are checked, and the connection goes to a checked address: a name server that
answers differently the second time gains nothing. Redirects pass the same door. `RAPPORT_ALLOWED_HOSTS` lists private
hosts that may be reached all the same.

HttpProblem
├── Refused       the address is inside our network, or no web address at all
├── Unreachable   nobody answers there, or not in HTTP
│   └── NotConnected  no connection came about: nothing was sent
├── TooSlow       the answer was not complete in time
└── TooLarge      the answer is larger than asked for
"""

import ipaddress
import socket
import ssl
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import httpcore
import httpx
from django.conf import settings

from rapport import __version__
from rapport.kit import clock

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
# What is uploaded: its name, its bytes and their content type.
File = tuple[str, bytes, str]
# Answers with the addresses of a name, as text.
Resolver = Callable[[str, int], list[str]]

_allowed_here: ContextVar[tuple[str, ...]] = ContextVar("private_hosts_allowed_here", default=())
_MOST_REDIRECTS = 5
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class HttpProblem(Exception):
    """The request could not be made or answered; the message says why, in plain words."""


class Refused(HttpProblem):
    pass


class Unreachable(HttpProblem):
    pass


class NotConnected(Unreachable):
    pass


class TooSlow(HttpProblem):
    pass


class TooLarge(HttpProblem):
    pass


def resolve(host: str, port: int) -> list[str]:
    """The addresses of a host, as the system's resolver gives them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def fetch(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    content: bytes | None = None,
    json: Any = None,
    form: Mapping[str, str] | None = None,
    files: Mapping[str, File] | None = None,
    params: Mapping[str, str] | None = None,
    seconds: float = 10,
    largest: int = 5 * 1024 * 1024,
    follow_redirects: bool = True,
    resolver: Resolver = resolve,
    verify: ssl.SSLContext | bool = True,
) -> httpx.Response:
    """Make one request and read its whole answer, at most `largest` bytes unpacked, in `seconds` altogether.

    The body is `content`, or `json`, or `form` and `files` by the names of their fields. An error status
    is an answer, not an exception. Raises HttpProblem.
    """
    trusted = _usual_authorities() if verify is True else verify
    transport = httpx.HTTPTransport(verify=trusted, retries=0, trust_env=False)
    # httpx has no parameter for where its connections are opened; this is the pool's own seam for it.
    transport._pool._network_backend = GuardedBackend(deadline=clock.monotonic() + seconds, resolver=resolver)
    client = httpx.Client(
        transport=transport,
        timeout=seconds,
        trust_env=False,
        follow_redirects=follow_redirects,
        max_redirects=_MOST_REDIRECTS,
        headers={"User-Agent": f"Rapport/{__version__}"},
    )
    said: dict[str, Any] = {"content": content, "json": json, "data": form, "files": files, "params": params}
    try:
        with client, client.stream(method, url, headers=headers, **said) as response:
            response._content = _bounded(response, largest)
            return response
    except httpx.TimeoutException as error:
        raise TooSlow(f"{_host(url)} did not answer within {seconds:g} seconds.") from error
    except (httpx.UnsupportedProtocol, httpx.InvalidURL) as error:
        raise Refused(f"{url} is not a web address that begins with http:// or https://.") from error
    except httpx.TooManyRedirects as error:
        raise Unreachable(f"{_host(url)} redirects in circles.") from error
    except httpx.ConnectError as error:
        raise NotConnected(f"{_host(url)} cannot be reached: {error}") from error
    except (httpx.HTTPError, httpx.StreamError, UnicodeError) as error:
        raise Unreachable(f"{_host(url)} cannot be reached: {error}") from error


@cache
def _usual_authorities() -> ssl.SSLContext:
    """The authorities that certificates are checked by. Loading them takes longer than most answers, so: once."""
    return httpx.create_ssl_context(trust_env=False)


def is_public(address: str) -> bool:
    """Whether an IP address is on the open internet, and not one of ours in disguise."""
    try:
        parsed: Address = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    return all(one.is_global and not one.is_multicast for one in _faces(parsed))


def may_carry_secrets(address: str) -> bool:
    """Whether a password or token may be sent there: encrypted, or to a private host that is allowed by name."""
    parts = urlsplit(address)
    if not parts.hostname:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and is_allowed(parts.hostname))


def is_allowed(host: str) -> bool:
    """Whether the administrator has allowed this private host by name or address."""
    named = {*settings.PRIVATE_HOSTS_ALLOWED, *_allowed_here.get()}
    return host.strip("[]").lower().rstrip(".") in {name.strip().lower() for name in named}


@contextmanager
def allowing(host: str) -> Iterator[None]:
    """In this block, and in this thread, this private host may be reached. Never for a name that somebody typed in."""
    token = _allowed_here.set((*_allowed_here.get(), host))
    try:
        yield
    finally:
        _allowed_here.reset(token)


class GuardedBackend(httpcore.SyncBackend):
    """Opens connections to checked addresses only, and lets none outlive the deadline."""

    def __init__(self, *, deadline: float, resolver: Resolver = resolve) -> None:
        super().__init__()
        self.deadline = deadline
        self.resolver = resolver

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        error: httpcore.ConnectError | None = None
        for address in self._checked(host, port):
            try:
                left = _left(self.deadline, timeout, httpcore.ConnectTimeout)
                stream = super().connect_tcp(address, port, left, local_address, socket_options)
                return _TimedStream(stream, self.deadline)
            except httpcore.ConnectError as failed:
                error = failed
        raise error or httpcore.ConnectError(f"{host} has no address")

    def connect_unix_socket(self, *args: Any, **kwargs: Any) -> httpcore.NetworkStream:
        raise Refused("Only web addresses can be reached.")

    def _checked(self, host: str, port: int) -> list[str]:
        try:
            addresses = self.resolver(host, port)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(f"the name {host} is not known") from error
        if is_allowed(host):
            return addresses
        public = [address for address in addresses if is_public(address)]
        if addresses and not public:
            raise Refused(
                f"{host} is an address inside this network. If it should be reached, add it to RAPPORT_ALLOWED_HOSTS."
            )
        return public


class _TimedStream(httpcore.NetworkStream):
    """A connection whose every step ends by the same deadline: a server that drips bytes cannot hold a worker."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: float) -> None:
        self.stream = stream
        self.deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self.stream.read(max_bytes, _left(self.deadline, timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self.stream.write(buffer, _left(self.deadline, timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self.stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        left = _left(self.deadline, timeout, httpcore.ConnectTimeout)
        return _TimedStream(self.stream.start_tls(ssl_context, server_hostname, left), self.deadline)

    def get_extra_info(self, info: str) -> Any:
        return self.stream.get_extra_info(info)


def _left(deadline: float, timeout: float | None, too_late: type[httpcore.TimeoutException]) -> float:
    left = deadline - clock.monotonic()
    if left <= 0:
        raise too_late("out of time")
    return left if timeout is None else min(left, timeout)


def _bounded(response: httpx.Response, largest: int) -> bytes:
    chunks, size = [], 0
    for chunk in response.iter_bytes():
        size += len(chunk)
        if size > largest:
            raise TooLarge(f"{response.url.host} answered with more than {largest} bytes.")
        chunks.append(chunk)
    return b"".join(chunks)


def _faces(address: Address) -> list[Address]:
    """An address and the IPv4 addresses that it carries inside."""
    faces: list[Address] = [address]
    if isinstance(address, ipaddress.IPv6Address):
        faces += [inner for inner in (address.ipv4_mapped, address.sixtofour) if inner]
        if address.teredo:
            faces += address.teredo
        if address in _NAT64:
            faces.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
        if address.ipv4_mapped:
            # ::ffff:8.8.8.8 is as public as 8.8.8.8; the mapped form itself never counts as global.
            faces.remove(address)
    return faces


def _host(url: str) -> str:
    try:
        return httpx.URL(url).host or url
    except httpx.InvalidURL:
        return url
