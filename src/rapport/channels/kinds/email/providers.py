"""Mail providers by name, and the options each of them needs: every backend of django-anymail."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ImproperlyConfigured

# Name as people know it, backend, options that it cannot do without.
PROVIDERS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "amazon_ses": ("Amazon SES", "anymail.backends.amazon_ses.EmailBackend", ()),
    "brevo": ("Brevo", "anymail.backends.brevo.EmailBackend", ("api_key",)),
    "mailersend": ("MailerSend", "anymail.backends.mailersend.EmailBackend", ("api_token",)),
    "mailgun": ("Mailgun", "anymail.backends.mailgun.EmailBackend", ("api_key",)),
    "mailjet": ("Mailjet", "anymail.backends.mailjet.EmailBackend", ("api_key", "secret_key")),
    "mailtrap": ("Mailtrap", "anymail.backends.mailtrap.EmailBackend", ("api_token",)),
    "mandrill": ("Mandrill", "anymail.backends.mandrill.EmailBackend", ("api_key",)),
    "postal": ("Postal", "anymail.backends.postal.EmailBackend", ("api_key", "api_url")),
    "postmark": ("Postmark", "anymail.backends.postmark.EmailBackend", ("server_token",)),
    "resend": ("Resend", "anymail.backends.resend.EmailBackend", ("api_key",)),
    "scaleway": ("Scaleway", "anymail.backends.scaleway.EmailBackend", ("secret_key", "project_id")),
    "sendgrid": ("SendGrid", "anymail.backends.sendgrid.EmailBackend", ("api_key",)),
    "sparkpost": ("SparkPost", "anymail.backends.sparkpost.EmailBackend", ("api_key",)),
    "unisender_go": ("Unisender Go", "anymail.backends.unisender_go.EmailBackend", ("api_key", "api_url")),
}


def backend_of(name: str) -> str:
    return PROVIDERS[name][1]


def options_in(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The key, the second key where there is one, and further options as `name = value` lines."""
    needed = PROVIDERS[str(settings["provider"])][2]
    options: dict[str, Any] = {}
    for line in str(settings.get("provider_options") or "").splitlines():
        name, equals, value = line.partition("=")
        if equals and name.strip():
            options[name.strip().lower()] = value.strip()
    secret = str(settings.get("provider_key") or "")
    if secret and needed:
        options.setdefault(needed[0], secret)
    missing = [name for name in needed if not options.get(name)]
    if missing:
        raise ImproperlyConfigured(f"{PROVIDERS[str(settings['provider'])][0]} needs {' and '.join(missing)}.")
    return options
