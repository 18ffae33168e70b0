"""`POST /in/<kind>/<key>/`: what providers push. Signed, stored, acknowledged; read afterwards."""

import logging
import secrets

from django.db import DatabaseError, transaction
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt

from rapport.backbone.files import NoSpace
from rapport.channels.actions import process
from rapport.channels.actions.accepting import accept
from rapport.channels.errors import NotAllowed
from rapport.channels.models import Channel
from rapport.channels.seam import kinds
from rapport.channels.types import Incoming

log = logging.getLogger("rapport.channels")

MAX_BODY = 50 * 1024 * 1024
"""Larger bodies are refused unread."""


@method_decorator(csrf_exempt, name="dispatch")
class Inbound(View):
    """One answer for every kind: 202 once it is stored, 401 unsigned, 404 unknown, 413 too large, 503 try again."""

    http_method_names = ("post", "options")

    def post(self, request: HttpRequest, kind: str, key: str) -> HttpResponse:
        channel = _channel(kind, key)
        if channel is None:
            return HttpResponse("There is no such channel.\n", status=404, content_type="text/plain")
        body = request.read(MAX_BODY + 1)
        if len(body) > MAX_BODY:
            return HttpResponse("This is larger than 50 MB.\n", status=413, content_type="text/plain")
        try:
            kinds()[channel.kind].verify(body, request.headers, channel.settings)
        except NotAllowed as error:
            log.warning("A delivery for channel %s was refused: %s", channel.pk, error)
            return HttpResponse("This delivery is not signed by its provider.\n", status=401, content_type="text/plain")
        return _take(channel, body, request.META.get("REMOTE_ADDR", ""))


def _channel(kind: str, key: str) -> Channel | None:
    if kind not in kinds():
        return None
    found = Channel.objects.filter(kind=kind, key=key).select_related("inbox").first()
    return found if found and secrets.compare_digest(found.key, key) else None


def _take(channel: Channel, body: bytes, address: str) -> HttpResponse:
    try:
        delivery = accept(Incoming(body, f"HTTP from {address}"), kind=channel.kind, channel=channel)
    except (NoSpace, DatabaseError) as error:
        log.warning("A delivery for channel %s has to come again: %s", channel.pk, error)
        return HttpResponse("Try again later.\n", status=503, headers={"Retry-After": "60"}, content_type="text/plain")
    try:
        with transaction.atomic():
            process.enqueue(delivery.pk)
    except DatabaseError:
        log.warning("Delivery %s is stored; the sweep will read it", delivery.pk)
    return HttpResponse(status=202)
