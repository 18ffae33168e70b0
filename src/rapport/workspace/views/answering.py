"""How a change answers: the parts of the page that are different now, and a toast that can take it back."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render

from rapport.conversations.models import Conversation
from rapport.team.permissions import AgentRequest
from rapport.workspace.views.finding import conversation_of
from rapport.workspace.views.showing import head_context


@dataclass(frozen=True)
class Asked:
    """What a request wants: the method that counts and the values, wherever they were said.

    A toast takes a change back by posting to one address, so that the method and the values can stand in it.
    """

    method: str
    values: Mapping[str, str]
    is_undo: bool

    @classmethod
    def of(cls, request: AgentRequest) -> "Asked":
        body = request.POST if request.method == "POST" else QueryDict(request.body)
        values = {**request.GET.dict(), **body.dict()}
        method = "DELETE" if values.get("method") == "DELETE" else request.method or "GET"
        return cls(method, values, "undo" in request.GET)


def undo_at(url: str, method: str = "POST", **values: str) -> str:
    """The address whose POST takes a change back."""
    return f"{url}?{urlencode({'undo': 1, 'method': method, **values})}"


def changed(request: AgentRequest, conversation: Conversation, said: str, undo: str = "") -> HttpResponse:
    """The head of the thread as it is now; without htmx back to the page."""
    if not request.htmx:
        return redirect("conversation", number=conversation.number)
    try:
        shown = head_context(request, conversation_of(request, conversation.pk))
        answer = render(request, "workspace/changed.html", shown)
    except Http404:
        # The change took it out of the agent's own sight.
        answer = HttpResponse()
    if "undo" not in request.GET:
        answer["HX-Trigger"] = json.dumps({"rapport:toast": {"text": said, "undo": undo}})
    return answer


def refused(reason: str) -> HttpResponse:
    """The change was not possible; the page stays as it is and says why."""
    return HttpResponse(reason, status=422, content_type="text/plain; charset=utf-8")


def refused_aloud(reason: str) -> HttpResponse:
    """As `refused`, for what swaps nothing in: htmx takes a 422 for a form's answer, and would say nothing."""
    answer = refused(reason)
    answer["HX-Trigger"] = json.dumps({"rapport:toast": {"text": reason, "kind": "error"}})
    return answer
