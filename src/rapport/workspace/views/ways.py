"""Writing by another channel: what would be lost there, and the texts that its provider has approved."""

from typing import Any

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from rapport.channels.actions import fitting
from rapport.channels.actions.choosing import filled, templates_of
from rapport.channels.errors import CannotConnect, CannotWrite
from rapport.channels.seam import kind_of
from rapport.channels.types import Template
from rapport.conversations.models import Conversation
from rapport.team.permissions import AgentRequest, needs
from rapport.team.queries import organisation
from rapport.team.types import Permission
from rapport.workspace import uploads
from rapport.workspace.queries.ways import channel_by
from rapport.workspace.views.finding import conversation_of
from rapport.workspace.views.said import Said


@require_POST
@needs(Permission.REPLY)
def losses(request: AgentRequest, pk: int) -> JsonResponse:
    """What of this would not reach the customer by this channel, as short phrases, and why it would be refused."""
    conversation_of(request, pk)
    said = Said.of(request)
    channel = channel_by(said.sender)
    if channel is None:
        return JsonResponse({"lost": [], "refused": ""})
    kind, refused = kind_of(channel.kind), ""
    files = uploads.in_draft(uploads.draft_of(said.words, by=request.user))
    try:
        fitting.refuse_files(kind, files)
    except CannotWrite as error:
        refused = str(error)
    copies = len(said.cc or ()) + len(said.bcc or ())
    lost = fitting.losses(kind, html=said.html, text=said.text, files=files, copies=copies)
    return JsonResponse({"lost": lost, "refused": refused})


@require_GET
@needs(Permission.REPLY)
def templates(request: AgentRequest, pk: int) -> HttpResponse:
    """The approved texts of a channel, each with its blanks and what they might say, and a preview."""
    conversation = conversation_of(request, pk)
    channel = channel_by(request.GET.get("sender", ""))
    found, problem = [], "" if channel else _("This channel is not used any more. Choose another one.")
    try:
        found = list(templates_of(channel)) if channel else []
    except CannotConnect as error:
        problem = str(error)
    known = _known(request, conversation)
    return render(
        request,
        "workspace/templates.html",
        {
            "templates": [_offered(each, known) for each in found],
            "problem": problem,
            "sender": request.GET.get("sender", ""),
            "known": sorted(set(known.values()) - {""}),
            "post_url": reverse("conversation_messages", args=[conversation.pk]),
        },
    )


def _offered(template: Template, known: dict[str, str]) -> dict[str, Any]:
    blanks = [(blank, _guess(blank, template, known)) for blank in template.blanks]
    preview = filled(template, [value for _blank, value in blanks])
    return {"template": template, "blanks": blanks, "preview": preview}


def _known(request: AgentRequest, conversation: Conversation) -> dict[str, str]:
    """What a blank may be called, and what it would say."""
    customer, agent = conversation.customer, request.user
    first = customer.name.split(" ")[0]
    return {
        "first_name": first,
        "customer_first_name": first,
        "name": customer.name,
        "customer": customer.name,
        "customer_name": customer.name,
        "full_name": customer.name,
        "email": customer.email,
        "agent": agent.name.split(" ")[0],
        "agent_name": agent.name,
        "company": organisation().name,
        "number": str(conversation.number),
        "ticket": str(conversation.number),
        "subject": conversation.subject,
    }


def _guess(blank: str, template: Template, known: dict[str, str]) -> str:
    """By its name; the first of blanks that only have numbers is nearly always the customer's first name."""
    if blank.isdecimal():
        return known["first_name"] if blank == next(filter(str.isdecimal, template.blanks)) else ""
    return known.get(blank.lower(), "")
