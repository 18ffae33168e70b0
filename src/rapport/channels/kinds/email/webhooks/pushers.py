"""The providers, how each of them proves itself, and which of django-anymail's views understands what it pushes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from anymail.webhooks import (
    amazon_ses,
    brevo,
    mailersend,
    mailgun,
    mailjet,
    mailtrap,
    mandrill,
    postal,
    postmark,
    resend,
    sendgrid,
    sparkpost,
    unisender_go,
)
from anymail.webhooks.base import AnymailCoreWebhookView

from rapport.channels.kinds.email.webhooks.push import Push


class SimpleNotification(amazon_ses.AmazonSESTrackingWebhookView):
    """Amazon's, without the client for its other services that its set-up asks for."""

    def __init__(self, **kwargs: object) -> None:
        super(amazon_ses.AmazonSESBaseWebhookView, self).__init__(**kwargs)


@dataclass(frozen=True)
class Pusher:
    """A provider. `keys` are the views' names for the key it signs with; without any it brings the password."""

    label: str
    tracking: type[AnymailCoreWebhookView]
    inbound: type[AnymailCoreWebhookView] | None
    is_inbound: Callable[[Push], bool]
    keys: tuple[str, ...] = ()
    # It signs only where it was told to, so the password does as well.
    is_signing_optional: bool = False


def blank(view: Any) -> Any:
    """A view that was told no secret: enough for reading, when what it reads has long been verified."""
    return view.__new__(view)


def _first(push: Push) -> dict[str, object]:
    """The event, or the first of several."""
    told = push.json
    told = told[0] if isinstance(told, list) and told else told
    return told if isinstance(told, dict) else {}


def _mailtrap(push: Push) -> bool:
    events = _first(push).get("events")
    first = events[0] if isinstance(events, list) and events else {}
    return isinstance(first, dict) and str(first.get("event", "")).startswith("inbound")


def _sparkpost(push: Push) -> bool:
    wrapped = _first(push).get("msys")
    return isinstance(wrapped, dict) and "relay_message" in wrapped


def _mandrill(push: Push) -> bool:
    return b'"inbound"' in (push.field("mandrill_events") or b"")[:2000].replace(b" ", b"")


def _mailgun(push: Push) -> bool:
    return push.is_form and (push.field("event") or b"inbound") == b"inbound"


PUSHERS: dict[str, Pusher] = {
    "amazon_ses": Pusher("Amazon SES", SimpleNotification, None, lambda push: b"Received" in push.body),
    "brevo": Pusher(
        "Brevo", brevo.BrevoTrackingWebhookView, brevo.BrevoInboundWebhookView, lambda push: "items" in _first(push)
    ),
    "mailersend": Pusher(
        "MailerSend",
        mailersend.MailerSendTrackingWebhookView,
        mailersend.MailerSendInboundWebhookView,
        lambda push: _first(push).get("type") == "inbound.message",
        ("signing_secret", "inbound_secret"),
    ),
    "mailgun": Pusher(
        "Mailgun",
        mailgun.MailgunTrackingWebhookView,
        mailgun.MailgunInboundWebhookView,
        _mailgun,
        ("webhook_signing_key",),
    ),
    "mailjet": Pusher(
        "Mailjet",
        mailjet.MailjetTrackingWebhookView,
        mailjet.MailjetInboundWebhookView,
        lambda push: "event" not in _first(push),
    ),
    "mailtrap": Pusher(
        "Mailtrap",
        mailtrap.MailtrapTrackingWebhookView,
        mailtrap.MailtrapInboundWebhookView,
        _mailtrap,
        ("tracking_secret", "inbound_secret"),
    ),
    "mandrill": Pusher(
        "Mandrill",
        mandrill.MandrillCombinedWebhookView,
        mandrill.MandrillCombinedWebhookView,
        _mandrill,
        ("webhook_key",),
    ),
    "postal": Pusher(
        "Postal",
        postal.PostalTrackingWebhookView,
        postal.PostalInboundWebhookView,
        lambda push: "event" not in _first(push),
        ("webhook_key",),
    ),
    "postmark": Pusher(
        "Postmark",
        postmark.PostmarkTrackingWebhookView,
        postmark.PostmarkInboundWebhookView,
        lambda push: _first(push).get("RecordType", "Inbound") == "Inbound",
    ),
    "resend": Pusher(
        "Resend",
        resend.ResendTrackingWebhookView,
        resend.ResendInboundWebhookView,
        lambda push: _first(push).get("type") == "email.received",
        ("signing_secret",),
    ),
    "sendgrid": Pusher(
        "SendGrid",
        sendgrid.SendGridTrackingWebhookView,
        sendgrid.SendGridInboundWebhookView,
        lambda push: push.is_form,
        ("tracking_webhook_verification_key",),
        is_signing_optional=True,
    ),
    "sparkpost": Pusher(
        "SparkPost", sparkpost.SparkPostTrackingWebhookView, sparkpost.SparkPostInboundWebhookView, _sparkpost
    ),
    "unisender_go": Pusher(
        "Unisender Go", unisender_go.UnisenderGoTrackingWebhookView, None, lambda push: False, ("api_key",)
    ),
}


def label_of(provider: str) -> str:
    return PUSHERS[provider].label if provider in PUSHERS else provider


def lacks_key(settings: Mapping[str, Any]) -> bool:
    """Whether the provider of incoming mail signs, and was not said with what."""
    pusher = PUSHERS.get(str(settings.get("incoming_provider") or ""))
    is_signing = pusher is not None and bool(pusher.keys) and not pusher.is_signing_optional
    return is_signing and not settings.get("incoming_key")


CHOICES = [(name, pusher.label) for name, pusher in PUSHERS.items() if name != "unisender_go"]
# Those that sign, some of them only if they are told to.
SIGNING = tuple(name for name, pusher in PUSHERS.items() if pusher.keys)
