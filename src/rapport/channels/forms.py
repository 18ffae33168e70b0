"""The part of a channel's form that every kind shares, and how secrets travel through a page."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from rapport.channels.models import Channel
from rapport.conversations.models import Inbox


class PlaceForm(forms.Form):
    """What a channel is called and where its conversations land."""

    prefix = "place"
    name = forms.CharField(label=_("Name"), max_length=80, help_text=_("What your team calls it."))
    inbox = forms.ModelChoiceField(
        label=_("Inbox"),
        queryset=Inbox.objects.none(),
        required=False,
        empty_label=_("An inbox of its own"),
        help_text=_("Where its conversations land."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["inbox"].queryset = Inbox.objects.all()  # type: ignore[attr-defined]


def place_of(channel: Channel) -> dict[str, Any]:
    return {"name": channel.name, "inbox": channel.inbox_id}


def kind_form(
    form: type[forms.Form], data: QueryDict | None = None, *, kept: Mapping[str, Any] | None = None
) -> forms.Form:
    """A kind's form. `kept` are the settings so far: a secret that is left blank stays what it is."""
    if data is None:
        built = form(initial=dict(kept or {}))
    else:
        built = form(_with_kept_secrets(form, data, kept or {}), initial=dict(kept or {}))
    for name in secrets_of(form):
        _hide(built.fields[name], is_kept=bool(kept and kept.get(name)))
    return built


def secrets_of(form: type[forms.Form]) -> list[str]:
    return [name for name, field in form.base_fields.items() if isinstance(field.widget, forms.PasswordInput)]


def _with_kept_secrets(form: type[forms.Form], data: QueryDict, kept: Mapping[str, Any]) -> QueryDict:
    merged = data.copy()
    for name in secrets_of(form):
        if not merged.get(name) and kept.get(name):
            merged[name] = str(kept[name])
    return merged


def _hide(field: forms.Field, *, is_kept: bool) -> None:
    # A secret never comes back in the page, not even to the person who typed it.
    if isinstance(field.widget, forms.PasswordInput):
        field.widget.render_value = False
    field.widget.attrs.setdefault("autocomplete", "off")
    if is_kept:
        field.widget.attrs["placeholder"] = _("unchanged")
        field.widget.is_required = False
