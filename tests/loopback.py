"""Tests stay on this machine: nothing but loopback addresses and Unix sockets can be reached."""

import ipaddress
import socket
import sys

import pytest

_attempts: list[str] = []
_guard = {"on": False}


def pytest_configure():
    if not _guard["on"]:
        _guard["on"] = True
        # An audit hook sees every connection, whichever library opens it; a patched socket class would not.
        sys.addaudithook(_watch)


@pytest.fixture(autouse=True)
def stays_on_this_machine():
    _attempts.clear()
    yield
    assert not _attempts, f"the test tried to reach {', '.join(_attempts)}; tests may only use loopback addresses"


def _watch(event: str, arguments: tuple) -> None:
    if event == "socket.connect":
        address = arguments[1]
        if isinstance(address, tuple) and not _is_here(address[0]):
            _attempts.append(f"{address[0]}:{address[1]}")
            raise ConnectionRefusedError("tests stay on this machine")
    elif event == "socket.getaddrinfo" and not _is_numeric(arguments[0]):
        raise socket.gaierror(socket.EAI_NONAME, "tests stay on this machine, so this name is not known")


def _is_here(host: object) -> bool:
    address = _address(host)
    return address is not None and (address.is_loopback or address.is_unspecified)


def _is_numeric(host: object) -> bool:
    """Whether looking this name up asks no name server."""
    return not host or _text(host) in ("localhost", socket.gethostname()) or _address(host) is not None


def _address(host: object) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(_text(host).partition("%")[0])
    except ValueError:
        return None


def _text(host: object) -> str:
    return host.decode() if isinstance(host, bytes) else str(host)
