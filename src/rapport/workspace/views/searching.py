"""Search over everything the agent may see: conversations, people, files and tags."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers

from rapport.conversations.queries import visible_to
from rapport.conversations.searching import read
from rapport.conversations.searching.rebuilding import percent_done
from rapport.team.permissions import AgentRequest, needs
from rapport.team.types import Permission
from rapport.workspace.chips import chips
from rapport.workspace.queries.results import people_called, results
from rapport.workspace.views.finding import query_of


@needs(Permission.READ)
def search(request: AgentRequest) -> HttpResponse:
    """Results for `q`, newest first; for htmx the results alone, or with a `cursor` those after it."""
    query, cursor = query_of(request), request.GET.get("cursor", "")[:80]
    asked = read(request.user, query)
    if asked.number is not None and not request.htmx:
        found = visible_to(request.user).filter(number=asked.number).first()
        if found is not None:
            return redirect("conversation", number=found.number)
    shown = results(request.user, asked, cursor=cursor)
    context = {"query": query, "asked": asked, "found": shown, "chips": chips(asked)}
    if request.htmx and cursor:
        return _partly(render(request, "workspace/search_results.html", context))
    context |= {"percent": percent_done(), "jump": _jump(request, query)}
    return _partly(render(request, "workspace/search_found.html" if request.htmx else "workspace/search.html", context))


@needs(Permission.READ)
def search_people(request: AgentRequest) -> HttpResponse:
    """The customers who go by what was typed: every name is looked at, so the results do not wait for it."""
    known, is_close = people_called(request.user, read(request.user, query_of(request)))
    return _partly(render(request, "workspace/search_people.html", {"people": known, "is_close": is_close}))


def _jump(request: AgentRequest, query: str) -> int | None:
    """The conversation with this number, when a number is all that was typed: it may be one of an order as well."""
    if not (query.isascii() and query.isdecimal() and len(query) < 10):
        return None
    return visible_to(request.user).filter(number=int(query)).values_list("number", flat=True).first()


def _partly(response: HttpResponse) -> HttpResponse:
    """One address answers with a page or a part of it: caches and the Back button must not mix them up."""
    patch_vary_headers(response, ["HX-Request"])
    response["Cache-Control"] = "no-store"
    return response
