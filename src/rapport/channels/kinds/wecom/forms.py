"""What connecting a customer service account asks. The cleaned data are the channel's settings."""

from typing import ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from rapport.channels.asking import ApiAddress, MadeSecret
from rapport.channels.kinds.wecom.api import API
from rapport.channels.tencent import new_aes_key, new_token


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
    token = MadeSecret(
        new_token,
        label=_("Token"),
        regex=r"^[A-Za-z0-9]{1,32}$",
        help_text=_("Letters and digits that you copy to WeCom. Left empty, one is made."),
    )
    aes_key = MadeSecret(
        new_aes_key,
        label=_("EncodingAESKey"),
        regex=r"^[A-Za-z0-9]{43}$",
        help_text=_("43 letters and digits that you copy to WeCom. Left empty, one is made."),
    )
    api = ApiAddress(
        API,
        help_text=_("Another one only for a proxy with a fixed address."),
    )
