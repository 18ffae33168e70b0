"""Trying a mailbox step by step, as the settings page shows it.

Unlike webhooks, mail servers may be inside addresses: a company that hosts Rapport often hosts its mail next to it.
Only administrators can ask for this.
"""

import smtplib
import socket
from collections.abc import Iterator, Mapping
from typing import Any

from anymail.exceptions import AnymailError
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext as _

from rapport.channels.errors import CannotDeliver
from rapport.channels.kinds.email import consents, servers, webhooks
from rapport.channels.kinds.email.listening import listening_address
from rapport.channels.kinds.email.sending import connection_for
from rapport.channels.types import Check


def check(settings: Mapping[str, Any]) -> Iterator[Check]:
    """Each step as it is done; a way ends with the first step that does not work."""
    match settings.get("incoming"):
        case "imap":
            yield from _check_imap(settings)
        case "smtp":
            yield _check_listener()
        case "provider":
            yield _check_push(settings)
    match settings.get("outgoing"):
        case "smtp":
            yield from _check_smtp(settings)
        case _:
            yield _check_other_way_out(settings)


def _check_imap(settings: Mapping[str, Any]) -> Iterator[Check]:
    host, port = str(settings["imap_host"]), int(settings["imap_port"])
    found = _resolve(_("Find %(host)s") % {"host": host}, host, port)
    yield found
    if not found.ok:
        return
    step = _("Connect to %(host)s") % {"host": host}
    try:
        box = servers.open_mailbox(settings)
    except servers.IMAP_ERRORS as error:
        yield Check(step, False, servers.explain(error, host, port))
        return
    yield Check(step, True)
    try:
        step = _("Sign in for incoming mail")
        if unsigned := _needs_consent(step, settings):
            yield unsigned
            return
        servers.sign_in(box, settings)
        yield Check(step, True)
        step = _("Open the folder %(name)s") % {"name": settings.get("imap_folder") or "INBOX"}
        servers.open_folder(box, settings)
        yield Check(step, True)
    except servers.IMAP_ERRORS as error:
        yield Check(step, False, servers.explain(error, host, port))
    finally:
        servers.leave(box)


def _needs_consent(step: str, settings: Mapping[str, Any]) -> Check | None:
    wanted = consents.sign_in(settings)
    if wanted is None or settings.get("access_token"):
        return None
    remedy = _("Save this first. Then press “Sign in with %(provider)s”.") % {"provider": wanted.provider}
    return Check(step, False, remedy)


def _check_listener() -> Check:
    step = _("Take mail in by SMTP")
    address = listening_address()
    if address is None:
        return Check(
            step, False, _("This server does not listen for mail yet. Set RAPPORT_SMTP_LISTEN and restart it.")
        )
    try:
        with socket.create_connection((address.host, address.port), timeout=5):
            return Check(step, True)
    except OSError:
        remedy = _("Nothing answers on %(host)s, port %(port)s. Start the worker: rapport worker.")
        return Check(step, False, remedy % {"host": address.host, "port": address.port})


def _check_push(settings: Mapping[str, Any]) -> Check:
    provider = str(settings.get("incoming_provider") or "")
    step = _("Let %(provider)s push mail here") % {"provider": webhooks.label_of(provider)}
    if webhooks.lacks_key(settings):
        return Check(step, False, _("Copy the key that it signs with into “Signing key”: without it all is refused."))
    return Check(step, True)


def _check_smtp(settings: Mapping[str, Any]) -> Iterator[Check]:
    host, port = str(settings["smtp_host"]), int(settings["smtp_port"])
    found = _resolve(_("Find %(host)s") % {"host": host}, host, port)
    yield found
    if not found.ok:
        return
    is_signing_in = bool(settings.get("smtp_user"))
    for step, user in (
        (_("Connect to %(host)s") % {"host": host}, ""),
        *([(_("Sign in for outgoing mail"), settings["smtp_user"])] if is_signing_in else []),
    ):
        if user and (unsigned := _needs_consent(step, settings)):
            yield unsigned
            return
        connection = connection_for({**settings, "smtp_user": user})
        try:
            connection.open()
        except (smtplib.SMTPException, OSError) as error:
            yield Check(step, False, servers.explain(error, host, port))
            return
        finally:
            _close(connection)
        yield Check(step, True)


def _check_other_way_out(settings: Mapping[str, Any]) -> Check:
    step = _("Prepare outgoing mail")
    try:
        connection = connection_for(settings)
        connection.open()
    except CannotDeliver as error:
        return Check(step, False, error.reason)
    except (smtplib.SMTPException, OSError, AnymailError, ImproperlyConfigured) as error:
        host = str(getattr(connection, "host", "") or _("The mail provider"))
        return Check(step, False, servers.explain(error, host, getattr(connection, "port", "")))
    _close(connection)
    return Check(step, True)


def _resolve(step: str, host: str, port: int) -> Check:
    try:
        socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        failure = error if isinstance(error, OSError) else socket.gaierror()
        return Check(step, False, servers.explain(failure, host, port))
    return Check(step, True)


def _close(connection: Any) -> None:
    try:
        connection.close()
    except (smtplib.SMTPException, OSError, AnymailError):
        return
