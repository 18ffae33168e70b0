"""Writing: replies, forwards, notes, drafts, and taking back or hurrying what has not left."""

import json
from typing import Any

from django.contrib import messages as flash
from django.db import transaction
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from rapport.automation.actions.macros import Used, use_macros
from rapport.automation.queries import macros_for
from rapport.automation.views.choosing import toast_of
from rapport.channels import actions as channels
from rapport.channels.errors import CannotWrite, ChannelError
from rapport.channels.models import Dispatch
from rapport.conversations import actions
from rapport.conversations.actions.closing import FieldsLacking
from rapport.conversations.actions.colliding import MovedOn
from rapport.conversations.models import Conversation, Message
from rapport.conversations.queries import messages_visible_to
from rapport.team.permissions import AgentRequest, needs
from rapport.team.types import Permission
from rapport.workspace.queries.thread import entry_of
from rapport.workspace.views.finding import conversation_of
from rapport.workspace.views.said import Said
from rapport.workspace.views.stopping import stopped, stopped_for_good
from rapport.workspace.views.taking_back import as_written

MOST_MACROS = 10


@require_POST
@needs(Permission.REPLY)
def messages(request: AgentRequest, pk: int) -> HttpResponse:
    """Send a reply or a forward, or keep a note; answers the block of the new message.

    Stopped with 409 where others wrote since the message `after`, closed it or deleted it.
    """
    try:
        conversation = conversation_of(request, pk)
    except Http404:
        return stopped_for_good(request)
    said = Said.of(request)
    try:
        message, used, lacking = _write(request, conversation, said)
    except MovedOn as moved:
        return stopped(request, conversation, said, moved)
    except ChannelError as error:
        return _not_written(request, conversation, said, str(error))
    if request.headers.get("X-Requested-With") == "composer":
        answer = _block(request, message, status=201)
        if used.said:
            answer["HX-Trigger"] = json.dumps({"rapport:toast": toast_of(used, conversation)})
        if lacking:
            answer["X-Needed-Fields"] = reverse("conversation_needed", args=[conversation.pk])
        return answer
    if lacking:
        flash.warning(request, lacking)
    return redirect("conversation", number=conversation.number)


@transaction.atomic
def _write(request: AgentRequest, conversation: Conversation, said: Said) -> tuple[Message, Used, str]:
    """The message, what the macros in it did, and why it could not be closed.

    Raises MovedOn, and ChannelError in words for the agent.
    """
    if said.is_note:
        if not said.text.strip():
            raise CannotWrite(_("Write something first."))
        message = actions.write_note(conversation, text=said.text, by=request.user, seen=said.seen)
    else:
        message = channels.reply(conversation, by=request.user, **said.letter(conversation, request))
    used = _use_macros(request, conversation)
    if said.then == "close" and not said.is_note:
        try:
            actions.close(conversation, by=request.user)
        except FieldsLacking as error:
            return message, used, str(error)
    return message, used, ""


def _use_macros(request: AgentRequest, conversation: Conversation) -> Used:
    named = [int(each[:18]) for each in request.POST.getlist("macro")[:MOST_MACROS] if each.isdecimal()]
    if not named:
        return Used()
    return use_macros(macros_for(request.user).filter(pk__in=named), conversation, by=request.user)


def _not_written(request: AgentRequest, conversation: Conversation, said: Said, reason: str) -> HttpResponse:
    if request.headers.get("X-Requested-With") == "composer":
        return HttpResponse(reason, status=422, content_type="text/plain; charset=utf-8")
    actions.keep_draft(conversation, by=request.user, **said.as_draft(request))
    flash.error(request, reason)
    return redirect("conversation", number=conversation.number)


@require_POST
@needs(Permission.REPLY)
def draft(request: AgentRequest, pk: int) -> HttpResponse:
    """Keep what is unfinished; what says nothing is forgotten."""
    actions.keep_draft(conversation_of(request, pk), by=request.user, **Said.of(request).as_draft(request))
    return HttpResponse(status=204)


@require_http_methods(["POST", "DELETE"])
@needs(Permission.REPLY)
def dispatch(request: AgentRequest, pk: int) -> HttpResponse:
    """DELETE takes a message back and answers what it said; POST tries a failed one again, with `now` sends it now."""
    message = get_object_or_404(messages_visible_to(request.user).select_related("conversation"), pk=pk)
    # Whoever comes when it has just been taken back is told so.
    sending = Dispatch.objects.filter(message=message).first() or Dispatch(message=message)
    try:
        if request.method == "DELETE":
            return JsonResponse(_taken_back(request, message, sending))
        (channels.send_now if request.POST.get("now") else channels.try_again)(sending, by=request.user)
    except ChannelError as error:
        return HttpResponse(str(error), status=409, content_type="text/plain; charset=utf-8")
    return _block(request, message)


@transaction.atomic
def _taken_back(request: AgentRequest, message: Message, sending: Dispatch) -> dict[str, Any]:
    """Raises TooLate."""
    said = as_written(message, sending, by=request.user)
    channels.cancel(sending, by=request.user)
    if "drop" not in request.GET:
        actions.keep_draft(message.conversation, by=request.user, **said.draft)
    return said.start.as_json()


@needs(Permission.READ)
def message(request: AgentRequest, pk: int) -> HttpResponse:
    """The block of one message as it stands now, for instance after it was sent."""
    return _block(request, get_object_or_404(messages_visible_to(request.user).select_related("conversation"), pk=pk))


def _block(request: AgentRequest, message: Message, *, status: int = 200) -> HttpResponse:
    shown = {"item": entry_of(message, viewer=request.user), "may_reply": request.user.may(Permission.REPLY)}
    return render(request, "workspace/message.html", shown, status=status)
