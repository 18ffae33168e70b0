"""What connecting a number of WhatsApp asks. The cleaned data are the channel's settings."""

import secrets
from typing import ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from rapport.channels.asking import ApiAddress, MadeSecret
from rapport.channels.graph import API


class WhatsAppForm(forms.Form):
    further = ("verify_token", "api")
    # The token goes to this address and to no other without being typed again.
    goes_to: ClassVar = {"token": ("api",), "app_secret": (), "verify_token": ()}

    address = forms.CharField(
        label=_("Phone number"),
        max_length=40,
        help_text=_("The number that customers write to, with its country code, such as +1 555 078 3881."),
    )
    phone_number_id = forms.RegexField(
        label=_("Phone number ID"),
        regex=r"^\d{5,25}$",
        help_text=_("In the Meta app under WhatsApp, API setup, below the number. It is not the number itself."),
    )
    waba_id = forms.RegexField(
        label=_("WhatsApp Business account ID"),
        regex=r"^\d{5,25}$",
        help_text=_("On the same page. Templates belong to it."),
    )
    token = forms.CharField(
        label=_("Access token"),
        max_length=2000,
        widget=forms.PasswordInput,
        help_text=_(
            "Of a system user, from Meta Business Suite, Settings, System users, with the permissions "
            "whatsapp_business_messaging and whatsapp_business_management. The one on the API setup page "
            "ends after a day."
        ),
    )
    app_secret = forms.CharField(
        label=_("App secret"),
        max_length=200,
        widget=forms.PasswordInput,
        help_text=_("In the Meta app under App settings, Basic. WhatsApp signs with it what it pushes here."),
    )
    verify_token = MadeSecret(
        lambda: secrets.token_urlsafe(24),
        label=_("Verify token"),
        help_text=_("Meta shows it once to see whether the address is yours. Left empty, one is made."),
    )
    api = ApiAddress(API, help_text=_("Another version of the Graph API, or a proxy of your own."))

    def clean_address(self) -> str:
        digits = "".join(character for character in self.cleaned_data["address"] if character.isdigit())
        if not 7 <= len(digits) <= 15 or digits.startswith("0"):
            raise forms.ValidationError(_("Type the number with its country code, such as +15550783881."))
        return f"+{digits}"
