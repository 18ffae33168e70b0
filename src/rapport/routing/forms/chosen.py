"""The filters of the page that says how promises were kept."""

from datetime import date
from typing import Any

from django import forms
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rapport.routing.attainment import PERIODS, STATES, Chosen
from rapport.routing.models import ServicePolicy
from rapport.routing.types import Kind

USUAL = 13


class ChosenForm(forms.Form):
    """Whatever is not one of the choices is as if nothing had been chosen."""

    def __init__(self, data: Any) -> None:
        super().__init__({"weeks": USUAL, **data.dict()})
        periods = [(n, ngettext("Last %(n)d week", "Last %(n)d weeks", n) % {"n": n}) for n in PERIODS]
        self.fields["weeks"] = forms.TypedChoiceField(label=_("Period"), choices=periods, coerce=int, required=False)
        self.fields["policy"] = forms.ModelChoiceField(
            label=_("Policy"), queryset=ServicePolicy.objects.all(), empty_label=_("All policies"), required=False
        )
        for field in self.fields.values():
            field.widget.attrs |= {"class": "select auto", "aria-label": field.label}

    def chosen(self) -> Chosen:
        self.is_valid()
        policy = self.cleaned_data.get("policy")
        return Chosen(weeks=self.cleaned_data.get("weeks") or USUAL, policy=policy.pk if policy else None)

    def kind(self) -> str:
        said = str(self.data.get("kind", ""))
        return said if said in Kind.values else ""

    def state(self) -> str:
        said = str(self.data.get("state", ""))
        return said if said in STATES else ""

    def week(self) -> date | None:
        try:
            return parse_date(str(self.data.get("week", "")))
        except ValueError:
            return None
