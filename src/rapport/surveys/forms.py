"""What may be chosen on the feedback page, and when customers are asked."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from rapport.conversations.models import Inbox
from rapport.customers.segments.queries import present
from rapport.surveys.models import Policy
from rapport.surveys.types import PERIODS, SCORES, Chosen
from rapport.team.queries import active_agents

DEFAULT_DAYS = 90


class ChosenForm(forms.Form):
    """The filters. Whatever is not one of the choices is as if nothing had been chosen."""

    def __init__(self, data: Any) -> None:
        super().__init__({"days": DEFAULT_DAYS, **data.dict()})
        periods = [(n, ngettext("Last %(n)d day", "Last %(n)d days", n) % {"n": n}) for n in PERIODS]
        self.fields["days"] = forms.TypedChoiceField(label=_("Period"), choices=periods, coerce=int, required=False)
        self.fields["inbox"] = forms.ModelChoiceField(
            label=_("Inbox"), queryset=Inbox.objects.all(), empty_label=_("All inboxes"), required=False
        )
        self.fields["agent"] = forms.ModelChoiceField(
            label=_("Agent"), queryset=active_agents(), empty_label=_("All agents"), required=False
        )
        for field in self.fields.values():
            field.widget.attrs |= {"class": "select auto", "aria-label": field.label}

    def chosen(self) -> Chosen:
        self.is_valid()
        found = self.cleaned_data
        return Chosen(
            days=found.get("days") or DEFAULT_DAYS,
            inbox=found["inbox"].pk if found.get("inbox") else None,
            agent=found["agent"].pk if found.get("agent") else None,
        )

    def score(self) -> int | None:
        given = self.data.get("score", "")
        return int(given) if given in map(str, SCORES) else None


class PolicyForm(forms.ModelForm[Policy]):
    class Meta:
        model = Policy
        fields = ("is_on", "every_days", "segment", "question")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["is_on"].label = _("Ask customers to rate closed conversations")
        self.fields["every_days"].label = _("Days between two questions to one customer")
        segment = forms.ModelChoiceField(
            label=_("Only customers of the segment"),
            queryset=present(),
            empty_label=_("Everybody"),
            required=False,
        )
        segment.widget.attrs["class"] = "select"
        self.fields["segment"] = segment
        self.fields["question"].help_text = _("Leave it empty to ask in the language of each customer, in our words.")
