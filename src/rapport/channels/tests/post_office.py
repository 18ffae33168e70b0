"""A mail server for tests, on a real socket, that can be told to be difficult."""

import asyncio
import base64
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from aiosmtpd.smtp import SMTP, AuthResult

from rapport.channels.kinds.email.pooling import POOL


@dataclass
class PostOffice:
    """`answers` are given to the next mails in turn: an SMTP answer, "hang", "drop" or "keep and drop" (before 250).

    `refused` recipients get the answer next to them. With `password` or `token`, one has to sign in with it.
    """

    answers: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    password: str = ""
    # An access token that lets one in by XOAUTH2.
    token: str = ""
    received: list[EmailMessage] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)
    senders: list[str] = field(default_factory=list)
    # Answers to the next MAIL in turn, before any of the mail is said; "drop" cuts the line.
    tired: list[str] = field(default_factory=list)
    # How many connections were opened.
    connections: int = 0
    goodbyes: int = 0
    port: int = 0
    transports: set = field(default_factory=set)
    loop: asyncio.AbstractEventLoop | None = None

    async def handle_MAIL(self, server, session, envelope, address, options):
        if (self.password or self.token) and not session.authenticated:
            return "530 5.7.0 Sign in first"
        if self.tired:
            answer = self.tired.pop(0)
            if answer == "drop":
                server.transport.abort()
                await asyncio.sleep(3600)
            return answer
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_QUIT(self, server, session, envelope):
        self.goodbyes += 1
        return "221 Bye"

    async def handle_DATA(self, server, session, envelope):
        answer = self.answers.pop(0) if self.answers else "250 Kept"
        if answer.startswith(("250", "keep")):
            self.raw.append(envelope.original_content)
            self.received.append(message_from_bytes(envelope.content, policy=default))
            self.recipients.append(list(envelope.rcpt_tos))
            self.senders.append(envelope.mail_from)
        if answer == "hang":
            await asyncio.sleep(3600)
        if answer.endswith("drop"):
            server.transport.abort()
            await asyncio.sleep(3600)
        return answer

    def hang_up(self):
        """As an impatient server does with those who say nothing."""
        done = threading.Event()

        def close():
            for transport in self.transports:
                transport.close()
            done.set()

        self.loop.call_soon_threadsafe(close)
        assert done.wait(5)

    def wait_until_left(self):
        """Whether every client has hung up, within a few seconds."""
        for _ in range(100):
            if all(transport.is_closing() for transport in self.transports):
                return True
            threading.Event().wait(0.05)
        return False

    async def auth_XOAUTH2(self, server, args):
        said = base64.b64decode(args[1]).decode()
        success = bool(self.token) and said.strip("\1").endswith(f"\1auth=Bearer {self.token}")
        if not success:
            # As Google does it: the reason comes as a challenge, which the client answers by an empty line.
            await server.challenge_auth(b'{"status":"400","schemes":"Bearer"}')
        return AuthResult(success=success, handled=False, auth_data=said)

    def authenticate(self, server, session, envelope, mechanism, data):
        return AuthResult(success=data.password.decode() == self.password, handled=False)


class _Protocol(SMTP):
    def connection_made(self, transport):
        self.event_handler.transports.add(transport)
        super().connection_made(transport)


@contextmanager
def post_office(*, tls=None, **difficulties) -> Iterator[PostOffice]:
    """`tls` is the context of a server that speaks TLS from the first byte."""
    office = PostOffice(**difficulties)
    loop = asyncio.new_event_loop()
    options = {"hostname": "post.example", "loop": loop}
    if office.password or office.token:
        options |= {"authenticator": office.authenticate, "auth_require_tls": False}
    protocols = []

    def protocol():
        office.connections += 1
        protocols.append(_Protocol(office, **options))
        return protocols[-1]

    server = loop.run_until_complete(loop.create_server(protocol, "127.0.0.1", 0, family=socket.AF_INET, ssl=tls))
    office.loop = loop
    office.port = server.sockets[0].getsockname()[1]
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield office
    finally:
        POOL.close()
        asyncio.run_coroutine_threadsafe(_close(server, protocols), loop).result(5)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _close(server, protocols) -> None:
    server.close()
    for protocol in protocols:
        if protocol.transport is not None:
            protocol.transport.abort()
    await asyncio.sleep(0)
    for task in asyncio.all_tasks() - {asyncio.current_task()}:
        task.cancel()
    await asyncio.sleep(0.01)
