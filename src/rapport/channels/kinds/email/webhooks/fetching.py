"""Pushes that only announce something: the mail itself, or a part of it, is asked for at the provider."""

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit

from anymail.inbound import AnymailInboundMessage
from anymail.webhooks.brevo import BrevoInboundWebhookView
from django.utils.translation import gettext as _

from rapport.channels.errors import CannotConnect, CannotRead
from rapport.channels.kinds.email.webhooks.mails import as_bytes, notice_in, push_of
from rapport.channels.kinds.email.webhooks.push import Push
from rapport.channels.kinds.email.webhooks.pushers import PUSHERS, blank
from rapport.channels.types import Incoming
from rapport.kit import http

MAX_MAIL = 50 * 1024 * 1024
_AMAZON = re.compile(r"sns\.[a-z0-9-]{1,40}\.amazonaws\.com(?:\.cn)?")
RESEND, MAILTRAP, BREVO = "https://api.resend.com/", "https://mailtrap.io/api/", "https://api.brevo.com/v3/"


def fetch(body: bytes, transport: Mapping[str, str], settings: Mapping[str, Any]) -> Incoming | None:
    """None when nothing is missing. Raises CannotConnect, and CannotRead where the provider has it no more."""
    provider = transport.get("provider", "")
    if provider not in ("amazon_ses", "brevo", "mailtrap", "resend") or transport.get("form"):
        return None
    push = push_of(body, transport)
    try:
        if provider == "amazon_ses":
            _amazon(push)
            return None
        if not PUSHERS[provider].is_inbound(push):
            return None
        key = _key(provider, settings)
        match provider:
            case "resend":
                return _whole(provider, _resend(push, key))
            case "mailtrap":
                return _whole(provider, _mailtrap(push, key))
        return _brevo(push, key)
    except (KeyError, IndexError, TypeError, AttributeError) as error:
        raise CannotRead(f"this is not what {PUSHERS[provider].label} pushes: {error}") from error


def _key(provider: str, settings: Mapping[str, Any]) -> str:
    own = str(settings.get("incoming_api_key") or "")
    same = settings.get("outgoing") == "provider" and settings.get("provider") == provider
    return own or (str(settings.get("provider_key") or "") if same else "")


def _whole(provider: str, mail: bytes) -> Incoming:
    return Incoming(mail, transport={"provider": provider, "form": "mail"})


def _resend(push: Push, key: str) -> bytes:
    """https://resend.com/docs/api-reference/emails/retrieve-received-email"""
    told = _json(f"{RESEND}emails/receiving/{quote(push.json['data']['email_id'], safe='')}", _bearer(key))
    return _get((told.get("raw") or {})["download_url"])


def _mailtrap(push: Push, key: str) -> bytes:
    event = push.json["events"][0]
    inbox, message = quote(str(event["inbox_id"]), safe=""), quote(str(event["message_id"]), safe="")
    told = _json(f"{MAILTRAP}inbound/inboxes/{inbox}/messages/{message}", _bearer(key))
    return _get(told["raw_message_url"])


def _brevo(push: Push, key: str) -> Incoming | None:
    """Text and headers are there; files are not."""
    item = push.json["items"][0]
    if not item.get("Attachments"):
        return None
    view = blank(_BrevoWithOurDoor)
    view.key = key
    message = view.esp_to_anymail_event(item).message
    recipients = tuple(each for each in (message.envelope_recipient,) if each)
    return Incoming(as_bytes(message), recipients=recipients, transport={"provider": "brevo", "form": "rebuilt"})


class _BrevoWithOurDoor(BrevoInboundWebhookView):
    """django-anymail's reader, fetching files by the one guarded way out, which also ends."""

    key = ""

    def _fetch_attachment(self, attachment: Mapping[str, Any]) -> AnymailInboundMessage:
        url = f"{BREVO}inbound/attachments/{quote(attachment['DownloadToken'], safe='')}"
        return AnymailInboundMessage.construct_attachment(
            content_type=attachment.get("ContentType") or "application/octet-stream",
            content=_get(url, {"api-key": self.key}),
            filename=attachment.get("Name"),
            content_id=attachment.get("ContentID"),
        )


def _amazon(push: Push) -> None:
    """Confirms a subscription that came with our password. A mail that lies in S3 needs another action."""
    if push.json.get("Type") == "SubscriptionConfirmation":
        url = str(push.json["SubscribeURL"])
        parts = urlsplit(url)
        if parts.scheme != "https" or not _AMAZON.fullmatch(parts.hostname or ""):
            raise CannotRead(_("This asks to confirm at %(host)s, which is not Amazon.") % {"host": parts.hostname})
        _get(url)
        return
    told = notice_in(push)
    if told.get("notificationType") == "Received" and not told.get("content"):
        raise CannotRead(
            _("Amazon SES put this mail elsewhere. Let its receipt rule publish to Amazon SNS, with the content.")
        )


def _bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def _json(url: str, headers: dict[str, str]) -> dict[str, Any]:
    try:
        told = json.loads(_get(url, headers))
    except ValueError as error:
        raise CannotRead(_("%(host)s answered something else than JSON.") % {"host": urlsplit(url).hostname}) from error
    return dict(told)


def _get(url: str, headers: dict[str, str] | None = None) -> bytes:
    host = urlsplit(url).hostname
    try:
        answer = http.fetch("GET", url, headers=headers or {}, largest=MAX_MAIL, seconds=30)
    except (http.Refused, http.TooLarge) as error:
        raise CannotRead(str(error)) from error
    except http.HttpProblem as error:
        raise CannotConnect(str(error)) from error
    if answer.status_code in (404, 410):
        raise CannotRead(_("%(host)s does not have this mail any more.") % {"host": host})
    if answer.status_code >= 300:
        words = _("%(host)s answered %(code)s. Check the key to fetch mail with.")
        raise CannotConnect(words % {"host": host, "code": answer.status_code})
    return answer.content
