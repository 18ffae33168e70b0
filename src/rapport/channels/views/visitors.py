"""What the page of a visitor asks: the script, how it looks, who they are, what was said, and what they say."""

import logging
from typing import Any

from django.conf import settings
from django.db.models import F
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_GET, require_http_methods

from rapport.backbone import files
from rapport.backbone.events import announce, position
from rapport.channels.announcements import RatingGiven
from rapport.channels.errors import NotAllowed
from rapport.channels.guests import Visitor
from rapport.channels.models import Channel, Exchange, ProactiveMessage
from rapport.channels.office import office
from rapport.channels.seam import kind_of
from rapport.channels.types import Incoming
from rapport.channels.visitors import conversing, meeting, offering, taking, tokens
from rapport.channels.visitors import rating as rating_asked
from rapport.channels.visitors.door import (
    BadRequest,
    address_of,
    admit_newcomer,
    refusal,
    said_by,
    visitor_of,
    visitors_only,
)
from rapport.channels.visitors.script import script
from rapport.conversations.actions.telling import subject_of
from rapport.conversations.models import Message

log = logging.getLogger("rapport.channels")

LARGEST_MESSAGE = 20 * 1024 * 1024
_A_MINUTE = "public, max-age=60"


@require_GET
def widget(request: HttpRequest) -> HttpResponse:
    """The one script that a site includes."""
    made = script()
    headers = {
        "Cache-Control": "public, max-age=300",
        "Vary": "Accept-Encoding",
        "Cross-Origin-Resource-Policy": "cross-origin",
        "ETag": made.etag,
    }
    is_packed = "gzip" in request.headers.get("Accept-Encoding", "")
    answer = HttpResponse(made.packed if is_packed else made.plain, "text/javascript; charset=utf-8", headers=headers)
    if is_packed:
        answer.headers["Content-Encoding"] = "gzip"
    return get_conditional_response(request, etag=made.etag, response=answer) or answer


@require_http_methods(["GET", "OPTIONS"])
@visitors_only
def config(request: HttpRequest, channel: Channel) -> HttpResponse:
    asked = request.GET.get("lang") or request.headers.get("Accept-Language", "")
    return JsonResponse(offering.offered(channel, asked=asked[:200]), headers={"Cache-Control": _A_MINUTE})


@require_http_methods(["POST", "OPTIONS"])
@visitors_only
def session(request: HttpRequest, channel: Channel) -> HttpResponse:
    """Begin, or go on with, being known: a token for this browser, or for the user whom the site vouches for."""
    said = said_by(request)
    token = _known_token(request, channel)
    if not token:
        admit_newcomer(request)
    user = said.get("user")
    who = tokens.identified(user, str(channel.settings.get("identity_secret", ""))) if isinstance(user, dict) else None
    visitor = meeting.meet(channel, token=token, who=who, language=str(said.get("language") or ""))
    meeting.describe(visitor, said)
    _take_page(visitor, said)
    return JsonResponse(
        {
            "token": meeting.token_of(visitor, channel),
            "visitor": visitor.handle,
            "name": visitor.name,
            "email": visitor.email,
            "known": bool(visitor.external),
            "after": position(),
        }
    )


@require_http_methods(["POST", "OPTIONS"])
@visitors_only
def messages(request: HttpRequest, channel: Channel) -> HttpResponse:
    """Kept before it is read, like whatever comes in; then read at once, since somebody waits."""
    body = request.read(LARGEST_MESSAGE + 1)
    if len(body) > LARGEST_MESSAGE:
        return refusal(413, "This is too large.")
    pushed_to = f"{settings.BASE_URL}{reverse('inbound', args=[channel.kind, channel.key])}"
    kind = kind_of(channel.kind)
    transport = kind.verify(body, request.headers, channel.settings, pushed_to)
    visitor = visitor_of(request, channel)
    source = f"the chat from {address_of(request)}"
    items = [Incoming(each, source, transport=transport) for each in kind.parcels(body, transport)]
    message = taking.take(visitor, channel, items)
    exchange = _exchange_with(message, visitor) if message else None
    return JsonResponse({"kept": len(items), **(_standing(exchange, visitor) if exchange else {})})


@require_http_methods(["GET", "OPTIONS"])
@visitors_only
def history(request: HttpRequest, channel: Channel) -> HttpResponse:
    """The visitor's conversations; with `exchange` what was said in that one, too."""
    visitor = visitor_of(request, channel)
    # Before anything is read: what happens meanwhile is told twice rather than never.
    said: dict[str, Any] = {"after": position(), "conversations": conversing.exchanges_of(visitor)}
    found = conversing.exchange_of(visitor, request.GET.get("exchange", ""))
    if found is not None:
        said |= {"messages": conversing.history(visitor, found), **_standing(found, visitor)}
    return JsonResponse(said)


