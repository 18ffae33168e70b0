"""A form field's control as the design draws it, with its hint and error named for screen readers."""

from django import forms
from django.forms.boundfield import BoundField
from django.utils.safestring import SafeString

CLASSES: tuple[tuple[type[forms.Widget], str], ...] = (
    (forms.CheckboxInput, ""),
    (forms.RadioSelect, ""),
    (forms.CheckboxSelectMultiple, ""),
    (forms.SelectMultiple, "input"),
    (forms.Select, "select"),
)


def control(field: BoundField, size: str = "", hint: str = "") -> SafeString:
    """The widget of a bound field; what the form itself set on it stays."""
    widget = field.field.widget
    given = widget.attrs.get("class", "")
    own = next((name for kind, name in CLASSES if isinstance(widget, kind)), "input")
    classes = " ".join(filter(None, (own, size if own else "", given)))
    attributes = {"aria-describedby": _described_by(field, hint)}
    if classes:
        attributes["class"] = classes
    return field.as_widget(attrs={name: value for name, value in attributes.items() if value})


def _described_by(field: BoundField, hint: str) -> str:
    ids = [f"{field.auto_id}_helptext"] if hint or field.help_text else []
    if field.errors:
        ids.append(f"{field.auto_id}_error")
    return " ".join(ids)
