"""The inbox: views, list, and the conversation that is open."""

from typing import Any

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers

from rapport.channels.actions.attending import show_read_later
from rapport.conversations.actions import mark_read, standing
from rapport.conversations.actions.telling import subject_of
from rapport.conversations.queries import visible_to
from rapport.team.permissions import AgentRequest, needs
from rapport.team.types import Permission
from rapport.workspace.queries import lists, rows, thread
from rapport.workspace.queries.results import found_rows
from rapport.workspace.shell import read_place, unread_of
from rapport.workspace.views.finding import Place, conversation_numbered, place_of
from rapport.workspace.views.showing import conversation_context


@needs(Permission.READ)
def home(request: AgentRequest) -> HttpResponse:
    return redirect("inbox")


@needs(Permission.READ)
def inbox(request: AgentRequest) -> HttpResponse:
    """The list of a view; with `c=NUMBER` also the conversation with that number."""
    if request.GET.get("c", "").isdecimal():
        return _open(request, int(request.GET["c"][:9]))
    place = place_of(request)
    if request.htmx:
        return _partly(render(request, "workspace/nothing_open.html", {"place": place, "is_fragment": True}))
    return _partly(render(request, "workspace/inbox.html", {**_list_context(request, place), "conversation": None}))


@needs(Permission.READ)
def conversation(request: AgentRequest, number: int) -> HttpResponse:
    """One conversation: the whole page, or for htmx the two panes that change."""
    return _open(request, number)


def _open(request: AgentRequest, number: int) -> HttpResponse:
    after = thread.last_event_id()
    found = conversation_numbered(request, number)
    onward = standing(found)
    if onward.pk != found.pk and visible_to(request.user).filter(pk=onward.pk).exists():
        return redirect("conversation", number=onward.number)
    place = place_of(request, beside=found)
    if mark_read(found, by=request.user):
        show_read_later(found)
    read_place(request, subject_of(found.pk))
    shown = conversation_context(request, found, place)
    if request.htmx:
        return _partly(render(request, "workspace/conversation.html", {**shown, "place": place, "is_fragment": True}))
    listed = _list_context(request, place)
    return _partly(render(request, "workspace/inbox.html", {**listed, **shown, "after": after}))


@needs(Permission.READ)
def more_rows(request: AgentRequest) -> HttpResponse:
    """The page of rows after a cursor; without one, the first, for a list that starts afresh."""
    place = place_of(request)
    page = _page(request, place)
    return render(request, "workspace/rows.html", {"page": page, "place": place, "is_fragment": True})


@needs(Permission.READ)
def row(request: AgentRequest, pk: int) -> HttpResponse:
    """One row as it stands now; 204 when the conversation is not, or no longer, in this view."""
    place = place_of(request)
    found = rows.row_of(request.user, place.view, pk)
    if found is None:
        return HttpResponse(status=204)
    return render(request, "workspace/row.html", {"row": found, "place": place})


@needs(Permission.READ)
def counts(request: AgentRequest) -> JsonResponse:
    """The figures beside the views and on the rail, by view key."""
    groups = lists.groups(request.user)
    figures = {view.key: view.shown_count for group in groups for view in group.views if view.is_counted}
    figures |= {key: lists.shown(count) for key, count in lists.saved_counts(request.user).items()}
    return JsonResponse({**figures, "inbox": lists.shown(unread_of(request.user))})


def _list_context(request: AgentRequest, place: Place) -> dict[str, Any]:
    after = thread.last_event_id()
    page = _page(request, place)
    return {
        "after": after,
        "place": place,
        "groups": lists.groups(request.user, place.view.key),
        "page": page,
        "may_reply": request.user.may(Permission.REPLY),
        "is_brand_new": not page.rows and not place.query and not visible_to(request.user).exists(),
    }


def _page(request: AgentRequest, place: Place) -> rows.Page:
    cursor = request.GET.get("cursor", "")
    try:
        if place.query:
            return found_rows(request.user, place.query, view=place.view, cursor=cursor)
        return rows.page(request.user, place.view, sort=place.sort, cursor=cursor)
    except rows.BadCursor as error:
        raise Http404 from error


def _partly(response: HttpResponse) -> HttpResponse:
    """One address answers with a page or a part of it: caches and the Back button must not mix them up."""
    patch_vary_headers(response, ["HX-Request"])
    response["Cache-Control"] = "no-store"
    return response
