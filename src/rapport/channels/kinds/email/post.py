"""Where customers' mail is played: their mail server, which the desk sends to, and the way of their letters to it."""

import asyncio
import smtplib
import socket
import ssl
import threading
import time
from email import message_from_bytes
from email.policy import SMTP as RULES
from email.utils import getaddresses
from urllib.parse import urlsplit

import httpx
from aiosmtpd.smtp import SMTP, Envelope, Session

from rapport.channels.kinds.email.listening import ListeningAddress, listening_address
from rapport.channels.simulating import Asked, Push, Said, Server, Stage

HOST = "studio.example"
_SECONDS = 30
# The desk knows a mailbox that was just made two seconds later.
_NEW_FOR, _PAUSE = 5.0, 0.5
# A report about a letter is not faster than the word that it was taken.
_RETURN_AFTER = 0.3


class MailStage(Stage):
    """Letters leave by SMTP or LMTP where the desk listens for it, and over HTTP, signed, where it does not."""

    def push(self, push: Push) -> httpx.Response:
        """What the desk said; a code of SMTP stands where one of HTTP would."""
        door = self._door()
        if door is None:
            return super().push(push)
        deadline = time.monotonic() + _NEW_FOR
        while True:
            said = _handed_in(push.body, door)
            if said.status_code != 550 or time.monotonic() > deadline:
                return said
            time.sleep(_PAUSE)

    def _open(self, port: int) -> Server:
        return _MailServer(self, port)

    def _door(self) -> ListeningAddress | None:
        """Where the desk takes mail, by what --at says or else by its own settings."""
        at = urlsplit(self.simulator.push_url)
        if at.scheme in ("smtp", "lmtp"):
            return ListeningAddress(at.hostname or "127.0.0.1", at.port or 25, at.scheme == "lmtp")
        door = listening_address()
        if door is None:
            return None
        is_anywhere = door.host in ("0.0.0.0", "::")  # noqa: S104  # compared, not bound
        return ListeningAddress("127.0.0.1", door.port, door.is_lmtp) if is_anywhere else door


def _handed_in(letter: bytes, door: ListeningAddress) -> httpx.Response:
    """Raises httpx.ConnectError where nobody listens or the line breaks."""
    sender, recipients = _envelope(letter)
    kind = smtplib.LMTP if door.is_lmtp else smtplib.SMTP
    try:
        with kind(door.host, door.port, local_hostname=HOST) as line:
            line.ehlo_or_helo_if_needed()
            if line.has_extn("starttls"):
                # As servers do among each other: encrypted by any certificate rather than by none.
                line.starttls(context=ssl._create_unverified_context())  # noqa: S323
            line.sendmail(sender, recipients, letter)
    except smtplib.SMTPRecipientsRefused as error:
        code, words = next(iter(error.recipients.values()))
        return httpx.Response(code, text=words.decode("utf-8", "replace"))
    except smtplib.SMTPResponseException as error:
        said = error.smtp_error
        return httpx.Response(
            error.smtp_code, text=said.decode("utf-8", "replace") if isinstance(said, bytes) else said
        )
    except (smtplib.SMTPException, OSError) as error:
        raise httpx.ConnectError(f"{door.host}:{door.port}: {error}") from error
    return httpx.Response(250)


def _envelope(letter: bytes) -> tuple[str, list[str]]:
    """Reports come from nobody, so that they are never answered by another (RFC 5321 4.5.5)."""
    mail = message_from_bytes(letter, policy=RULES)
    to = [address for _name, address in getaddresses([str(mail["To"] or "")])]
    sender = getaddresses([str(mail["From"] or "")])[0][1]
    return "" if mail.get_content_type() == "multipart/report" else sender, to


class _MailServer:
    """SMTP (RFC 5321) in a thread of its own, with what the simulator answers."""

    def __init__(self, stage: Stage, port: int) -> None:
        self._stage = stage
        self._loop = asyncio.new_event_loop()
        self._lines: list[SMTP] = []
        try:
            opening = self._loop.create_server(self._line, "127.0.0.1", port, family=socket.AF_INET)
            self._server = self._loop.run_until_complete(opening)
        except BaseException:
            self._loop.close()
            raise
        self._thread = threading.Thread(target=self._loop.run_forever, name="simulator", daemon=True)

    @property
    def address(self) -> str:
        return f"smtp://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(5)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        said, _pushes = self._stage.answer(Asked("RCPT", address, {}, {}, b""))
        if said.status < 400:
            envelope.rcpt_tos.append(address)
        return _line_of(said)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        content = envelope.original_content or b""
        about = {"from": envelope.mail_from or ""}
        said, pushes = self._stage.answer(Asked("DATA", " ".join(envelope.rcpt_tos), about, {}, content))
        self._loop.call_later(_RETURN_AFTER, self._stage.follow, pushes)
        return _line_of(said)

    def _line(self) -> SMTP:
        self._lines = [line for line in self._lines if line.transport is not None]
        self._lines.append(SMTP(self, hostname=HOST, loop=self._loop, enable_SMTPUTF8=True, ident="Simulated mail"))
        return self._lines[-1]

    async def _close(self) -> None:
        self._server.close()
        for line in self._lines:
            if line.transport is not None:
                line.transport.close()
        await asyncio.sleep(0)
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()
        await asyncio.sleep(0.01)


def _line_of(said: Said) -> str:
    return f"{said.status} {said.body if isinstance(said.body, str) else ''}".strip()
