"""Customers at their own mail programs: real mail to a running Rapport, over SMTP."""

import smtplib
import socket
import time
from email.message import EmailMessage

HELP = "support@lampwright.example"


def mailbox() -> None:
    """Run inside: an inbox with one mailbox, which sends by the installation's own EMAIL_URL."""
    from rapport.channels.models import Channel
    from rapport.conversations.models import Inbox

    inbox, _made = Inbox.objects.get_or_create(name="Support")
    Channel.objects.get_or_create(kind="email", inbox=inbox, name="Support", address=HELP, defaults={"settings": {}})


def listens(rapport, seconds=30):
    """Wait until the worker takes mail: it opens its door a moment after the pages are there."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            socket.create_connection(rapport.smtp, timeout=1).close()
            return
        except OSError:
            assert time.monotonic() < deadline, rapport.said()
            time.sleep(0.1)


def post(rapport, subject, text, *, who="Kim Park <kim@studio.example>", to=HELP, answering=None):
    """A customer writes, or answers the mail that is given."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = who, to, subject
    mail["Message-ID"] = f"<{time.time_ns()}@studio.example>"
    if answering is not None:
        mail["In-Reply-To"] = answering["Message-ID"]
        mail["References"] = f"{answering['References']} {answering['Message-ID']}"
    mail.set_content(text)
    with smtplib.SMTP(*rapport.smtp, timeout=10) as server:
        server.send_message(mail)
    return mail
