"""Settings of roles: what each may do, who has it, and the company's own ones."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from rapport.team import actions, queries
from rapport.team.errors import TeamError
from rapport.team.forms import SEES, RoleForm
from rapport.team.models import CustomRole
from rapport.team.permissions import AgentRequest, needs
from rapport.team.roles import AnyRole, granted_by, may_grant, name_of, visibility_of
from rapport.team.types import EXPLANATIONS, Permission, Role


@require_http_methods(["GET", "POST"])
@needs(Permission.MANAGE_TEAM)
def roles(request: AgentRequest) -> HttpResponse:
    form = RoleForm(request.POST or None, by=request.user)
    if form.is_valid():
        try:
            actions.create_role(**form.made(), by=request.user)
        except TeamError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Role made. Give it to people under People."))
            return redirect("settings_roles")
    own = list(queries.own_roles())
    every: list[AnyRole] = [*Role.values, *own]
    context = {
        "form": form,
        "roles": [_row(each, count) for each, count in zip(every, _counts(own), strict=True)],
        "permissions": [
            (each.label, EXPLANATIONS[each], [(name_of(role), each in granted_by(role)) for role in every])
            for each in Permission
        ],
    }
    return render(request, "team/roles.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
@needs(Permission.MANAGE_TEAM)
def role(request: AgentRequest, role_id: int) -> HttpResponse:
    found = get_object_or_404(CustomRole, pk=role_id)
    form = RoleForm(request.POST or None, by=request.user, role=found)
    if form.is_valid():
        try:
            actions.change_own_role(found, **form.made(), by=request.user)
        except TeamError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Saved."))
            return redirect("settings_roles")
    context = {
        "form": form,
        "role": found,
        "people": found.agents.filter(deactivated_at__isnull=True),
        "may_change": may_grant(request.user, found),
        "fallbacks": [(each.value, each.label) for each in Role if may_grant(request.user, each)],
        "nearest": Role.VIEWER,
    }
    return render(request, "team/role.html", context, status=422 if form.is_bound else 200)


@require_POST
@needs(Permission.MANAGE_TEAM)
def deletion(request: AgentRequest, role_id: int) -> HttpResponse:
    """Whoever has the role gets the built-in one that was chosen."""
    found = get_object_or_404(CustomRole, pk=role_id)
    fallback = request.POST.get("fallback", "")
    if fallback not in Role.values:
        return HttpResponse(status=400)
    try:
        count = actions.delete_role(found, fallback=fallback, by=request.user)
    except TeamError as error:
        messages.error(request, str(error))
        return redirect("settings_role", role_id)
    told = ngettext(
        "Role deleted. %(count)d person is %(role)s now.", "Role deleted. %(count)d people are %(role)s now.", count
    )
    messages.success(request, told % {"count": count, "role": Role(fallback).label} if count else _("Role deleted."))
    return redirect("settings_roles")


def _counts(own: list[CustomRole]) -> list[int]:
    built_in = queries.people_by_role()
    return [*(built_in.get(role, 0) for role in Role.values), *(getattr(each, "people", 0) for each in own)]


def _row(role: AnyRole, count: int) -> dict[str, object]:
    return {
        "name": name_of(role),
        "pk": role.pk if isinstance(role, CustomRole) else None,
        "sees": dict(SEES)[visibility_of(role)],
        "count": count,
    }
