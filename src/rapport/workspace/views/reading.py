"""What an open conversation fetches piece by piece: earlier and new messages, mail bodies, files."""

from collections.abc import AsyncIterator
from datetime import date
from urllib.parse import quote

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.dateparse import parse_date
from django.views.decorators.clickjacking import xframe_options_sameorigin

from rapport.backbone import files
from rapport.conversations.models import Attachment
from rapport.conversations.queries import attachments_visible_to, messages_visible_to
from rapport.team.permissions import AgentRequest, needs
from rapport.team.types import Permission
from rapport.workspace.letters import letter
from rapport.workspace.queries import thread
from rapport.workspace.views.finding import conversation_numbered, place_of
from rapport.workspace.views.showing import head_context, orders_context

# No script runs in a letter: neither the frame nor its policy allows any. Same-origin is what lets the page around it
# measure its height, and lets inline pictures of a signed-in reader load.
SANDBOX = "sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox"
CLOSED = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; base-uri 'none'; form-action 'none'"
LARGE = 4 * 1024 * 1024
BLOCK = 256 * 1024


@needs(Permission.READ)
def earlier(request: AgentRequest, number: int) -> HttpResponse:
    """The fifty messages before one."""
    conversation = conversation_numbered(request, number)
    before = _number(request, "before")
    shown = thread.newest(conversation, viewer=request.user, before=before or None)
    context = {"thread": shown, "conversation": conversation, "place": place_of(request, conversation)}
    return render(request, "workspace/earlier.html", {**context, "may_reply": request.user.may(Permission.REPLY)})


@needs(Permission.READ)
def news(request: AgentRequest, number: int) -> HttpResponse:
    """What is new after a message and an event, with the head of the thread as it is now."""
    conversation = conversation_numbered(request, number)
    shown = thread.since(
        conversation,
        viewer=request.user,
        message=_number(request, "message"),
        event=_number(request, "event"),
        day=_day(request.GET.get("day", "")),
    )
    context = {**head_context(request, conversation), **orders_context(request, conversation)}
    return render(request, "workspace/news.html", {**context, "thread": shown})


@xframe_options_sameorigin
@needs(Permission.READ)
def body(request: AgentRequest, pk: int) -> HttpResponse:
    """The cleaned HTML of a message, for its sandboxed frame. Remote pictures load only when asked for."""
    message = get_object_or_404(messages_visible_to(request.user), pk=pk)
    with_pictures = request.GET.get("images") == "1"
    attachments = {file.content_id: file.pk for file in message.attachments.all() if file.content_id}
    page = letter(message, attachments=attachments, with_pictures=with_pictures, theme=request.user.theme)
    answer = HttpResponse(page)
    answer["Content-Security-Policy"] = f"{SANDBOX}; {CLOSED}; img-src 'self' data:"
    answer["Referrer-Policy"] = "no-referrer"
    answer["Cache-Control"] = "private, max-age=3600"
    return answer


@needs(Permission.READ)
def whole_text(request: AgentRequest, pk: int) -> HttpResponse:
    """The whole plain text of a message too long to show."""
    message = get_object_or_404(messages_visible_to(request.user), pk=pk)
    answer = HttpResponse(message.text, content_type="text/plain; charset=utf-8")
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


@needs(Permission.READ)
def attachment(request: AgentRequest, pk: int) -> HttpResponseBase:
    """A file as a download; pictures of a harmless kind also inside the page, by `?inline=1`."""
    found = get_object_or_404(attachments_visible_to(request.user).select_related("file"), pk=pk)
    inline = request.GET.get("inline") == "1" and found.content_type in thread.RASTER
    answer: HttpResponseBase
    if isinstance(request, ASGIRequest) and found.size > LARGE:
        answer = StreamingHttpResponse(_blocks(found))
        answer["Content-Length"] = str(found.size)
    else:
        answer = HttpResponse(files.read(found.file))
    answer["Content-Type"] = found.content_type if inline else "application/octet-stream"
    answer["Content-Disposition"] = _disposition(found.name, inline=inline)
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'"
    answer["Cache-Control"] = "private, max-age=86400, immutable"
    return answer


async def _blocks(found: Attachment) -> AsyncIterator[bytes]:
    source = await sync_to_async(files.open)(found.file)
    try:
        while block := await sync_to_async(source.read)(BLOCK):
            yield block
    finally:
        await sync_to_async(source.close)()


def _disposition(name: str, *, inline: bool) -> str:
    """A header no file name can break out of: a plain ASCII name, and the real one percent-encoded."""
    name = "".join(character for character in name if character.isprintable() and character not in '/\\"').strip(". ")
    name = name or "file"
    plain = "".join(character if character.isascii() and character not in "%;" else "_" for character in name)
    return f"{'inline' if inline else 'attachment'}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def _number(request: AgentRequest, name: str) -> int:
    said = request.GET.get(name, "")
    return int(said[:18]) if said.isdecimal() else 0


def _day(said: str) -> date | None:
    try:
        return parse_date(said)
    except ValueError:
        return None
