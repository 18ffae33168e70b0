"""Making one conversation of two: choosing the other, seeing what comes of it, and taking it back."""

from django.contrib import messages as flash
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from rapport.conversations import actions
from rapport.conversations.models import Conversation, Merge
from rapport.conversations.queries import visible_to
from rapport.team.permissions import AgentRequest, needs
from rapport.team.types import Permission
from rapport.workspace.queries.alike import candidates
from rapport.workspace.views.answering import refused
from rapport.workspace.views.finding import conversation_of


@require_http_methods(["GET", "POST"])
@needs(Permission.REPLY)
def merge(request: AgentRequest, pk: int) -> HttpResponse:
    """GET answers what to choose from, with `number` what would come of it; POST does it.

    With `swap` the other one becomes part of this one instead.
    """
    conversation = conversation_of(request, pk)
    said = request.POST if request.method == "POST" else request.GET
    if "number" not in said:
        shown = {"conversation": conversation, "candidates": candidates(conversation, viewer=request.user)}
        return render(request, "workspace/merge.html", shown)
    try:
        origin, destination = _pair(request, conversation, said.get("number", ""), swap=bool(said.get("swap")))
        if request.method == "GET":
            return _preview(request, conversation, origin, destination)
        actions.merge(origin, into=destination, by=request.user)
    except ValueError as error:
        return refused(str(error)) if request.method == "POST" else _not_possible(request, str(error))
    flash.success(request, _("No. %(number)d is part of this one now.") % {"number": origin.number})
    return _gone_to(request, destination)


@require_POST
@needs(Permission.REPLY)
def unmerge(request: AgentRequest, pk: int) -> HttpResponse:
    """Two again."""
    merged = get_object_or_404(Merge.objects.select_related("origin", "destination"), pk=pk)
    visible = visible_to(request.user).filter(pk__in=(merged.origin_id, merged.destination_id))
    if visible.count() < 2:
        raise Http404
    try:
        origin = actions.unmerge(merged, by=request.user)
    except ValueError as error:
        return refused(str(error))
    flash.success(request, _("No. %(number)d is a conversation of its own again.") % {"number": origin.number})
    return _gone_to(request, merged.destination)


def _pair(
    request: AgentRequest, conversation: Conversation, number: str, *, swap: bool
) -> tuple[Conversation, Conversation]:
    """What becomes part of what. Raises ValueError where this agent sees no other conversation with this number."""
    number = number.strip().lstrip("#")
    found = None
    if number.isdecimal() and len(number) < 10:
        found = visible_to(request.user).standing().select_related("customer").filter(number=int(number)).first()
    if found is None:
        raise ValueError(_("There is no conversation with this number."))
    if found.pk == conversation.pk:
        raise ValueError(_("This is the conversation you are in. Choose another one."))
    return (found, conversation) if swap else (conversation, found)


def _preview(
    request: AgentRequest, conversation: Conversation, origin: Conversation, destination: Conversation
) -> HttpResponse:
    other = origin if destination == conversation else destination
    shown = {
        "conversation": conversation,
        "origin": origin,
        "destination": destination,
        "other": other,
        "is_swapped": destination == conversation,
        "are_different_people": origin.customer_id != destination.customer_id,
        "days": actions.UNDO_FOR.days,
    }
    return render(request, "workspace/merge_preview.html", shown)


def _not_possible(request: AgentRequest, reason: str) -> HttpResponse:
    return render(request, "workspace/merge_preview.html", {"reason": reason})


def _gone_to(request: AgentRequest, conversation: Conversation) -> HttpResponse:
    """To where the messages are now."""
    if request.htmx:
        return HttpResponse(headers={"HX-Redirect": reverse("conversation", args=[conversation.number])})
    return redirect("conversation", number=conversation.number)
