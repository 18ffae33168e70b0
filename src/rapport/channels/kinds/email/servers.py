"""Talking to mail servers: connecting, and saying in plain words why that did not work."""

import imaplib
import smtplib
import socket
import ssl
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from imap_tools import BaseMailBox, MailBox, MailBoxUnencrypted
from imap_tools.errors import ImapToolsError, MailboxFolderSelectError, MailboxLoginError

from rapport.channels.kinds.email import consents

TIMEOUT = 30

IMAP_ERRORS = (ImapToolsError, imaplib.IMAP4.error, OSError, ValueError, AssertionError)


def open_mailbox(settings: Mapping[str, Any], *, seconds: float | None = None) -> BaseMailBox:
    """Connected, secured as set, not yet signed in; each step may take so many seconds. Raises one of IMAP_ERRORS."""
    host, port, seconds = str(settings["imap_host"]), int(settings["imap_port"]), seconds or TIMEOUT
    match settings.get("imap_security"):
        case "plain":
            return MailBoxUnencrypted(host, port, timeout=seconds)
        case "starttls":
            return _secured(MailBoxUnencrypted(host, port, timeout=seconds))
    return MailBox(host, port, timeout=seconds, ssl_context=ssl.create_default_context())


def _secured(box: BaseMailBox) -> BaseMailBox:
    try:
        box.client.starttls(ssl_context=ssl.create_default_context())
    except IMAP_ERRORS:
        hang_up(box)
        raise
    return box


def sign_in(box: BaseMailBox, settings: Mapping[str, Any]) -> None:
    """Raises MailboxLoginError, or another of IMAP_ERRORS."""
    if consents.is_by_consent(settings):
        consents.sign_in_to_imap(box, settings)
        return
    user, password = str(settings["imap_user"]), str(settings["imap_password"])
    if user.isascii() and password.isascii():
        box.login(user, password, initial_folder=None)
    else:
        box.login_utf8(user, password, initial_folder=None)


def open_folder(box: BaseMailBox, settings: Mapping[str, Any], *, only_look: bool = False) -> None:
    """Raises MailboxFolderSelectError, or another of IMAP_ERRORS."""
    box.folder.set(str(settings.get("imap_folder") or "INBOX"), readonly=only_look)


def leave(box: BaseMailBox) -> None:
    """Sign out; whether the server still listens does not matter."""
    try:
        box.logout()
    except IMAP_ERRORS:
        hang_up(box)


def is_about_signing_in(error: BaseException) -> bool:
    return isinstance(error, MailboxLoginError | smtplib.SMTPAuthenticationError)


def explain(error: BaseException, host: str, port: int | str) -> str:
    """What went wrong and what to do, for the person who set the mailbox up."""
    names = {"host": host, "port": port, "said": said(error)}
    if isinstance(error, consents.TokenRefused | consents.TokenRefusedForSending):
        return (
            _(
                "%(host)s does not accept the sign-in: %(said)s Sign in again, with the account of this mailbox, "
                "and check that programs may use IMAP and SMTP for it."
            )
            % names
        )
    if is_about_signing_in(error):
        return _password_remedy(host) % names
    for kinds, words in (
        (MailboxFolderSelectError, _("%(host)s has no such folder. Check its name. It said: %(said)s")),
        (socket.gaierror, _("There is no server called %(host)s. Check the spelling.")),
        (ConnectionRefusedError, _("%(host)s does not answer on port %(port)s. Check the port and the security.")),
        (TimeoutError, _("%(host)s did not answer within 30 seconds. A firewall may be in between; check the port.")),
        (ssl.SSLCertVerificationError, _("The certificate of %(host)s is not valid for that name: %(said)s")),
        (ssl.SSLError, _("%(host)s does not speak TLS on port %(port)s. Try the other security setting.")),
        (smtplib.SMTPNotSupportedError, _("%(host)s does not offer this: %(said)s Try the other security setting.")),
        (smtplib.SMTPServerDisconnected | imaplib.IMAP4.abort, _("%(host)s closed the connection: %(said)s")),
        (OSError, _("%(host)s cannot be reached: %(said)s")),
    ):
        if isinstance(error, kinds):
            return words % names
    return _("%(host)s said: %(said)s") % names


def said(error: BaseException) -> str:
    """The server's own words, on one line."""
    if isinstance(error, smtplib.SMTPResponseException):
        text = error.smtp_error
        words = text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)
        return f"{error.smtp_code} {' '.join(words.split())}"
    result = getattr(error, "command_result", None)
    if isinstance(result, tuple) and len(result) > 1:
        parts = result[1] if isinstance(result[1], list) else [result[1]]
        return " ".join(part.decode("utf-8", "replace") for part in parts if isinstance(part, bytes))
    return " ".join(str(error).split()) or type(error).__name__


def _password_remedy(host: str) -> str:
    if host.endswith(("gmail.com", "googlemail.com")):
        return _("Gmail does not accept this password. It needs an app password: create one at myaccount.google.com.")
    if host.endswith(("office365.com", "outlook.com")):
        return _(
            "Microsoft does not accept this password. Choose “With Microsoft 365” instead; an app password works "
            "only where your organisation allows one."
        )
    if host.endswith(("qq.com", "163.com", "126.com", "yeah.net")):
        return _("This provider wants an authorisation code in place of the password. Create one in its mail settings.")
    if host.endswith(("icloud.com", "me.com", "yahoo.com", "fastmail.com", "zoho.com")):
        return _("%(host)s does not accept this password. It needs an app password from its account page.")
    return _("%(host)s does not know this user name or password. Check both; some servers want the whole address.")


def hang_up(box: BaseMailBox) -> None:
    """Close the connection without a word."""
    try:
        box.client.shutdown()
    except (OSError, imaplib.IMAP4.error):
        return
