"""Macros for whoever writes: the list behind the slash, the text of one, and taking back what one did."""

import json

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from rapport.automation import queries, steps
from rapport.automation.actions import macros as actions
from rapport.automation.actions.macros import Used
from rapport.automation.models import Macro
from rapport.automation.texts import plain
from rapport.automation.variables import VARIABLES, filled, values_for
from rapport.conversations.models import Conversation
from rapport.conversations.queries import visible_to
from rapport.kit.text import shortened
from rapport.team.permissions import AgentRequest, needs
from rapport.team.types import Permission

# As many as a list that is filtered while typing can hold; nobody has more that are used.
MOST = 500
_PREVIEW = 400


@require_GET
@needs(Permission.REPLY)
def macros(request: AgentRequest, pk: int) -> JsonResponse:
    """All that this agent may use here, most used first, each with the beginning of what it would say."""
    conversation = _conversation(request, pk)
    found = list(queries.macros_for(request.user)[:MOST])
    values = values_for(conversation, agent=request.user)
    names = steps.names_in(step for macro in found for step in macro.actions)
    shown = [
        {
            "id": macro.pk,
            "name": macro.name,
            "shortcut": macro.shortcut,
            "folder": macro.folder,
            "text": shortened(
                filled(plain(queries.text_of(macro, conversation)), values, is_html=False).text, _PREVIEW
            ),
            "steps": [steps.said(step, names) for step in macro.actions],
        }
        for macro in found
    ]
    return JsonResponse({"macros": shown})


def _preview(macro: Macro, conversation: Conversation, values: dict[str, str]) -> str:
    text = filled(plain(queries.text_of(macro, conversation)), values, is_html=False).text
    return shortened(text, _PREVIEW)


@require_GET
@needs(Permission.REPLY)
def macro(request: AgentRequest, pk: int, macro_id: int) -> JsonResponse:
    """What one says in this conversation, as HTML and as text, and what there was nothing to say for."""
    conversation = _conversation(request, pk)
    found = get_object_or_404(queries.macros_for(request.user), pk=macro_id)
    values = values_for(conversation, agent=request.user)
    html = filled(queries.text_of(found, conversation), values, is_html=True)
    text = filled(plain(queries.text_of(found, conversation)), values, is_html=False)
    missing = [{"written": f"{{{{ {name} }}}}", "label": str(VARIABLES[name])} for name in html.missing]
    return JsonResponse({"html": html.text, "text": text.text, "missing": missing})


@require_POST
@needs(Permission.REPLY)
def use(request: AgentRequest, pk: int, macro_id: int) -> HttpResponse:
    """Do at once what a macro without a text does; answers the toast that tells of it and takes it back."""
    conversation = _conversation(request, pk)
    found = get_object_or_404(queries.macros_for(request.user), pk=macro_id)
    used = actions.use_macros([found], conversation, by=request.user)
    answer = HttpResponse(status=204)
    if used.said:
        answer["HX-Trigger"] = json.dumps({"rapport:toast": toast_of(used, conversation)})
    return answer


@require_POST
@needs(Permission.REPLY)
def undo(request: AgentRequest, pk: int) -> HttpResponse:
    """Take the actions of a macro back."""
    conversation = _conversation(request, pk)
    if not actions.undo_macros(conversation, request.GET.get("word", ""), by=request.user):
        return HttpResponse(_("This can no longer be undone."), status=409, content_type="text/plain; charset=utf-8")
    return HttpResponse(status=204)


def toast_of(used: Used, conversation: Conversation) -> dict[str, str]:
    """What `rapport:toast` takes."""
    at = reverse("conversation_macros_undo", args=[conversation.pk])
    return {"text": used.said, "undo": f"{at}?{urlencode({'word': used.undo})}" if used.undo else ""}


def _conversation(request: AgentRequest, pk: int) -> Conversation:
    found = visible_to(request.user).select_related("customer__company", "inbox").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found
