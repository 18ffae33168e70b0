"""One mail out: built as RFC 5322 wants it, handed to SMTP or a provider, and what the answer means."""

import re
import secrets
import smtplib
from collections.abc import Mapping, Sequence
from email import encoders
from email.mime.base import MIMEBase
from typing import Any

from anymail.exceptions import AnymailError, AnymailRecipientsRefused, AnymailRequestsAPIError
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import BadHeaderError, EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.smtp import EmailBackend
from django.utils.translation import gettext as _

from rapport.channels.errors import CannotDeliver
from rapport.channels.kinds.email import servers
from rapport.channels.kinds.email.letter import Letter, as_sent, shown_in
from rapport.channels.kinds.email.providers import backend_of, options_in
from rapport.channels.types import Address, Outgoing, Part, Receipt
from rapport.kit.text import one_line

# The whole chain, unless it is absurd: RFC 5322 asks for all of it, servers refuse headers past some size.
_MAX_REFERENCES = 60
_HEADER_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,70}")
_OURS = frozenset(
    "from to cc bcc reply-to sender subject date message-id in-reply-to references mime-version content-type "
    "content-transfer-encoding return-path received".split()
)
_TYPE = re.compile(r"(?!multipart/|message/)[A-Za-z0-9.+-]+/[A-Za-z0-9.+-]+")
# A provider says "not now" or "not you" by these; everything else below 500 is about the message.
_NOT_ABOUT_THE_MESSAGE = frozenset((401, 402, 403, 404, 408, 429))


def new_message_id(address: str) -> str:
    """Random, at the domain that sends; without angle brackets."""
    domain = address.rpartition("@")[2] or "localhost"
    return f"{secrets.token_urlsafe(18)}@{domain if domain.isascii() else 'localhost'}"


def send(message: Outgoing, settings: Mapping[str, Any]) -> Receipt:
    """Raises CannotDeliver: permanent when trying again cannot help, in doubt when it may have arrived."""
    try:
        mail = build(message)
    except (BadHeaderError, ValueError, UnicodeError) as error:
        raise CannotDeliver(
            _("This cannot be put into a mail: %(error)s") % {"error": error}, permanent=True
        ) from error
    connection = connection_for(settings)
    host, port = getattr(connection, "host", ""), getattr(connection, "port", "")
    try:
        connection.open()
    except (smtplib.SMTPException, OSError, AnymailError) as error:
        _close(connection)
        # Nothing was said about this message yet: it waits until somebody has mended the connection.
        raise CannotDeliver(servers.explain(error, str(host), str(port)), permanent=False) from error
    try:
        _hand_over(connection, mail, str(host))
    finally:
        _close(connection)
    status = getattr(mail, "anymail_status", None)
    return Receipt(str(getattr(status, "message_id", None) or message.external_id))


def build(message: Outgoing) -> EmailMultiAlternatives:
    """The mail as Django and django-anymail take it."""
    headers = {name: one_line(value) for name, value in message.headers.items() if _is_free(name)}
    headers["Message-ID"] = f"<{_bare(message.external_id)}>"
    if message.in_reply_to:
        headers["In-Reply-To"] = f"<{_bare(message.in_reply_to)}>"
    if message.references:
        headers["References"] = " ".join(f"<{_bare(name)}>" for name in _chain(message.references))
    if message.is_automatic:
        headers["Auto-Submitted"] = "auto-generated"
        headers["X-Auto-Response-Suppress"] = "All"
    mail = Letter(
        subject=one_line(message.subject),
        body=message.text,
        from_email=_mailbox(message.sender),
        to=[_mailbox(person) for person in message.to],
        cc=[_mailbox(person) for person in message.cc],
        bcc=[_mailbox(person) for person in message.bcc],
        reply_to=[_mailbox(Address(message.sender.name, message.reply_to or message.sender.address))],
        headers=headers,
    )
    if message.html:
        mail.attach_alternative(as_sent(message.html), "text/html")
    shown = shown_in(message.html)
    for part in message.parts:
        mail.attach(_file(part, is_shown=part.content_id in shown))
    return mail


def _is_free(name: str) -> bool:
    return _HEADER_NAME.fullmatch(name) is not None and name.lower() not in _OURS


def _bare(name: str) -> str:
    return re.sub(r"[\s<>]", "", name)


def _chain(references: Sequence[str]) -> list[str]:
    if len(references) <= _MAX_REFERENCES:
        return list(references)
    return [references[0], *references[1 - _MAX_REFERENCES :]]


def _mailbox(person: Address) -> str:
    name = re.sub(r'["\\]', "", one_line(person.name))
    address = re.sub(r"[\s<>]", "", person.address)
    return f'"{name}" <{address}>' if name else address


