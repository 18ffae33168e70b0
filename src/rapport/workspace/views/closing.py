"""Closing where fields are needed first: which ones, filled in right there."""

import json

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from rapport.backbone.custom_fields.values import NotUnderstood
from rapport.conversations import actions
from rapport.conversations.actions.closing import FieldsLacking
from rapport.conversations.arrangements import BulkChange
from rapport.conversations.fields import FIELDS, lacking_to_close
from rapport.conversations.models import Conversation
from rapport.conversations.queries import visible_to
from rapport.team.permissions import AgentRequest, needs
from rapport.team.types import Permission
from rapport.workspace.views.answering import changed, refused, undo_at
from rapport.workspace.views.finding import conversation_of


def asks_for_fields(reason: str, url: str) -> HttpResponse:
    """It was not closed: the page opens the form at this address, and says why where it has no scripts for that."""
    answer = refused(reason)
    answer["HX-Trigger"] = json.dumps({"rapport:needed": {"url": url}})
    return answer


@require_http_methods(["GET", "POST"])
@needs(Permission.REPLY)
def needed(request: AgentRequest, pk: int) -> HttpResponse:
    """GET answers the fields that are empty and needed; POST fills them in and closes, or does neither."""
    conversation = conversation_of(request, pk)
    if request.method == "GET":
        context = {"conversation": conversation, "said": lacking_to_close(pk)}
        return render(request, "workspace/needed_fields.html", context)
    keys = set(FIELDS.present.values_list("key", flat=True))
    said = {key: request.POST[key] for key in keys if key in request.POST}
    try:
        with transaction.atomic():
            actions.fill_in(conversation, said, by=request.user)
            actions.close(conversation, by=request.user)
    except (NotUnderstood, FieldsLacking) as error:
        return refused(str(error))
    undo = undo_at(reverse("conversation_closure", args=[pk]), "DELETE")
    return _with_fields(request, conversation, changed(request, conversation, _("Closed."), undo))


def _with_fields(request: AgentRequest, conversation: Conversation, answer: HttpResponse) -> HttpResponse:
    """What is beside the thread says now what was filled in."""
    if request.htmx:
        url = reverse("conversation_fields", args=[conversation.pk])
        said = FIELDS.said_of(conversation.pk)
        context = {"said": said, "noun": "conversation", "url": url, "may_reply": True, "swapped": True}
        answer.write(render(request, "workspace/own_fields.html", context).content)
    return answer


@require_safe
@needs(Permission.REPLY)
def lacking(request: AgentRequest, pk: int) -> HttpResponse:
    """Those of many that stay open, each with the fields that it lacks."""
    change = get_object_or_404(BulkChange, pk=pk, by=request.user)
    labels = dict(FIELDS.every.values_list("key", "label"))
    named = {entry["id"]: [labels.get(key, key) for key in entry["fields"]] for entry in change.lacking}
    found = visible_to(request.user).filter(pk__in=named).order_by("-last_at", "-id")
    rows = [(each, ", ".join(named[each.pk])) for each in found]
    return render(request, "workspace/lacking_fields.html", {"rows": rows, "change": change})
