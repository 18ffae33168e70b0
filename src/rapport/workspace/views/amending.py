"""Changing what was sent, or taking it back."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods

from rapport.channels import actions as channels
from rapport.channels.errors import ChannelError
from rapport.conversations.queries import messages_visible_to
from rapport.team.permissions import AgentRequest, needs
from rapport.team.types import Permission
from rapport.workspace.queries.thread import entry_of
from rapport.workspace.views.answering import refused


@require_http_methods(["GET", "POST", "DELETE"])
@needs(Permission.REPLY)
def words(request: AgentRequest, pk: int) -> HttpResponse:
    """GET is the form; POST puts its `text` in the place of what was sent, DELETE takes that back."""
    related = ("conversation__customer",)
    message = get_object_or_404(messages_visible_to(request.user).select_related(*related), pk=pk)
    if request.method == "GET":
        return render(request, "workspace/words_form.html", {"item": entry_of(message, viewer=request.user)})
    try:
        if request.method == "POST":
            channels.change_sent(message, by=request.user, text=request.POST.get("text", "").replace("\r\n", "\n"))
        else:
            channels.take_back_sent(message, by=request.user)
    except ChannelError as error:
        return refused(str(error))
    shown = {"item": entry_of(message, viewer=request.user), "may_reply": True}
    return render(request, "workspace/message.html", shown)
