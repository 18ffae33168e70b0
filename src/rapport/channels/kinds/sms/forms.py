"""What connecting a number for text messages asks. The cleaned data are the channel's settings."""

import secrets
from typing import Any, ClassVar
from urllib.parse import urlsplit

from django import forms
from django.utils.translation import gettext_lazy as _

from rapport.channels.asking import ApiAddress
from rapport.channels.kinds.sms import filling
from rapport.channels.twilio import API
from rapport.kit.http import may_carry_secrets

PROVIDERS = [("twilio", _("Twilio")), ("http", _("Another provider, over HTTP"))]
FILES = [("mms", _("As a picture message (MMS)")), ("link", _("As a link in the text"))]
METHODS = [("POST", "POST"), ("PUT", "PUT"), ("GET", "GET")]
FORMATS = [("json", "JSON"), ("form", _("Form"))]
PROOFS = [("token", _("A token in the address")), ("hmac", _("A signature in a header (HMAC-SHA256)"))]
_BODY = '{"to": "{to}", "from": "{from}", "text": "{text}"}'
_BY_HTTP = (
    *("http_url", "http_method", "http_headers", "http_secret", "http_id", "in_proof", "in_secret"),
    *("in_from", "in_text", "in_id", "http_ok", "http_said", "in_to", "in_report", "in_delivered", "in_failed"),
)


