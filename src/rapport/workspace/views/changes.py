"""Changing a conversation: each noun takes POST to make it so and DELETE to take it back."""

from collections.abc import Mapping

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from rapport.channels import actions as channel_actions
from rapport.channels.actions.attending import show_read_later
from rapport.conversations import actions
from rapport.conversations.actions.closing import FieldsLacking
from rapport.conversations.actions.telling import subject_of
from rapport.conversations.models import Conversation, Tag
from rapport.conversations.types import Priority
from rapport.kit.text import storable
from rapport.team.models import Agent, Team
from rapport.team.permissions import AgentRequest, needs
from rapport.team.queries import agents_who_may
from rapport.team.types import Permission
from rapport.workspace.moments import understood
from rapport.workspace.shell import read_place
from rapport.workspace.views.answering import Asked, changed, refused, undo_at
from rapport.workspace.views.closing import asks_for_fields
from rapport.workspace.views.finding import conversation_of

SUGGESTED_TAGS = 50


@require_http_methods(["POST", "DELETE"])
@needs(Permission.REPLY)
def closure(request: AgentRequest, pk: int) -> HttpResponse:
    """Close; DELETE reopens. Where fields are needed first, the page asks for them."""
    conversation = conversation_of(request, pk)
    here = reverse("conversation_closure", args=[pk])
    if Asked.of(request).method == "DELETE":
        actions.reopen(conversation, by=request.user)
        return changed(request, conversation, _("Reopened."), undo_at(here))
    try:
        actions.close(conversation, by=request.user)
    except FieldsLacking as error:
        return asks_for_fields(str(error), reverse("conversation_needed", args=[pk]))
    return changed(request, conversation, _("Closed."), undo_at(here, "DELETE"))


@require_POST
@needs(Permission.DELETE)
def deletion(request: AgentRequest, pk: int) -> HttpResponse:
    """Delete it for good; the page asked whether this is meant."""
    conversation = conversation_of(request, pk)
    channel_actions.delete(conversation, by=request.user)
    messages.success(request, _("Conversation %(number)d is deleted.") % {"number": conversation.number})
    return redirect("inbox")


@require_http_methods(["GET", "POST"])
@needs(Permission.REPLY)
def assignment(request: AgentRequest, pk: int) -> HttpResponse:
    """GET answers the menu of whom it can be given to; POST gives it."""
    conversation = conversation_of(request, pk)
    if request.method == "GET":
        people = {
            "agents": agents_who_may(Permission.REPLY).exclude(pk=request.user.pk).order_by("name", "id"),
            "teams": Team.objects.all(),
        }
        return render(request, "workspace/assignment_menu.html", {"conversation": conversation, **people})
    undo = undo_at(
        reverse("conversation_assignment", args=[pk]),
        agent=str(conversation.assignee_id or "nobody"),
        team=str(conversation.team_id or "everyone"),
    )
    agent, team, to_everyone = _chosen(Asked.of(request).values, request.user, conversation)
    try:
        actions.assign(conversation, to=agent, team=team, by=request.user, to_everyone=to_everyone)
    except ValueError as error:
        return refused(str(error))
    return changed(request, conversation, _told(request, agent, team), undo)


def _chosen(said: Mapping[str, str], me: Agent, conversation: Conversation) -> tuple[Agent | None, Team | None, bool]:
    """Whom the request names: `agent` is an id, "me" or "nobody"; `team` an id or "everyone"; absent means as it is."""
    wanted, team_id = said.get("agent", ""), said.get("team", "")
    team = get_object_or_404(Team, pk=int(team_id[:18])) if team_id.isdecimal() else None
    if wanted == "me":
        agent: Agent | None = me
    elif wanted.isdecimal():
        agent = get_object_or_404(agents_who_may(Permission.REPLY), pk=int(wanted[:18]))
    else:
        # A conversation given to another team waits for one of its people.
        agent = None if wanted or team else conversation.assignee
    return agent, team, team_id == "everyone"


