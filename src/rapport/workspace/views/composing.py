"""Writing: replies, notes, drafts, files, new conversations, and taking a reply back."""

from email.utils import getaddresses

from django.contrib import messages as flash
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from rapport.channels.errors import ChannelError
from rapport.channels.models import Dispatch
from rapport.channels.types import DispatchState
from rapport.conversations import actions
from rapport.conversations.models import Conversation, Message
from rapport.conversations.queries import messages_visible_to
from rapport.conversations.types import IncomingFile
from rapport.team.permissions import AgentRequest, needs
from rapport.team.types import Permission
from rapport.workspace import uploads
from rapport.workspace.queries.thread import entry_of
from rapport.workspace.views.finding import conversation_of


@require_POST
@needs(Permission.REPLY)
def messages(request: AgentRequest, pk: int) -> HttpResponse:
    """Send a reply or keep a note; answers the block of the new message."""
    conversation = conversation_of(request, pk)
    try:
        message = _write(request, conversation)
    except (ValueError, ChannelError) as error:
        return _not_written(request, conversation, str(error))
    if request.headers.get("X-Requested-With") == "composer":
        entry = entry_of(message, viewer=request.user)
        return render(request, "workspace/message.html", {"item": entry, "may_reply": True}, status=201)
    return redirect("conversation", number=conversation.number)


@transaction.atomic
def _write(request: AgentRequest, conversation: Conversation) -> Message:
    """Raises ValueError and ChannelError in words for the agent."""
    text = request.POST.get("text", "").replace("\r\n", "\n").strip("\n")
    if request.POST.get("mode") == "note":
        return actions.write_note(conversation, text=text, by=request.user)
    files = _files(request)
    if not text.strip() and not files:
        raise ValueError(_("Write something first."))
    from rapport.channels import actions as channels

    message = channels.reply(
        conversation,
        by=request.user,
        text=text,
        to=_addresses(request.POST.get("to", "")) or None,
        cc=_addresses(request.POST.get("cc", "")),
        files=files,
        undo_seconds=request.user.undo_seconds,
    )
    if request.POST.get("then") == "close":
        actions.close(conversation, by=request.user)
    return message


def _files(request: AgentRequest) -> list[IncomingFile]:
    words = request.POST.getlist("file")
    # Without scripts the form brings the files themselves.
    words += [uploads.keep(upload, by=request.user) for upload in request.FILES.getlist("upload")]
    try:
        return uploads.named(words, by=request.user)
    except uploads.UnknownUpload as error:
        raise ValueError(_("A file is no longer here. Add it again.")) from error


def _addresses(line: str) -> tuple[str, ...]:
    """The mail addresses of a To or Cc line. Raises ValueError naming the first that is none."""
    found = [address.strip() for _name, address in getaddresses([line.replace(";", ",")]) if address.strip()]
    if line.strip() and not found:
        found = [line.strip()]
    for address in found:
        try:
            validate_email(address)
        except ValidationError as error:
            raise ValueError(_("“%(address)s” is not an email address.") % {"address": address}) from error
    return tuple(dict.fromkeys(found))


def _not_written(request: AgentRequest, conversation: Conversation, reason: str) -> HttpResponse:
    if request.headers.get("X-Requested-With") == "composer":
        return HttpResponse(reason, status=422, content_type="text/plain; charset=utf-8")
    actions.keep_draft(conversation, by=request.user, text=request.POST.get("text", ""))
    flash.error(request, reason)
    return redirect("conversation", number=conversation.number)


@require_POST
@needs(Permission.REPLY)
def draft(request: AgentRequest, pk: int) -> HttpResponse:
    """Keep unfinished text; empty text forgets it."""
    mode = "note" if request.POST.get("mode") == "note" else "reply"
    actions.keep_draft(
        conversation_of(request, pk), by=request.user, text=request.POST.get("text", "")[:100_000], mode=mode
    )
    return HttpResponse(status=204)


@require_http_methods(["POST", "DELETE"])
@needs(Permission.REPLY)
def dispatch(request: AgentRequest, pk: int) -> HttpResponse:
    """DELETE takes a reply back and answers what it said; POST tries one again that failed."""
    message = get_object_or_404(messages_visible_to(request.user).select_related("conversation"), pk=pk)
    sending = get_object_or_404(Dispatch, message=message)
    if request.method == "DELETE":
        return _take_back(request, message, sending)
    from rapport.channels import actions as channels

    channels.try_again(sending, by=request.user)
    return render(
        request, "workspace/message.html", {"item": entry_of(message, viewer=request.user), "may_reply": True}
    )


def _take_back(request: AgentRequest, message: Message, sending: Dispatch) -> HttpResponse:
    if sending.state != DispatchState.QUEUED:
        return HttpResponse(_("It has already left."), status=409, content_type="text/plain; charset=utf-8")
    kept = [(file.file_id, file.name, file.content_type) for file in message.attachments.all()]
    sizes = [file.size for file in message.attachments.all()]
    from rapport.channels import actions as channels

    came_back = {"to": ", ".join(message.to), "cc": ", ".join(message.cc)}
    try:
        text = channels.cancel(sending, by=request.user)
    except (ValueError, ChannelError) as error:
        return HttpResponse(
            str(error) or _("It has already left."), status=409, content_type="text/plain; charset=utf-8"
        )
    actions.keep_draft(message.conversation, by=request.user, text=text)
    words = uploads.again(kept, by=request.user)
    files = [
        {"word": word, "name": name, "size": size}
        for word, (_pk, name, _kind), size in zip(words, kept, sizes, strict=True)
    ]
    return JsonResponse({"text": text, "files": files, **came_back})


@require_POST
@needs(Permission.REPLY)
def upload(request: AgentRequest) -> HttpResponse:
    """Keep one file for a message that is being written; answers the word that stands for it."""
    file = request.FILES.get("upload")
    if file is None:
        return HttpResponse(_("Choose a file."), status=422, content_type="text/plain; charset=utf-8")
    try:
        word = uploads.keep(file, by=request.user)
    except uploads.TooLarge:
        reason = _("This file is larger than 25 MB. Put it where it can be downloaded and send the link.")
        return HttpResponse(reason, status=413, content_type="text/plain; charset=utf-8")
    return JsonResponse({"word": word, "name": file.name, "size": file.size}, status=201)


@needs(Permission.READ)
def message(request: AgentRequest, pk: int) -> HttpResponse:
    """The block of one message as it stands now, for instance after it was sent."""
    found = get_object_or_404(messages_visible_to(request.user).select_related("conversation"), pk=pk)
    may_reply = request.user.may(Permission.REPLY)
    shown = {"item": entry_of(found, viewer=request.user), "may_reply": may_reply}
    return render(request, "workspace/message.html", shown)