class SmsForm(forms.Form):
    shown_when: ClassVar = {
        **dict.fromkeys(("account_sid", "auth_token", "messaging_service_sid", "file_way", "api"), "provider=twilio"),
        **dict.fromkeys(_BY_HTTP, "provider=http"),
        **dict.fromkeys(("http_format", "http_body"), "provider=http and http_method=POST|PUT"),
        "in_header": "provider=http and in_proof=hmac",
    }
    further = (
        *("messaging_service_sid", "api", "per_minute", "http_ok", "http_said"),
        *("in_to", "in_report", "in_delivered", "in_failed"),
    )
    goes_to: ClassVar = {"auth_token": ("api",), "http_secret": ("http_url",), "in_secret": ()}

    address = forms.CharField(
        label=_("Phone number"),
        max_length=40,
        help_text=_("The number that people text, with its country code, such as +1 555 078 3881."),
    )
    provider = forms.ChoiceField(label=_("Provider"), choices=PROVIDERS, initial="twilio")
    account_sid = forms.RegexField(
        label=_("Account SID"),
        regex=r"^AC[0-9a-fA-F]{32}$",
        required=False,
        help_text=_("On the first page of the Twilio Console, under Account info. It begins with AC."),
    )
    auth_token = forms.CharField(
        label=_("Auth token"),
        required=False,
        max_length=200,
        widget=forms.PasswordInput,
        help_text=_("Beside it. Twilio signs with it what it pushes here."),
    )
    messaging_service_sid = forms.RegexField(
        label=_("Messaging service SID"),
        regex=r"^MG[0-9a-fA-F]{32}$",
        required=False,
        help_text=_("If messages leave by a messaging service, which chooses the number and keeps to carriers' rules."),
    )
    file_way = forms.ChoiceField(
        label=_("How files are sent"),
        choices=FILES,
        initial="link",
        required=False,
        help_text=_("Picture messages exist for numbers in the United States, Canada and Australia."),
    )
    api = ApiAddress(
        API,
        help_text=_("A regional address of Twilio's, another provider that speaks the same, or a proxy of your own."),
    )
    http_url = forms.CharField(
        label=_("Address to send to"),
        required=False,
        max_length=1000,
        help_text=_("{to}, {from}, {text}, {id} and {secret} are filled in, here and below; {to_digits} has no plus."),
    )
    http_method = forms.ChoiceField(label=_("Method"), choices=METHODS, initial="POST", required=False)
    http_format = forms.ChoiceField(label=_("Body as"), choices=FORMATS, initial="json", required=False)
    http_body = forms.CharField(
        label=_("Body"),
        required=False,
        max_length=4000,
        initial=_BODY,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
        help_text=_("As a form: to={to}&from={from}&text={text}"),
    )
    http_headers = forms.CharField(
        label=_("Headers"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false"}),
        help_text=_("One a line, such as Authorization: Bearer {secret}"),
    )
    http_secret = forms.CharField(
        label=_("Secret"),
        required=False,
        max_length=1000,
        widget=forms.PasswordInput,
        help_text=_("The provider's key. It stands where {secret} is written."),
    )
    http_id = forms.CharField(
        label=_("Where the answer has the id"),
        required=False,
        max_length=200,
        help_text=_("Such as messages.0.id. Reports find the message by it."),
    )
    http_ok = forms.CharField(
        label=_("Answers that mean yes"), required=False, max_length=100, initial="200, 201, 202, 204"
    )
    http_said = forms.CharField(
        label=_("Words that a yes contains"),
        required=False,
        max_length=200,
        help_text=_("For providers that answer 200 even when they refuse."),
    )
    in_proof = forms.ChoiceField(
        label=_("How what is pushed is proven"), choices=PROOFS, initial="token", required=False
    )
    in_header = forms.CharField(
        label=_("Header of the signature"), required=False, max_length=100, initial="X-Signature"
    )
    in_secret = forms.CharField(
        label=_("Token or signing secret"),
        required=False,
        max_length=500,
        widget=forms.PasswordInput,
        help_text=_("Left empty, a token is made; it is part of the address that you copy to the provider."),
    )
    in_from = forms.CharField(label=_("Field of the sender"), required=False, max_length=200, initial="from")
    in_text = forms.CharField(label=_("Field of the text"), required=False, max_length=200, initial="text")
    in_id = forms.CharField(label=_("Field of the id"), required=False, max_length=200, initial="id")
    in_to = forms.CharField(label=_("Field of the recipient"), required=False, max_length=200, initial="to")
    in_report = forms.CharField(
        label=_("Field of the state"),
        required=False,
        max_length=200,
        initial="status",
        help_text=_("In reports on what was sent, which come to the same address."),
    )
    in_delivered = forms.CharField(
        label=_("States that mean delivered"), required=False, max_length=300, initial="delivered, DELIVRD"
    )
    in_failed = forms.CharField(
        label=_("States that mean failed"),
        required=False,
        max_length=300,
        initial="failed, undelivered, rejected, expired, UNDELIV, REJECTD, EXPIRED",
    )
    per_minute = forms.IntegerField(
        label=_("Messages a minute at most"),
        required=False,
        min_value=0,
        max_value=100_000,
        help_text=_("More waits and leaves later. Left empty, there is no limit."),
    )

    def clean_address(self) -> str:
        written = self.cleaned_data["address"].strip()
        digits = "".join(letter for letter in written if letter.isdigit())
        if 3 <= len(digits) <= 8 and not written.startswith("+"):
            # A short number, which has no country code.
            return digits
        if not 7 <= len(digits) <= 15 or digits.startswith("0"):
            raise forms.ValidationError(_("Type the number with its country code, such as +15550783881."))
        return f"+{digits}"

    def clean_http_headers(self) -> str:
        lines: str = self.cleaned_data.get("http_headers") or ""
        try:
            filling.headers_in(lines)
        except ValueError as error:
            raise forms.ValidationError(
                _("“%(line)s” is no header. Write them as Name: value."), params={"line": str(error)}
            ) from error
        return lines

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("provider") == "twilio":
            self._require(data, "account_sid", "auth_token")
            return data
        self._require(data, "http_url")
        url = str(data.get("http_url") or "")
        if url and not may_carry_secrets(url):
            self.add_error("http_url", _("This must be an address that begins with https://."))
        if "{" in urlsplit(url).netloc:
            self.add_error("http_url", _("The host must be written out: nothing is filled in there."))
        if data.get("in_proof") == "hmac":
            self._require(data, "in_secret", "in_header")
        data["in_secret"] = data.get("in_secret") or secrets.token_urlsafe(24)
        return data

    def _require(self, data: dict[str, Any], *names: str) -> None:
        for name in names:
            if not data.get(name) and name not in self.errors:
                self.add_error(name, _("This is needed."))
