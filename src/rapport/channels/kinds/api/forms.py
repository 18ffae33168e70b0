"""What connecting a system of the company's own asks. The cleaned data are the channel's settings."""

from typing import Any, ClassVar

from django import forms
from django.core.validators import URLValidator
from django.utils.translation import gettext_lazy as _

from rapport.kit import standard_webhooks as webhooks


def _is_a_secret(value: str) -> None:
    try:
        webhooks.signature(value, key="", at=0, body=b"")
    except ValueError:
        raise forms.ValidationError(_("A secret looks like whsec_MfKQ9r8GKY… Copy the whole of it.")) from None
    if len(value) < len(webhooks.PREFIX) + 32:
        raise forms.ValidationError(_("This secret is too short to be safe. Leave the field empty to get one."))


class ApiForm(forms.Form):
    further = ("secret", "earlier_secret")
    # They sign here and there, and are sent to nobody.
    goes_to: ClassVar = {"secret": (), "earlier_secret": ()}

    address = forms.RegexField(
        label=_("Name of the system"),
        regex=r"^[A-Za-z0-9][A-Za-z0-9-]{0,39}$",
        help_text=_(
            "Letters, digits and hyphens, such as app. Its people are known under it: two channels with one name "
            "share theirs."
        ),
    )
    url = forms.URLField(
        label=_("Where answers are sent"),
        required=False,
        max_length=500,
        assume_scheme="https",
        validators=[URLValidator(schemes=["http", "https"])],
        help_text=_("An address of yours that takes signed POST requests. Left empty, nothing can be answered."),
    )
    secret = forms.CharField(
        label=_("Secret"),
        required=False,
        max_length=200,
        widget=forms.PasswordInput,
        validators=[_is_a_secret],
        help_text=_("Both sides sign with it. Left empty, one is made and shown after you connect."),
    )
    earlier_secret = forms.CharField(
        label=_("Earlier secret"),
        required=False,
        max_length=200,
        widget=forms.PasswordInput,
        validators=[_is_a_secret],
        help_text=_("While you change secrets: this one is good as well."),
    )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        data["address"] = str(data.get("address") or "").lower()
        data["secret"] = data.get("secret") or webhooks.new_secret()
        return data
