"""`POST /in/<kind>/<key>/`: what providers push. Signed, stored, acknowledged; read afterwards."""

import logging
import secrets
from collections.abc import Mapping, Sequence

from django.conf import settings
from django.db import DatabaseError, transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt

from rapport.backbone.files import NoSpace
from rapport.channels.actions import process
from rapport.channels.actions.accepting import accept_all
from rapport.channels.errors import NotAllowed
from rapport.channels.models import Channel
from rapport.channels.seam import kinds
from rapport.channels.types import Incoming, Instruction

log = logging.getLogger("rapport.channels")

MAX_BODY = 50 * 1024 * 1024
"""Larger bodies are refused unread."""


@method_decorator(csrf_exempt, name="dispatch")
class Inbound(View):
    """One answer for every kind: 200 once it is stored, 401 unsigned, 404 unknown, 413 too large, 503 try again.

    Several providers take nothing else than 200 for a yes, and some look first whether there is anybody.
    """

    http_method_names = ("post", "head", "options")

    def head(self, request: HttpRequest, kind: str, key: str) -> HttpResponse:
        return HttpResponse(status=200 if _channel(kind, key) else 404)

    def post(self, request: HttpRequest, kind: str, key: str) -> HttpResponse:
        channel = _channel(kind, key)
        if channel is None:
            return HttpResponse("There is no such channel.\n", status=404, content_type="text/plain")
        body = request.read(MAX_BODY + 1)
        if len(body) > MAX_BODY:
            return HttpResponse("This is larger than 50 MB.\n", status=413, content_type="text/plain")
        try:
            transport = kinds()[channel.kind].verify(body, request.headers, channel.settings, push_url(channel))
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


def push_url(channel: Channel) -> str:
    """The address that a provider pushes to, as the administrator copies it."""
    return f"{settings.BASE_URL}{reverse('inbound', args=[channel.kind, channel.key])}"


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
        log.warning("Deliveries from %s are stored; the sweep will read them", deliveries[0].pk)
    return HttpResponse(status=200)
