"""A line to an IMAP server that says when mail arrives: the IDLE command of RFC 2177.

From the command on the socket is read here and not by imaplib or imap-tools: the one has no IDLE before Python 3.14,
the other takes a closed connection for a quiet one.
"""

import contextlib
import re
import socket
import ssl
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from imap_tools import BaseMailBox

from rapport.channels.errors import CannotConnect
from rapport.channels.kinds.email import servers
from rapport.channels.seam import Watch

_TAG = b"WATCH"
_SECONDS = 10
# A server that talks without end and without a line break is none.
_LONGEST_LINE = 64 * 1024
_NEWS = re.compile(rb"\* \d+ (EXISTS|RECENT)\b", re.IGNORECASE)


def watch(settings: Mapping[str, Any]) -> "IdleWatch | None":
    """A line that is open, or None where the server does not offer it. Raises CannotConnect."""
    host, port = str(settings["imap_host"]), int(settings["imap_port"])
    try:
        box = servers.open_mailbox(settings, seconds=_SECONDS)
    except servers.IMAP_ERRORS as error:
        raise CannotConnect(servers.explain(error, host, port)) from error
    try:
        servers.sign_in(box, settings)
        # What a server offers before somebody has signed in says little.
        if not _offers_idle(box):
            servers.leave(box)
            return None
        servers.open_folder(box, settings, only_look=True)
        return IdleWatch(box, host)
    except servers.IMAP_ERRORS as error:
        servers.hang_up(box)
        raise CannotConnect(servers.explain(error, host, port), at_once=servers.is_about_signing_in(error)) from error
    except CannotConnect:
        servers.hang_up(box)
        raise


def _offers_idle(box: BaseMailBox) -> bool:
    _status, data = box.client.capability()
    return b"IDLE" in b" ".join(part for part in data if part).upper().split()


class IdleWatch(Watch):
    """One folder, opened only to look, while the server is in IDLE. Raises CannotConnect from the start."""

    def __init__(self, box: BaseMailBox, host: str) -> None:
        self._host = host
        self._box = box
        self._socket: socket.socket = box.client.sock
        self._socket.settimeout(_SECONDS)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        self._unread = b""
        self._is_news = False
        self._begin()

    def fileno(self) -> int:
        return self._socket.fileno()

    def news(self) -> bool:
        self._receive()
        while line := self._line():
            # The server ended it by itself, as some do after a while: ask again.
            if line.upper().startswith(_TAG + b" "):
                self._begin()
        return self._told()

    def renew(self) -> bool:
        self._send(b"DONE\r\n")
        self._read_until(_TAG + b" ")
        self._begin()
        return self._told()

    def close(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            self._socket.settimeout(0)
            self._socket.sendall(b"DONE\r\nBYE LOGOUT\r\n")
        servers.hang_up(self._box)

    def _begin(self) -> None:
        self._send(_TAG + b" IDLE\r\n")
        answer = self._read_until(b"+", _TAG + b" ")
        if not answer.startswith(b"+"):
            raise self._cut(answer.decode("utf-8", "replace").strip())

    def _told(self) -> bool:
        told, self._is_news = self._is_news, False
        return told

    def _read_until(self, *beginnings: bytes) -> bytes:
        while True:
            while line := self._line():
                if line.upper().startswith(beginnings):
                    return line
            self._receive()

    def _line(self) -> bytes:
        """The next whole line, empty when there is none yet; what it says of new mail is noted."""
        line, end, rest = self._unread.partition(b"\n")
        if not end:
            return b""
        self._unread = rest
        if line.upper().startswith(b"* BYE"):
            raise self._cut(line[5:].decode("utf-8", "replace").strip())
        self._is_news = self._is_news or _NEWS.match(line) is not None
        return line + end

    def _receive(self) -> None:
        try:
            chunk = self._socket.recv(65536)
            # Over TLS more may be decrypted already, which no selector would tell of.
            while isinstance(self._socket, ssl.SSLSocket) and self._socket.pending():
                chunk += self._socket.recv(65536)
        except (OSError, ValueError) as error:
            raise self._cut(servers.said(error)) from error
        self._unread += chunk
        if not chunk or len(self._unread) > _LONGEST_LINE:
            raise self._cut(_("no reason given"))

    def _send(self, words: bytes) -> None:
        try:
            self._socket.sendall(words)
        except (OSError, ValueError) as error:
            raise self._cut(servers.said(error)) from error

    def _cut(self, said: str) -> CannotConnect:
        return CannotConnect(_("%(host)s closed the connection: %(said)s") % {"host": self._host, "said": said})
