"""Connecting a shop."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from rapport.sales.models import Shop
from rapport.sales.shops.seam import ShopKind


class ShopForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=80, help_text=_("What your team calls it."))
    url = forms.URLField(
        label=_("Address of the shop"),
        max_length=300,
        required=False,
        assume_scheme="https",
        help_text=_("For links from an order to its page there, such as https://lampwright.example."),
    )
    secret = forms.CharField(
        max_length=300,
        strip=True,
        required=False,
        widget=forms.PasswordInput(render_value=False, attrs={"autocomplete": "off"}),
    )

    def __init__(self, kind: ShopKind, *args: Any, shop: Shop | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["secret"].label = str(kind.secret_label)
        self.fields["secret"].help_text = (
            _("Leave it empty to keep the one there is.")
            if shop and shop.secret
            else _("It is encrypted before it is kept. If the shop shows it later, connect first and come back.")
        )
