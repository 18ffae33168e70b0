"""What connecting a mailbox asks. The cleaned data are the channel's settings."""

import secrets
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from rapport.channels.kinds.email import consents, webhooks
from rapport.channels.kinds.email.providers import PROVIDERS, options_in
from rapport.kit.http import may_carry_secrets

SECURITIES = [("tls", _("TLS")), ("starttls", _("STARTTLS")), ("plain", _("None, unencrypted"))]
INCOMING = [
    ("imap", _("Fetch it from a mailbox (IMAP)")),
    ("smtp", _("It is sent or forwarded to this server (SMTP)")),
    ("provider", _("A mail provider pushes it to this server (webhook)")),
    ("none", _("None, this address only sends")),
]
OUTGOING = [
    ("smtp", _("By a mail server (SMTP)")),
    ("provider", _("By a mail provider")),
    ("installation", _("As set up for this installation")),
]


def _either(condition: str) -> str:
    return f"incoming=imap and {condition} or outgoing=smtp and {condition}"


def _signed_by(*conditions: str) -> str:
    return " or ".join(f"{condition}={'|'.join(webhooks.SIGNING)}" for condition in conditions)


class EmailForm(forms.Form):
    """Address, the way in, the way out. Only the fields of the chosen ways are required."""

    # The settings page hides what does not belong to the chosen ways, and folds what few people need.
    shown_when: ClassVar = {
        "sign_in": "incoming=imap or outgoing=smtp",
        **dict.fromkeys(("client_id", "client_secret"), _either("sign_in=google|microsoft|other")),
        "tenant": _either("sign_in=microsoft"),
        **dict.fromkeys(("authorize_url", "token_url", "scope"), _either("sign_in=other")),
        **dict.fromkeys(("imap_host", "imap_port", "imap_security"), "incoming=imap and sign_in=password|other"),
        "imap_password": "incoming=imap and sign_in=password",
        **dict.fromkeys(("imap_user", "imap_folder", "history_days", "mark_seen", "sub_addresses"), "incoming=imap"),
        **dict.fromkeys(("smtp_host", "smtp_port", "smtp_security"), "outgoing=smtp and sign_in=password|other"),
        "smtp_user": "outgoing=smtp and sign_in=password|other",
        "smtp_password": "outgoing=smtp and sign_in=password",
        **dict.fromkeys(("provider", "provider_key", "provider_options"), "outgoing=provider"),
        "incoming_provider": "incoming=provider",
        "incoming_key": _signed_by("incoming=provider and incoming_provider", "outgoing=provider and provider"),
        "incoming_api_key": "incoming=provider and incoming_provider=brevo|mailtrap|resend",
        "trusted_host": "incoming=imap|smtp",
    }
    further = (
        *("imap_folder", "history_days", "mark_seen", "sub_addresses"),
        *("per_minute", "per_hour", "per_day", "trusted_host", "push_secret"),
    )

    address = forms.EmailField(label=_("Address"), help_text=_("What customers write to, such as support@example.com."))
    display_name = forms.CharField(
        label=_("Sender name"),
        required=False,
        max_length=80,
        help_text=_("Customers see “Ada from …”. Left empty, it is your company's name."),
    )
    sign_in = forms.ChoiceField(
        label=_("How Rapport signs in to this mailbox"),
        choices=consents.SIGN_INS,
        initial=consents.PASSWORD,
        required=False,
    )
    client_id = forms.CharField(
        label=_("Client ID"),
        required=False,
        max_length=500,
        help_text=_("From the app that you registered with the provider for Rapport."),
    )
    client_secret = forms.CharField(
        label=_("Client secret"), required=False, max_length=1000, widget=forms.PasswordInput
    )
    tenant = forms.RegexField(
        label=_("Directory (tenant) ID"),
        regex=r"^[A-Za-z0-9.-]+$",
        required=False,
        max_length=200,
        help_text=_("Left empty, any Microsoft account may sign in, if your app allows that."),
    )
    authorize_url = forms.CharField(label=_("Authorisation URL"), required=False, max_length=1000)
    token_url = forms.CharField(label=_("Token URL"), required=False, max_length=1000)
    scope = forms.CharField(label=_("Scope"), required=False, max_length=1000)
    incoming = forms.ChoiceField(label=_("Incoming mail"), choices=INCOMING, initial="imap")
    incoming_provider = forms.ChoiceField(
        label=_("Provider of incoming mail"), required=False, choices=[("", ""), *webhooks.CHOICES]
    )
    incoming_key = forms.CharField(
        label=_("Signing key"),
        required=False,
        max_length=4000,
        widget=forms.PasswordInput,
        help_text=_(
            "What the provider signs its pushes with. Where mail and reports are signed with two keys, "
            "type both with a space between them."
        ),
    )
    incoming_api_key = forms.CharField(
        label=_("Key to fetch mail with"),
        required=False,
        max_length=1000,
        widget=forms.PasswordInput,
        help_text=_("An API key of this provider, which only announces mail or its files and has them fetched."),
    )
    imap_host = forms.CharField(label=_("IMAP server"), required=False, max_length=253)
    imap_port = forms.IntegerField(label=_("IMAP port"), required=False, min_value=1, max_value=65535, initial=993)
    imap_security = forms.ChoiceField(label=_("IMAP security"), choices=SECURITIES, required=False, initial="tls")
    imap_user = forms.CharField(label=_("IMAP user name"), required=False, max_length=320)
    imap_password = forms.CharField(
        label=_("IMAP password"), required=False, max_length=1000, strip=False, widget=forms.PasswordInput
    )
    imap_folder = forms.CharField(label=_("Folder"), required=False, max_length=200, initial="INBOX")
    history_days = forms.IntegerField(
        label=_("Days of older mail to fetch"),
        required=False,
        min_value=0,
        max_value=3650,
        initial=1,
        help_text=_("Only for the first time. Mail that comes later is always fetched, read there or not."),
    )
    mark_seen = forms.BooleanField(label=_("Mark fetched mail as read there"), required=False, initial=True)
    sub_addresses = forms.BooleanField(
        label=_("Let answers prove where they belong"),
        required=False,
        help_text=_(
            "They then go to an address such as support+r-…@example.com, which proves where they belong whatever "
            "the customer's program leaves out. Your mail server must deliver such addresses to this mailbox."
        ),
    )
    outgoing = forms.ChoiceField(label=_("Outgoing mail"), choices=OUTGOING, initial="smtp")
    smtp_host = forms.CharField(label=_("SMTP server"), required=False, max_length=253)
    smtp_port = forms.IntegerField(label=_("SMTP port"), required=False, min_value=1, max_value=65535, initial=465)
    smtp_security = forms.ChoiceField(label=_("SMTP security"), choices=SECURITIES, required=False, initial="tls")
    smtp_user = forms.CharField(
        label=_("SMTP user name"),
        required=False,
        max_length=320,
        help_text=_("Left empty, it sends without signing in."),
    )
    smtp_password = forms.CharField(
        label=_("SMTP password"), required=False, max_length=1000, strip=False, widget=forms.PasswordInput
    )
    provider = forms.ChoiceField(
        label=_("Provider"), required=False, choices=[("", ""), *((key, words[0]) for key, words in PROVIDERS.items())]
    )
    provider_key = forms.CharField(label=_("Provider key"), required=False, max_length=1000, widget=forms.PasswordInput)
    provider_options = forms.CharField(
        label=_("Further options"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One a line, such as sender_domain = mail.example.com."),
    )
    per_minute = forms.IntegerField(label=_("Mails a minute at most"), required=False, min_value=0, max_value=100_000)
    per_hour = forms.IntegerField(label=_("Mails an hour at most"), required=False, min_value=0, max_value=1_000_000)
    per_day = forms.IntegerField(
        label=_("Mails a day at most"),
        required=False,
        min_value=0,
        max_value=10_000_000,
        help_text=_(
            "More than that waits and leaves later. Left empty, it is what the provider is known to allow: "
            "500 a day by Gmail, 30 a minute and 10,000 a day by Microsoft. 0 means no limit."
        ),
    )
    trusted_host = forms.RegexField(
        label=_("Server whose word on senders counts"),
        regex=r"^[A-Za-z0-9.-]+$",
        required=False,
        max_length=253,
        help_text=_(
            "The one that writes Authentication-Results into your mail, such as mx.google.com. Left empty, it is the "
            "one that the IMAP server is known for, if any."
        ),
    )
    push_secret = forms.CharField(
        label=_("Secret for mail pushed over HTTP"),
        required=False,
        max_length=200,
        widget=forms.PasswordInput,
        help_text=_("Left empty, one is made."),
    )

    # A secret that is kept stays so only while it goes where it was typed for; others say their server by their name.
    goes_to: ClassVar = {"client_secret": ("sign_in", "token_url")}

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        data["sign_in"] = data.get("sign_in") or consents.PASSWORD
        by_consent = consents.is_by_consent(data)
        if by_consent:
            self._check_consent(data)
        if data.get("incoming") == "imap":
            self._require(data, "imap_host", "imap_port", "imap_user", *(() if by_consent else ("imap_password",)))
        if data.get("outgoing") == "smtp":
            self._require(data, "smtp_host", "smtp_port")
        if data.get("outgoing") == "provider":
            self._check_provider(data)
        if data.get("incoming") == "provider" and not data.get("incoming_provider"):
            self.add_error("incoming_provider", _("Choose one."))
        data["address"] = str(data.get("address") or "").lower()
        data["push_secret"] = data.get("push_secret") or secrets.token_urlsafe(32)
        return data

    def _require(self, data: dict[str, Any], *names: str) -> None:
        for name in names:
            if not data.get(name) and name not in self.errors:
                self.add_error(name, _("This is needed."))

    def _check_consent(self, data: dict[str, Any]) -> None:
        """The servers of Google and Microsoft are known, the user is the address unless it is said."""
        data["imap_user"] = data.get("imap_user") or data.get("address") or ""
        if data["sign_in"] in consents.SERVERS:
            is_asked = data.get("incoming") == "imap"
            data.update(consents.SERVERS[data["sign_in"]], smtp_user=data["imap_user" if is_asked else "address"])
        data["smtp_user"] = data.get("smtp_user") or data["imap_user"]
        self._require(data, "client_id")
        if data["sign_in"] == "other":
            self._require(data, "authorize_url", "token_url")
            for name in ("authorize_url", "token_url"):
                if data.get(name) and not may_carry_secrets(data[name]):
                    self.add_error(name, _("This must be an address that begins with https://."))

    def _check_provider(self, data: dict[str, Any]) -> None:
        if not data.get("provider"):
            self.add_error("provider", _("Choose one."))
            return
        try:
            options_in(data)
        except ImproperlyConfigured as error:
            self.add_error("provider_key", str(error))
