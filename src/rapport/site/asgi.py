"""The web server's way in: streams, probes and static files without Django's threads, everything else by Django."""

import os
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rapport.site.settings")
django.setup(set_prefix=False)

from rapport.backbone.live import Live  # noqa: E402  # Django comes first
from rapport.channels.visitors.present import VisitorsHere  # noqa: E402
from rapport.channels.visitors.stream import PATH, VisitorStream  # noqa: E402
from rapport.site.pages import Pages  # noqa: E402
from rapport.site.probes import healthz, readyz  # noqa: E402
from rapport.site.static import Static  # noqa: E402
from rapport.team.live import authenticate  # noqa: E402
from rapport.team.presence import Watch  # noqa: E402

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

live = Live(authenticate, beside=[Watch(), VisitorsHere()])
visitors = VisitorStream()
_pages = Pages()
# Other people's servers may take seconds over a picture: that holds up other pictures, and no page.
_pictures = Pages(threads=4)
_static = Static()
_RAW: dict[str, Application] = {"/live": live, PATH: visitors, "/healthz": healthz, "/readyz": readyz}


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer one request, or follow the server's start and end."""
    if scope["type"] == "lifespan":
        await _live_through(receive, send)
    elif scope["type"] == "http":
        path = scope["path"]
        if raw := _RAW.get(path):
            await raw(scope, receive, send)
        elif file := _static.find(path):
            await _static.send_file(file, scope, send)
        elif path.startswith("/pictures/"):
            await _pictures(scope, receive, send)
        else:
            await _pages(scope, receive, send)


async def _live_through(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            _pages.load()
            await send({"type": "lifespan.startup.complete"})
        elif message["type"] == "lifespan.shutdown":
            live.close()
            visitors.close()
            _pages.close()
            _pictures.close()
            await send({"type": "lifespan.shutdown.complete"})
            return
