"""What the composer asks while something is written: how to answer a message, its quote, files, and whom one knows."""

from django.db.models import Q
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET, require_POST

from rapport.backbone import files
from rapport.channels import quotes
from rapport.channels.seam import kind_of
from rapport.conversations.models import Message
from rapport.conversations.queries import messages_visible_to
from rapport.conversations.types import DraftMode
from rapport.customers.queries import visible_to as customers_visible_to
from rapport.kit.text import storable
from rapport.team.permissions import AgentRequest, needs
from rapport.team.queries import active_agents
from rapport.team.types import Permission
from rapport.workspace import uploads
from rapport.workspace.letters import letter
from rapport.workspace.queries.composer import answering, start_of
from rapport.workspace.queries.thread import RASTER
from rapport.workspace.views.finding import conversation_of
from rapport.workspace.views.reading import CLOSED, SANDBOX

SUGGESTED = 6
_SHORTEST = 2


@require_GET
@needs(Permission.REPLY)
def answer(request: AgentRequest, pk: int) -> JsonResponse:
    """With what an answer to this message begins: `mode` is reply, reply_all or forward."""
    message = _message(request, pk)
    return JsonResponse(answering(message.conversation, message, _mode(request), by=request.user).as_json())


@require_GET
@needs(Permission.REPLY)
def usual(request: AgentRequest, pk: int) -> JsonResponse:
    """With what an answer in this conversation begins while nothing is chosen."""
    return JsonResponse(start_of(conversation_of(request, pk), None, by=request.user).as_json())


@require_GET
@xframe_options_sameorigin
@needs(Permission.REPLY)
def quote(request: AgentRequest, pk: int) -> HttpResponse:
    """What an answer or a forward carries of this message: a page for a frame, or with `edit` HTML for the composer."""
    message = _message(request, pk)
    made = quotes.forwarded(message) if _mode(request) == DraftMode.FORWARD else quotes.reply_quote(message)
    attachments = {file.content_id: file.pk for file in message.attachments.all() if file.content_id}
    bare = Message(subject=message.subject, html=kind_of(message.conversation.channel).clean(made))
    if request.GET.get("edit") != "1":
        bare.html = bare.html.replace("<quoted-text>", "").replace("</quoted-text>", "")
        shown = HttpResponse(letter(bare, attachments=attachments, with_pictures=False, theme=request.user.theme))
        shown["Content-Security-Policy"] = f"{SANDBOX}; {CLOSED}; img-src 'self' data:"
        return shown
    for content_id, file in attachments.items():
        made = made.replace(f'src="cid:{content_id}"', f'src="/attachments/{file}?inline=1"')
    return HttpResponse(made, content_type="text/plain; charset=utf-8")


@require_GET
@needs(Permission.REPLY)
def people(request: AgentRequest) -> JsonResponse:
    """Customers and colleagues whose name or address begins with, or holds, these letters."""
    words = storable(request.GET.get("q", "")).strip()[:100]
    if len(words) < _SHORTEST:
        return JsonResponse({"people": []})
    asked = Q(email__icontains=words) | Q(name__icontains=words)
    customers = customers_visible_to(request.user).exclude(email="").filter(asked).order_by("-pk")[:SUGGESTED]
    agents = active_agents().filter(asked).order_by("name")[:SUGGESTED]
    found = [{"address": each.email, "name": each.name, "is_agent": False} for each in customers]
    found += [{"address": each.email, "name": each.name, "is_agent": True} for each in agents]
    return JsonResponse({"people": found[: SUGGESTED + 2]})


@require_POST
@needs(Permission.REPLY)
def new_upload(request: AgentRequest) -> HttpResponse:
    """Keep one file for a message that is being written; answers the word that stands for it."""
    file = request.FILES.get("upload")
    if file is None:
        return HttpResponse(_("Choose a file."), status=422, content_type="text/plain; charset=utf-8")
    try:
        word = uploads.keep(file, by=request.user)
    except uploads.TooLarge:
        return HttpResponse(str(uploads.TOO_LARGE), status=413, content_type="text/plain; charset=utf-8")
    return JsonResponse({"word": word, "name": file.name, "size": file.size}, status=201)


@require_GET
@needs(Permission.REPLY)
def upload(request: AgentRequest, word: str) -> HttpResponse:
    """A picture that is being written into a text, for its writer."""
    try:
        (found,) = uploads.named([word], by=request.user)
    except (uploads.UnknownUpload, ValueError):
        return HttpResponse(status=404)
    if found.content_type not in RASTER:
        return HttpResponse(status=404)
    shown = HttpResponse(files.read(uploads.stored(found)), content_type=found.content_type)
    shown["X-Content-Type-Options"] = "nosniff"
    shown["Content-Security-Policy"] = "sandbox; default-src 'none'"
    shown["Cache-Control"] = "private, max-age=86400, immutable"
    return shown


def _mode(request: AgentRequest) -> str:
    mode = request.GET.get("mode", "")
    return mode if mode in (DraftMode.REPLY, DraftMode.REPLY_ALL, DraftMode.FORWARD) else DraftMode.REPLY


def _message(request: AgentRequest, pk: int) -> Message:
    related = ("conversation__customer", "conversation__inbox", "agent")
    spoken = messages_visible_to(request.user).exclude(direction="note").select_related(*related)
    return get_object_or_404(spoken, pk=pk)
