"""What an open tab says every ten seconds: which conversation it shows, and whether somebody writes there."""

import re

from django.http import HttpResponse
from django.views.decorators.http import require_POST

from rapport.channels.actions.attending import show_typing_later
from rapport.conversations.actions.telling import audience, subject_of
from rapport.conversations.queries import visible_to
from rapport.team import presence as people_here
from rapport.team.permissions import AgentRequest, needs
from rapport.team.types import Permission
from rapport.workspace.queries.ways import channel_by

_TAB = re.compile(r"[0-9a-f]{8,32}")


@require_POST
@needs(Permission.READ)
def presence(request: AgentRequest) -> HttpResponse:
    """Without a conversation, or with one that this agent does not see, the tab shows none.

    `by` names the channel by which they write to the customer, who sees that where the channel shows it.
    """
    tab, said = request.POST.get("tab", ""), request.POST.get("conversation", "")
    if not _TAB.fullmatch(tab):
        return HttpResponse(status=400)
    conversation = visible_to(request.user).filter(pk=int(said[:18])).first() if said.isdecimal() else None
    if conversation is None:
        people_here.leave(request.user, tab=tab)
        return HttpResponse(status=204)
    is_writing = request.POST.get("writing") == "1" and request.user.may(Permission.REPLY)
    if is_writing and (channel := channel_by(request.POST.get("by", ""))) is not None:
        show_typing_later(conversation, channel)
    people_here.look(
        request.user,
        place=subject_of(conversation.pk),
        tab=tab,
        audience=audience(conversation),
        is_writing=is_writing,
    )
    return HttpResponse(status=204)
