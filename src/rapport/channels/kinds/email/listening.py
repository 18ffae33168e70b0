"""Mail comes in by SMTP or LMTP: one acceptance a message, and 250 only once it is stored for good."""

import asyncio
import logging
import threading
from dataclasses import dataclass
from typing import IO, Any
from urllib.parse import urlsplit

from aiosmtpd.smtp import SMTP, Envelope, Session
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from rapport.backbone import files
from rapport.channels.kinds.email.crowding import Crowd, Doorkeeper
from rapport.channels.kinds.email.encryption import Encryption
from rapport.channels.kinds.email.sessions import IN_MEMORY, MAX_SIZE, Connection, LmtpConnection
from rapport.channels.seam import Listener, Reception
from rapport.channels.types import Incoming

log = logging.getLogger("rapport.channels")

__all__ = ["MAX_SIZE", "ListeningAddress", "MailServer", "listen", "listening_address"]

MAX_RECIPIENTS = 1000
_STOP_SECONDS = 10

_STORED = "250 2.0.0 Stored"
_NO_SPACE = "452 4.3.1 There is no space left here, try again later"
_NOT_NOW = "451 4.3.0 This could not be stored, try again later"


@dataclass(frozen=True)
class ListeningAddress:
    host: str
    port: int
    is_lmtp: bool


def listening_address() -> ListeningAddress | None:
    """What RAPPORT_SMTP_LISTEN says: `host:port`, `smtp://host:port` or `lmtp://host:port`."""
    value = str(settings.SMTP_LISTEN).strip()
    if not value:
        return None
    parts = urlsplit(value if "://" in value else f"smtp://{value}")
    try:
        port = parts.port
    except ValueError:
        port = None
    if parts.scheme not in ("smtp", "lmtp") or port is None:
        raise ImproperlyConfigured(f"RAPPORT_SMTP_LISTEN is {value!r}. It should read like smtp://127.0.0.1:2525.")
    return ListeningAddress(parts.hostname or "127.0.0.1", port, parts.scheme == "lmtp")


def listen(reception: Reception) -> "MailServer | None":
    """A running server, if the installation asks for one. Raises OSError when the port is taken."""
    address = listening_address()
    return MailServer(address, reception) if address else None


class MailServer(Listener):
    """The server in a thread of its own; nothing in its loop waits for the database."""

    def __init__(self, address: ListeningAddress, reception: Reception, crowd: Crowd | None = None) -> None:
        self.address = address
        # Who speaks LMTP is next door.
        self._encryption = None if address.is_lmtp else Encryption()
        self._protocols: set[Connection] = set()
        self._desk = _Desk(reception, is_lmtp=address.is_lmtp)
        self._doorkeeper = Doorkeeper(crowd or Crowd())
        self._loop = asyncio.new_event_loop()
        try:
            opening = self._loop.create_server(self._connection, address.host, address.port)
            self._server = self._loop.run_until_complete(opening)
        except BaseException:
            self._loop.close()
            raise
        self._thread = threading.Thread(target=self._run, name="mail-server")
        self._thread.start()
        log.info("Listening for mail on %s:%s", address.host, self.port)

    @property
    def port(self) -> int:
        return int(self._server.sockets[0].getsockname()[1])

    def stop(self) -> None:
        """Close the door; who is being acknowledged is still told."""
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(_STOP_SECONDS + 5)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _connection(self) -> Connection:
        kind = LmtpConnection if self.address.is_lmtp else Connection
        return kind(self._desk, self._doorkeeper, self._encryption, self._protocols, self._loop)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()

    async def _close(self) -> None:
        self._server.close()
        async with _patience(_STOP_SECONDS):
            while self._desk.storing:
                await asyncio.sleep(0.01)
        for protocol in list(self._protocols):
            if protocol.transport is not None:
                protocol.transport.close()
        await asyncio.sleep(0.05)
        await self._loop.shutdown_default_executor()


class _patience:
    """Like asyncio.timeout, but running out of it is no error."""

    def __init__(self, seconds: float) -> None:
        self._timeout = asyncio.timeout(seconds)

    async def __aenter__(self) -> None:
        await self._timeout.__aenter__()

    async def __aexit__(self, *what: Any) -> bool:
        try:
            await self._timeout.__aexit__(*what)
        except TimeoutError:
            return True
        return False


class _Desk:
    """What aiosmtpd asks at each step."""

    def __init__(self, reception: Reception, *, is_lmtp: bool) -> None:
        self._reception = reception
        self._is_lmtp = is_lmtp
        self.storing = 0

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if len(envelope.rcpt_tos) >= MAX_RECIPIENTS:
            return "452 4.5.3 Too many recipients"
        try:
            is_known = await asyncio.get_running_loop().run_in_executor(None, self._reception.knows, address)
        except Exception as error:
            log.warning("Whether %s is ours cannot be told now: %s", address, error)
            return "451 4.3.0 Try again later"
        if not is_known:
            return "550 5.1.1 Nobody has this address here"
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 OK"

    async def take(self, peer: str, session: Session, envelope: Envelope, letter: IO[bytes]) -> str:
        """Hand in a letter, which is closed once it is stored or cannot be; answers what to tell the sender."""
        size = letter.tell()
        letter.seek(0)
        body = letter.read() if size <= IN_MEMORY else letter
        transport = {"peer": peer, "helo": str(session.host_name or ""), "sender": envelope.mail_from or ""}
        incoming = Incoming(body, f"SMTP from {peer}", tuple(envelope.rcpt_tos), transport=transport)  # type: ignore[arg-type]  # a spooled file reads like any other
        return self.answers(await self._store(incoming, letter), envelope)

    def answers(self, answer: str, envelope: Envelope) -> str:
        """LMTP answers once a recipient, in their order."""
        return "\r\n".join([answer] * len(envelope.rcpt_tos)) if self._is_lmtp else answer

    async def _store(self, incoming: Incoming, letter: IO[bytes]) -> str:
        self.storing += 1
        try:
            stored = self._reception.take("email", incoming)
            # Whoever hangs up now may not take the file from under the one who stores it.
            stored.add_done_callback(lambda _stored: letter.close())
            await asyncio.wrap_future(stored)
        except Exception as error:
            return _NO_SPACE if files.is_full(error) else _NOT_NOW
        finally:
            self.storing -= 1
        return _STORED
