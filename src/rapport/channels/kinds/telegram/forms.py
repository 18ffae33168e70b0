"""What connecting a bot asks. The cleaned data are the channel's settings."""

import re
import secrets
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from rapport.channels.asking import ApiAddress, MadeSecret
from rapport.channels.kinds.telegram.api import API

WAYS = [
    ("push", _("Telegram pushes them here (webhook)")),
    ("poll", _("Fetch them from Telegram")),
]


class TelegramForm(forms.Form):
    further = ("api", "secret")
    # The token goes to the API's address, and stays only while that stays.
    goes_to: ClassVar = {"token": ("api",), "secret": ()}

    token = forms.RegexField(
        label=_("Token"),
        regex=r"^\d{4,20}:[A-Za-z0-9_-]{20,80}$",
        widget=forms.PasswordInput,
        help_text=_("From @BotFather in Telegram: /newbot for a new bot, /token for one that you have."),
        error_messages={"invalid": _("A token looks like 123456789:AAE… Copy the whole of it from @BotFather.")},
    )
    address = forms.RegexField(
        label=_("Name of the bot"),
        regex=r"^@?[A-Za-z0-9_]{4,32}$",
        required=False,
        help_text=_("Such as @lampwright_bot: what people look for in Telegram."),
    )
    way = forms.ChoiceField(
        label=_("Incoming messages"),
        choices=WAYS,
        initial="push",
        help_text=_("Fetching does without a public address."),
    )
    api = ApiAddress(
        API,
        label=_("Address of the Bot API"),
        help_text=_("Another one only if you run a Bot API server of your own, which takes larger files."),
    )
    secret = MadeSecret(
        lambda: secrets.token_urlsafe(32),
        label=_("Secret of the webhook"),
        regex=r"^[A-Za-z0-9_-]{1,256}$",
        help_text=_("Telegram sends it with every push. Left empty, one is made."),
    )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        data["address"] = re.sub(r"^@?(?=.)", "@", str(data.get("address") or "").lower())
        return data