def _file(part: Part, *, is_shown: bool) -> MIMEBase:
    """Always as base64, so that it arrives byte for byte, text files too."""
    kind = part.content_type if _TYPE.fullmatch(part.content_type) else "application/octet-stream"
    main, _slash, sub = kind.partition("/")
    made = MIMEBase(main, sub)
    made.set_payload(part.body)
    encoders.encode_base64(made)
    name = one_line(part.name) or "file"
    where = "inline" if is_shown else "attachment"
    made.add_header("Content-Disposition", where, filename=name if name.isascii() else ("utf-8", "", name))
    if part.content_id:
        made.add_header("Content-ID", f"<{_bare(part.content_id)}>")
    return made


class _Smtp(EmailBackend):
    """Django's own, which forgets to say when only some of the recipients were refused."""

    refused: dict[str, tuple[int, bytes]]

    def _send(self, email_message: Any) -> bool:
        sender, recipients = _address(email_message.from_email), [_address(name) for name in email_message.recipients()]
        mail = email_message.message().as_bytes(linesep="\r\n")
        if self.connection is None:
            raise smtplib.SMTPServerDisconnected("not connected")
        self.refused = self.connection.sendmail(sender, recipients, mail)
        return True


def _address(mailbox: str) -> str:
    return mailbox.rpartition("<")[2].rstrip(">") if "<" in mailbox else mailbox


def connection_for(settings: Mapping[str, Any]) -> BaseEmailBackend:
    match settings.get("outgoing"):
        case "smtp":
            security = settings.get("smtp_security")
            return _Smtp(
                host=str(settings["smtp_host"]),
                port=int(settings["smtp_port"]),
                username=str(settings.get("smtp_user") or ""),
                password=str(settings.get("smtp_password") or ""),
                use_ssl=security == "tls",
                use_tls=security == "starttls",
                timeout=servers.TIMEOUT,
            )
        case "provider":
            try:
                return get_connection(backend_of(str(settings["provider"])), **options_in(settings))
            except (ImproperlyConfigured, ImportError, TypeError, KeyError) as error:
                raise CannotDeliver(
                    _("The mail provider is not set up: %(error)s") % {"error": error}, permanent=True
                ) from error
    connection = get_connection()
    # The installation's SMTP server is spoken to with the same care.
    return _as_ours(connection) if type(connection) is EmailBackend else connection


def _as_ours(connection: EmailBackend) -> _Smtp:
    return _Smtp(
        host=connection.host,
        port=connection.port,
        username=connection.username,
        password=connection.password,
        use_ssl=connection.use_ssl,
        use_tls=connection.use_tls,
        timeout=connection.timeout or servers.TIMEOUT,
    )


def _hand_over(connection: BaseEmailBackend, mail: EmailMultiAlternatives, host: str) -> None:
    try:
        connection.send_messages([mail])
    except smtplib.SMTPRecipientsRefused as error:
        raise _refusal(error.recipients) from error
    except smtplib.SMTPResponseException as error:
        reason = _("%(host)s refused it: %(said)s") % {"host": host, "said": servers.said(error)}
        raise CannotDeliver(reason, permanent=500 <= error.smtp_code < 600) from error
    except AnymailError as error:
        raise _provider_refusal(error) from error
    except smtplib.SMTPServerDisconnected as error:
        reason = _("%(host)s did not answer in time or closed the connection before it confirmed: %(said)s")
        reason %= {"host": host, "said": servers.said(error)}
        raise CannotDeliver(reason, permanent=False, in_doubt=True) from error
    except (BadHeaderError, ValueError, UnicodeError, smtplib.SMTPNotSupportedError) as error:
        raise CannotDeliver(
            _("This cannot be put into a mail: %(error)s") % {"error": error}, permanent=True
        ) from error
    except OSError as error:
        raise CannotDeliver(servers.explain(error, host, ""), permanent=False, in_doubt=True) from error
    refused = getattr(connection, "refused", None)
    if refused:
        raise _refusal(refused, others_have_it=True)


def _refusal(recipients: Mapping[str, tuple[int, bytes]], *, others_have_it: bool = False) -> CannotDeliver:
    told = "; ".join(
        f"{address}: {code} {' '.join(words.decode('utf-8', 'replace').split())}"
        for address, (code, words) in recipients.items()
    )
    if others_have_it:
        return CannotDeliver(
            _("Refused, while the other recipients have it: %(told)s") % {"told": told}, permanent=True
        )
    return CannotDeliver(
        _("Refused: %(told)s") % {"told": told}, permanent=all(code >= 500 for code, _words in recipients.values())
    )


def _provider_refusal(error: AnymailError) -> CannotDeliver:
    reason = " ".join(str(error).split())[:1000]
    if isinstance(error, AnymailRequestsAPIError):
        status = error.status_code
        if status is None:
            return CannotDeliver(reason, permanent=False, in_doubt=True)
        return CannotDeliver(reason, permanent=status < 500 and status not in _NOT_ABOUT_THE_MESSAGE)
    return CannotDeliver(reason, permanent=isinstance(error, AnymailRecipientsRefused | ValueError))


def _close(connection: BaseEmailBackend) -> None:
    """Said goodbye or not, the message was taken: only that counts."""
    try:
        connection.close()
    except (smtplib.SMTPException, OSError, AnymailError):
        return
