"""The part of a form that asks for which conversations something counts."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from rapport.routing.conditions import conditions

_PREFIX = "if-"


class ConditionsForm(forms.Form):
    """One question for each condition there is; `cleaned_data["conditions"]` has the answers of those that have any."""

    def __init__(self, *args: Any, conditions_chosen: Mapping[str, Sequence[str]] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked: list[str] = []
        for condition in conditions():
            name = f"{_PREFIX}{condition.key}"
            self.fields[name] = forms.MultipleChoiceField(
                label=str(condition.label),
                choices=condition.options,
                required=False,
                widget=forms.CheckboxSelectMultiple,
                initial=(conditions_chosen or {}).get(condition.key, []),
            )
            self.asked.append(name)

    @property
    def questions(self) -> list[tuple[Any, int]]:
        """The conditions that have answers to choose from, and how many are chosen."""
        fields = [self[name] for name in self.asked]
        return [(field, len(field.value() or ())) for field in fields if list(getattr(field.field, "choices", ()))]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = self.cleaned_data
        cleaned["conditions"] = {
            name.removeprefix(_PREFIX): chosen for name in self.asked if (chosen := cleaned.pop(name, []))
        }
        return cleaned
