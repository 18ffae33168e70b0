"""What an administrator copies to the provider, and where to."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

from django.utils.translation import gettext as _

from rapport.channels.kinds.email.webhooks.pushers import PUSHERS
from rapport.channels.kinds.email.webhooks.verifying import USER
from rapport.channels.types import Instruction

# Where each provider asks for the address, in its own words.
_PLACES = {
    "amazon_ses": "Amazon SNS → Topics → Subscriptions (HTTPS); SES → Email receiving → Publish to SNS topic",
    "brevo": "Brevo → Webhooks API (inbound); Transactional → Settings → Webhook",
    "mailersend": "MailerSend → Inbound routes; Domains → Webhooks",
    "mailgun": "Mailgun → Receiving → Create route → Forward; Sending → Webhooks",
    "mailjet": "Mailjet → Parse API; Account → Event notifications (webhooks)",
    "mailtrap": "Mailtrap → Inbound → Webhooks; Sending → Webhooks",
    "mandrill": "Mandrill → Inbound → Routes; Settings → Webhooks",
    "postal": "Postal → Routing → HTTP endpoints (raw message); Webhooks",
    "postmark": "Postmark → Inbound stream → Settings → Webhook; Transactional stream → Webhooks",
    "resend": "Resend → Webhooks",
    "sendgrid": "SendGrid → Settings → Inbound Parse; Mail Settings → Event Webhook",
    "sparkpost": "SparkPost → Relay webhooks API; Webhooks",
    "unisender_go": "Unisender Go → Webhooks",
}


def instructions(settings: Mapping[str, Any], url: str) -> Sequence[Instruction]:
    """One address for mail and reports, for each of the channel's providers."""
    named = [
        settings.get("incoming_provider") if settings.get("incoming") == "provider" else "",
        settings.get("provider") if settings.get("outgoing") == "provider" else "",
    ]
    return [_for(name, settings, url) for name in dict.fromkeys(named) if name in PUSHERS]


def _for(name: str, settings: Mapping[str, Any], url: str) -> Instruction:
    pusher = PUSHERS[name]
    is_signing = bool(pusher.keys) and not pusher.is_signing_optional
    if not is_signing:
        url = _with_password(url, str(settings.get("push_secret") or ""))
        hint = _("The address holds a password: show it to nobody else.")
    elif settings.get("incoming_key") or name == "unisender_go":
        hint = _("What comes without its signature is refused.")
    else:
        hint = _("Then copy the key it signs with into “Signing key”. Without it everything is refused.")
    if name == "mailgun":
        # It pushes mails whole, as they were signed, only to an address that ends so.
        url += "mime"
    return Instruction(_PLACES[name], url, hint)


def _with_password(url: str, password: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=f"{USER}:{quote(password, safe='')}@{parts.netloc}"))
