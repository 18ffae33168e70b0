"""What connecting an Official Account asks. The cleaned data are the channel's settings."""

from typing import ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from rapport.channels.asking import ApiAddress, MadeSecret
from rapport.channels.kinds.wechat.api import API
from rapport.channels.tencent import new_aes_key, new_token

MODES = [("safe", _("Safe mode, encrypted")), ("plain", _("Plain text mode"))]


class WeChatForm(forms.Form):
    shown_when: ClassVar = {"aes_key": "mode=safe"}
    further = ("api", "mode", "token", "aes_key", "menu_keys")
    # The secret goes to the API's address for one account; the token and the key only come in.
    goes_to: ClassVar = {"app_secret": ("api", "app_id"), "token": (), "aes_key": ()}

    address = forms.CharField(
        label=_("WeChat ID"),
        required=False,
        max_length=100,
        help_text=_("What people search for in WeChat, such as lampwright-service."),
    )
    app_id = forms.RegexField(
        label=_("AppID"),
        regex=r"^wx[0-9a-f]{16}$",
        help_text=_("At mp.weixin.qq.com under Settings and Development, Basic configuration. It begins with wx."),
    )
    app_secret = forms.RegexField(
        label=_("AppSecret"),
        regex=r"^[0-9a-fA-F]{32}$",
        widget=forms.PasswordInput,
        help_text=_("On the same page. WeChat shows it once; put this server's address into the IP whitelist there."),
    )
    mode = forms.ChoiceField(
        label=_("Message encryption"),
        choices=MODES,
        initial="safe",
        help_text=_("In plain text mode WeChat's signature does not cover what is written. Choose it for trials only."),
    )
    token = MadeSecret(
        new_token,
        label=_("Token"),
        regex=r"^[A-Za-z0-9]{3,32}$",
        help_text=_("3 to 32 letters and digits that you copy to WeChat. Left empty, one is made."),
    )
    aes_key = MadeSecret(
        new_aes_key,
        label=_("EncodingAESKey"),
        regex=r"^[A-Za-z0-9]{43}$",
        help_text=_("43 letters and digits that you copy to WeChat. Left empty, one is made."),
    )
    menu_keys = forms.CharField(
        label=_("Menu buttons that begin a conversation"),
        required=False,
        max_length=1000,
        help_text=_("The keys of click buttons such as TALK_TO_US, with spaces between them."),
    )
    api = ApiAddress(
        API,
        help_text=_("Another one only for a proxy with a fixed address."),
    )
