"""When the certificates of a mailbox's servers end. One that is not valid is read all the same: that is the news."""

import imaplib
import smtplib
import socket
import ssl
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cryptography import x509

from rapport.channels.kinds.email import servers

_SECONDS = 10


def certificates(settings: Mapping[str, Any]) -> Mapping[str, datetime]:
    """By host; none for a server that does not answer, or that is spoken to without TLS."""
    found: dict[str, datetime] = {}
    for way, prefix in ((settings.get("incoming") == "imap", "imap"), (settings.get("outgoing") == "smtp", "smtp")):
        if way and settings.get(f"{prefix}_security") != "plain":
            host = str(settings[f"{prefix}_host"])
            ends_at = _end(prefix, host, int(settings[f"{prefix}_port"]), str(settings.get(f"{prefix}_security")))
            if ends_at and ends_at < found.get(host, datetime.max.replace(tzinfo=ends_at.tzinfo)):
                found[host] = ends_at
    return found


def _end(protocol: str, host: str, port: int, security: str) -> datetime | None:
    try:
        connection = _secured(protocol, host, port, security)
        try:
            der = connection.getpeercert(binary_form=True)
        finally:
            connection.close()
    except (*servers.IMAP_ERRORS, smtplib.SMTPException):
        return None
    return x509.load_der_x509_certificate(der).not_valid_after_utc if der else None


def _secured(protocol: str, host: str, port: int, security: str) -> ssl.SSLSocket:
    # Nothing is said here that anybody might overhear: it only looks at the certificate.
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    if security == "tls":
        return context.wrap_socket(socket.create_connection((host, port), timeout=_SECONDS), server_hostname=host)
    if protocol == "imap":
        box = imaplib.IMAP4(host, port, timeout=_SECONDS)
        box.starttls(ssl_context=context)
        return _tls(box.sock)
    server = smtplib.SMTP(host, port, timeout=_SECONDS)
    server.starttls(context=context)
    return _tls(server.sock)


def _tls(connection: socket.socket | None) -> ssl.SSLSocket:
    if not isinstance(connection, ssl.SSLSocket):
        raise ConnectionError("no TLS")
    return connection
