"""Fields that the forms of several kinds have in common."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from rapport.kit.http import may_carry_secrets


class ApiAddress(forms.CharField):
    """Where a provider's API is: `usual` where nothing is typed. Secrets go there, so it must be a safe place."""

    widget = forms.URLInput

    def __init__(self, usual: str, **said: Any) -> None:
        usually: dict[str, Any] = {
            "label": _("Address of the API"),
            "required": False,
            "max_length": 300,
            "initial": usual,
        }
        super().__init__(**(usually | said))
        self.usual = usual

    def clean(self, value: Any) -> str:
        typed = str(super().clean(value)).strip()
        if not typed:
            return self.usual
        # A bare word is no address that somebody forgot the beginning of.
        address = typed if "://" in typed or "." not in typed else f"https://{typed}"
        if not may_carry_secrets(address):
            raise forms.ValidationError(_("This must be an address that begins with https://."))
        return address.rstrip("/")


class MadeSecret(forms.RegexField):
    """A secret that the administrator copies to the provider; where none is typed, one is made."""

    def __init__(self, make: Callable[[], str], *, regex: str = r"^.+$", max_length: int = 256, **said: Any) -> None:
        super().__init__(regex, required=False, max_length=max_length, widget=forms.PasswordInput, **said)
        self.make = make

    def clean(self, value: Any) -> str:
        typed: str = super().clean(value)
        return typed or self.make()
