"""What connecting an Official Account of LINE's asks. The cleaned data are the channel's settings."""

from typing import ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from rapport.channels.asking import ApiAddress
from rapport.channels.kinds.line.api import API


class LineForm(forms.Form):
    further = ("api",)
    # The token goes to the API's address; the secret only proves what comes in.
    goes_to: ClassVar = {"channel_token": ("api",), "channel_secret": ()}

    address = forms.RegexField(
        label=_("LINE ID"),
        regex=r"^@?[A-Za-z0-9._-]{1,40}$",
        required=False,
        help_text=_("Such as @lampwright: what people look for in LINE."),
    )
    channel_secret = forms.RegexField(
        label=_("Channel secret"),
        regex=r"^[0-9a-fA-F]{32}$",
        widget=forms.PasswordInput,
        help_text=_("At developers.line.biz, your channel, Basic settings."),
    )
    channel_token = forms.CharField(
        label=_("Channel access token"),
        max_length=2000,
        widget=forms.PasswordInput,
        help_text=_("At developers.line.biz, your channel, Messaging API: issue a long-lived one."),
    )
    api = ApiAddress(
        API,
        help_text=_("Another one only for a proxy."),
    )