@require_http_methods(["POST", "OPTIONS"])
@visitors_only
def here(request: HttpRequest, channel: Channel) -> HttpResponse:
    """Where they are now, what they did there, what they are typing, what the site says of them."""
    visitor, said = visitor_of(request, channel), said_by(request)
    _take_page(visitor, said)
    if "typing" in said:
        meeting.type_in(visitor, exchange=str(said.get("exchange") or ""), text=str(said["typing"] or ""))
    if {"attributes", "name", "email", "answers"} & said.keys():
        meeting.describe(visitor, said)
    return HttpResponse(status=204)


@require_http_methods(["POST", "OPTIONS"])
@visitors_only
def rating(request: HttpRequest, channel: Channel) -> HttpResponse:
    visitor, said = visitor_of(request, channel), said_by(request)
    found = conversing.exchange_of(visitor, str(said.get("exchange") or ""))
    score = said.get("score")
    if found is None or not isinstance(score, int) or not 1 <= score <= 5:
        raise BadRequest("A rating needs a conversation and a score from 1 to 5.")
    comment = str(said.get("comment") or "")[:5000]
    announce(RatingGiven(found.conversation_id, score, comment), subject=subject_of(found.conversation_id), audience=())
    return HttpResponse(status=204)


@require_http_methods(["POST", "OPTIONS"])
@visitors_only
def prompts(request: HttpRequest, channel: Channel) -> HttpResponse:
    """A proactive message was shown, or answered: counted, without anybody's name."""
    said = said_by(request)
    field = {"shown": "shown", "answered": "answered"}.get(str(said.get("did")))
    if field is None or not isinstance(said.get("id"), int):
        raise BadRequest("Nothing is known of that.")
    ProactiveMessage.objects.filter(channel=channel, pk=said["id"]).update(**{field: F(field) + 1})
    return HttpResponse(status=204)


@require_http_methods(["POST", "OPTIONS"])
@visitors_only
def mine(request: HttpRequest, channel: Channel) -> HttpResponse:
    """Proactive messages for segments that this visitor is surely in. Nothing is kept of the asking."""
    token, user = _known_token(request, channel), said_by(request).get("user")
    visitor = meeting.of_token(channel, token) if token else None
    who = tokens.identified(user, str(channel.settings.get("identity_secret", ""))) if isinstance(user, dict) else None
    return JsonResponse({"rules": [offering.rule(each) for each in meeting.meant_for(channel, visitor, who)]})


@require_GET
def file(request: HttpRequest, word: str, name: str) -> HttpResponseBase:
    """A file that we sent to a visitor, by the link that only their page was given."""
    found = conversing.file_of(word)
    if found is None:
        raise Http404
    try:
        opened = files.open(found.file)
    except files.Missing:
        raise Http404 from None
    is_shown = found.content_type in conversing.SHOWN
    return FileResponse(
        opened,
        as_attachment=not is_shown,
        filename=found.name,
        content_type=found.content_type if is_shown else "application/octet-stream",
        headers={
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "Cross-Origin-Resource-Policy": "cross-origin",
            "Cache-Control": "private, max-age=86400",
        },
    )


def _known_token(request: HttpRequest, channel: Channel) -> str:
    """The token that the browser has so far, if it is still good."""
    try:
        token = tokens.bearer(request.headers)
        meeting.of_token(channel, token)
    except NotAllowed:
        return ""
    return token


def _take_page(visitor: Visitor, said: dict[str, Any]) -> None:
    if url := str(said.get("url") or ""):
        meeting.look(visitor, url=url, title=str(said.get("title") or ""), did=str(said.get("did") or ""))


def _exchange_with(message: Message, visitor: Visitor) -> Exchange | None:
    found = Exchange.objects.filter(conversation=message.conversation_id, address=visitor.handle)
    return found.select_related("conversation__assignee").order_by("-id").first()


def _standing(exchange: Exchange, visitor: Visitor) -> dict[str, Any]:
    conversation = exchange.conversation
    return {
        "exchange": exchange.key.partition("/")[2],
        "closed": conversation.is_closed,
        "agent": conversation.assignee.name.split(" ")[0] if conversation.assignee else "",
        "place": office().place_in_queue(conversation),
        "rate": conversation.is_closed and rating_asked.is_asked(visitor, conversation.pk),
    }
