"""The part of a channel's form that every kind shares, and how secrets travel through a page."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from rapport.channels.models import Channel
from rapport.conversations.models import Inbox

# The fields that conditions such as "incoming=imap and sign_in=password" speak of.
_NAMES = re.compile(r"(\w+)=")


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
    for name, condition in getattr(form, "shown_when", {}).items():
        built.fields[name].widget.attrs["data-shown-when"] = condition
    return built


@dataclass(frozen=True)
class Part:
    """A field on the page; `is_wide` when it decides about others or stands for itself."""

    field: BoundField
    is_wide: bool


def parts(form: forms.Form) -> tuple[list[Part], list[Part]]:
    """The fields everybody sees, and those that are folded; none is folded while one of them has an error."""
    further = set(getattr(form, "further", ()))
    deciding = set(_NAMES.findall(" ".join(getattr(form, "shown_when", {}).values())))
    every = [Part(field, field.name in deciding or isinstance(field.field.widget, forms.Textarea)) for field in form]
    folded = [part for part in every if part.field.name in further]
    if any(part.field.errors for part in folded):
        return every, []
    return [part for part in every if part.field.name not in further], folded


def secrets_of(form: type[forms.Form]) -> list[str]:
    return [name for name, field in form.base_fields.items() if isinstance(field.widget, forms.PasswordInput)]


def _with_kept_secrets(form: type[forms.Form], data: QueryDict, kept: Mapping[str, Any]) -> QueryDict:
    merged = data.copy()
    for name in secrets_of(form):
        places = getattr(form, "goes_to", {}).get(name, (f"{name.rpartition('_')[0]}_host".lstrip("_"),))
        if not merged.get(name) and kept.get(name) and _same_places(places, data, kept):
            merged[name] = str(kept[name])
    return merged


def _same_places(places: Sequence[str], data: QueryDict, kept: Mapping[str, Any]) -> bool:
    """Whether a kept secret still goes where it was typed for: never to another host without being typed again."""
    return all(place not in kept or data.get(place, "") == str(kept[place]) for place in places)


def _hide(field: forms.Field, *, is_kept: bool) -> None:
    # A secret never comes back in the page, not even to the person who typed it.
    if isinstance(field.widget, forms.PasswordInput):
        field.widget.render_value = False
    field.widget.attrs.setdefault("autocomplete", "off")
    if is_kept:
        field.widget.attrs["placeholder"] = _("unchanged")
        field.widget.is_required = False


class BlockingForm(forms.Form):
    """Whom to block, and why."""

    senders = forms.CharField(
        label=_("Addresses and domains"),
        max_length=20_000,
        help_text=_("One a line. @example.com blocks everyone there."),
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
    )
    note = forms.CharField(label=_("Note"), max_length=200, required=False, help_text=_("Why, for your colleagues."))

    def patterns(self) -> list[str]:
        return re.split(r"[\s,;]+", self.cleaned_data["senders"].strip())


class NoiseForm(forms.Form):
    """How much one sender may write."""

    messages_an_hour = forms.IntegerField(
        label=_("Messages an hour"), min_value=0, max_value=100_000, help_text=_("0 sets no limit.")
    )
