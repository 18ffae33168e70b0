"""Many conversations at once: the menus of the bar, the change, and taking it back. Moments in words, too."""

import json
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from rapport.conversations import actions
from rapport.conversations.actions.many import MOST, CannotChangeMany, Wanted
from rapport.conversations.arrangements import BulkChange
from rapport.conversations.models import Tag
from rapport.conversations.types import Priority
from rapport.team.models import Agent, Team
from rapport.team.permissions import AgentRequest, needs
from rapport.team.queries import agents_who_may
from rapport.team.types import Permission
from rapport.workspace.moments import in_full, understood
from rapport.workspace.queries.lists import conversations_in
from rapport.workspace.queries.results import found_ids
from rapport.workspace.views.answering import refused
from rapport.workspace.views.finding import place_of
from rapport.workspace.views.showing import snooze_moments

SUGGESTED_TAGS = 50


@require_GET
@needs(Permission.READ)
def choices(request: AgentRequest) -> HttpResponse:
    """The menus of the bar: people, teams, tags, priorities and moments."""
    context = {
        "agents": agents_who_may(Permission.REPLY).exclude(pk=request.user.pk).order_by("name", "id"),
        "teams": Team.objects.all(),
        "tags": Tag.objects.all()[:SUGGESTED_TAGS],
        "priorities": Priority.choices,
        "moments": snooze_moments(),
        "may_reply": request.user.may(Permission.REPLY),
    }
    return render(request, "workspace/many_menus.html", context)


@require_GET
@needs(Permission.READ)
def ids(request: AgentRequest) -> JsonResponse:
    """The ids of everything in a list, newest first, at most as many as can be changed at once."""
    place = place_of(request)
    if place.query:
        return JsonResponse({"ids": found_ids(request.user, place.query, view=place.view, limit=MOST), "most": MOST})
    listed = conversations_in(place.view, request.user).order_by("-last_at", "-id")
    return JsonResponse({"ids": list(listed.values_list("pk", flat=True)[:MOST]), "most": MOST})


@require_POST
@needs(Permission.READ)
def change(request: AgentRequest) -> HttpResponse:
    """Do `verb` with `ids`, comma separated."""
    said = request.POST
    numbers = [int(word[:18]) for word in said.get("ids", "").split(",") if word.isdecimal()]
    try:
        wanted = _wanted(request)
        made = actions.change_many(numbers, wanted, by=request.user)
    except CannotChangeMany as error:
        return refused(str(error))
    count = len(made.before)
    text = ngettext("%(count)d conversation changed.", "%(count)d conversations changed.", count) % {"count": count}
    undo = reverse("inbox_many_undoing", args=[made.pk]) if count else ""
    news: dict[str, Any] = {}
    if count or not made.lacking:
        news["rapport:toast"] = {"text": text if count else _("They were so already."), "undo": undo}
    if made.lacking:
        news["rapport:needed"] = {"url": reverse("inbox_many_lacking", args=[made.pk])}
    return HttpResponse(status=204, headers={"HX-Trigger": json.dumps(news)})


@require_POST
@needs(Permission.READ)
def undoing(request: AgentRequest, pk: int) -> HttpResponse:
    """Make them what they were."""
    found = get_object_or_404(BulkChange, pk=pk, by=request.user)
    try:
        undone = actions.undo_many(found, by=request.user)
    except CannotChangeMany as error:
        return refused(str(error))
    text = ngettext(
        "%(count)d conversation is as it was.", "%(count)d conversations are as they were.", undone.restored
    ) % {"count": undone.restored}
    if undone.skipped:
        text += " " + ngettext(
            "%(count)d was changed since, and stays.", "%(count)d were changed since, and stay.", undone.skipped
        ) % {"count": undone.skipped}
    return HttpResponse(status=204, headers={"HX-Trigger": json.dumps({"rapport:toast": {"text": text}})})


@require_GET
@needs(Permission.READ)
def moment(request: AgentRequest) -> JsonResponse:
    """What the words in `words` are understood as, in the reader's own time; what is not understood says so."""
    try:
        found = understood(request.GET.get("words", ""))
    except ValueError as error:
        return JsonResponse({"at": None, "said": str(error)})
    return JsonResponse({"at": found.isoformat(), "said": in_full(found)})


def _wanted(request: AgentRequest) -> Wanted:
    said = request.POST
    verb, value = said.get("verb", ""), said.get("value", "")
    if verb == "assign":
        return Wanted(verb, agent=_agent(value, request.user))
    if verb == "team":
        return Wanted(verb, team=get_object_or_404(Team, pk=int(value[:18])) if value.isdecimal() else None)
    if verb in ("tag", "untag") and not value.strip():
        raise CannotChangeMany(_("A tag needs a name."))
    if verb == "priority" and value not in {str(each) for each in Priority.values}:
        raise CannotChangeMany(_("Choose one of the priorities."))
    if verb == "snooze":
        try:
            return Wanted(verb, until=understood(value))
        except (ValueError, OverflowError) as error:
            raise CannotChangeMany(str(error)) from error
    return Wanted(verb, tag=value, priority=int(value) if verb == "priority" else 0)


def _agent(value: str, me: Agent) -> Agent | None:
    if value == "me":
        return me
    return get_object_or_404(agents_who_may(Permission.REPLY), pk=int(value[:18])) if value.isdecimal() else None
