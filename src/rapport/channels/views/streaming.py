"""A connection test as it goes on: each step is sent when it is done."""

from collections.abc import AsyncIterator, Iterator

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, StreamingHttpResponse
from django.template.loader import render_to_string

from rapport.channels.types import Check


def said(check: Check) -> str:
    return render_to_string("channels/_check.html", {"check": check}).strip() + "\n"


def stream(request: HttpRequest, lines: Iterator[str]) -> StreamingHttpResponse:
    # An ASGI server would wait for the last line of an ordinary iterator before it sends the first.
    content = _one_by_one(lines) if isinstance(request, ASGIRequest) else lines
    return StreamingHttpResponse(content, headers={"X-Accel-Buffering": "no"})


async def _one_by_one(lines: Iterator[str]) -> AsyncIterator[str]:
    while line := await sync_to_async(lambda: next(lines, ""))():
        yield line
