"""`POST /in/shops/<kind>/<key>/`: what shops push. Signed, kept, acknowledged; read afterwards."""

import logging

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from rapport.kit import clock
from rapport.sales.models import Shop
from rapport.sales.shops.receiving import accept
from rapport.sales.shops.seam import NotSigned, kinds

log = logging.getLogger("rapport.sales")

MAX_BODY = 5 * 1024 * 1024
"""Larger bodies are refused unread."""


@csrf_exempt
@require_POST
def inbound(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """200 once it is kept, 401 unsigned, 404 unknown, 413 too large, 503 try again."""
    found = kinds().get(kind)
    shop = Shop.objects.filter(kind=kind, key=key).first() if found else None
    if shop is None or found is None:
        return _plain("There is no such shop.", 404)
    body = request.read(MAX_BODY + 1)
    if len(body) > MAX_BODY:
        return _plain("This is larger than 5 MB.", 413)
    if found.is_greeting(request.headers, body):
        return HttpResponse(status=200)
    if not shop.secret:
        # Anybody could sign with no secret at all.
        return _plain("The secret of this shop is not entered yet.", 401)
    try:
        signed = found.verify(request.headers, body, str(shop.secret), now=clock.now())
    except NotSigned as error:
        log.warning("A delivery for shop %s was refused: %s", shop.pk, error)
        return _plain("This delivery is not signed by the shop.", 401)
    try:
        accept(shop, signed, body)
    except DatabaseError as error:
        log.warning("A delivery for shop %s has to come again: %s", shop.pk, error)
        return HttpResponse("Try again later.\n", status=503, headers={"Retry-After": "60"}, content_type="text/plain")
    return HttpResponse(status=200)


def _plain(words: str, status: int) -> HttpResponse:
    return HttpResponse(f"{words}\n", status=status, content_type="text/plain")
