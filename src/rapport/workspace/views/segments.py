"""Segments: the list of them, and one with its filter, how many it holds and who they are."""

import json
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rapport.backbone.filtering import FilterError
from rapport.backbone.filtering.subjects import offered_as_json
from rapport.backbone.filtering.wording import OPS
from rapport.customers.errors import CustomerError
from rapport.customers.queries import visible_to
from rapport.customers.segments import actions, queries
from rapport.customers.segments.filters import CustomerFilter
from rapport.customers.segments.models import Segment, SegmentKind
from rapport.customers.segments.vocabulary import Vocabulary
from rapport.kit.text import storable
from rapport.team.permissions import AgentRequest, needs
from rapport.team.types import Permission
from rapport.workspace.views.answering import Asked, refused, undo_at

PREVIEW = 8
LONGEST_FILTER = 6000


@require_safe
@needs(Permission.READ)
def segments(request: AgentRequest) -> HttpResponse:
    """All of them. Sizes are what was counted last, a few minutes ago at most."""
    vocabulary = Vocabulary()
    rows = [_row(each, request, vocabulary) for each in queries.segments_visible_to(request.user).select_related("by")]
    context = {"rows": rows, "may_edit": request.user.may(Permission.MANAGE_FIELDS)}
    return render(request, "workspace/segments.html", context)


@require_http_methods(["GET", "POST"])
@needs(Permission.MANAGE_FIELDS)
def new_segment(request: AgentRequest) -> HttpResponse:
    """A new one, begun from the filter of a list where it is given."""
    said = storable(request.GET.get("filter", ""))[: LONGEST_FILTER + 1]
    return _edit(request, None, said)


@require_http_methods(["GET", "POST"])
@needs(Permission.READ)
def segment(request: AgentRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(queries.segments_visible_to(request.user), pk=pk)
    if request.method == "POST" and not request.user.may(Permission.MANAGE_FIELDS):
        return HttpResponse(status=403)
    return _edit(request, found, found.filter)


@require_POST
@needs(Permission.READ)
def segment_count(request: AgentRequest) -> HttpResponse:
    """How many a filter means, and some of them, while it is being built."""
    try:
        wanted = CustomerFilter.parse(storable(request.POST.get("filter", ""))[: LONGEST_FILTER + 1])
    except FilterError as error:
        return render(request, "workspace/segment_count.html", {"problem": str(error)})
    return render(request, "workspace/segment_count.html", _counted(wanted, request))


@require_POST
@needs(Permission.MANAGE_FIELDS)
def segment_filling(request: AgentRequest, pk: int) -> HttpResponse:
    """Fill a static one with whoever its filter means now."""
    found = get_object_or_404(queries.segments_visible_to(request.user), pk=pk, kind=SegmentKind.STATIC)
    actions.fill(found, by=request.user)
    return redirect("segment", pk=found.pk)


@require_http_methods(["POST", "DELETE"])
@needs(Permission.MANAGE_FIELDS)
def segment_removal(request: AgentRequest, pk: int) -> HttpResponse:
    """Remove one; DELETE brings it back."""
    asked = Asked.of(request)
    found = get_object_or_404(Segment, pk=pk)
    try:
        if asked.method == "DELETE":
            actions.bring_back(found, by=request.user)
        else:
            actions.remove(found, by=request.user)
    except CustomerError as error:
        return refused(str(error))
    if asked.is_undo:
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    told = {"text": _("The segment is removed."), "undo": undo_at(reverse("segment_removal", args=[pk]), "DELETE")}
    return HttpResponse("", headers={"HX-Trigger": json.dumps({"rapport:toast": told})})


def _edit(request: AgentRequest, found: Segment | None, said: Any) -> HttpResponse:
    problem = ""
    if request.method == "POST":
        posted = request.POST
        try:
            made = actions.save(
                found,
                by=request.user,
                name=posted.get("name", ""),
                description=posted.get("description", ""),
                kind=posted.get("kind", SegmentKind.DYNAMIC),
                filter=storable(posted.get("filter", "")),
            )
        except (CustomerError, FilterError) as error:
            problem, said = str(error), posted.get("filter", "")
        else:
            return HttpResponseRedirect(reverse("segment", args=[made.pk]))
    return render(
        request, "workspace/segment.html", _context(request, found, said, problem), status=422 if problem else 200
    )


def _context(request: AgentRequest, found: Segment | None, said: Any, problem: str) -> dict[str, Any]:
    vocabulary = Vocabulary()
    try:
        wanted = CustomerFilter.parse(said or {"conditions": []}, vocabulary)
    except FilterError as error:
        wanted, problem = CustomerFilter("all"), problem or str(error)
    posted = request.POST
    asks = queries.condition_of(found, request.user) if found and found.is_static else None
    return {
        "segment": found,
        "problem": problem,
        "name": posted.get("name", found.name if found else ""),
        "about": posted.get("description", found.description if found else ""),
        "kind": posted.get("kind", found.kind if found else SegmentKind.DYNAMIC),
        "kinds": SegmentKind.choices,
        "may_edit": request.user.may(Permission.MANAGE_FIELDS),
        "said_json": json.dumps(wanted.as_json(), ensure_ascii=False),
        "described": wanted.describe(),
        "vocabulary": json.dumps(offered_as_json(vocabulary.offered, OPS)),
        "uses": queries.uses_of(found) if found else [],
        **(_counted(wanted, request) if asks is None else _kept(request, asks)),
        "list_address": _list_address(found, wanted),
    }


def _counted(wanted: CustomerFilter, request: AgentRequest) -> dict[str, Any]:
    meant = wanted.apply(visible_to(request.user), request.user)
    return _shown(request, meant, queries.count(wanted, request.user))


def _kept(request: AgentRequest, condition: Any) -> dict[str, Any]:
    meant = visible_to(request.user).filter(condition)
    return _shown(request, meant, meant.order_by().count())


def _shown(request: AgentRequest, meant: Any, count: int) -> dict[str, Any]:
    every = visible_to(request.user).order_by().count()
    share = 100 * count / every if every else 0
    return {
        "count": count,
        "every": every,
        "share": share,
        "people": list(meant.select_related("company").order_by("-id")[:PREVIEW]),
    }


def _list_address(found: Segment | None, wanted: CustomerFilter) -> str:
    said: dict[str, Any] = wanted.as_json()
    if found:
        said = {
            "version": 1,
            "match": "all",
            "conditions": [{"field": "segment", "op": "is", "value": [str(found.pk)]}],
        }
    words = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
    return f"{reverse('customers')}?{urlencode({'filter': words})}"


def _row(found: Segment, request: AgentRequest, vocabulary: Vocabulary) -> dict[str, Any]:
    try:
        described = CustomerFilter.parse(found.filter, vocabulary).describe()
    except FilterError as error:
        described = str(error)
    return {
        "segment": found,
        "described": described,
        "size": queries.size_of(found),
        "list_address": _list_address(found, CustomerFilter("all")),
    }
