"""Delivery reports as a mail server writes them (RFC 3464): for customers' mail played on this machine."""

import secrets
from email.message import EmailMessage
from email.utils import format_datetime

from rapport.kit import clock

_WHY = {
    "failed": ("Undelivered Mail Returned to Sender", "5.1.1", "550 5.1.1 {address}: nobody has this address here"),
    "delayed": ("Delayed Mail (still being retried)", "4.4.1", "451 4.4.1 connection to {address} timed out"),
}
_REPORT = """\
From: Mail Delivery System <MAILER-DAEMON@{host}>
To: {to}
Subject: {subject}
Date: {date}
Message-ID: <{id}@{host}>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="{boundary}"

--{boundary}
Content-Type: text/plain; charset=us-ascii

This is the mail system at host {host}.

Your message to {address} could not be delivered ({action}).

<{address}>: {said}

--{boundary}
Content-Type: message/delivery-status

Reporting-MTA: dns; {host}
Arrival-Date: {date}

Final-Recipient: rfc822; {address}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {said}

--{boundary}
Content-Type: text/rfc822-headers

{headers}
--{boundary}--
"""


def returned(letter: EmailMessage, address: str, action: str, *, to: str) -> bytes:
    """The report that a letter did not reach this address; `action` is RFC 3464's "failed" or "delayed"."""
    subject, status, said = _WHY[action]
    names = ("From", "To", "Subject", "Message-ID", "Date")
    report = _REPORT.format(
        host=address.partition("@")[2],
        to=to,
        subject=subject,
        date=format_datetime(clock.now()),
        id=secrets.token_hex(12),
        boundary=secrets.token_hex(12),
        address=address,
        action=action,
        status=status,
        said=said.format(address=address),
        headers="".join(f"{name}: {str(letter[name]).strip()}\n" for name in names if letter[name]),
    )
    return report.encode("utf-8").replace(b"\n", b"\r\n")
