"""Static files from the event loop: WhiteNoise's files and headers, without Django's middleware and threads."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

from django.conf import settings
from whitenoise import WhiteNoise
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.responders import Redirect, StaticFile

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_CHUNK = 64 * 1024


class Static:
    """The collected files of this version. Without them (developer mode) WhiteNoise's middleware serves the sources."""

    def __init__(self) -> None:
        self.prefix = urlsplit(settings.STATIC_URL).path
        self.files: dict[str, StaticFile | Redirect] = {}
        if not settings.DEBUG and Path(settings.STATIC_ROOT).is_dir():
            self.files = self._collected().files

    def find(self, path: str) -> StaticFile | Redirect | None:
        return self.files.get(path) if path.startswith(self.prefix) else None

    async def send_file(self, file: StaticFile | Redirect, scope: MutableMapping[str, Any], send: Send) -> None:
        """Answer with the file, its compressed variant, a part of it, or "not modified", as the headers ask."""
        environ = {
            "HTTP_" + name.decode("latin-1").upper().replace("-", "_"): value.decode("latin-1")
            for name, value in scope["headers"]
        }
        response = file.get_response(scope["method"], environ)
        headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in response.headers]
        await send({"type": "http.response.start", "status": int(response.status), "headers": headers})
        try:
            while response.file and (chunk := await asyncio.to_thread(_read, response.file)):
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
        finally:
            if response.file:
                response.file.close()
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    def _collected(self) -> WhiteNoise:
        # The middleware knows which names carry a digest and may be kept for ever.
        return WhiteNoiseMiddleware(lambda request: None, settings=settings)


def _read(file: IO[bytes]) -> bytes:
    return file.read(_CHUNK)
