"""What every address for visitors has in common: its channel, the sites that may use it, limits, JSON both ways."""

import json
import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from rapport.backbone.files import NoSpace
from rapport.channels.errors import NotAllowed
from rapport.channels.guests import Visitor
from rapport.channels.models import Channel
from rapport.channels.seam import kinds
from rapport.channels.visitors import meeting, origins, tokens
from rapport.channels.visitors.conversing import channel_by_key
from rapport.kit.limiting import Limiter
from rapport.kit.rest.problems import TooMany

log = logging.getLogger("rapport.channels")

# Fast typists, and a shop behind one address, stay far below these.
_BY_VISITOR = Limiter(burst=60, a_second=3)
_BY_ADDRESS = Limiter(burst=300, a_second=30)
_NEW_BY_ADDRESS = Limiter(burst=30, a_second=0.2)
_LARGEST = 64 * 1024

View = Callable[..., HttpResponse]


class BadRequest(Exception):
    """The page asked for something that makes no sense; it was not made by us."""


def visitors_only(view: View) -> View:
    """A view(request, channel) that browsers on other sites may call, without cookies."""

    @csrf_exempt
    @wraps(view)
    def visited(request: HttpRequest, key: str) -> HttpResponse:
        origin = request.headers.get("Origin", "")
        if request.method == "OPTIONS":
            return HttpResponse(status=204, headers=origins.preflight_headers(origin))
        answer = _answered(view, request, key, origin)
        for name, value in origins.answer_headers(origin).items():
            answer.headers.setdefault(name, value)
        answer.headers.setdefault("Cache-Control", "no-store")
        return answer

    return visited


def _answered(view: View, request: HttpRequest, key: str, origin: str) -> HttpResponse:
    try:
        return _let_in(view, request, key, origin)
    except (DatabaseError, NoSpace) as error:
        # The page keeps what it wanted to say, and comes again.
        log.warning("A visitor has to come again: %s", error)
        return refusal(503, "Try again in a moment.", headers={"Retry-After": "2"})


def _let_in(view: View, request: HttpRequest, key: str, origin: str) -> HttpResponse:
    channel = channel_by_key(key)
    if channel is None or channel.kind not in kinds() or not kinds()[channel.kind].abilities.widget:
        return refusal(404, "There is no such chat.")
    try:
        origins.check(origin, channel.settings)
    except NotAllowed as error:
        return refusal(403, str(error))
    try:
        _BY_ADDRESS.admit(address_of(request))
        return view(request, channel)
    except NotAllowed as error:
        return refusal(401, str(error))
    except BadRequest as error:
        return refusal(400, str(error))
    except TooMany as error:
        return refusal(429, "Too many requests. Wait a little.", headers=error.headers)


def refusal(status: int, reason: str, *, headers: Any = None) -> HttpResponse:
    return JsonResponse({"error": reason}, status=status, headers=dict(headers or {}))


def visitor_of(request: HttpRequest, channel: Channel) -> Visitor:
    """Whose token the request brings. Raises NotAllowed, TooMany."""
    visitor = meeting.of_token(channel, tokens.bearer(request.headers))
    _BY_VISITOR.admit(visitor.handle)
    return visitor


def admit_newcomer(request: HttpRequest) -> None:
    """Raises TooMany where one address brings visitor after visitor."""
    _NEW_BY_ADDRESS.admit(address_of(request))


def said_by(request: HttpRequest) -> dict[str, Any]:
    """The JSON object of the body. Raises BadRequest."""
    body = request.read(_LARGEST + 1)
    try:
        said = json.loads(body or b"{}") if len(body) <= _LARGEST else None
    except ValueError:
        said = None
    if not isinstance(said, dict):
        raise BadRequest("The body has to be a JSON object.")
    return said


def address_of(request: HttpRequest) -> str:
    return str(request.META.get("REMOTE_ADDR", ""))
