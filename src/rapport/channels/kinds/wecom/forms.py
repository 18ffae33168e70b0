"""What connecting a customer service account asks. The cleaned data are the channel's settings."""

import secrets
import string
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from rapport.channels.kinds.wecom.api import API
from rapport.channels.tencent import new_aes_key


class WeComForm(forms.Form):
    further = ("api", "token", "aes_key")
    # The secret goes to the API's address for one company; the token and the key only come in.
    goes_to: ClassVar = {"secret": ("api", "corp_id"), "token": (), "aes_key": ()}

    address = forms.CharField(
        label=_("Name of the account"),
        required=False,
        max_length=100,
        help_text=_("As people see it in WeChat."),
    )
    corp_id = forms.RegexField(
        label=_("Corp ID"),
        regex=r"^w[wx][0-9A-Za-z]{8,32}$",
        help_text=_("At work.weixin.qq.com under My Company. It begins with ww."),
    )
    secret = forms.CharField(
        label=_("Secret"),
        max_length=200,
        widget=forms.PasswordInput,
        help_text=_("Of the application that may manage this account: WeChat Customer Service, API."),
    )
    open_kfid = forms.RegexField(
        label=_("ID of the customer service account"),
        regex=r"^wk[0-9A-Za-z_-]*$",
        initial="wk",
        help_text=_("It begins with wk. Leave it at that and press Test: the test lists the accounts with their IDs."),
    )
    welcome = forms.CharField(
        label=_("Greeting"),
        required=False,
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Sent to whoever opens the chat, where none is set up at WeCom."),
    )
    token = forms.RegexField(
        label=_("Token"),
        regex=r"^[A-Za-z0-9]{1,32}$",
        required=False,
        widget=forms.PasswordInput,
        help_text=_("Letters and digits that you copy to WeCom. Left empty, one is made."),
    )
    aes_key = forms.RegexField(
        label=_("EncodingAESKey"),
        regex=r"^[A-Za-z0-9]{43}$",
        required=False,
        widget=forms.PasswordInput,
        help_text=_("43 letters and digits that you copy to WeCom. Left empty, one is made."),
    )
    api = forms.URLField(
        label=_("Address of the API"),
        required=False,
        initial=API,
        assume_scheme="https",
        help_text=_("Another one only for a proxy with a fixed address."),
    )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        letters = string.ascii_letters + string.digits
        data["token"] = data.get("token") or "".join(secrets.choice(letters) for _each in range(32))
        data["aes_key"] = data.get("aes_key") or new_aes_key()
        data["api"] = str(data.get("api") or API).rstrip("/")
        return data
