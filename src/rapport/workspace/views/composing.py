"""Writing: replies, notes, drafts, files, new conversations, and taking a reply back."""

from email.utils import getaddresses

from django.contrib import messages as flash
from django.db import transaction
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from rapport.channels import actions as channels
from rapport.channels.errors import CannotWrite, ChannelError
from rapport.channels.models import Dispatch
from rapport.conversations import actions
from rapport.conversations.models import Conversation, Message
from rapport.conversations.queries import messages_visible_to
from rapport.conversations.types import IncomingFile
from rapport.team.permissions import AgentRequest, needs
from rapport.team.types import Permission
from rapport.workspace import uploads
from rapport.workspace.queries.thread import entry_of
from rapport.workspace.views.finding import conversation_of

_TOO_LARGE = gettext_lazy("This file is larger than 25 MB. Put it where it can be downloaded and send the link.")


@require_POST
@needs(Permission.REPLY)
def messages(request: AgentRequest, pk: int) -> HttpResponse:
    """Send a reply or keep a note; answers the block of the new message."""
    conversation = conversation_of(request, pk)
    try:
        message = _write(request, conversation)
    except ChannelError as error:
        return _not_written(request, conversation, str(error))
    if request.headers.get("X-Requested-With") == "composer":
        entry = entry_of(message, viewer=request.user)
        return render(request, "workspace/message.html", {"item": entry, "may_reply": True}, status=201)
    return redirect("conversation", number=conversation.number)


@transaction.atomic
def _write(request: AgentRequest, conversation: Conversation) -> Message:
    """Raises ChannelError in words for the agent."""
    text = request.POST.get("text", "").replace("\r\n", "\n").strip("\n")
    if request.POST.get("mode") == "note" and text.strip():
        return actions.write_note(conversation, text=text, by=request.user)
    files = _files(request)
    if not text.strip() and not files:
        raise CannotWrite(_("Write something first."))
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
    try:
        words += [uploads.keep(upload, by=request.user) for upload in request.FILES.getlist("upload")]
        return uploads.named(words, by=request.user)
    except uploads.TooLarge as error:
        raise CannotWrite(str(_TOO_LARGE)) from error
    except uploads.UnknownUpload as error:
        raise CannotWrite(_("A file is no longer here. Add it again.")) from error


def _addresses(line: str) -> tuple[str, ...]:
    """The mail addresses of a To or Cc line; a piece that holds none, as it stands, for the channel to refuse."""
    line = line.replace(";", ",")
    found = [address for _name, address in getaddresses([line]) if address]
    unread = [piece.strip() for piece in line.split(",") if "@" in piece or not found]
    strange = [piece for piece in unread if piece and not any(address in piece for address in found)]
    return (*found, *strange)


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
    try:
        channels.try_again(sending, by=request.user)
    except ChannelError as error:
        return HttpResponse(str(error), status=409, content_type="text/plain; charset=utf-8")
    return render(
        request, "workspace/message.html", {"item": entry_of(message, viewer=request.user), "may_reply": True}
    )


def _take_back(request: AgentRequest, message: Message, sending: Dispatch) -> HttpResponse:
    files = list(message.attachments.all())
    came_back = {"to": ", ".join(message.to), "cc": ", ".join(message.cc)}
    try:
        text = channels.cancel(sending, by=request.user)
    except ChannelError as error:
        return HttpResponse(str(error), status=409, content_type="text/plain; charset=utf-8")
    actions.keep_draft(message.conversation, by=request.user, text=text)
    words = uploads.again(files, by=request.user)
    returned = [{"word": word, "name": file.name, "size": file.size} for word, file in zip(words, files, strict=True)]
    return JsonResponse({"text": text, "files": returned, **came_back})


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
        return HttpResponse(str(_TOO_LARGE), status=413, content_type="text/plain; charset=utf-8")
    return JsonResponse({"word": word, "name": file.name, "size": file.size}, status=201)


@needs(Permission.READ)
def message(request: AgentRequest, pk: int) -> HttpResponse:
    """The block of one message as it stands now, for instance after it was sent."""
    found = get_object_or_404(messages_visible_to(request.user).select_related("conversation"), pk=pk)
    may_reply = request.user.may(Permission.REPLY)
    shown = {"item": entry_of(found, viewer=request.user), "may_reply": may_reply}
    return render(request, "workspace/message.html", shown)
