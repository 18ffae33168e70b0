"""Writing to someone first."""

from django.contrib import messages as flash
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from rapport.channels import actions as channels
from rapport.channels.actions.fitting import refuse_bad_addresses
from rapport.channels.errors import CannotWrite, ChannelError
from rapport.channels.models import Channel
from rapport.conversations import actions
from rapport.conversations.models import Conversation, Draft
from rapport.customers.actions import meet
from rapport.customers.models import IdentityKind
from rapport.team.permissions import AgentRequest, needs
from rapport.team.types import Permission
from rapport.workspace.queries.composer import beginning
from rapport.workspace.views.said import Said
from rapport.workspace.views.showing import composer_context


@needs(Permission.REPLY)
def new_conversation(request: AgentRequest) -> HttpResponse:
    """A composer in a dialog, or on a page of its own; POST sends the first message."""
    said = Said.of(request) if request.method == "POST" else None
    reason = ""
    if said is not None:
        try:
            return _go_to(request, _begin(request, said))
        except ChannelError as error:
            reason = str(error)
        if request.headers.get("X-Requested-With") == "composer":
            return HttpResponse(reason, status=422, content_type="text/plain; charset=utf-8")
        actions.keep_draft(None, by=request.user, **said.as_draft(request))
    draft = Draft.objects.filter(agent=request.user, conversation=None).select_related("about").first()
    start = beginning(draft, to=request.GET.get("to", "")[:320], by=request.user)
    shown = {
        **composer_context(start, draft),
        "draft_url": reverse("new_draft"),
        "post_url": reverse("new_conversation"),
        "error": reason,
        "is_beginning": True,
        "has_channel": bool(start.senders),
    }
    template = "workspace/new_conversation_form.html" if request.htmx else "workspace/new_conversation.html"
    return render(request, template, shown, status=422 if reason else 200)


@require_POST
@needs(Permission.REPLY)
def new_draft(request: AgentRequest) -> HttpResponse:
    """Keep what is unfinished of a conversation that is to begin."""
    actions.keep_draft(None, by=request.user, **Said.of(request).as_draft(request))
    return HttpResponse(status=204)


@transaction.atomic
def _begin(request: AgentRequest, said: Said) -> Conversation:
    """The conversation with its first message on the way. Raises CannotWrite."""
    channel = _channel(said)
    if not said.to:
        raise CannotWrite(_("Fill in To: whom is it for?"))
    refuse_bad_addresses(said.to)
    if not said.subject:
        raise CannotWrite(_("Fill in a subject."))
    customer = meet(kind=IdentityKind.EMAIL, value=said.to[0])
    conversation = actions.begin(
        customer, inbox=channel.inbox, channel=channel.kind, subject=said.subject, by=request.user
    )
    channels.reply(conversation, by=request.user, **{**said.letter(conversation, request), "sender": channel})
    actions.forget_draft(None, by=request.user)
    return conversation


def _channel(said: Said) -> Channel:
    """Raises CannotWrite without a mailbox to send from."""
    found = Channel.objects.exclude(address="").select_related("inbox__team").order_by("id")
    channel = found.filter(address__iexact=said.sender).first() if said.sender else found.first()
    if channel is None:
        raise CannotWrite(_("There is no mailbox to send from. Connect one in Settings."))
    return channel


def _go_to(request: AgentRequest, conversation: Conversation) -> HttpResponse:
    place = reverse("conversation", args=[conversation.number])
    if request.headers.get("X-Requested-With") == "composer":
        return HttpResponse(status=201, headers={"Location": place})
    if request.htmx:
        # A redirect would be followed into the dialog; this sends the whole page there.
        return HttpResponse(status=204, headers={"HX-Redirect": place})
    flash.success(request, _("It is on its way."))
    return redirect(place)
