"""`POST /in/<kind>/<key>/`: what providers push. Signed, stored, acknowledged; read afterwards."""

import logging
import secrets
from collections.abc import Mapping, Sequence

from django.db import DatabaseError, transaction
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt

from rapport.backbone.files import NoSpace
from rapport.channels.actions import process
from rapport.channels.actions.accepting import accept_all
from rapport.channels.errors import NotAllowed
from rapport.channels.models import Channel
from rapport.channels.office import Desk
from rapport.channels.pushing import push_url
from rapport.channels.seam import kinds
from rapport.channels.types import Answer, Incoming, Instruction

log = logging.getLogger("rapport.channels")

MAX_BODY = 50 * 1024 * 1024
"""Larger bodies are refused unread."""


@method_decorator(csrf_exempt, name="dispatch")
class Inbound(View):
    """One answer for every kind: 200 once it is stored, 401 unsigned, 404 unknown, 413 too large, 503 try again.

    Several providers take nothing else than 200 for a yes, and some look first whether there is anybody.
    """

    http_method_names = ("get", "post", "head", "options")

    def head(self, request: HttpRequest, kind: str, key: str) -> HttpResponse:
        return HttpResponse(status=200 if _channel(kind, key) else 404)

    def get(self, request: HttpRequest, kind: str, key: str) -> HttpResponse:
        """Some providers look first whether the address is ours, and want a riddle answered."""
        channel = _channel(kind, key)
        if channel is None:
            return _plain("There is no such channel.", 404)
        try:
            said = kinds()[kind].greet(request.GET.dict(), channel.settings)
        except NotAllowed as error:
            log.warning("A greeting for channel %s was refused: %s", channel.pk, error)
            return _plain("This does not come from the provider of this channel.", 403)
        return _told(said) if said else _plain("Providers push to this address; there is nothing to see.", 405)

    def post(self, request: HttpRequest, kind: str, key: str) -> HttpResponse:
        channel = _channel(kind, key)
        if channel is None:
            return _plain("There is no such channel.", 404)
        body = request.read(MAX_BODY + 1)
        if len(body) > MAX_BODY:
            return _plain("This is larger than 50 MB.", 413)
        try:
            asked = _url_asked(request, channel)
            transport = kinds()[channel.kind].verify(body, request.headers, channel.settings, asked)
        except NotAllowed as error:
            log.warning("A delivery for channel %s was refused: %s", channel.pk, error)
            return HttpResponse(
                "This delivery is not signed by its provider.\n",
                status=401,
                content_type="text/plain",
                # Amazon's notifications bring their password only to those who ask for it.
                headers={"WWW-Authenticate": 'Basic realm="Rapport"'},
            )
        return _take(channel, body, transport, request.META.get("REMOTE_ADDR", ""))


def _channel(kind: str, key: str) -> Channel | None:
    if kind not in kinds():
        return None
    found = Channel.objects.filter(kind=kind, key=key).select_related("inbox").first()
    return found if found and secrets.compare_digest(found.key, key) else None


def _url_asked(request: HttpRequest, channel: Channel) -> str:
    """The address as the provider knows it, with what it put behind it."""
    query = request.META.get("QUERY_STRING", "")
    return f"{push_url(channel)}?{query}" if query else push_url(channel)


def instructions_for(channel: Channel) -> Sequence[Instruction]:
    """What to copy to the provider; it may hold the channel's password."""
    kind = kinds().get(channel.kind)
    return kind.instructions(channel.settings, push_url(channel)) if kind else ()


def _take(channel: Channel, body: bytes, transport: Mapping[str, str], address: str) -> HttpResponse:
    source = f"{transport.get('provider') or 'HTTP'} from {address}"
    parcels = kinds()[channel.kind].parcels(body, transport)
    items = [Incoming(parcel, source, transport=transport) for parcel in parcels]
    try:
        deliveries = accept_all(items, kind=channel.kind, channel=channel)
    except (NoSpace, DatabaseError) as error:
        log.warning("A delivery for channel %s has to come again: %s", channel.pk, error)
        return HttpResponse("Try again later.\n", status=503, headers={"Retry-After": "60"}, content_type="text/plain")
    try:
        with transaction.atomic():
            for delivery in deliveries:
                process.enqueue(delivery.pk)
    except DatabaseError:
        log.warning("Deliveries are stored; the sweep will read them")
    return _told(kinds()[channel.kind].answer(body, transport, channel.settings, Desk(channel)))


def _told(said: Answer | None) -> HttpResponse:
    if said is None:
        return HttpResponse(status=200)
    return HttpResponse(said.body, status=said.status, content_type=said.content_type)


def _plain(words: str, status: int) -> HttpResponse:
    return HttpResponse(f"{words}\n", status=status, content_type="text/plain")
