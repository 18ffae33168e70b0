"""A scheme: for which conversations, who gets them, how much each takes, and what goes back."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rapport.channels.seam import kinds
from rapport.routing.forms.conditions import ConditionsForm
from rapport.routing.models import Calendar, Scheme
from rapport.routing.schemes import ANY_CHANNEL
from rapport.routing.types import Demand, GivesBack, Strategy
from rapport.team.models import Team

MOST = 500
PLAIN = (
    "name", "is_on", "strategy", "sticky_days", "team", "seen_within", "within_hours", "calendar", "waiting_share",
    "demand", "gives_back", "gives_back_after", "retakes",
)  # fmt: skip


class SchemeForm(ConditionsForm):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    is_on = forms.BooleanField(label=gettext_lazy("In use"), required=False, initial=True)
    strategy = forms.ChoiceField(
        label=gettext_lazy("Who gets the next one"), choices=Strategy.choices, initial=Strategy.LEAST_BUSY
    )
    sticky_days = forms.IntegerField(
        label=gettext_lazy("First who wrote to them last, within days"),
        required=False, min_value=1, max_value=3650,
    )  # fmt: skip
    team = forms.ModelChoiceField(
        label=gettext_lazy("People of"),
        queryset=Team.objects.all(),
        required=False,
        empty_label=gettext_lazy("The conversation's team, or everyone where it has none"),
    )
    seen_within = forms.IntegerField(
        label=gettext_lazy("Only people seen here within minutes"),
        required=False, min_value=1, max_value=1440, initial=10,
    )  # fmt: skip
    within_hours = forms.BooleanField(label=gettext_lazy("Only within business hours"), required=False)
    calendar = forms.ModelChoiceField(
        label=gettext_lazy("Hours that count"),
        queryset=Calendar.objects.all(),
        required=False,
        empty_label=gettext_lazy("Those of the team, else of the inbox, else the default"),
    )
    waiting_share = forms.IntegerField(
        label=gettext_lazy("What waits for the customer counts, in percent"), min_value=0, max_value=100, initial=50
    )
    demand = forms.ChoiceField(
        label=gettext_lazy("Skills and languages"), choices=Demand.choices, initial=Demand.PREFERRED
    )
    gives_back = forms.ChoiceField(
        label=gettext_lazy("Open conversations of somebody who goes away"),
        choices=GivesBack.choices,
        initial=GivesBack.NEVER,
    )
    gives_back_after = forms.IntegerField(
        label=gettext_lazy("Minutes until then"), required=False, min_value=1, max_value=10_080, initial=30
    )
    retakes = forms.BooleanField(label=gettext_lazy("Share out again what somebody unassigned by hand"), required=False)

    def __init__(self, data: Any = None, *, scheme: Scheme | None = None) -> None:
        super().__init__(
            data,
            initial={name: getattr(scheme, name) for name in PLAIN} if scheme else {},
            conditions_chosen=scheme.conditions if scheme else None,
        )
        taken = (scheme or Scheme()).capacities
        self.limits: list[str] = []
        for key, label in (*_channels(taken), (ANY_CHANNEL, _("Every other channel"))):
            name = f"most-{key}"
            self.fields[name] = forms.IntegerField(
                label=label, required=False, min_value=0, max_value=MOST, initial=taken.get(key)
            )
            self.limits.append(name)

    @property
    def capacities(self) -> list[Any]:
        return [self[name] for name in self.limits]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        limits = {name.removeprefix("most-"): cleaned.pop(name, None) for name in self.limits}
        cleaned["capacities"] = {key: most for key, most in limits.items() if most is not None}
        cleaned["gives_back_after"] = cleaned.get("gives_back_after") or 30
        return cleaned


def _channels(taken: dict[str, int]) -> list[tuple[str, str]]:
    """Every channel there is, and those that a limit was kept for."""
    known = {name: str(kind.label) for name, kind in sorted(kinds().items())}
    usual = {"chat": _("Chat")} | known
    return [*known.items(), *((key, usual.get(key, key)) for key in taken if key and key not in known)]
