"""Links between conversations, made and removed beside the thread."""

import json

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from rapport.conversations import actions
from rapport.conversations.linked import linked_with
from rapport.conversations.queries import visible_to
from rapport.conversations.types import LinkKind
from rapport.team.permissions import AgentRequest, needs
from rapport.team.types import Permission
from rapport.workspace.views.answering import Asked, refused_aloud, undo_at
from rapport.workspace.views.finding import conversation_of


@require_http_methods(["POST", "DELETE"])
@needs(Permission.REPLY)
def links(request: AgentRequest, pk: int) -> HttpResponse:
    """POST links with the conversation of this `number` by `kind`; DELETE takes that link away."""
    conversation = conversation_of(request, pk)
    asked = Asked.of(request)
    number = asked.values.get("number", "").strip().lstrip("#")
    other = visible_to(request.user).filter(number=int(number[:9])).first() if number.isdecimal() else None
    if other is None:
        return refused_aloud(_("There is no conversation with this number, or you may not see it."))
    here = reverse("conversation_links", args=[pk])
    if asked.method == "DELETE":
        was = actions.unlink(conversation, other=other, by=request.user)
        said = _("The link is gone.")
        # It may have been said from the other one.
        origin = here if was is None or was.conversation_id == pk else reverse("conversation_links", args=[other.pk])
        back = str(other.number if origin == here else conversation.number)
        undo = undo_at(origin, number=back, kind=was.kind if was else LinkKind.RELATED)
    else:
        try:
            actions.link(conversation, to=other, kind=asked.values.get("kind", LinkKind.RELATED), by=request.user)
        except ValueError as error:
            return refused_aloud(str(error))
        said, undo = _("Linked."), undo_at(here, "DELETE", number=str(other.number))
    return _answer(request, pk, said, undo)


def _answer(request: AgentRequest, pk: int, said: str, undo: str) -> HttpResponse:
    conversation = conversation_of(request, pk)
    context = {
        "conversation": conversation,
        "linked": linked_with(conversation, viewer=request.user),
        "link_kinds": LinkKind.choices,
        "may_reply": True,
        "swapped": True,
    }
    answer = render(request, "workspace/links.html", context)
    if "undo" not in request.GET:
        answer["HX-Trigger"] = json.dumps({"rapport:toast": {"text": said, "undo": undo}})
    return answer
