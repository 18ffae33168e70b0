"""A mail server for tests, on a real socket, that can be told to be difficult."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from aiosmtpd.smtp import SMTP, AuthResult


@dataclass
class PostOffice:
    """`answers` are given to the next mails in turn: an SMTP answer, "hang", "drop" or "keep and drop" (before 250).

    `refused` recipients get the answer next to them. With `password`, one has to sign in with it.
    """

    answers: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    password: str = ""
    received: list[EmailMessage] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)
    senders: list[str] = field(default_factory=list)
    port: int = 0

    async def handle_MAIL(self, server, session, envelope, address, options):
        if self.password and not session.authenticated:
            return "530 5.7.0 Sign in first"
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

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

    def authenticate(self, server, session, envelope, mechanism, data):
        return AuthResult(success=data.password.decode() == self.password, handled=False)


@contextmanager
def post_office(**difficulties) -> Iterator[PostOffice]:
    office = PostOffice(**difficulties)
    loop = asyncio.new_event_loop()
    options = {"hostname": "post.example", "loop": loop}
    if office.password:
        options |= {"authenticator": office.authenticate, "auth_require_tls": False}
    protocols = []

    def protocol():
        protocols.append(SMTP(office, **options))
        return protocols[-1]

    server = loop.run_until_complete(loop.create_server(protocol, "127.0.0.1", 0, family=socket.AF_INET))
    office.port = server.sockets[0].getsockname()[1]
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield office
    finally:
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
