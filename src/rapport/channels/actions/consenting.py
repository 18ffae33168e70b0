"""A provider's consent in place of a password: asked for once in a browser, kept, and renewed before it runs out.

OAuth 2 as RFC 6749 has it, with PKCE (RFC 7636). Access tokens live about an hour; the refresh token lives until
somebody takes it back, changes the password, or does not use it for months.
"""

import logging
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from oauthlib.oauth2 import OAuth2Error, WebApplicationClient

from rapport.channels.errors import CannotConnect
from rapport.channels.models import Channel, Consent
from rapport.channels.seam import kind_of
from rapport.channels.types import SignIn
from rapport.kit import clock, http
from rapport.kit.text import one_line, storable
from rapport.team.models import Agent

log = logging.getLogger("rapport.channels")

# An access token is replaced while it still works.
_EARLY = timedelta(minutes=5)
_USUAL_LIFE = 3600
# Longer than the provider's answer may take; others wait that long for it.
_SECONDS = 15.0
_HOLD = timedelta(seconds=_SECONDS + 5)
_OVER = frozenset(("invalid_grant", "interaction_required", "login_required", "consent_required"))


@dataclass(frozen=True)
class Attempt:
    """Where to send the administrator, and what must come back or stay with us."""

    url: str
    state: str
    verifier: str


def sign_in_of(channel: Channel) -> SignIn | None:
    return kind_of(channel.kind).sign_in(channel.settings)


def lacks_consent(channel: Channel) -> bool:
    """Whether somebody has to sign in at the provider before this channel can work."""
    return sign_in_of(channel) is not None and not Consent.objects.filter(channel=channel, withdrawn_at=None).exists()


def begin(sign_in: SignIn, *, callback: str) -> Attempt:
    client = WebApplicationClient(sign_in.client_id)
    state, verifier = secrets.token_urlsafe(32), client.create_code_verifier(64)
    asked = {
        "response_type": "code",
        "client_id": sign_in.client_id,
        "redirect_uri": callback,
        "state": state,
        "code_challenge": client.create_code_challenge(verifier, "S256"),
        "code_challenge_method": "S256",
        "login_hint": sign_in.account,
        **({"scope": sign_in.scope} if sign_in.scope else {}),
        **dict(sign_in.extra),
    }
    joint = "&" if "?" in sign_in.authorize_url else "?"
    return Attempt(f"{sign_in.authorize_url}{joint}{urlencode(asked)}", state, verifier)


def finish(channel: Channel, *, code: str, verifier: str, callback: str, by: Agent) -> None:
    """Exchange the code for tokens and keep them; the channel is asked at once. Raises CannotConnect."""
    sign_in = sign_in_of(channel)
    if sign_in is None:
        return
    client = WebApplicationClient(sign_in.client_id)
    body = client.prepare_request_body(
        code=code, redirect_uri=callback, code_verifier=verifier, **_secret(sign_in), include_client_id=True
    )
    try:
        tokens = _ask(sign_in, client, body)
    except OAuth2Error as error:
        raise CannotConnect(_refusal(sign_in, error), at_once=True) from error
    if not tokens.get("refresh_token"):
        reason = _("%(provider)s gave no lasting key. Allow offline access for the app there, and sign in again.")
        raise CannotConnect(reason % {"provider": sign_in.provider}, at_once=True)
    with transaction.atomic():
        Consent.objects.update_or_create(
            channel=channel,
            defaults={
                "tokens": _kept(tokens),
                "expires_at": _end_of(tokens),
                "renewing_until": None,
                "given_at": clock.now(),
                "given_by": by,
                "withdrawn_at": None,
                "withdrawn_because": "",
            },
        )
        Channel.objects.filter(pk=channel.pk).update(
            error="", failures=0, next_poll_at=None, watched_by="", watched_until=None
        )


def usable_settings(channel: Channel) -> Mapping[str, Any]:
    """The settings to hand to the kind, with a fresh access token where it works by consent. Raises CannotConnect."""
    sign_in = sign_in_of(channel)
    if sign_in is None:
        return dict(channel.settings)
    consent = Consent.objects.filter(channel_id=channel.pk).first()
    if consent is None:
        reason = _("Nobody has signed in with %(provider)s for this channel yet. Press “Sign in with %(provider)s”.")
        raise CannotConnect(reason % {"provider": sign_in.provider}, at_once=True)
    if not _is_fresh(consent):
        consent = _renewed(consent, sign_in)
    return {**channel.settings, "access_token": consent.tokens["access_token"]}


