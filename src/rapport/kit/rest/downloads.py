"""Files from strangers as answers: saved rather than shown, and harmless where they are shown all the same."""

import re

from django.http import HttpResponse
from django.utils.http import content_disposition_header

_SAFE_TYPE = re.compile(r"[a-z0-9][a-z0-9.+-]{0,60}/[a-z0-9][a-z0-9.+-]{0,60}")
_PLAIN = "application/octet-stream"


def untrusted(body: bytes, *, name: str, kind: str) -> HttpResponse:
    """Bytes as a download; a type that is none, or that could break out of its header, is plain bytes."""
    kind = kind.partition(";")[0].strip().lower()
    response = HttpResponse(body, content_type=kind if _SAFE_TYPE.fullmatch(kind) else _PLAIN)
    response["Content-Disposition"] = content_disposition_header(True, name or "file") or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cache-Control"] = "private, no-store"
    return response
