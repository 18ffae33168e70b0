"""Companies: the list, one of them, and making one of two."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages as flash
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rapport.customers import actions
from rapport.customers.companies import changing, merging
from rapport.customers.companies.queries import called, company_seen_by, domains_worth_a_company, likely_name
from rapport.customers.errors import CannotMerge, CustomerError
from rapport.customers.fields import COMPANY_FIELDS
from rapport.customers.merging import UNDO_FOR
from rapport.customers.models import Company, CompanyMerge
from rapport.customers.queries import companies_visible_to
from rapport.kit.text import storable
from rapport.team.models import Agent
from rapport.team.permissions import AgentRequest, needs
from rapport.team.types import Permission
from rapport.workspace.people_forms import CompanyForm
from rapport.workspace.queries import companies as queries
from rapport.workspace.queries.history import Asked
from rapport.workspace.views.customers import history_of, timeline_at
from rapport.workspace.views.finding import query_of

_MOST = 20


@require_http_methods(["GET", "POST"])
@needs(Permission.READ)
def companies(request: AgentRequest) -> HttpResponse:
    """Every company by name, page by page; POST adds one."""
    may_edit = request.user.may(Permission.REPLY)
    form = CompanyForm.of(None, request.POST if request.method == "POST" else None)
    if request.method == "POST":
        if not may_edit:
            return HttpResponse(status=403)
        if form.is_valid() and (made := _added(form, request.user)):
            flash.success(request, _("%(name)s is added.") % {"name": made.name})
            return redirect("company", made.pk)
    said = request.GET
    sort = said.get("sort", "") if said.get("sort", "") in queries.SORTS else ""
    words, cursor = query_of(request), storable(said.get("before", ""))[:700]
    page = queries.companies_in(request.user, words=words, sort=sort, cursor=cursor)
    shown: dict[str, Any] = {"page": page, "query": words, "sort": sort, "here": _address(q=words, sort=sort)}
    if request.htmx:
        return render(request, "workspace/company_rows.html", shown)
    shown |= {
        "may_edit": may_edit,
        "form": form,
        "by_name": _address(q=words, sort="-name" if not sort else ""),
        "by_age": _address(q=words, sort="newest"),
        "worth": [(domain, count, likely_name(domain)) for domain, count in domains_worth_a_company()]
        if may_edit and not words and not cursor
        else [],
    }
    return render(request, "workspace/companies.html", shown, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@needs(Permission.READ)
def company(request: AgentRequest, pk: int) -> HttpResponse:
    """One company; POST changes what is known of it."""
    found = company_seen_by(request.user, pk)
    if found is None:
        found = get_object_or_404(companies_visible_to(request.user), pk=pk)
    if found.pk != pk:
        return redirect("company", found.pk)
    may_edit = request.user.may(Permission.REPLY)
    form = CompanyForm.of(found, request.POST if request.method == "POST" else None)
    if request.method == "POST":
        if not may_edit:
            return HttpResponse(status=403)
        if form.is_valid() and _changed(found, form, request.user):
            flash.success(request, _("Saved."))
            return redirect("company", pk)
        found.refresh_from_db()
    shown = {
        "company": found,
        "overview": queries.overview(found, viewer=request.user),
        "domains": changing.domains_of(found),
        "may_edit": may_edit,
        "form": form if may_edit and (request.GET.get("edit") or form.errors) else None,
        "namesakes": queries.namesakes(found, viewer=request.user) if may_edit else (),
        "merges": merging.merges_of(found),
        "own_fields": COMPANY_FIELDS.said_of(pk),
        "fields_url": reverse("company_fields", args=[pk]),
        "history": history_of(request, found, Asked.of(request.GET.dict())),
        **timeline_at("company", pk),
    }
    return render(request, "workspace/company.html", shown, status=422 if form.errors else 200)


@require_safe
@needs(Permission.READ)
def happened(request: AgentRequest, pk: int) -> HttpResponse:
    """The timeline of its people alone; with a cursor only the entries that follow."""
    found = get_object_or_404(companies_visible_to(request.user), pk=pk)
    asked = Asked.of(request.GET.dict())
    if not request.htmx:
        return redirect(f"{reverse('company', args=[pk])}?{asked.address(cursor=asked.cursor)}")
    shown = history_of(request, found, asked, with_tabs=not asked.cursor)
    name = "workspace/customer_entries.html" if asked.cursor else "workspace/customer_timeline.html"
    return render(request, name, {"company": found, "history": shown, **timeline_at("company", pk)})


@require_http_methods(["GET", "POST"])
@needs(Permission.REPLY)
def unite(request: AgentRequest, pk: int) -> HttpResponse:
    """GET answers whom to choose from; POST makes this one a part of `other`."""
    found = get_object_or_404(companies_visible_to(request.user), pk=pk)
    if request.method == "POST":
        other = request.POST.get("other", "")
        into = get_object_or_404(companies_visible_to(request.user), pk=int(other[:18]) if other.isdecimal() else 0)
        try:
            merging.merge(found, into=into, by=request.user)
        except CannotMerge as error:
            flash.error(request, str(error))
            return redirect("company_merge", pk)
        told = {"name": found.name, "other": into.name}
        flash.success(request, _("%(name)s is part of %(other)s now.") % told)
        return redirect("company", into.pk)
    words = storable(request.GET.get("q", "")).strip()[:200]
    others = companies_visible_to(request.user).exclude(pk=pk)
    choices = list(called(others, words).order_by("name", "id")[:_MOST]) if words else []
    shown = {
        "company": found,
        "words": words,
        "found": choices,
        "namesakes": queries.namesakes(found, viewer=request.user),
        "days": UNDO_FOR.days,
    }
    return render(request, "workspace/company_merge.html", shown)


@require_POST
@needs(Permission.REPLY)
def separate(request: AgentRequest, pk: int) -> HttpResponse:
    """Two again."""
    merged = get_object_or_404(CompanyMerge, pk=pk, destination__in=companies_visible_to(request.user))
    try:
        origin = merging.unmerge(merged, by=request.user)
    except CannotMerge as error:
        flash.error(request, str(error))
    else:
        flash.success(request, _("%(name)s is a company of its own again.") % {"name": origin.name})
    return redirect("company", merged.destination_id)


def _added(form: CompanyForm, by: Agent) -> Company | None:
    said = form.cleaned_data
    try:
        with transaction.atomic():
            made = actions.add_company(name=said["name"], by=by)
            _write(made, said, by)
    except CustomerError as error:
        _mistake(form, error)
        return None
    return made


def _changed(found: Company, form: CompanyForm, by: Agent) -> bool:
    said = form.cleaned_data
    try:
        with transaction.atomic():
            changing.rename(found, name=said["name"], by=by)
            _write(found, said, by)
    except CustomerError as error:
        _mistake(form, error)
        return False
    return True


def _write(found: Company, said: Mapping[str, Any], by: Agent) -> None:
    changing.be_at(found, domains=said["domains"], by=by)
    changing.look_after(found, owner=said["owner"], by=by)
    changing.describe(found, about=said["about"], by=by)


def _mistake(form: CompanyForm, error: CustomerError) -> None:
    field = {"domain": "domains"}.get(getattr(error, "field", ""), getattr(error, "field", "domains"))
    form.add_error(field if field in form.fields else None, str(error))


def _address(**said: str) -> str:
    return urlencode({name: value for name, value in said.items() if value})
