"""Following a conversation, and whom one may mention in it."""

from django.http import HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from rapport.conversations.actions.mentioning import members_of, who_sees
from rapport.conversations.actions.noticing import follow, unfollow
from rapport.design import people
from rapport.team.models import Team
from rapport.team.permissions import AgentRequest, needs
from rapport.team.queries import active_agents
from rapport.team.types import Permission
from rapport.workspace.views.answering import Asked, changed, undo_at
from rapport.workspace.views.finding import conversation_of


@require_http_methods(["POST", "DELETE"])
@needs(Permission.READ)
def following(request: AgentRequest, pk: int) -> HttpResponse:
    """POST: hear of it from now on; DELETE: no longer. Concerns nobody else, so viewers may too."""
    conversation, url = conversation_of(request, pk), reverse("conversation_following", args=[pk])
    if Asked.of(request).method == "DELETE":
        unfollow(conversation, by=request.user)
        return changed(request, conversation, _("You no longer follow this."), undo_at(url))
    follow(conversation, by=request.user)
    return changed(request, conversation, _("You follow this now."), undo_at(url, "DELETE"))


@require_GET
@needs(Permission.REPLY)
def mentionable(request: AgentRequest, pk: int) -> JsonResponse:
    """Everybody who works here and every team, and whether they can see this conversation."""
    conversation = conversation_of(request, pk)
    agents = list(active_agents().exclude(pk=request.user.pk))
    seeing = {agent.pk for agent in who_sees(conversation, agents)} | {request.user.pk}
    teams = list(Team.objects.all())
    members = members_of([team.pk for team in teams])
    found = [(agent.name, False, agent.pk in seeing) for agent in agents]
    found += [(team.name, True, all(member.pk in seeing for member in members.get(team.pk, ()))) for team in teams]
    shown = [
        {"name": name, "isTeam": is_team, "sees": sees, "initials": people.initials(name), "hue": people.hue(name)}
        for name, is_team, sees in found
    ]
    answer = JsonResponse({"people": shown})
    answer["Cache-Control"] = "no-store"
    return answer
