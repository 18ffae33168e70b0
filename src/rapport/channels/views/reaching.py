"""Correcting an address that a message did not reach, and saying that one works after all."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from rapport.channels import actions
from rapport.channels.actions import reaching
from rapport.channels.errors import ChannelError
from rapport.channels.models import Dispatch
from rapport.conversations.queries import messages_visible_to
from rapport.team.permissions import AgentRequest, needs
from rapport.team.types import Permission


@require_POST
@needs(Permission.REPLY)
def address(request: AgentRequest, message_id: int) -> HttpResponse:
    """Send a message again to whom it did not reach, there or at another address. 409 with a sentence if it may not."""
    message = get_object_or_404(messages_visible_to(request.user).select_related("conversation"), pk=message_id)
    dispatch = get_object_or_404(Dispatch, message=message)
    old, new = request.POST.get("old", ""), request.POST.get("new", "")
    try:
        if old.strip().lower() != new.strip().lower():
            reaching.correct(dispatch, address=old, to=new)
        actions.try_again(dispatch, by=request.user)
    except ChannelError as error:
        return HttpResponse(str(error), status=409, content_type="text/plain; charset=utf-8")
    if request.htmx:
        return HttpResponse(status=204)
    return redirect("conversation", message.conversation.number)


@require_POST
@needs(Permission.REPLY)
def reachable(request: AgentRequest) -> HttpResponse:
    """An agent knows that an address works."""
    reaching.note_reachable([request.POST.get("address", "")])
    return HttpResponse(status=200) if request.htmx else redirect("inbox")
