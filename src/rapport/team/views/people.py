"""Settings of the team: who works here, who is invited, and the teams they form."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from rapport.team import actions, queries
from rapport.team.errors import TeamError
from rapport.team.forms import InvitationForm, LeavingForm, TeamForm, roles_that
from rapport.team.leaving import belongings
from rapport.team.models import Agent, Team
from rapport.team.permissions import AgentRequest, needs
from rapport.team.roles import may_grant, named, role_of, value_of
from rapport.team.types import Permission, Role


@never_cache
@require_http_methods(["GET", "POST"])
@needs(Permission.MANAGE_TEAM)
def people(request: AgentRequest) -> HttpResponse:
    """Everyone who works here. Inviting answers with the link, which is shown this once."""
    form = InvitationForm(request.POST or None, by=request.user)
    link = ""
    if form.is_valid():
        made = form.cleaned_data
        given = named(made["role"]) or Role.VIEWER
        _invitation, secret = actions.invite(role=given, email=made["email"], teams=made["teams"], by=request.user)
        link = settings.BASE_URL + reverse("join", args=[secret])
    everybody = queries.people()
    context = {
        "form": InvitationForm(by=request.user) if link else form,
        "link": link,
        "people": [(each, value_of(role_of(each)), may_grant(request.user, role_of(each))) for each in everybody],
        "handovers": queries.handovers_under_way().values(),
        "invitations": queries.open_invitations().prefetch_related("teams"),
        "roles": roles_that(request.user),
        "days": actions.INVITATION_DAYS,
    }
    return render(request, "team/people.html", context, status=422 if form.is_bound and not link else 200)


@require_POST
@needs(Permission.MANAGE_TEAM)
def role(request: AgentRequest, agent_id: int) -> HttpResponse:
    agent = get_object_or_404(Agent, pk=agent_id)
    to = named(request.POST.get("role", ""))
    if to is None:
        return HttpResponse(status=400)
    try:
        actions.change_role(agent, to=to, by=request.user)
    except TeamError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("%(name)s has another role now.") % {"name": agent.name})
    return redirect("settings_people")


@require_http_methods(["GET", "POST"])
@needs(Permission.MANAGE_TEAM)
def deactivation(request: AgentRequest, agent_id: int) -> HttpResponse:
    """What this person has, and what is to happen with it."""
    agent = get_object_or_404(Agent, pk=agent_id, deactivated_at__isnull=True)
    has = belongings(agent)
    asks = any(kind.is_handed_over for kind, _count in has)
    form = LeavingForm(request.POST or None, agent=agent)
    if request.method == "POST" and (form.is_valid() or not asks):
        try:
            actions.deactivate(agent, by=request.user, leaving=form.leaving() if asks else None)
        except TeamError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("%(name)s can no longer sign in.") % {"name": agent.name})
        return redirect("settings_people")
    context = {
        "agent": agent,
        "belongings": [kind.text(count) for kind, count in has],
        "teams": agent.teams.all(),
        "asks": asks,
        "form": form,
    }
    return render(request, "team/deactivation.html", context, status=422 if request.method == "POST" else 200)


@require_POST
@needs(Permission.MANAGE_TEAM)
def reactivation(request: AgentRequest, agent_id: int) -> HttpResponse:
    agent = get_object_or_404(Agent, pk=agent_id)
    try:
        actions.reactivate(agent, by=request.user)
    except TeamError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("%(name)s can sign in again.") % {"name": agent.name})
        if agent.handovers.exists():
            messages.info(request, _("Conversations that were given to others in the meantime stay with them."))
    return redirect("settings_people")


@require_POST
@needs(Permission.MANAGE_TEAM)
def withdrawal(request: AgentRequest, invitation_id: int) -> HttpResponse:
    try:
        actions.withdraw(get_object_or_404(queries.open_invitations(), pk=invitation_id), by=request.user)
    except TeamError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The link no longer works."))
    return redirect("settings_people")


@require_http_methods(["GET", "POST"])
@needs(Permission.MANAGE_TEAM)
def teams(request: AgentRequest) -> HttpResponse:
    form = TeamForm(request.POST or None)
    if form.is_valid():
        actions.create_team(name=form.cleaned_data["name"], members=form.cleaned_data["members"], by=request.user)
        messages.success(request, _("Team made."))
        return redirect("settings_teams")
    context = {"form": form, "teams": queries.teams()}
    return render(request, "team/teams.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
@needs(Permission.MANAGE_TEAM)
def team(request: AgentRequest, team_id: int) -> HttpResponse:
    found = get_object_or_404(Team, pk=team_id)
    form = TeamForm(request.POST or None, instance=found)
    if form.is_valid():
        actions.change_team(
            found, name=form.cleaned_data["name"], members=form.cleaned_data["members"], by=request.user
        )
        messages.success(request, _("Saved."))
        return redirect("settings_teams")
    context = {"form": form, "team": found}
    return render(request, "team/team.html", context, status=422 if form.is_bound else 200)
