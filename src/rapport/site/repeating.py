"""A write that is sent twice happens once, when both bring the same `Idempotency-Key`."""

import hashlib
import json
import re
from collections.abc import Callable
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse

from rapport.kit import clock
from rapport.kit.rest.problems import Fault, Invalid
from rapport.site.models import IdempotentAnswer
from rapport.team.models import Agent

HEADER = "Idempotency-Key"
KEY = re.compile(r"[!-~]{1,255}")
KEPT = timedelta(days=1)
WRITES = ("POST", "PUT", "PATCH", "DELETE")


def once(request: HttpRequest, agent: Agent, run: Callable[[], HttpResponse]) -> HttpResponse:
    """Run it, or give the answer it had the first time.

    The key is kept in the transaction of the write itself: the two cannot part in a crash, and a second request that
    arrives meanwhile waits for the first. A failed write leaves no key behind, so it may be tried again.
    """
    key = request.headers[HEADER]
    if not KEY.fullmatch(key):
        raise Invalid.at(f"header.{HEADER}", "A key is 1 to 255 printable characters without spaces.")
    fingerprint = _fingerprint(request)
    with transaction.atomic():
        try:
            with transaction.atomic():
                row = IdempotentAnswer.objects.create(agent=agent, key=key, fingerprint=fingerprint)
        except IntegrityError:
            return _again(IdempotentAnswer.objects.get(agent=agent, key=key), fingerprint)
        response = run()
        if response.status_code >= 400:
            transaction.set_rollback(True)
        else:
            row.status, row.body = response.status_code, response.content.decode()
            row.save(update_fields=["status", "body"])
    return response


def forget_old_answers() -> int:
    """Drop what is older than a day; returns how many."""
    count, _ = IdempotentAnswer.objects.filter(created_at__lt=clock.now() - KEPT).delete()
    return count


def _again(row: IdempotentAnswer, fingerprint: str) -> HttpResponse:
    if row.fingerprint != fingerprint:
        detail = "This key came with another request before. Use a new key for a new request."
        raise Invalid(detail, errors=[Fault(field=f"header.{HEADER}", message=detail)])
    return HttpResponse(
        row.body, status=row.status, content_type="application/json", headers={"Idempotency-Replayed": "true"}
    )


def _fingerprint(request: HttpRequest) -> str:
    try:
        body = json.dumps(json.loads(request.body), sort_keys=True).encode()
    except ValueError:
        body = request.body
    parts = [(request.method or "").encode(), request.get_full_path().encode(), body]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()
