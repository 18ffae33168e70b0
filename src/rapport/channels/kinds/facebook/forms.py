"""What connecting a Page asks. The cleaned data are the channel's settings."""

import secrets
from typing import ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from rapport.channels.asking import ApiAddress, MadeSecret
from rapport.channels.graph import API

_ID = r"^\d{3,25}$"


class FacebookForm(forms.Form):
    further = ("verify_token", "api")
    # The token goes to this address and to no other without being typed again.
    goes_to: ClassVar = {"token": ("api",), "app_secret": ("api",), "verify_token": ()}

    address = forms.CharField(
        label=_("Name of the Page"), max_length=100, help_text=_("As your customers see it, such as Lampwright.")
    )
    page_id = forms.RegexField(
        label=_("Page ID"), regex=_ID, help_text=_("On the Page under About, Page transparency, or in its address.")
    )
    instagram_id = forms.RegexField(
        label=_("Instagram account ID"),
        regex=_ID,
        required=False,
        help_text=_(
            "Of the professional account that belongs to the Page. “Test now” tells it. Left empty, any is taken."
        ),
    )
    token = forms.CharField(
        label=_("Page access token"),
        max_length=2000,
        widget=forms.PasswordInput,
        help_text=_(
            "In the Meta app under Messenger, Messenger API settings, Generate access tokens, beside the Page."
        ),
    )
    app_id = forms.RegexField(label=_("App ID"), regex=_ID, help_text=_("In the Meta app under App settings, Basic."))
    app_secret = forms.CharField(
        label=_("App secret"),
        max_length=200,
        widget=forms.PasswordInput,
        help_text=_("On the same page. Meta signs with it what it pushes here."),
    )
    human_agent = forms.BooleanField(
        label=_("Our app has the feature Human Agent"),
        required=False,
        help_text=_("Then a person may answer for seven days rather than for 24 hours. Meta grants it on request."),
    )
    verify_token = MadeSecret(
        lambda: secrets.token_urlsafe(24),
        label=_("Verify token"),
        help_text=_("Meta shows it once to see whether the address is yours. Left empty, one is made."),
    )
    api = ApiAddress(API, help_text=_("Another version of the Graph API, or a proxy of your own."))
