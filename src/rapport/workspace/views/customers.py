"""One customer: who they are, and what there was."""

from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django import forms
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from rapport.customers import actions, merging
from rapport.customers.errors import CustomerError
from rapport.customers.fields import FIELDS
from rapport.customers.models import Company, Customer
from rapport.customers.queries import visible_to
from rapport.kit import clock
from rapport.team.permissions import AgentRequest, needs
from rapport.team.types import Permission
from rapport.workspace.queries.people import figures, portrait, timeline

FILTERS = ("", "conversations", "ratings")


class Description(forms.Form):
    """What an agent may put right about a customer."""

    name = forms.CharField(label=_("Name"), max_length=200, required=False)
    company = forms.CharField(label=_("Company"), max_length=200, required=False)
    language = forms.CharField(
        label=_("Language"), max_length=12, required=False, help_text=_("As a code, such as en or zh-hans.")
    )
    location = forms.CharField(label=_("Place"), max_length=120, required=False)


@needs(Permission.READ)
def customer(request: AgentRequest, pk: int) -> HttpResponse:
    """One customer; POST changes what is known of them."""
    found = visible_to(request.user).select_related("company").filter(pk=pk).first()
    if found is None:
        # A record that went up in another leads there.
        found = get_object_or_404(visible_to(request.user), merged=pk)
        return redirect("customer", pk=found.pk)
    may_edit = request.user.may(Permission.REPLY)
    form = _form(request, found) if may_edit else None
    if request.method == "POST":
        if not may_edit or form is None:
            return HttpResponse(status=403)
        if form.is_valid() and _describe(found, form, request):
            return redirect("customer", pk=found.pk)
    only = request.GET.get("only", "")
    only = only if only in FILTERS else ""
    context = {
        "customer": found,
        "portrait": portrait(found, viewer=request.user),
        "figures": figures(found, viewer=request.user),
        "timeline": timeline(found, viewer=request.user, only=only),
        "only": only,
        "form": form,
        "alike": merging.alike(found) if may_edit else (),
        "merges": merging.merges_of(found),
        "local_time": local_time(found),
        "own_fields": FIELDS.said_of(found.pk),
        "fields_url": reverse("customer_fields", args=[found.pk]),
    }
    return render(request, "workspace/customer.html", context)


def local_time(customer: Customer) -> datetime | None:
    """What their clocks say now; None when their time zone is unknown."""
    try:
        zone = ZoneInfo(customer.time_zone) if customer.time_zone else None
    except (ZoneInfoNotFoundError, ValueError):
        zone = None
    return timezone.localtime(clock.now(), zone) if zone else None


def _form(request: AgentRequest, found: Customer) -> Description:
    known = {
        "name": found.name,
        "company": found.company.name if found.company else "",
        "language": found.language,
        "location": found.location,
    }
    form = Description(request.POST if request.method == "POST" else None, initial=known)
    for field in form.fields.values():
        field.widget.attrs["class"] = "input"
    return form


@transaction.atomic
def _describe(found: Customer, form: Description, request: AgentRequest) -> bool:
    said = form.cleaned_data
    try:
        with transaction.atomic():
            actions.rename(found, name=said["name"], by=request.user)
            actions.describe(found, by=request.user, language=said["language"], location=said["location"])
            actions.employ(found, at=_company(said["company"], request), by=request.user)
    except CustomerError as error:
        field = getattr(error, "field", None)
        form.add_error(field if field in form.fields else None, str(error))
        return False
    return True


def _company(name: str, request: AgentRequest) -> Company | None:
    name = " ".join(name.split())
    if not name:
        return None
    return Company.objects.filter(name__iexact=name).first() or actions.add_company(name=name, by=request.user)
