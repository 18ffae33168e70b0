"""One customer: who they are, and what there was."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from rapport.customers import actions, merging, timeline
from rapport.customers.companies.queries import likely_name, shared_domain
from rapport.customers.errors import CustomerError
from rapport.customers.fields import FIELDS
from rapport.customers.models import Company, Customer
from rapport.customers.queries import companies_visible_to, visible_to
from rapport.kit import clock
from rapport.team.permissions import AgentRequest, needs
from rapport.team.types import Permission
from rapport.workspace.people_forms import Description
from rapport.workspace.queries.history import Asked, History, history
from rapport.workspace.queries.people import contacts_by_month, figures, portrait
from rapport.workspace.queries.profiles import profile


@needs(Permission.READ)
def customer(request: AgentRequest, pk: int) -> HttpResponse:
    """One customer; POST changes what is known of them."""
    found = visible_to(request.user).select_related("company", "owner").filter(pk=pk).first()
    if found is None:
        # A record that went up in another leads there.
        found = get_object_or_404(visible_to(request.user), merged=pk)
        return redirect("customer", pk=found.pk)
    may_edit = request.user.may(Permission.REPLY)
    form = None
    if request.method == "POST":
        if not may_edit:
            return HttpResponse(status=403)
        form = Description.of(found, request.POST)
        if form.is_valid() and _describe(found, form, request):
            return redirect("customer", pk=found.pk)
    elif may_edit and request.GET.get("edit"):
        form = Description.of(found)
    return render(request, "workspace/customer.html", _context(request, found, form, may_edit=may_edit))


@require_safe
@needs(Permission.READ)
def details(request: AgentRequest, pk: int) -> HttpResponse:
    """The card of details; with `edit` the form that changes them."""
    found = get_object_or_404(visible_to(request.user).select_related("company", "owner"), pk=pk)
    may_edit = request.user.may(Permission.REPLY)
    form = Description.of(found) if may_edit and request.GET.get("edit") else None
    context = {"customer": found, "form": form, "may_edit": may_edit, "local_time": local_time(found)}
    return render(request, "workspace/customer_details.html", context)


@require_safe
@needs(Permission.READ)
def happened(request: AgentRequest, pk: int) -> HttpResponse:
    """The timeline alone; with a cursor only the entries that follow."""
    found = get_object_or_404(visible_to(request.user), pk=pk)
    asked = Asked.of(request.GET.dict())
    if not request.htmx:
        return redirect(f"{reverse('customer', args=[pk])}?{asked.address(cursor=asked.cursor)}")
    shown = history_of(request, found, asked, with_tabs=not asked.cursor)
    name = "workspace/customer_entries.html" if asked.cursor else "workspace/customer_timeline.html"
    return render(request, name, {"customer": found, "history": shown, **timeline_at("customer", found.pk)})


def local_time(customer: Customer) -> datetime | None:
    """What their clocks say now; None when their time zone is unknown."""
    try:
        zone = ZoneInfo(customer.time_zone) if customer.time_zone else None
    except (ZoneInfoNotFoundError, ValueError):
        zone = None
    return timezone.localtime(clock.now(), zone) if zone else None


def _context(request: AgentRequest, found: Customer, form: Description | None, *, may_edit: bool) -> dict[str, Any]:
    shared = shared_domain(found) if may_edit else None
    return {
        "customer": found,
        "portrait": portrait(found, viewer=request.user),
        "figures": figures(found, viewer=request.user),
        "months": contacts_by_month(found, viewer=request.user),
        "history": history_of(request, found, Asked.of(request.GET.dict())),
        **timeline_at("customer", found.pk),
        **profile(found, request.user),
        "form": form,
        "may_edit": may_edit,
        "shared_domain": shared,
        "likely_name": likely_name(shared[0]) if shared else "",
        "alike": merging.alike(found) if may_edit else (),
        "merges": merging.merges_of(found),
        "local_time": local_time(found),
        "own_fields": FIELDS.said_of(found.pk),
        "fields_url": reverse("customer_fields", args=[found.pk]),
    }


def timeline_at(noun: str, pk: int) -> dict[str, str]:
    """The page that the timeline stands on, and where it is fetched from."""
    return {"page_url": reverse(noun, args=[pk]), "part_url": reverse(f"{noun}_timeline", args=[pk])}


def history_of(request: AgentRequest, found: Customer | Company, asked: Asked, *, with_tabs: bool = True) -> History:
    """A cursor that is none is the beginning."""
    try:
        return history(found, viewer=request.user, asked=asked, with_tabs=with_tabs)
    except timeline.BadCursor:
        again = Asked(asked.only, asked.since, asked.until)
        return history(found, viewer=request.user, asked=again, with_tabs=with_tabs)


def _describe(found: Customer, form: Description, request: AgentRequest) -> bool:
    """Write down what was said; what the form did not have stays."""
    said = form.told()
    by = request.user
    try:
        with transaction.atomic():
            if "name" in said:
                actions.rename(found, name=said["name"], by=by)
            named = ("language", "location", "time_zone", "job_title")
            actions.describe(found, by=by, **{name: said[name] for name in named if name in said})
            if "owner" in said:
                actions.look_after(found, owner=said["owner"], by=by)
            if "company" in said:
                actions.employ(found, at=_company(said["company"], request), by=by)
    except CustomerError as error:
        field = getattr(error, "field", None)
        form.add_error(field if field in form.fields else None, str(error))
        return False
    return True


def _company(name: str, request: AgentRequest) -> Company | None:
    name = " ".join(name.split())
    if not name:
        return None
    known = companies_visible_to(request.user).filter(name__iexact=name).first()
    return known or actions.add_company(name=name, by=request.user)
