"""One mail out: built as RFC 5322 wants it, handed to SMTP or a provider, and what the answer means."""

import re
import secrets
import smtplib
from collections.abc import Mapping, Sequence
from email import encoders
from email.mime.base import MIMEBase
from typing import Any

import dkim
from anymail.exceptions import AnymailError, AnymailRecipientsRefused, AnymailRequestsAPIError
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import BadHeaderError, EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.smtp import EmailBackend
from django.utils.translation import gettext as _

from rapport.channels.errors import CannotDeliver
from rapport.channels.kinds.email import servers
from rapport.channels.kinds.email.bounces import status_in
from rapport.channels.kinds.email.letter import Letter, as_sent, shown_in
from rapport.channels.kinds.email.limits import is_too_many
from rapport.channels.kinds.email.pooling import POOL
from rapport.channels.kinds.email.providers import backend_of, options_in
from rapport.channels.kinds.email.smtp import Smtp, as_ours, quietly_closed, smtp_of
from rapport.channels.types import Address, Outgoing, Part, Receipt, Undelivered
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
    if isinstance(connection, Smtp):
        _by_smtp(connection, mail)
    else:
        _by_provider(connection, mail)
    return Receipt(_providers_name(getattr(mail, "anymail_status", None)) or message.external_id)


def _providers_name(status: Any) -> str:
    """What the provider calls it, by which its reports name it. Some name each recipient's copy: then the first."""
    names = getattr(status, "message_id", None)
    return min(map(str, names), default="") if isinstance(names, set) else str(names or "")


def _by_smtp(fresh: Smtp, mail: EmailMultiAlternatives) -> None:
    """By a connection that is open already, else by a new one, which is kept for the next mail."""
    kept = POOL.take(fresh.key)
    if kept is not None:
        kept.signing = fresh.signing
        try:
            return _talk(kept, mail)
        except CannotDeliver as error:
            if not _is_about_the_connection(kept, error):
                raise
            # The server had enough of that connection, and heard nothing of the mail: it is said on a new one.
    _open(fresh, str(fresh.host), str(fresh.port))
    return _talk(fresh, mail)


def _talk(connection: Smtp, mail: EmailMultiAlternatives) -> None:
    try:
        _hand_over(connection, mail, str(connection.host))
    except BaseException:
        POOL.drop(connection)
        raise
    POOL.give_back(connection)
    if connection.refused:
        raise _refusal(connection.refused, others_have_it=True)


def _is_about_the_connection(kept: Smtp, error: CannotDeliver) -> bool:
    cause = error.__cause__
    if kept.has_content:
        return False
    if isinstance(cause, smtplib.SMTPResponseException):
        return cause.smtp_code == 421
    return isinstance(cause, OSError) and not isinstance(cause, smtplib.SMTPRecipientsRefused)


def _by_provider(connection: BaseEmailBackend, mail: EmailMultiAlternatives) -> None:
    host, port = getattr(connection, "host", ""), getattr(connection, "port", "")
    _open(connection, str(host), str(port))
    try:
        _hand_over(connection, mail, str(host))
    finally:
        quietly_closed(connection)


def _open(connection: BaseEmailBackend, host: str, port: str) -> None:
    try:
        connection.open()
    except (smtplib.SMTPException, OSError, AnymailError) as error:
        quietly_closed(connection)
        # Nothing was said about this message yet: it waits until somebody has mended the connection.
        code = error.smtp_code if isinstance(error, smtplib.SMTPResponseException) else 0
        raise CannotDeliver(
            servers.explain(error, host, port), permanent=False, too_many=is_too_many(code, servers.said(error))
        ) from error


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


def connection_for(settings: Mapping[str, Any]) -> BaseEmailBackend:
    match settings.get("outgoing"):
        case "smtp":
            return smtp_of(settings)
        case "provider":
            try:
                return get_connection(backend_of(str(settings["provider"])), **options_in(settings))
            except (ImproperlyConfigured, ImportError, TypeError, KeyError) as error:
                raise CannotDeliver(
                    _("The mail provider is not set up: %(error)s") % {"error": error}, permanent=True
                ) from error
    connection = get_connection()
    return as_ours(connection, settings) if type(connection) is EmailBackend else connection


def _hand_over(connection: BaseEmailBackend, mail: EmailMultiAlternatives, host: str) -> None:
    try:
        connection.send_messages([mail])
    except smtplib.SMTPRecipientsRefused as error:
        raise _refusal(error.recipients) from error
    except smtplib.SMTPResponseException as error:
        said = servers.said(error)
        raise CannotDeliver(
            _("%(host)s refused it: %(said)s") % {"host": host, "said": said},
            permanent=500 <= error.smtp_code < 600,
            too_many=is_too_many(error.smtp_code, said),
        ) from error
    except AnymailError as error:
        raise _provider_refusal(error) from error
    except smtplib.SMTPServerDisconnected as error:
        reason = _("%(host)s did not answer in time or closed the connection before it confirmed: %(said)s")
        reason %= {"host": host, "said": servers.said(error)}
        raise CannotDeliver(reason, permanent=False, in_doubt=_may_have_arrived(connection)) from error
    except (BadHeaderError, ValueError, UnicodeError, smtplib.SMTPNotSupportedError, dkim.DKIMException) as error:
        raise CannotDeliver(
            _("This cannot be put into a mail: %(error)s") % {"error": error}, permanent=True
        ) from error
    except OSError as error:
        raise CannotDeliver(
            servers.explain(error, host, ""), permanent=False, in_doubt=_may_have_arrived(connection)
        ) from error


def _may_have_arrived(connection: BaseEmailBackend) -> bool:
    """Once a server has heard the mail itself, its silence says neither yes nor no."""
    return connection.has_content if isinstance(connection, Smtp) else True


def _refusal(recipients: Mapping[str, tuple[int, bytes]], *, others_have_it: bool = False) -> CannotDeliver:
    said = {
        address: (code, " ".join(words.decode("utf-8", "replace").split()))
        for address, (code, words) in recipients.items()
    }
    told = "; ".join(f"{address}: {code} {words}" for address, (code, words) in said.items())
    undelivered = [
        Undelivered(address, status_in(words), f"{code} {words}", is_final=code >= 500)
        for address, (code, words) in said.items()
    ]
    if others_have_it:
        return CannotDeliver(
            _("Refused, while the other recipients have it: %(told)s") % {"told": told},
            permanent=True,
            undelivered=undelivered,
        )
    return CannotDeliver(
        _("Refused: %(told)s") % {"told": told},
        permanent=all(code >= 500 for code, _words in said.values()),
        too_many=any(is_too_many(code, words) for code, words in said.values()),
        undelivered=undelivered,
    )


def _provider_refusal(error: AnymailError) -> CannotDeliver:
    reason = " ".join(str(error).split())[:1000]
    if isinstance(error, AnymailRequestsAPIError):
        status = error.status_code
        if status is None:
            return CannotDeliver(reason, permanent=False, in_doubt=True)
        is_permanent = status < 500 and status not in _NOT_ABOUT_THE_MESSAGE
        return CannotDeliver(reason, permanent=is_permanent, too_many=status == 429)
    return CannotDeliver(reason, permanent=isinstance(error, AnymailRecipientsRefused | ValueError))
