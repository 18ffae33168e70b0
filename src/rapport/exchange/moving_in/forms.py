"""What each source asks for. The token is never shown again; left empty it stays as it was."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from rapport.exchange.moving_in.errors import WrongSettings
from rapport.exchange.moving_in.reaching import base_address


class SourceForm(forms.Form):
    """`suffix` completes an address of one word."""

    suffix = ""

    def __init__(self, *args: Any, kept: dict[str, Any] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kept = kept or {}
        if "token" in self.fields and self.kept.get("token"):
            self.fields["token"].required = False

    def clean_address(self) -> str:
        try:
            return base_address(self.cleaned_data["address"], suffix=self.suffix)
        except WrongSettings as error:
            raise forms.ValidationError(str(error)) from error

    def clean_token(self) -> str:
        said = str(self.cleaned_data.get("token") or "").strip()
        return said or str(self.kept.get("token") or "")

    def clean(self) -> dict[str, Any]:
        """A token that was kept goes to no other address than the one it was entered for."""
        said = super().clean() or self.cleaned_data
        is_typed = bool(str(self.data.get("token") or "").strip())
        if "token" in self.fields and not is_typed and said.get("address") != self.kept.get("address"):
            self.add_error("token", _("Enter the token for this address."))
        return said


def _token() -> forms.CharField:
    return forms.CharField(label=_("API token"), max_length=2000, widget=forms.PasswordInput)


def _address(example: str) -> forms.CharField:
    return forms.CharField(
        label=_("Address"), max_length=253, widget=forms.TextInput(attrs={"placeholder": example, "inputmode": "url"})
    )


class ZendeskForm(SourceForm):
    suffix = ".zendesk.com"
    address = _address("acme.zendesk.com")
    email = forms.EmailField(label=_("Your email address there"), max_length=320)
    token = _token()


class ZendeskFileForm(SourceForm):
    suffix = ".zendesk.com"
    address = _address("acme.zendesk.com")


class FreshdeskForm(SourceForm):
    suffix = ".freshdesk.com"
    address = _address("acme.freshdesk.com")
    token = _token()


class FreshdeskFileForm(SourceForm):
    suffix = ".freshdesk.com"
    address = _address("acme.freshdesk.com")


class IntercomFileForm(SourceForm):
    workspace = forms.SlugField(
        label=_("Workspace ID"), max_length=40, widget=forms.TextInput(attrs={"placeholder": "ab12cd34"})
    )


class AddressForm(SourceForm):
    address = _address("https://help.example.com")
    token = _token()


class ChatwootForm(SourceForm):
    address = _address("https://app.chatwoot.com")
    number = forms.IntegerField(
        label=_("Account number"), min_value=1, help_text=_("It stands in the address there: /app/accounts/1/")
    )
    token = _token()


class TokenForm(SourceForm):
    token = _token()


class IntercomForm(TokenForm):
    region = forms.ChoiceField(
        label=_("Where Intercom keeps your data"),
        choices=(("us", _("United States")), ("eu", _("Europe")), ("au", _("Australia"))),
    )
