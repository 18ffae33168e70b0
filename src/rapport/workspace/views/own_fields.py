"""Settings: the company's own fields of conversations, customers and their companies."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from rapport.backbone.custom_fields.defining import (
    CannotDefine,
    bring_back,
    define,
    put_in_order,
    redefine,
    retire,
)
from rapport.backbone.custom_fields.fieldset import FieldSet
from rapport.backbone.custom_fields.models import FieldBase
from rapport.conversations.fields import FIELDS
from rapport.customers.fields import COMPANY_FIELDS
from rapport.customers.fields import FIELDS as CUSTOMER_FIELDS
from rapport.team.permissions import AgentRequest, needs
from rapport.team.types import Permission
from rapport.workspace.forms import OwnFieldForm, initial_of
from rapport.workspace.views.answering import Asked

NOUNS: dict[str, FieldSet] = {"conversations": FIELDS, "customers": CUSTOMER_FIELDS, "companies": COMPANY_FIELDS}


@needs(Permission.MANAGE_FIELDS)
def fields(request: AgentRequest) -> HttpResponse:
    """All nouns, each with its fields in order and those that are retired."""
    titles = {"conversations": _("Of conversations"), "customers": _("Of customers"), "companies": _("Of companies")}
    nouns = []
    for noun, title in titles.items():
        every = list(NOUNS[noun].every.select_related("shown_when"))
        present = [each for each in every if each.retired_at is None]
        nouns.append({"noun": noun, "title": title, "present": present, "retired": [e for e in every if e.retired_at]})
    return render(request, "workspace/settings_fields.html", {"nouns": nouns})


@require_http_methods(["GET", "POST"])
@needs(Permission.MANAGE_FIELDS)
def new(request: AgentRequest, noun: str) -> HttpResponse:
    """Add a field."""
    known = _known(noun)
    form = OwnFieldForm(request.POST or None, fields=known)
    if form.is_valid() and _kept(form, lambda: define(known, form.definition())):
        messages.success(request, _("The field is added."))
        return redirect("settings_fields")
    return _form(request, form, noun, None)


@require_http_methods(["GET", "POST"])
@needs(Permission.MANAGE_FIELDS)
def field(request: AgentRequest, noun: str, pk: int) -> HttpResponse:
    """Change a field."""
    known = _known(noun)
    found: FieldBase = get_object_or_404(known.every, pk=pk)
    form = OwnFieldForm(request.POST or None, fields=known, field=found, initial=initial_of(found))
    if form.is_valid() and _kept(form, lambda: redefine(known, found, form.definition(found.kind))):
        messages.success(request, _("The field is changed."))
        return redirect("settings_fields")
    return _form(request, form, noun, found)


@require_POST
@needs(Permission.MANAGE_FIELDS)
def place(request: AgentRequest, noun: str, pk: int) -> HttpResponse:
    """One place up or down: `by` is -1 or 1."""
    known = _known(noun)
    ids = list(known.present.values_list("pk", flat=True))
    if pk not in ids:
        raise Http404
    at = ids.index(pk)
    to = max(0, min(len(ids) - 1, at + (-1 if request.POST.get("by") == "-1" else 1)))
    ids.insert(to, ids.pop(at))
    put_in_order(known, ids)
    return redirect("settings_fields")


@require_http_methods(["POST", "DELETE"])
@needs(Permission.MANAGE_FIELDS)
def retirement(request: AgentRequest, noun: str, pk: int) -> HttpResponse:
    """Ask for it no longer; DELETE asks for it again. Its values stay."""
    found: FieldBase = get_object_or_404(_known(noun).every, pk=pk)
    if Asked.of(request).method == "DELETE":
        bring_back(found)
        messages.success(request, _("The field is back, with its values."))
    else:
        retire(found)
        messages.success(request, _("The field is retired. Its values stay, and it can be brought back."))
    return redirect("settings_fields")


def _known(noun: str) -> FieldSet:
    if noun not in NOUNS:
        raise Http404
    return NOUNS[noun]


def _kept(form: OwnFieldForm, keep: Any) -> bool:
    try:
        keep()
    except CannotDefine as error:
        form.add_error(error.field if error.field in form.fields else None, str(error))
        return False
    return True


def _form(request: AgentRequest, form: OwnFieldForm, noun: str, found: FieldBase | None) -> HttpResponse:
    context = {"form": form, "noun": noun, "field": found}
    return render(request, "workspace/settings_field.html", context, status=422 if form.errors else 200)
