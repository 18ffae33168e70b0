"""Forms of other systems filled over HTTP: what they ask for, and what was said. What is secret never comes back."""

from collections.abc import Mapping
from typing import Annotated, Any

from django import forms
from django.http import QueryDict
from pydantic import BaseModel, Field, StrictInt, StringConstraints

from rapport.kit.rest.problems import Fault, Invalid
from rapport.kit.rest.shapes import WITHOUT_NUL

SettingName = Annotated[str, StringConstraints(max_length=40, pattern=WITHOUT_NUL)]
SettingValue = Annotated[str, StringConstraints(max_length=8_000, pattern=WITHOUT_NUL)] | StrictInt
Settings = dict[SettingName, SettingValue]


class AskedShape(BaseModel):
    """One thing that a form asks for."""

    name: str = Field(examples=["token"])
    label: str = Field(examples=["API token"])
    help: str
    is_required: bool
    is_secret: bool = Field(description="It is kept encrypted, and no answer ever holds it.")
    choices: list[str] = Field(description="What may be said; empty for free text.")


def asked_by(form: type[forms.Form]) -> list[AskedShape]:
    return [
        AskedShape(
            name=name,
            label=str(field.label or name),
            help=str(field.help_text),
            is_required=field.required,
            is_secret=is_secret(field),
            choices=[str(value) for value, _label in getattr(field, "choices", ())],
        )
        for name, field in form.base_fields.items()
    ]


def is_secret(field: forms.Field) -> bool:
    return isinstance(field.widget, forms.PasswordInput)


def plain(form: type[forms.Form], kept: Mapping[str, Any]) -> dict[str, str | int]:
    """What is kept, as far as it may be shown: nothing secret, and nothing that the form does not ask for."""
    shown = {name: kept.get(name) for name, field in form.base_fields.items() if not is_secret(field)}
    return {name: value for name, value in shown.items() if isinstance(value, str | int) and value != ""}


def filled(form: type[forms.Form], said: Settings, kept: Mapping[str, Any]) -> QueryDict:
    """As a browser would send it: what is not said stays what it was, but for what is secret. Raises Invalid."""
    for name in said:
        if name not in form.base_fields:
            told = ", ".join(form.base_fields)
            raise Invalid.at(f"body.settings.{name[:40]}", f"Nothing of this name is asked for. These are: {told}.")
    data = QueryDict(mutable=True)
    for name, value in {**plain(form, kept), **said}.items():
        data[name] = str(value)
    return data


def refused(form: forms.Form, *, at: str = "body.settings") -> Invalid:
    """What is filled in wrongly, each where it is."""
    faults = [
        Fault(field=at if name == "__all__" else f"{at}.{name}", message=" ".join(str(each) for each in errors))
        for name, errors in form.errors.items()
    ]
    return Invalid("See “errors” for what to mend.", errors=faults)