def _told(request: AgentRequest, agent: Agent | None, team: Team | None) -> str:
    if agent:
        return _("It is yours.") if agent == request.user else _("Assigned to %(name)s.") % {"name": agent.name}
    return _("Given to %(name)s.") % {"name": team.name} if team else _("Unassigned.")


@require_http_methods(["POST", "DELETE"])
@needs(Permission.REPLY)
def snooze(request: AgentRequest, pk: int) -> HttpResponse:
    """Put it aside until a moment; DELETE wakes it."""
    conversation = conversation_of(request, pk)
    here = reverse("conversation_snooze", args=[pk])
    asked = Asked.of(request)
    if asked.method == "DELETE":
        until = conversation.snoozed_until
        actions.wake(conversation)
        undo = undo_at(here, until=until.isoformat()) if until else ""
        return changed(request, conversation, _("Back in the inbox."), undo)
    try:
        moment = understood(asked.values.get("until", ""))
    except ValueError as error:
        return refused(str(error))
    try:
        actions.snooze(conversation, until=moment, by=request.user)
    except ValueError:
        return refused(_("Choose a day and a time in the future, for a conversation that is not closed."))
    return changed(request, conversation, _("Snoozed."), undo_at(here, "DELETE"))


@require_http_methods(["GET", "POST", "DELETE"])
@needs(Permission.REPLY)
def tags(request: AgentRequest, pk: int) -> HttpResponse:
    """GET answers the tags to choose from; POST adds `name`, DELETE removes it."""
    conversation = conversation_of(request, pk)
    if request.method == "GET":
        present = {tag.pk for tag in conversation.tags.all()}
        shown = {"conversation": conversation, "tags": Tag.objects.all()[:SUGGESTED_TAGS], "present": present}
        return render(request, "workspace/tag_menu.html", shown)
    here = reverse("conversation_tags", args=[pk])
    asked = Asked.of(request)
    name = " ".join(storable(asked.values.get("name", "")).split())[:60]
    if asked.method == "DELETE":
        actions.untag(conversation, name=name, by=request.user)
        return changed(request, conversation, _("Tag removed."), undo_at(here, name=name))
    try:
        actions.tag(conversation, name=name, by=request.user)
    except ValueError:
        return refused(_("A tag needs a name."))
    return changed(request, conversation, _("Tagged."), undo_at(here, "DELETE", name=name))


@require_POST
@needs(Permission.REPLY)
def priority(request: AgentRequest, pk: int) -> HttpResponse:
    """How urgent it is: `priority` is one of the four values."""
    conversation = conversation_of(request, pk)
    wanted = Asked.of(request).values.get("priority", "")
    if wanted not in {str(value) for value in Priority.values}:
        return refused(_("Choose one of the priorities."))
    undo = undo_at(reverse("conversation_priority", args=[pk]), priority=str(conversation.priority))
    actions.prioritise(conversation, priority=int(wanted), by=request.user)
    return changed(request, conversation, _("Priority changed."), undo)


@require_POST
@needs(Permission.REPLY)
def subject(request: AgentRequest, pk: int) -> HttpResponse:
    """Another subject line; only the inbox shows it, mails keep theirs."""
    conversation = conversation_of(request, pk)
    undo = undo_at(reverse("conversation_subject", args=[pk]), subject=conversation.subject)
    actions.rename(conversation, subject=Asked.of(request).values.get("subject", ""), by=request.user)
    return changed(request, conversation, _("Subject changed."), undo)


@require_http_methods(["POST", "DELETE"])
@needs(Permission.READ)
def seen(request: AgentRequest, pk: int) -> HttpResponse:
    """POST: this agent has read everything; DELETE: mark it unread again. Concerns nobody else, so viewers may too."""
    conversation = conversation_of(request, pk)
    if Asked.of(request).method == "DELETE":
        actions.mark_unread(conversation, by=request.user)
        return changed(request, conversation, _("Marked unread."), undo_at(reverse("conversation_seen", args=[pk])))
    if actions.mark_read(conversation, by=request.user):
        show_read_later(conversation)
    read_place(request, subject_of(conversation.pk))
    return HttpResponse(status=204)
