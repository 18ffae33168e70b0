"""Forms of the settings that belong to no single room: own fields and tags."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from rapport.backbone.custom_fields.defining import Definition
from rapport.backbone.custom_fields.fieldset import FieldSet
from rapport.backbone.custom_fields.models import FieldBase
from rapport.backbone.custom_fields.types import FieldKind
from rapport.conversations.types import TagColour


class OwnFieldForm(forms.Form):
    """What a field is called and how it may be filled in; `key` and `kind` only while it is new."""

    label = forms.CharField(label=_("Label"), max_length=80)
    kind = forms.ChoiceField(label=_("Kind"), choices=FieldKind.choices)
    key = forms.CharField(
        label=_("Key"), max_length=40, required=False, help_text=_("For scripts. Left empty, it is made of the label.")
    )
    choices = forms.CharField(
        label=_("Choices"), required=False, widget=forms.Textarea(attrs={"rows": 5}), help_text=_("One a line.")
    )
    help = forms.CharField(label=_("Help"), max_length=200, required=False, help_text=_("Shown under the field."))
    is_required = forms.BooleanField(
        label=_("Needed"), required=False, help_text=_("It is marked while empty, and cannot be emptied.")
    )
    is_needed_to_close = forms.BooleanField(
        label=_("Needed to close"),
        required=False,
        help_text=_("Nobody closes a conversation while it is empty. Rules do, and the thread says so."),
    )
    in_lists = forms.BooleanField(label=_("May be a column of lists"), required=False, initial=True)
    shown_when = forms.ChoiceField(label=_("Ask for it only when"), required=False)
    shown_for = forms.CharField(
        label=_("When it says one of"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One a line; yes or no for a field of that kind."),
    )

    def __init__(self, *args: Any, fields: FieldSet, field: FieldBase | None = None, **more: Any) -> None:
        super().__init__(*args, **more)
        others = fields.present.filter(shown_when=None).exclude(pk=field.pk if field else None)
        self.fields["shown_when"].choices = [("", _("Always")), *((str(each.pk), each.label) for each in others)]  # type: ignore[attr-defined]
        if not fields.field_model.is_of_what_closes:
            del self.fields["is_needed_to_close"]
        if field is not None:
            del self.fields["kind"], self.fields["key"]
            if field.kind != FieldKind.CHOICE:
                del self.fields["choices"]

    def definition(self, kind: str = "") -> Definition:
        """What was filled in; `kind` is that of a field that is not new."""
        said = self.cleaned_data
        return Definition(
            label=said["label"],
            kind=kind or said["kind"],
            key=said.get("key", ""),
            choices=tuple(said.get("choices", "").splitlines()),
            help=said["help"],
            is_required=said["is_required"],
            in_lists=said["in_lists"],
            is_needed_to_close=said.get("is_needed_to_close", False),
            shown_when=int(said["shown_when"]) if said["shown_when"] else None,
            shown_for=tuple(said["shown_for"].splitlines()),
        )


def initial_of(field: FieldBase) -> dict[str, Any]:
    """A field as its form shows it."""
    return {
        "label": field.label,
        "choices": "\n".join(field.choices),
        "help": field.help,
        "is_required": field.is_required,
        "in_lists": field.in_lists,
        "is_needed_to_close": getattr(field, "is_needed_to_close", False),
        "shown_when": str(field.shown_when_id or ""),
        "shown_for": "\n".join(field.shown_for),
    }


class TagForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=60)
    colour = forms.ChoiceField(label=_("Colour"), choices=TagColour.choices, required=False)
    description = forms.CharField(label=_("What it is for"), max_length=200, required=False)