def distrust(channel: Channel) -> None:
    """Its server did not take the access token: the next try begins by fetching another."""
    Consent.objects.filter(channel_id=channel.pk).update(expires_at=clock.now())


def _renewed(consent: Consent, sign_in: SignIn) -> Consent:
    """The consent with a fresh access token, fetched by us or by whoever was quicker."""
    give_up_at = clock.monotonic() + _SECONDS + 5
    while True:
        if consent.withdrawn_at is not None:
            raise CannotConnect(consent.withdrawn_because, at_once=True)
        if _is_fresh(consent):
            return consent
        if _hold(consent):
            consent.refresh_from_db()
            return _renew(consent, sign_in)
        if clock.monotonic() > give_up_at:
            reason = _("%(provider)s takes long to renew the sign-in. It is tried again.")
            raise CannotConnect(reason % {"provider": sign_in.provider})
        # No database transaction stays open while the other process talks to the provider.
        time.sleep(0.1)
        consent.refresh_from_db()


def _hold(consent: Consent) -> bool:
    now = clock.now()
    free = Q(renewing_until=None) | Q(renewing_until__lte=now) | Q(renewing_until__gt=now + 2 * _HOLD)
    held = Consent.objects.filter(free, pk=consent.pk, withdrawn_at=None, expires_at=consent.expires_at)
    return bool(held.update(renewing_until=now + _HOLD))


def _renew(consent: Consent, sign_in: SignIn) -> Consent:
    client = WebApplicationClient(sign_in.client_id)
    body = client.prepare_refresh_body(
        refresh_token=consent.tokens["refresh_token"], client_id=sign_in.client_id, **_secret(sign_in)
    )
    try:
        tokens = _ask(sign_in, client, body)
    except OAuth2Error as error:
        reason = _refusal(sign_in, error)
        over = {"withdrawn_at": clock.now(), "withdrawn_because": storable(reason)} if error.error in _OVER else {}
        Consent.objects.filter(pk=consent.pk).update(renewing_until=None, **over)
        raise CannotConnect(reason, at_once=True) from error
    except CannotConnect:
        Consent.objects.filter(pk=consent.pk).update(renewing_until=None)
        if consent.expires_at > clock.now():
            return consent
        raise
    consent.tokens = _kept({"refresh_token": consent.tokens["refresh_token"], **tokens})
    consent.expires_at, consent.renewing_until = _end_of(tokens), None
    consent.save(update_fields=["tokens", "expires_at", "renewing_until"])
    return consent


def _ask(sign_in: SignIn, client: WebApplicationClient, body: str) -> dict[str, Any]:
    """What the token address answers. Raises OAuth2Error when it says no, CannotConnect when it cannot be asked."""
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    try:
        answer = http.fetch(
            "POST", sign_in.token_url, headers=headers, content=body.encode(), seconds=_SECONDS, follow_redirects=False
        )
    except http.HttpProblem as error:
        raise CannotConnect(str(error)) from error
    if answer.status_code >= 500 or answer.status_code == 429:
        reason = _("%(provider)s is not able to renew the sign-in at the moment. It is tried again.")
        raise CannotConnect(reason % {"provider": sign_in.provider})
    return dict(client.parse_request_body_response(answer.text))


def _refusal(sign_in: SignIn, error: OAuth2Error) -> str:
    said = one_line(str(error.description or error.error or error))[:400]
    names = {"provider": sign_in.provider, "account": sign_in.account, "said": said}
    if error.error in _OVER:
        words = _("%(provider)s no longer lets Rapport into %(account)s. Sign in again. It said: %(said)s")
    elif error.error in ("invalid_client", "unauthorized_client"):
        words = _(
            "%(provider)s does not accept the client ID or its secret, which may have expired. Enter those that it "
            "shows now. It said: %(said)s"
        )
    else:
        words = _("%(provider)s did not let Rapport in: %(said)s")
    return words % names


def _is_fresh(consent: Consent) -> bool:
    return consent.withdrawn_at is None and consent.expires_at > clock.now() + _EARLY


def _secret(sign_in: SignIn) -> dict[str, str]:
    return {"client_secret": sign_in.client_secret} if sign_in.client_secret else {}


def _kept(tokens: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(tokens[name]) for name in ("access_token", "refresh_token")}


def _end_of(tokens: Mapping[str, Any]) -> Any:
    return clock.now() + timedelta(seconds=float(tokens.get("expires_in") or _USUAL_LIFE))
