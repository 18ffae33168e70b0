"""Whether a provider signed a push, or brought the password that its administrator gave it."""

import base64
import binascii
import hashlib
import hmac
import logging
import warnings
from collections.abc import Mapping
from typing import Any

from anymail.exceptions import AnymailError, AnymailWebhookValidationFailure
from anymail.webhooks.base import AnymailCoreWebhookView
from django.core.exceptions import ImproperlyConfigured

from rapport.channels.errors import CannotRead, NotAllowed
from rapport.channels.kinds.email.webhooks.push import Push
from rapport.channels.kinds.email.webhooks.pushers import PUSHERS, Pusher
from rapport.kit import clock

log = logging.getLogger("rapport.channels")

USER = "rapport"
# A signed push that somebody caught is worth nothing later.
_SVIX_SECONDS = 300
_KEPT = ("content-type", "x-amz-sns-message-type")


def verify(body: bytes, headers: Mapping[str, str], settings: Mapping[str, Any], url: str) -> Mapping[str, str]:
    """Which of the channel's providers it comes from and what else reading needs. Raises NotAllowed."""
    providers = _providers(settings)
    if not providers:
        raise NotAllowed("This mailbox takes no mail from a provider.")
    push = Push(body, headers, url)
    for name in providers:
        if _is_from(name, push, settings):
            kept = {key.lower(): value for key, value in headers.items() if key.lower() in _KEPT}
            return {"provider": name, "content_type": kept.get("content-type", "")}
    raise NotAllowed("The signature or the password is missing or wrong.")


def _providers(settings: Mapping[str, Any]) -> list[str]:
    """Who may push: the one that mail comes in by, and the one that reports on what went out."""
    named = [
        settings.get("incoming_provider") if settings.get("incoming") == "provider" else "",
        settings.get("provider") if settings.get("outgoing") == "provider" else "",
    ]
    return [name for name in dict.fromkeys(named) if name in PUSHERS]


def _is_from(name: str, push: Push, settings: Mapping[str, Any]) -> bool:
    pusher = PUSHERS[name]
    if any(_is_signed(name, pusher, push, key) for key in _keys(name, settings)):
        return True
    password = str(settings.get("push_secret") or "")
    if not password or (pusher.keys and not pusher.is_signing_optional):
        return False
    return _passes(pusher, push, {"webhook_secret": f"{USER}:{password}"}, ())


def _keys(name: str, settings: Mapping[str, Any]) -> list[str]:
    """Some sign reports with another key than mail: both may be given."""
    given = str(settings.get("incoming_key") or "").split()
    if name == "unisender_go" and settings.get("provider") == name:
        given.append(str(settings.get("provider_key") or ""))
    return [key for key in given if key]


def _is_signed(name: str, pusher: Pusher, push: Push, key: str) -> bool:
    if name == "resend":
        return _is_svix(push, key)
    extra = {"webhook_url": push.url} if name == "mandrill" else {}
    return any(_passes(pusher, push, {each: key, "webhook_secret": None, **extra}, (each,)) for each in pusher.keys)


def _passes(pusher: Pusher, push: Push, options: dict[str, Any], keys: tuple[str, ...]) -> bool:
    """Whether one of the provider's views, set up so, has nothing against it."""
    views = [view for view in (pusher.tracking, pusher.inbound) if view is not None]
    return any(_has_nothing_against(view, push, dict(options), keys) for view in views)


def _has_nothing_against(
    view: type[AnymailCoreWebhookView], push: Push, options: dict[str, Any], keys: tuple[str, ...]
) -> bool:
    if keys and not any(_checks_with(view, key) for key in keys):
        return False
    try:
        with warnings.catch_warnings():
            # It warns of settings that it is not given, and of providers that it no longer tries.
            warnings.simplefilter("ignore")
            made = view(**_also(view, options))
        made.run_validators(push)
    except (AnymailWebhookValidationFailure, AnymailError, ImproperlyConfigured, CannotRead):
        return False
    except (ValueError, TypeError, KeyError, AttributeError, UnicodeError) as error:
        # Made-up pushes and mistyped keys end here, too.
        log.info("A push could not be verified: %s", error)
        return False
    return True


def _checks_with(view: type[AnymailCoreWebhookView], key: str) -> bool:
    """A view that is not told its key lets everybody in: only one that asks for this very key counts."""
    name = view.__name__
    match key:
        case "inbound_secret":
            return "Inbound" in name
        case "signing_secret" | "tracking_secret" | "tracking_webhook_verification_key":
            return "Tracking" in name
    return True


def _also(view: type[AnymailCoreWebhookView], options: dict[str, Any]) -> dict[str, Any]:
    """What some views want to be told although checking does not need it."""
    unused = {"BrevoInboundWebhookView": "api_key", "MailtrapInboundWebhookView": "api_token"}.get(view.__name__)
    return {**options, unused: "unused"} if unused else options


def _is_svix(push: Push, key: str) -> bool:
    """https://docs.svix.com/receiving/verifying-payloads/how-manual, which Resend signs by."""
    name, moment = push.headers.get("Svix-Id", ""), push.headers.get("Svix-Timestamp", "")
    try:
        secret = base64.b64decode(key.removeprefix("whsec_"), validate=True)
        is_fresh = abs(clock.now().timestamp() - int(moment)) <= _SVIX_SECONDS
    except (binascii.Error, ValueError):
        return False
    signed = hmac.new(secret, f"{name}.{moment}.".encode() + push.body, hashlib.sha256).digest()
    expected = f"v1,{base64.b64encode(signed).decode()}".encode()
    given = push.headers.get("Svix-Signature", "").split()
    return is_fresh and any(hmac.compare_digest(expected, each.encode()) for each in given)
