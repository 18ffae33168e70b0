"""One connection to the mail server: who may come in, and a letter that goes to the disk as it arrives."""

import asyncio
import errno
import tempfile
from typing import IO, Any

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP

from rapport.channels.kinds.email.crowding import Doorkeeper
from rapport.channels.kinds.email.encryption import Encryption

MAX_SIZE = 50 * 1024 * 1024
IN_MEMORY = 256 * 1024
# What waits in memory of one connection. Longer lines come in pieces: honest programs send some of megabytes.
_BUFFER = 64 * 1024
_IDLE_SECONDS = 300
_PIECE = 256 * 1024

_NO_SPACE = "452 4.3.1 There is no space left here, try again later"
_TOO_LARGE = "552 5.3.4 A mail may have 50 MB here"
_TOO_FAST = "450 4.7.1 Too many mails from you, try again in a minute"
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class Connection(SMTP):
    """aiosmtpd's protocol, except that a letter is never in memory as a whole."""

    line_length_limit = _BUFFER

    def __init__(
        self,
        desk: Any,
        doorkeeper: Doorkeeper,
        encryption: Encryption | None,
        open_ones: "set[Connection]",
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        self._desk, self._doorkeeper, self._encryption, self._open_ones = desk, doorkeeper, encryption, open_ones
        self._refusal = ""
        self._peer = ""
        super().__init__(
            desk,
            data_size_limit=MAX_SIZE,
            enable_SMTPUTF8=True,
            decode_data=False,
            hostname="rapport",
            ident="Rapport",
            timeout=_IDLE_SECONDS,
            tls_context=encryption.context if encryption else None,
            loop=loop,
        )

    def connection_made(self, transport: Any) -> None:
        # It is made once more when it becomes an encrypted one.
        if self not in self._open_ones:
            self._open_ones.add(self)
            name = transport.get_extra_info("peername")
            self._peer = str(name[0]) if isinstance(name, tuple) else "here"
            self._refusal = self._doorkeeper.enter(self._peer)
            if self._encryption is not None:
                self._encryption.refresh()
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        if self in self._open_ones:
            self._open_ones.discard(self)
            if not self._refusal:
                self._doorkeeper.leave(self._peer)
        super().connection_lost(error)

    async def _handle_client(self) -> None:
        if self._refusal:
            await self.push(self._refusal)
            if self.transport is not None:
                self.transport.close()
            return
        await super()._handle_client()

    async def smtp_DATA(self, arg: str | None) -> None:  # aiosmtpd finds commands by their names
        if await self.check_helo_needed():
            return
        if self.envelope is None or not self.envelope.rcpt_tos:
            await self.push("503 5.5.1 Error: need RCPT command")
            return
        if arg:
            await self.push("501 5.5.4 Syntax: DATA")
            return
        if not self._doorkeeper.may_send(self._peer):
            await self.push(_TOO_FAST)
            return
        await self.push("354 End data with <CR><LF>.<CR><LF>")
        letter: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  # whoever stores it closes it
        try:
            problem = await self._receive(letter)
        except BaseException:
            letter.close()
            raise
        if problem:
            letter.close()
            answer = self._desk.answers(problem, self.envelope)
        else:
            answer = await self._desk.take(self._peer, self.session, self.envelope, letter)
        self._set_post_data_state()  # type: ignore[no-untyped-call]
        await self.push(answer)

    async def _receive(self, letter: IO[bytes]) -> str:
        """Read to the final dot, whatever happens; answers why the letter cannot be taken, empty when it can."""
        problem, size, told = "", 0, 0
        is_new_line = True
        while True:
            piece, ends = await self._piece()
            if is_new_line and ends and piece == b".\r\n":
                return problem
            if is_new_line and piece.startswith(b"."):
                piece = piece[1:]
            is_new_line = ends
            size += len(piece)
            if size - told >= _PIECE:
                # Slow is not idle.
                told = size
                self._reset_timeout()
            if not problem:
                problem = _TOO_LARGE if size > MAX_SIZE else _written(letter, piece)
                if problem:
                    _empty(letter)

    async def _piece(self) -> tuple[bytes, bool]:
        """A line, or as much of it as fits; and whether it ends there."""
        try:
            return await self._reader.readuntil(b"\r\n"), True
        except asyncio.LimitOverrunError as error:
            return await self._reader.read(error.consumed), False


class LmtpConnection(LMTP, Connection):
    pass


def _written(letter: IO[bytes], piece: bytes) -> str:
    try:
        letter.write(piece)
    except OSError as error:
        if error.errno in _FULL:
            return _NO_SPACE
        raise
    return ""


def _empty(letter: IO[bytes]) -> None:
    letter.seek(0)
    letter.truncate()
