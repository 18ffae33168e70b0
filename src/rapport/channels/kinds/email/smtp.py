"""A connection to an SMTP server, which knows whether any of a mail was said: only then it may have arrived."""

import smtplib
import ssl
from collections.abc import Mapping
from typing import Any

from django.core.mail.backends.smtp import EmailBackend

from rapport.channels.kinds.email import servers
from rapport.channels.kinds.email.consents import ByToken, is_by_consent
from rapport.channels.kinds.email.signing import signed

ERRORS = (smtplib.SMTPException, OSError)


class _Speaker(smtplib.SMTP):
    has_content = False

    def send(self, s: Any) -> None:
        # Commands are said as words, the mail itself as bytes: from there on it may have arrived.
        self.has_content = self.has_content or isinstance(s, bytes)
        super().send(s)


class _TlsSpeaker(_Speaker, smtplib.SMTP_SSL):
    pass


class _TokenSpeaker(ByToken, _Speaker):
    pass


class _TokenTlsSpeaker(ByToken, _TlsSpeaker):
    pass


class Smtp(EmailBackend):
    """Django's own, which forgets to say when only some of the recipients were refused."""

    connection: _Speaker | None

    def __init__(
        self, *args: Any, signing: Mapping[str, Any] | None = None, by_token: bool = False, **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.by_token = by_token
        self.signing = signing or {}
        self.refused: dict[str, tuple[int, bytes]] = {}
        self.has_content = False

    @property
    def key(self) -> tuple[object, ...]:
        """Two connections of one key can stand in for each other."""
        return (self.host, self.port, self.username, self.password, self.use_ssl, self.use_tls)

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        if self.by_token:
            return _TokenTlsSpeaker if self.use_ssl else _TokenSpeaker
        return _TlsSpeaker if self.use_ssl else _Speaker

    def is_answering(self) -> bool:
        """Whether the server still listens, and has nothing of an earlier mail in mind."""
        try:
            return self.connection is not None and self.connection.rset()[0] == 250
        except ERRORS:
            return False

    def drop(self) -> None:
        """Hang up without a word: the other side does not answer, or not as it should."""
        connection, self.connection = self.connection, None
        if connection is not None:
            try:
                connection.close()
            except OSError:
                return

    def _send(self, email_message: Any) -> bool:
        sender, recipients = address_in(email_message.from_email), [address_in(m) for m in email_message.recipients()]
        mail = signed(email_message.message().as_bytes(linesep="\r\n"), self.signing)
        if self.connection is None:
            raise smtplib.SMTPServerDisconnected("not connected")
        self.connection.has_content = False
        try:
            self.refused = self.connection.sendmail(sender, recipients, mail)
        finally:
            self.has_content = self.connection.has_content
        return True


def address_in(mailbox: str) -> str:
    return mailbox.rpartition("<")[2].rstrip(">") if "<" in mailbox else mailbox


def smtp_of(settings: Mapping[str, Any]) -> Smtp:
    """The way out that a channel's settings name, not yet connected."""
    security, by_token = settings.get("smtp_security"), is_by_consent(settings)
    return Smtp(
        host=str(settings["smtp_host"]),
        port=int(settings["smtp_port"]),
        username=str(settings.get("smtp_user") or ""),
        password=str(settings.get("access_token" if by_token else "smtp_password") or ""),
        by_token=by_token,
        use_ssl=security == "tls",
        use_tls=security == "starttls",
        timeout=servers.TIMEOUT,
        signing=settings.get("signing"),
    )


def as_ours(connection: EmailBackend, settings: Mapping[str, Any]) -> Smtp:
    """The installation's SMTP server, spoken to with the same care."""
    return Smtp(
        host=connection.host,
        port=connection.port,
        username=connection.username,
        password=connection.password,
        use_ssl=connection.use_ssl,
        use_tls=connection.use_tls,
        timeout=connection.timeout or servers.TIMEOUT,
        signing=settings.get("signing"),
    )


def quietly_closed(connection: Any) -> None:
    """Said goodbye or not, the message was taken: only that counts."""
    try:
        connection.close()
    except (*ERRORS, ssl.SSLError):
        return
