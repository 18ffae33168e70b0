"""Settings of business hours."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rapport.kit import clock
from rapport.routing import actions, opening, queries
from rapport.routing.calendars import hours_of, public_holidays
from rapport.routing.forms import HoursForm
from rapport.routing.models import Calendar
from rapport.routing.types import CannotSetUp
from rapport.team.permissions import AgentRequest, needs
from rapport.team.types import Permission

_PLAIN = ("name", "time_zone", "is_always_open", "country", "region", "week")


@require_safe
@needs(Permission.MANAGE_ROUTING)
def calendars(request: AgentRequest) -> HttpResponse:
    found = [(each, opening.now_at(hours_of(each))) for each in queries.calendars()]
    return render(request, "routing/hours.html", {"calendars": found, "page": "hours"})


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.MANAGE_ROUTING)
def new_calendar(request: AgentRequest) -> HttpResponse:
    form = HoursForm(request.POST or None)
    if form.is_valid():
        try:
            actions.make_calendar(**form.cleaned_data)
        except CannotSetUp as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Saved. What is due is reckoned again."))
            return redirect("settings_hours")
    return _page(request, form)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.MANAGE_ROUTING)
def calendar(request: AgentRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(queries.calendars(), pk=pk)
    form = HoursForm(request.POST or None, calendar=found)
    if form.is_valid():
        try:
            actions.change_calendar(found, **form.cleaned_data)
        except CannotSetUp as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Saved. What is due is reckoned again."))
            return redirect("settings_hours")
    return _page(request, form, found)


@require_POST
@needs(Permission.MANAGE_ROUTING)
def preview(request: AgentRequest) -> HttpResponse:
    """What the form as it is typed now would mean; nothing is kept."""
    form = HoursForm(request.POST)
    form.is_valid()
    return render(request, "routing/_opening.html", {"form": form, "opening": _opening_of(form)})


@require_POST
@needs(Permission.MANAGE_ROUTING)
def deletion(request: AgentRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Calendar, pk=pk)
    try:
        actions.delete_calendar(found)
    except CannotSetUp as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("%(name)s is deleted.") % {"name": found.name})
    return redirect("settings_hours")


def _page(request: AgentRequest, form: HoursForm, found: Calendar | None = None) -> HttpResponse:
    context: dict[str, Any] = {
        "form": form,
        "calendar": found,
        "page": "hours",
        "opening": _opening_of(form) if form.is_bound else opening.now_at(hours_of(found)) if found else "",
        "public": _coming(found) if found else [],
    }
    return render(request, "routing/calendar.html", context, status=422 if form.errors else 200)


def _opening_of(form: HoursForm) -> str:
    """A sentence, empty while the form says what cannot be."""
    said = getattr(form, "cleaned_data", {})
    if form.errors_by_day or not said.get("time_zone"):
        return ""
    unsaved = Calendar(**{name: said[name] for name in _PLAIN if name in said})
    hours = hours_of(unsaved, own=said.get("holidays", {}))
    return opening.now_at(hours) if unsaved.is_always_open or any(unsaved.week) else ""


def _coming(found: Calendar) -> list[tuple[Any, str]]:
    """The public holidays of the next twelve months."""
    today = clock.now().date()
    days = {**public_holidays(found.country, found.region, today.year)}
    days |= public_holidays(found.country, found.region, today.year + 1)
    return [(day, name) for day, name in sorted(days.items()) if 0 <= (day - today).days <= 365]
