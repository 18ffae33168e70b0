"""Business hours: any number of spans for each weekday, and holidays of one's own."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rapport.conversations.models import Inbox
from rapport.routing.calendars import countries, regions_of
from rapport.routing.models import Calendar
from rapport.routing.types import WEEKDAYS
from rapport.routing.week import read_day, written
from rapport.team.languages import time_zone_choices
from rapport.team.models import Team
from rapport.team.queries import organisation

MOST_HOLIDAYS = 400


@dataclass(frozen=True)
class Day:
    """A weekday of the form: what was typed, and what is the matter with it."""

    number: int
    label: str
    spans: list[tuple[str, str]]
    error: str = ""


class HoursForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    time_zone = forms.ChoiceField(label=gettext_lazy("Time zone"), choices=time_zone_choices)
    is_always_open = forms.BooleanField(label=gettext_lazy("Open around the clock, every day"), required=False)
    country = forms.ChoiceField(label=gettext_lazy("Public holidays of"), required=False)
    region = forms.CharField(
        label=gettext_lazy("Region"),
        required=False,
        max_length=10,
        help_text=gettext_lazy("Its short code, such as BY for Bavaria, when it has holidays of its own."),
    )
    is_default = forms.BooleanField(
        label=gettext_lazy("Default: for everyone who has no hours of their own"), required=False
    )
    teams = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Teams with these hours"),
        queryset=Team.objects.all(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    inboxes = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Inboxes with these hours"),
        queryset=Inbox.objects.all(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, data: Any = None, *, calendar: Calendar | None = None) -> None:
        super().__init__(data, initial=_initial(calendar))
        self.fields["country"] = forms.ChoiceField(
            label=gettext_lazy("Public holidays of"), required=False, choices=[("", _("No country")), *countries()]
        )
        self.errors_by_day: dict[int, str] = {}
        self.week: list[list[list[int]]] = calendar.week if calendar else _usual_week()
        self.own: list[tuple[str, str]] = (
            [(f"{one.day:%Y-%m-%d}", one.name) for one in calendar.holidays.all()] if calendar else []
        )

    @property
    def days(self) -> list[Day]:
        return [
            Day(number, str(label), self._typed(number), self.errors_by_day.get(number, ""))
            for number, label in enumerate(WEEKDAYS)
        ]

    @property
    def holidays(self) -> list[tuple[str, str]]:
        if not self.is_bound:
            return self.own
        return [pair for pair in _pairs(self.data, "holiday-day", "holiday-name") if any(pair)]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = self.cleaned_data
        cleaned["week"] = [self._read_day(number) for number in range(7)]
        cleaned["holidays"] = self._read_holidays()
        if self.errors_by_day:
            self.add_error(None, _("Some of the hours cannot be. What is wrong is written beside them."))
        elif not cleaned.get("is_always_open") and not any(cleaned["week"]):
            self.add_error(None, _("Say when you are open, on one day at least, or choose around the clock."))
        cleaned["region"] = self._read_region(cleaned.get("country", ""), cleaned.get("region", "").strip())
        return cleaned

    def _read_region(self, country: str, said: str) -> str:
        if not country or not said:
            return ""
        known = {region.lower(): region for region in regions_of(country)}
        if said.lower() not in known:
            names = ", ".join(list(known.values())[:60]) or _("none")
            self.add_error("region", _("These are the regions that are known: %(names)s.") % {"names": names})
        return known.get(said.lower(), "")

    def _typed(self, number: int) -> list[tuple[str, str]]:
        if self.is_bound:
            return [pair for pair in _pairs(self.data, f"opens-{number}", f"closes-{number}") if any(pair)]
        return [(written(opens), written(closes)) for opens, closes in self.week[number]]

    def _read_day(self, number: int) -> list[list[int]]:
        try:
            return read_day(self._typed(number))
        except ValueError as error:
            self.errors_by_day[number] = str(error)
            return []

    def _read_holidays(self) -> dict[date, str]:
        found: dict[date, str] = {}
        for said, name in self.holidays[:MOST_HOLIDAYS]:
            try:
                day = parse_date(said)
            except ValueError:
                day = None
            if day is None:
                self.add_error(None, _("“%(said)s” is no date. Write it like 2026-12-24.") % {"said": said or name})
            else:
                found[day] = name[:80]
        return found


def _initial(calendar: Calendar | None) -> dict[str, Any]:
    if calendar is None:
        first = not Calendar.objects.exists()
        return {"time_zone": organisation().time_zone or "UTC", "is_default": first}
    plain = ("name", "time_zone", "is_always_open", "country", "region", "is_default")
    return {
        **{name: getattr(calendar, name) for name in plain},
        "teams": calendar.teams.all(),
        "inboxes": calendar.inboxes.all(),
    }


def _usual_week() -> list[list[list[int]]]:
    """Nine to five, Monday to Friday: what most begin with."""
    return [[[9 * 60, 17 * 60]]] * 5 + [[], []]


def _pairs(data: Mapping[str, Any], first: str, second: str) -> Iterable[tuple[str, str]]:
    given: Any = data
    ones, others = given.getlist(first), given.getlist(second)
    return [(one.strip(), other.strip()) for one, other in zip(ones, others, strict=False)]
