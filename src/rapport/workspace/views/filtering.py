"""The filter builder, and saving what it built."""

import json
from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from rapport.conversations import actions
from rapport.conversations.actions.viewing import CannotSave
from rapport.conversations.arrangements import SavedView
from rapport.conversations.filtering import Filter, FilterError
from rapport.conversations.saved import may_change, may_share_with, views_of
from rapport.conversations.types import Audience
from rapport.team.models import Agent, Team
from rapport.team.permissions import AgentRequest, needs
from rapport.team.types import Permission
from rapport.workspace.queries import lists, saved
from rapport.workspace.queries.rows import SORTS
from rapport.workspace.views.answering import Asked, refused, undo_at
from rapport.workspace.views.finding import place_of


@require_http_methods(["GET", "POST"])
@needs(Permission.READ)
def builder(request: AgentRequest) -> HttpResponse:
    """GET answers the form, filled in from the list one looks at; POST shows what it says without keeping it."""
    if request.method == "POST":
        return _show(request)
    place = place_of(request)
    said = _said(place.view.said, place.query)
    view = place.view.saved
    context = {
        "place": place,
        "view": view if view and may_change(view, request.user) else None,
        "said_json": json.dumps(said),
        "described": Filter.parse(said).describe(),
        "vocabulary": saved.vocabulary_json(),
        "audiences": [each for each in Audience.choices if may_share_with(each[0], request.user)],
        "teams": _teams(request.user),
        "columns": saved.column_choices(),
        "chosen": place.view.columns,
        "sort": place.sort,
        "sorts": _sorts(),
        "others": [each for each in views_of(request.user) if view is None or each.pk != view.pk],
        "before": _before(view, request.user) if view else None,
    }
    return render(request, "workspace/filter_form.html", context)


def _show(request: AgentRequest) -> HttpResponse:
    try:
        wanted = Filter.parse(request.POST.get("filter", ""))
    except FilterError as error:
        return refused(str(error))
    words = json.dumps(wanted.as_json(), ensure_ascii=False, separators=(",", ":"))
    if len(words) > saved.LONGEST_FILTER:
        return refused(_("This filter is too long to be shown. Save it as a view instead."))
    sort = request.POST.get("sort", "")
    return _go(f"filter:{words}", sort if sort in SORTS[1:] else "")


@require_POST
@needs(Permission.READ)
def views(request: AgentRequest) -> HttpResponse:
    """Keep a new view."""
    return _save(request, None)


@require_POST
@needs(Permission.READ)
def view(request: AgentRequest, pk: int) -> HttpResponse:
    """Change a view."""
    return _save(request, get_object_or_404(views_of(request.user), pk=pk))


@require_http_methods(["POST", "DELETE"])
@needs(Permission.READ)
def removal(request: AgentRequest, pk: int) -> HttpResponse:
    """Take a view out of the column; DELETE brings it back. The list that is open stays."""
    asked = Asked.of(request)
    found = get_object_or_404(SavedView, pk=pk)
    try:
        if asked.method == "DELETE":
            actions.bring_view_back(found, by=request.user)
        else:
            actions.remove_view(found, by=request.user)
    except CannotSave as error:
        return refused(str(error))
    answer = render(request, "workspace/views_nav.html", {"groups": lists.groups(request.user), "swapped": True})
    if not asked.is_undo:
        told = {"text": _("The view is removed."), "undo": undo_at(reverse("saved_view_removal", args=[pk]), "DELETE")}
        answer["HX-Trigger"] = json.dumps({"rapport:toast": told, "rapport:view-removed": pk})
    return answer


def _save(request: AgentRequest, found: SavedView | None) -> HttpResponse:
    said = request.POST
    try:
        made = actions.save_view(
            found,
            by=request.user,
            name=said.get("name", ""),
            filter=said.get("filter", ""),
            audience=said.get("audience", Audience.PERSON),
            team=_team(said),
            columns=said.getlist("columns"),
            sort=said.get("sort", ""),
        )
        if "after" in said:
            after = said["after"]
            others = views_of(request.user).filter(pk=int(after[:18])).first() if after.isdecimal() else None
            actions.place_view(made, after=others, by=request.user)
    except (CannotSave, FilterError) as error:
        return refused(str(error))
    return _go(f"view:{made.pk}")


def _go(key: str, sort: str = "") -> HttpResponse:
    where = {"view": key, **({"sort": sort} if sort else {})}
    return HttpResponse(status=204, headers={"HX-Redirect": f"{reverse('inbox')}?{urlencode(where)}"})


def _said(said: dict[str, Any], query: str) -> dict[str, Any]:
    """The filter of the list, with the words it was searched for as one more line."""
    if not query:
        return said or {"version": 1, "match": "all", "conditions": []}
    words = {"field": "words", "op": "has", "value": query}
    return {"version": 1, "match": "all", "conditions": [words]}


def _team(said: QueryDict) -> Team | None:
    pk = said.get("team", "")
    return Team.objects.filter(pk=int(pk[:18])).first() if pk.isdecimal() else None


def _teams(agent: Agent) -> list[Team]:
    return list(Team.objects.all() if agent.may(Permission.SEE_EVERYTHING) else agent.teams.all())


def _sorts() -> list[tuple[str, str]]:
    words = {
        "newest": _("Newest first"),
        "oldest": _("Oldest first"),
        "waiting": _("Longest waiting first"),
        "due": _("Due first"),
    }
    return [(key, words[key]) for key in SORTS]


def _before(view: SavedView, agent: Agent) -> SavedView | None:
    earlier = [each for each in views_of(agent) if (each.position, each.pk) < (view.position, view.pk)]
    return earlier[-1] if earlier else None
