"""A mail server that takes what leaves and keeps it, for tests to read."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from aiosmtpd.controller import Controller

from tests.browser.installation import free_port


@dataclass
class SmtpSink:
    """`received` grows as mail arrives; `refuse_with` makes the next deliveries fail, such as "550 No such user"."""

    port: int
    received: list[EmailMessage] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)
    refuse_with: str = ""
    _news: threading.Condition = field(default_factory=threading.Condition)

    async def handle_DATA(self, server, session, envelope) -> str:
        if self.refuse_with:
            return self.refuse_with
        with self._news:
            self.received.append(message_from_bytes(envelope.content, policy=default))
            self.recipients.append(list(envelope.rcpt_tos))
            self._news.notify_all()
        return "250 Kept"

    def wait_for(
        self, wanted: Callable[[EmailMessage], bool] = lambda _mail: True, seconds: float = 30
    ) -> EmailMessage:
        """The first mail that is wanted, as soon as it is here."""
        deadline = time.monotonic() + seconds
        with self._news:
            while True:
                found = next(filter(wanted, self.received), None)
                left = deadline - time.monotonic()
                if found is not None:
                    return found
                if left <= 0 or not self._news.wait(left):
                    subjects = [mail["Subject"] for mail in self.received]
                    raise AssertionError(f"no such mail left within {seconds} s, only {subjects}")


@contextmanager
def open_sink() -> Iterator[SmtpSink]:
    sink = SmtpSink(free_port())
    controller = Controller(sink, hostname="127.0.0.1", port=sink.port)
    controller.start()
    try:
        yield sink
    finally:
        controller.stop()
