"""Pictures that lie on other servers, shown in a letter: fetched by us, so that nobody there learns who reads it."""

import logging

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_http_methods

from rapport.conversations import actions
from rapport.conversations.models import Message
from rapport.conversations.queries import messages_visible_to
from rapport.kit.http import HttpProblem, fetch
from rapport.team.permissions import AgentRequest, needs
from rapport.team.types import Permission
from rapport.workspace.letters import waiting_pictures

log = logging.getLogger("rapport.workspace")

LARGEST = 10 * 1024 * 1024
SECONDS = 10
ACCEPT = "image/avif,image/webp,image/png,image/jpeg,image/gif"
# What a file begins with decides, not what its server calls it.
_KINDS = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"BM", "image/bmp"),
)


@needs(Permission.READ)
def picture(request: AgentRequest, pk: int, number: int) -> HttpResponse:
    """The nth picture that a message names. Served by threads of their own, see `site.asgi`: its server may be slow."""
    message = get_object_or_404(messages_visible_to(request.user), pk=pk)
    addresses = waiting_pictures(message)
    if number >= len(addresses):
        raise Http404
    try:
        found = fetch("GET", addresses[number], headers={"Accept": ACCEPT}, seconds=SECONDS, largest=LARGEST)
    except HttpProblem as problem:
        log.info("A picture of message %s was not shown: %s", pk, type(problem).__name__)
        return _nothing()
    kind = kind_of(found.content)
    if found.status_code != 200 or not kind:
        return _nothing()
    answer = HttpResponse(found.content, content_type=kind)
    answer["Cache-Control"] = "private, max-age=604800, immutable"
    return _guarded(answer)


@require_http_methods(["POST", "DELETE"])
@needs(Permission.READ)
def wanted(request: AgentRequest, pk: int) -> HttpResponse:
    """POST: show this agent the pictures of this sender from now on; DELETE: ask again."""
    message = get_object_or_404(Message.objects.filter(pk__in=messages_visible_to(request.user).filter(pk=pk)))
    if request.method == "DELETE":
        actions.unwant_pictures(message.author_address, by=request.user)
    else:
        actions.want_pictures(message.author_address, by=request.user)
    return HttpResponse(status=204)


def kind_of(body: bytes) -> str:
    """The type of a picture that every browser shows; empty for everything else, SVG above all."""
    for mark, kind in _KINDS:
        if body.startswith(mark):
            return kind
    if body[:4] == b"RIFF" and body[8:12] == b"WEBP":
        return "image/webp"
    return "image/avif" if body[4:12] in (b"ftypavif", b"ftypavis") else ""


def _nothing() -> HttpResponse:
    answer = HttpResponse(status=404)
    answer["Cache-Control"] = "private, max-age=300"
    return _guarded(answer)


def _guarded(answer: HttpResponse) -> HttpResponse:
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'"
    answer["Content-Disposition"] = "inline"
    answer["Referrer-Policy"] = "no-referrer"
    return answer
