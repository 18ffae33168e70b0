"""Calls that go on, and ringing a customer up."""

import json

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from rapport.channels.actions.calling import ring
from rapport.channels.errors import ChannelError
from rapport.channels.ringing import calls_going_on
from rapport.team.permissions import AgentRequest, needs
from rapport.team.types import Permission
from rapport.workspace.views.answering import refused
from rapport.workspace.views.finding import conversation_of


@require_GET
@needs(Permission.READ)
def calls(request: AgentRequest) -> HttpResponse:
    """The box above the list, as it is now."""
    answer = render(request, "channels/_calls.html", {"calls": calls_going_on(request.user)})
    answer["Cache-Control"] = "no-store"
    return answer


@require_POST
@needs(Permission.REPLY)
def new_call(request: AgentRequest, pk: int) -> HttpResponse:
    """Ring the agent's own phone, then the customer of this conversation."""
    conversation = conversation_of(request, pk)
    try:
        call = ring(conversation, by=request.user)
    except ChannelError as error:
        return refused(str(error))
    if not request.htmx:
        return redirect("conversation", number=conversation.number)
    said = _("Your phone rings now. Take it, and %(number)s is rung.") % {"number": call.number}
    return HttpResponse(status=204, headers={"HX-Trigger": json.dumps({"rapport:toast": {"text": said, "undo": ""}})})
