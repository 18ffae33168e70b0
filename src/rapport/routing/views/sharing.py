"""Settings of who takes what: schemes and skills."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rapport.routing import actions, queries, showing
from rapport.routing.forms import SchemeForm, SkillForm
from rapport.routing.models import Scheme, Skill
from rapport.routing.types import CannotSetUp
from rapport.team.permissions import AgentRequest, needs
from rapport.team.types import Permission


@require_safe
@needs(Permission.MANAGE_ROUTING)
def schemes(request: AgentRequest) -> HttpResponse:
    """In the order in which they are asked."""
    return render(
        request, "routing/schemes.html", {"schemes": showing.schemes(queries.schemes()), "page": "assignment"}
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.MANAGE_ROUTING)
def scheme(request: AgentRequest, pk: int | None = None) -> HttpResponse:
    """A new one without `pk`."""
    found = get_object_or_404(Scheme, pk=pk) if pk else None
    form = SchemeForm(request.POST or None, scheme=found)
    if form.is_valid():
        try:
            if found:
                actions.change_scheme(found, **form.cleaned_data)
            else:
                actions.make_scheme(**form.cleaned_data)
        except CannotSetUp as error:
            form.add_error("name", str(error))
        else:
            messages.success(request, _("Saved. What is nobody's is shared out."))
            return redirect("settings_assignment")
    context = {"form": form, "scheme": found, "page": "assignment"}
    return render(request, "routing/scheme.html", context, status=422 if form.errors else 200)


@require_POST
@needs(Permission.MANAGE_ROUTING)
def scheme_place(request: AgentRequest, pk: int) -> HttpResponse:
    """One place `up` or `down`."""
    actions.shift_scheme(get_object_or_404(Scheme, pk=pk), by=-1 if request.POST.get("to") == "up" else 1)
    return redirect("settings_assignment")


@require_POST
@needs(Permission.MANAGE_ROUTING)
def scheme_deletion(request: AgentRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Scheme, pk=pk)
    actions.delete_scheme(found)
    messages.success(request, _("%(name)s is deleted.") % {"name": found.name})
    return redirect("settings_assignment")


@require_safe
@needs(Permission.MANAGE_ROUTING)
def skills(request: AgentRequest) -> HttpResponse:
    return render(request, "routing/skills.html", {"skills": queries.skills(), "page": "skills"})


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.MANAGE_ROUTING)
def skill(request: AgentRequest, pk: int | None = None) -> HttpResponse:
    """A new one without `pk`."""
    found = get_object_or_404(Skill, pk=pk) if pk else None
    form = SkillForm(request.POST or None, skill=found)
    if form.is_valid():
        try:
            actions.save_skill(found or Skill(), by=request.user, **form.cleaned_data)
        except CannotSetUp as error:
            form.add_error("name", str(error))
        else:
            messages.success(request, _("Saved."))
            return redirect("settings_skills")
    context = {"form": form, "skill": found, "page": "skills"}
    return render(request, "routing/skill.html", context, status=422 if form.errors else 200)


@require_POST
@needs(Permission.MANAGE_ROUTING)
def skill_deletion(request: AgentRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Skill, pk=pk)
    actions.delete_skill(found, by=request.user)
    messages.success(request, _("%(name)s is deleted.") % {"name": found.name})
    return redirect("settings_skills")
