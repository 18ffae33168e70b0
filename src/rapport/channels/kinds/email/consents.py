"""Where mailboxes let one in by a provider's own sign-in rather than by a password, and how one says so to a server.

Google: developers.google.com/workspace/gmail/imap/xoauth2-protocol. Microsoft: learn.microsoft.com, "Authenticate an
IMAP, POP or SMTP connection using OAuth". Both take SASL XOAUTH2 on IMAP and SMTP alike.
"""

import smtplib
from collections.abc import Mapping
from typing import Any, NotRequired, TypedDict

from django.utils.translation import gettext_lazy as _
from imap_tools import BaseMailBox
from imap_tools.errors import MailboxLoginError

from rapport.channels.types import SignIn

PASSWORD = "password"  # noqa: S105  # a choice, no secret
SIGN_INS = [
    (PASSWORD, _("With a password")),
    ("google", _("With Google")),
    ("microsoft", _("With Microsoft 365")),
    ("other", _("With another provider (OAuth 2)")),
]
# Servers of those who have only these.
SERVERS: Mapping[str, Mapping[str, Any]] = {
    "google": {
        **{"imap_host": "imap.gmail.com", "imap_port": 993, "imap_security": "tls"},
        **{"smtp_host": "smtp.gmail.com", "smtp_port": 465, "smtp_security": "tls"},
    },
    "microsoft": {
        **{"imap_host": "outlook.office365.com", "imap_port": 993, "imap_security": "tls"},
        **{"smtp_host": "smtp.office365.com", "smtp_port": 587, "smtp_security": "starttls"},
    },
}


class _Where(TypedDict):
    provider: str
    authorize_url: str
    token_url: str
    scope: str
    extra: NotRequired[tuple[tuple[str, str], ...]]


_GOOGLE = _Where(
    provider="Google",
    authorize_url="https://accounts.google.com/o/oauth2/v2/auth",
    token_url="https://oauth2.googleapis.com/token",  # noqa: S106  # an address, no secret
    scope="https://mail.google.com/",
    # Without these Google gives a refresh token the first time only.
    extra=(("access_type", "offline"), ("prompt", "consent")),
)


def _microsoft(tenant: str) -> _Where:
    place = f"https://login.microsoftonline.com/{tenant}/oauth2/v2.0"
    return _Where(
        provider="Microsoft",
        authorize_url=f"{place}/authorize",
        token_url=f"{place}/token",
        scope="offline_access https://outlook.office.com/IMAP.AccessAsUser.All https://outlook.office.com/SMTP.Send",
    )


class TokenRefused(MailboxLoginError):
    """The IMAP server does not take the access token."""


class TokenRefusedForSending(smtplib.SMTPAuthenticationError):
    """The SMTP server does not take it."""


def is_by_consent(settings: Mapping[str, Any]) -> bool:
    speaks_to_a_server = settings.get("incoming") == "imap" or settings.get("outgoing") == "smtp"
    return speaks_to_a_server and settings.get("sign_in", PASSWORD) in ("google", "microsoft", "other")


def sign_in(settings: Mapping[str, Any]) -> SignIn | None:
    if not is_by_consent(settings):
        return None
    account = str(settings.get("imap_user") or settings.get("smtp_user") or settings.get("address") or "")
    client_id, client_secret = str(settings.get("client_id") or ""), str(settings.get("client_secret") or "")
    match settings["sign_in"]:
        case "google":
            where = _GOOGLE
        case "microsoft":
            where = _microsoft(str(settings.get("tenant") or "common"))
        case _:
            where = _Where(
                provider=str(settings.get("imap_host") or settings.get("smtp_host") or ""),
                authorize_url=str(settings.get("authorize_url") or ""),
                token_url=str(settings.get("token_url") or ""),
                scope=str(settings.get("scope") or ""),
            )
    return SignIn(**where, account=account, client_id=client_id, client_secret=client_secret)


def sign_in_to_imap(box: BaseMailBox, settings: Mapping[str, Any]) -> None:
    """Raises TokenRefused, or another of servers.IMAP_ERRORS."""
    token = str(settings.get("access_token") or "")
    try:
        box.xoauth2(str(settings["imap_user"]), token, initial_folder=None)
    except box.client.abort:
        raise
    except (MailboxLoginError, box.client.error) as error:
        raise TokenRefused(("NO", [str(error).encode()]), "OK") from error


class ByToken:
    """An SMTP connection that signs in by XOAUTH2: what it is given as the password is the access token."""

    def login(self: Any, user: str, password: str, *, initial_response_ok: bool = True) -> Any:
        self.ehlo_or_helo_if_needed()
        words = f"user={user}\1auth=Bearer {password}\1\1"
        try:
            # A refusal comes as a challenge, to which nothing is to be said.
            return self.auth("XOAUTH2", lambda challenge=None: words if challenge is None else "")
        except smtplib.SMTPAuthenticationError as error:
            raise TokenRefusedForSending(error.smtp_code, error.smtp_error) from error
